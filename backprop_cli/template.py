"""A ready configuration for a network of given sizes, with drawn numbers."""

import re
from collections.abc import Iterator, Sequence
from random import Random

from backprop_cli import yaml_text
from backprop_cli.complaint import UsageError
from backprop_cli.losses import LOSSES

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


def template(sizes: Sequence[int], activation: str, loss: str, seed: int) -> str:
    """A commented configuration; weights are drawn evenly from ±1/√n, n the neuron's edges."""
    return "\n".join(_lines(sizes, activation, loss, Random(seed), seed)) + "\n"


def _lines(
    sizes: Sequence[int], activation: str, loss: str, random: Random, seed: int
) -> Iterator[str]:
    shape = "-".join(map(str, sizes))
    yield f"# A {shape} network; its numbers are drawn with seed {seed}."
    sources = [f"x{number}" for number in range(1, sizes[0] + 1)]
    yield "inputs:"
    yield from (f"  {name}: {random.uniform(0, 1):.2f}" for name in sources)
    yield "weights:  # layer by layer, in forward order; each neuron lists what feeds it"
    hidden = count = 0
    layers = _layer_names(len(sizes) - 1)
    for layer, size in zip(layers, sizes[1:], strict=True):
        yield f"  {layer}:"
        if layer == "output":
            neurons = ["out"] if size == 1 else [f"o{number}" for number in range(1, size + 1)]
        else:
            neurons = [f"h{hidden + number}" for number in range(1, size + 1)]
            hidden += size
        bound = len(sources) ** -0.5
        for neuron in neurons:
            weights = {name: f"{random.uniform(-bound, bound):.2f}" for name in sources}
            parameters = [f"w{count + number}" for number, _ in enumerate(sources, 1)]
            count += len(sources)
            yield yaml_text.neuron(neuron, weights, parameters)
        sources = neurons
    yield "biases:  # one for each layer, shared by its neurons"
    yield from (f"  {layer}: {random.uniform(-0.5, 0.5):.2f}" for layer in layers)
    yield f"target: {_target(sources, loss, random)}"
    yield "learning_rate: 0.5"
    yield f"activation: {_activation(activation, loss, layers)}"
    yield f"loss: {loss}"
    yield "rounding: 4  # decimals carried from line to line; without this line, full precision"


def _layer_names(layers: int) -> list[str]:
    """``hidden`` and ``output``; several hidden layers are numbered."""
    hidden = layers - 1
    names = ["hidden"] if hidden == 1 else [f"hidden{number}" for number in range(1, hidden + 1)]
    return [*names, "output"]


def _target(outputs: Sequence[str], loss: str, random: Random) -> str:
    """A target that the loss can take: a class where it wants a distribution."""
    if LOSSES[loss].distribution:
        of_class = random.randrange(len(outputs))
        targets = [str(int(number == of_class)) for number in range(len(outputs))]
    else:
        targets = [f"{random.uniform(0, 1):.2f}" for _ in outputs]
    return targets[0] if len(targets) == 1 else yaml_text.row(targets)


def _activation(activation: str, loss: str, layers: Sequence[str]) -> str:
    """The activation of all layers, but for an output layer whose loss wants probabilities."""
    output = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}.get(loss, activation)
    if output == activation:
        return activation
    return yaml_text.flow({**dict.fromkeys(layers[:-1], activation), "output": output})
