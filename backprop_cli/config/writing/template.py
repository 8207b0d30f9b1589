"""A ready configuration for a network of given sizes, with drawn numbers."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from operator import mul
from random import Random
from typing import NamedTuple

from backprop_cli.config.writing import yaml_text
from backprop_cli.errors import UsageError
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.softmax import SOFTMAX

# Enough for any network that is read; larger ones come out of a program, not of a template.
MOST_NEURONS = 1000


def sizes_of(text: str) -> list[int]:
    """The layers' sizes, inputs first, from ``2-3-1``. Raises UsageError for anything else."""
    if not re.fullmatch(r"[0-9]{1,4}(-[0-9]{1,4})+", text, re.ASCII):
        raise UsageError(f"{text!r} is no row of sizes; write inputs, layers and outputs as 2-3-1")
    sizes = [int(size) for size in text.split("-")]
    if 0 in sizes or max(sizes) > MOST_NEURONS:
        raise UsageError(f"{text}: a layer has from 1 to {MOST_NEURONS} neurons")
    return sizes


def dead_end(sizes: Sequence[int], activation: str, loss: str) -> str | None:
    """Why no exercise would come of these, and the mend; None if one does."""
    *hidden, last = _functions(sizes, activation, loss)
    if last == SOFTMAX and sizes[-1] == 1:
        if activation == SOFTMAX:
            mend = "choose another --activation"
            return f"a softmax of one output is always 1; give it several outputs, or {mend}"
        return (
            f"{loss} compares several classes, and of one output its softmax is always 1; give it "
            "several outputs, or choose --loss binary_cross_entropy"
        )
    if SOFTMAX in hidden and 1 in sizes[1:-1]:
        return (
            "a softmax of one neuron is always 1; give each layer several, or choose another "
            "--activation"
        )
    return None


def template(sizes: Sequence[int], activation: str, loss: str, seed: int) -> str:
    """A commented configuration; weights are drawn evenly from ±1/√n, n the neuron's edges."""
    return "\n".join(_lines(sizes, activation, loss, seed)) + "\n"


# --- what is drawn ---------------------------------------------------------------------------


class _Drawn(NamedTuple):
    """The numbers of a network: its weights by layer, neuron and source, its biases by layer."""

    inputs: list[float]
    weights: list[list[list[float]]]
    biases: list[float]


def _drawn(sizes: Sequence[int], random: Random) -> _Drawn:
    inputs = [_between(0, 1, random) for _ in range(sizes[0])]
    weights = []
    for sources, neurons in pairwise(sizes):
        bound = sources**-0.5
        fans = [[_between(-bound, bound, random) for _ in range(sources)] for _ in range(neurons)]
        weights.append(fans)
    return _Drawn(inputs, weights, [_between(-0.5, 0.5, random) for _ in weights])


def _between(least: float, greatest: float, random: Random) -> float:
    """A number of two decimals, which has no sign if it is 0."""
    return round(random.uniform(least, greatest), 2) + 0.0


def _awake(drawn: _Drawn, layers: int) -> _Drawn:
    """The same numbers, but that none of the first ``layers``, all relu, puts out 0 alone.

    No gradient passes through such a layer. It gets the other signs: its weighted sums, none of
    them above 0, get them too.
    """
    values, weights, biases = drawn.inputs, list(drawn.weights), list(drawn.biases)
    for layer in range(layers):
        sums = [sum(map(mul, fan, values)) + biases[layer] for fan in weights[layer]]
        if max(sums) <= 0:
            weights[layer] = [[0.0 - weight for weight in fan] for fan in weights[layer]]
            biases[layer] = 0.0 - biases[layer]
            sums = [-total for total in sums]
        values = [max(total, 0.0) for total in sums]
    return _Drawn(drawn.inputs, weights, biases)


def _targets(outputs: int, function: str, loss: str, random: Random) -> list[str]:
    """Targets that the loss can take: a class where they are or should be a distribution."""
    if LOSSES[loss].distribution or function == SOFTMAX:
        of_class = random.randrange(outputs)
        return [str(int(number == of_class)) for number in range(outputs)]
    return [f"{random.uniform(0, 1):.2f}" for _ in range(outputs)]


# --- how it is written -----------------------------------------------------------------------


def _lines(sizes: Sequence[int], activation: str, loss: str, seed: int) -> Iterator[str]:
    random = Random(seed)
    functions = _functions(sizes, activation, loss)
    inputs, weights, biases = _awake(_drawn(sizes, random), functions.count("relu"))
    targets = _targets(sizes[-1], functions[-1], loss, random)
    shape = "-".join(map(str, sizes))
    yield f"# A {shape} network; its numbers are drawn with seed {seed}."
    sources = [f"x{number}" for number in range(1, sizes[0] + 1)]
    yield "inputs:"
    yield from (f"  {name}: {value:.2f}" for name, value in zip(sources, inputs, strict=True))
    yield "weights:  # layer by layer, in forward order; each neuron lists what feeds it"
    hidden = count = 0
    layers = _layer_names(len(weights))
    for layer, fans in zip(layers, weights, strict=True):
        yield f"  {layer}:"
        size = len(fans)
        if layer == "output":
            neurons = ["out"] if size == 1 else [f"o{number}" for number in range(1, size + 1)]
        else:
            neurons = [f"h{hidden + number}" for number in range(1, size + 1)]
            hidden += size
        for neuron, fan in zip(neurons, fans, strict=True):
            written = {name: f"{weight:.2f}" for name, weight in zip(sources, fan, strict=True)}
            parameters = [f"w{count + number}" for number, _ in enumerate(fan, 1)]
            count += len(fan)
            yield yaml_text.neuron(neuron, written, parameters)
        sources = neurons
    yield "biases:  # one for each layer, shared by its neurons"
    yield from (f"  {layer}: {bias:.2f}" for layer, bias in zip(layers, biases, strict=True))
    yield f"target: {targets[0] if len(targets) == 1 else yaml_text.row(targets)}"
    yield "learning_rate: 0.5"
    if "binary_step" in functions:
        yield "# binary_step has the derivative 0: nothing is learnt through it."
    yield f"activation: {_activation(dict(zip(layers, functions, strict=True)))}"
    yield f"loss: {loss}"
    yield "rounding: 4  # decimals carried from line to line; without this line, full precision"


def _layer_names(layers: int) -> list[str]:
    """``hidden`` and ``output``; several hidden layers are numbered."""
    hidden = layers - 1
    names = ["hidden"] if hidden == 1 else [f"hidden{number}" for number in range(1, hidden + 1)]
    return [*names, "output"]


def _functions(sizes: Sequence[int], activation: str, loss: str) -> list[str]:
    """The activation of every layer, but for an output layer whose loss wants probabilities."""
    wanted = {"cross_entropy": SOFTMAX, "binary_cross_entropy": "sigmoid"}
    return [activation] * (len(sizes) - 2) + [wanted.get(loss, activation)]


def _activation(by_layer: Mapping[str, str]) -> str:
    """One name for all layers, or each layer's where they differ."""
    names = set(by_layer.values())
    return names.pop() if len(names) == 1 else yaml_text.flow(by_layer)
