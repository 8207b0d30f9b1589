"""Neurons, what feeds them, and the layers that they stand in."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression, symbols

Settings = tuple[tuple[str, Decimal], ...]


class Function(NamedTuple):
    """An activation function: a row of ``activations.py``, or softmax.

    ``settings`` is what is set of it otherwise than by default, e.g. the slope of leaky_relu.
    ``slope`` is the parameter that stands for the slope of parametric_relu (None: it has none).
    """

    name: str = "sigmoid"
    settings: Settings = ()
    slope: str | None = None


class Edge(NamedTuple):
    """A weighted connection from the input or neuron ``source``; ``weight`` is w1, w2 and so on.

    A weight that several edges name is one parameter, which they share.
    """

    source: str
    weight: str


class Neuron(NamedTuple):
    """One neuron: what feeds it, and the name of the bias added to it (None: it has none).

    ``function`` is its activation function (None: its layer's). A neuron may be a ``formula``
    instead, in the names of inputs, earlier neurons and parameters; it has no edges then, and no
    activation function.
    """

    name: str
    edges: tuple[Edge, ...] = ()
    bias: str | None = None
    function: Function | None = None
    formula: Expression | None = None

    @property
    def weighted_sum(self) -> str:
        """The name of its weighted sum, e.g. ``z_h1``; a formula has none."""
        return f"z_{self.name}"

    @property
    def activation(self) -> str:
        """The name of what it feeds forward, e.g. ``a_h1``; that of a formula is its own."""
        return f"a_{self.name}" if self.formula is None else self.name

    @property
    def fed_by(self) -> Iterator[str]:
        """The names of what feeds it; in a formula also those of parameters."""
        for edge in self.edges:
            yield edge.source
        if self.formula is not None:
            yield from (symbol.name for symbol in symbols(self.formula))

    @property
    def quantities(self) -> tuple[str, ...]:
        """The names of all that is worked out at it in the forward pass, in order."""
        if self.formula is not None:
            return (self.activation,)
        return self.weighted_sum, self.activation


class Layer(NamedTuple):
    """Neurons under one heading.

    ``activation``, ``settings`` and ``slope`` are the activation function of those that have none
    of their own (see `Function`). A softmax takes all of a layer's neurons together that have it.
    """

    name: str
    neurons: tuple[Neuron, ...]
    activation: str = "sigmoid"
    settings: Settings = ()
    slope: str | None = None

    @property
    def function(self) -> Function:
        """The activation function of the neurons that have none of their own."""
        return Function(self.activation, self.settings, self.slope)

    def functions(self) -> Mapping[Function, tuple[Neuron, ...]]:
        """The activation functions in the layer, in order, and the neurons that have each."""
        found: dict[Function, list[Neuron]] = {}
        for neuron in self.neurons:
            if neuron.formula is None:
                found.setdefault(neuron.function or self.function, []).append(neuron)
        return {function: tuple(neurons) for function, neurons in found.items()}
