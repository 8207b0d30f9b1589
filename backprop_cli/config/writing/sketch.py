"""An exercise in the making: its shape, and as many of its numbers as are known."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.errors import UsageError
from backprop_cli.functions.softmax import SOFTMAX

# Enough for any network that is read; larger ones come out of a program, not of a template.
MOST_NEURONS = 1000

USUAL = "sigmoid"

# How biases are given: one for each neuron, one for each layer, none, or as suits each layer.
BIASES = ("own", "shared", "none")
SUITABLE = ""

# Of which activation the output layer is where a loss wants probabilities.
WANTED = {"cross_entropy": SOFTMAX, "binary_cross_entropy": "sigmoid"}

Numbers = tuple[Decimal, ...] | None  # None: to be drawn


class Sketch(NamedTuple):
    """The layers' sizes, inputs first, and what else is known.

    ``weights`` are in reading order, w1, w2, …, and ``bias_values`` likewise, b1, b2, … With
    ``skips``, a layer is also fed by what stands before the layer before it.
    """

    sizes: tuple[int, ...]
    activation: str = USUAL
    loss: str = "half_squared_error"
    biases: str = SUITABLE
    optimizer: str = "sgd"
    rate: Decimal | None = None
    inputs: Numbers = None
    weights: Numbers = None
    bias_values: Numbers = None
    targets: Numbers = None
    skips: bool = False

    @property
    def functions(self) -> list[str]:
        """The activation of every layer."""
        return [self.activation] * (len(self.sizes) - 2) + [WANTED.get(self.loss, self.activation)]

    @property
    def layers(self) -> list[str]:
        """The layers' names: ``hidden`` and ``output``; several hidden layers are numbered."""
        hidden = len(self.sizes) - 2
        numbered = [f"hidden{number}" for number in range(1, hidden + 1)]
        return [*(["hidden"] if hidden == 1 else numbered), "output"]

    @property
    def nodes(self) -> list[list[str]]:
        """The names of the inputs and of each layer's neurons."""
        *before, outputs = self.sizes
        found = [[f"x{number}" for number in range(1, before[0] + 1)]]
        count = 0
        for size in before[1:]:
            found.append([f"h{count + number}" for number in range(1, size + 1)])
            count += size
        last = ["out"] if outputs == 1 else [f"o{number}" for number in range(1, outputs + 1)]
        return [*found, last]

    @property
    def sources(self) -> list[list[str]]:
        """The names of what feeds each layer."""
        nodes = self.nodes[:-1]
        past = [[], *nodes] if self.skips else [[]] * len(nodes)
        return [[*before, *skipped] for before, skipped in zip(nodes, past, strict=False)]

    @property
    def edges(self) -> list[tuple[str, str]]:
        """The source and the neuron of each weight, w1 first."""
        return [
            (source, neuron)
            for sources, neurons in zip(self.sources, self.nodes[1:], strict=True)
            for neuron in neurons
            for source in sources
        ]

    @property
    def bias_kinds(self) -> list[str]:
        """The kind of biases that each layer has.

        A bias that all neurons of a softmax share changes none of its outputs, and learns nothing.
        """
        if self.biases != SUITABLE:
            return [self.biases] * len(self.layers)
        return ["own" if name == SOFTMAX else "shared" for name in self.functions]

    @property
    def bias_places(self) -> list[str]:
        """The owners of b1, b2, …: a layer or a neuron."""
        places: list[str] = []
        kinds = zip(self.layers, self.nodes[1:], self.bias_kinds, strict=True)
        for layer, neurons, kind in kinds:
            places += neurons if kind == "own" else [f"the {layer} layer"] * (kind == "shared")
        return places

    @property
    def numbers(self) -> tuple[Numbers, ...]:
        """All that may be drawn."""
        biases = self.bias_values if self.bias_places else ()
        return (self.inputs, self.weights, biases, self.targets)

    def fans(self) -> Iterator[list[list[Decimal]]]:
        """The weights by layer, neuron and source, once they are known."""
        assert self.weights is not None
        left = list(self.weights)
        for before, neurons in zip(self.sources, self.sizes[1:], strict=True):
            sources, count = len(before), len(before) * neurons
            yield [left[at : at + sources] for at in range(0, count, sources)]
            del left[:count]

    def layer_biases(self) -> Iterator[list[Decimal]]:
        """The biases of each layer, as many as it has, once they are known."""
        assert self.bias_values is not None
        left = list(self.bias_values)
        for neurons, kind in zip(self.sizes[1:], self.bias_kinds, strict=True):
            count = {"own": neurons, "shared": 1, "none": 0}[kind]
            yield left[:count]
            del left[:count]


def sizes_of(text: str) -> tuple[int, ...]:
    """The layers' sizes, inputs first, from ``2-3-1``. Raises UsageError for anything else."""
    if not re.fullmatch(r"[0-9]{1,4}(-[0-9]{1,4})+", text, re.ASCII):
        raise UsageError(
            f"{text!r} is not a list of sizes; write the inputs, each layer and the outputs, "
            "such as 2-3-1"
        )
    sizes = tuple(int(size) for size in text.split("-"))
    if 0 in sizes or max(sizes) > MOST_NEURONS:
        raise UsageError(f"{text}: a layer has from 1 to {MOST_NEURONS} neurons")
    return sizes


def dead_end(sketch: Sketch) -> str | None:
    """The reason why a shape makes no exercise, and what to do; None if one does."""
    *hidden, last = sketch.functions
    if sketch.skips and not hidden:
        return "there is no layer that a connection could skip; give it one, such as 2-3-1"
    if last == SOFTMAX and sketch.sizes[-1] == 1:
        if sketch.activation == SOFTMAX:
            cure = "choose another activation"
            return f"a softmax of one output is always 1; give it several outputs, or {cure}"
        return (
            f"{sketch.loss} compares several classes, and of one output its softmax is always 1; "
            "give it several outputs, or choose the loss binary_cross_entropy"
        )
    if SOFTMAX in hidden and 1 in sketch.sizes[1:-1]:
        return (
            "a softmax of one neuron is always 1; give each layer several, or choose another "
            "activation"
        )
    return None


def of_classes(sketch: Sketch) -> Sketch:
    """The sketch with softmax at its output alone, where people mean it, and the loss for that."""
    return sketch._replace(activation=USUAL, loss="cross_entropy")


def with_biases(sketch: Sketch, values: Sequence[Decimal]) -> Sketch | None:
    """The sketch with these biases, one for each layer or for each neuron; None if neither fits."""
    for kind in (sketch.biases, *BIASES):
        found = sketch._replace(biases=kind, bias_values=tuple(values))
        if len(found.bias_places) == len(values):
            return found
    return None
