"""What a network is: inputs, layers of neurons, and the names of every quantity in it.

Structure only. The numbers live apart from it, in a plain mapping from a quantity's name to its
value, so one network can be worked with many sets of numbers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

LEARNING_RATE = "learning_rate"
LOSS = "Loss"

Settings = tuple[tuple[str, Decimal], ...]


class Edge(NamedTuple):
    """A weighted connection from the input or neuron ``source``; ``weight`` is w1, w2 and so on."""

    source: str
    weight: str


class Neuron(NamedTuple):
    """One neuron: what feeds it, and the name of the bias added to it (None: it has none)."""

    name: str
    edges: tuple[Edge, ...]
    bias: str | None = None

    @property
    def weighted_sum(self) -> str:
        """The name of its weighted sum, e.g. ``z_h1``."""
        return f"z_{self.name}"

    @property
    def activation(self) -> str:
        """The name of its activation, e.g. ``a_h1``."""
        return f"a_{self.name}"


class Layer(NamedTuple):
    """Neurons that are computed together.

    ``activation`` names a row of ``activations.py`` or softmax, ``settings`` what is set of it
    otherwise than by default, e.g. the slope of leaky_relu.
    """

    name: str
    neurons: tuple[Neuron, ...]
    activation: str = "sigmoid"
    settings: Settings = ()


@dataclass(frozen=True)
class Network:
    """A feed-forward network, fully or sparsely connected.

    ``layers`` run from the first hidden layer to the output layer; every edge of a layer comes
    from the layer before it (of the first layer: from the inputs). ``loss`` names a row of
    ``losses.py``. ``frozen`` holds the parameters that an update leaves as they are.
    """

    inputs: tuple[str, ...]
    layers: tuple[Layer, ...]
    loss: str = "half_squared_error"
    frozen: frozenset[str] = frozenset()

    @property
    def outputs(self) -> tuple[Neuron, ...]:
        """The neurons of the last layer."""
        return self.layers[-1].neurons

    @property
    def neurons(self) -> Iterator[Neuron]:
        """Every neuron, in forward order."""
        return (neuron for layer in self.layers for neuron in layer.neurons)

    @cached_property
    def weights(self) -> tuple[str, ...]:
        """The weights' names in forward order."""
        return tuple(edge.weight for neuron in self.neurons for edge in neuron.edges)

    @cached_property
    def biases(self) -> tuple[str, ...]:
        """The biases' names in forward order, a shared one once."""
        named = (neuron.bias for neuron in self.neurons if neuron.bias is not None)
        return tuple(dict.fromkeys(named))

    @property
    def parameters(self) -> tuple[str, ...]:
        """Every weight, then every bias."""
        return self.weights + self.biases

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """From the name of an input or neuron to the quantity that it feeds forward.

        An input feeds itself (``x1``), a neuron its activation (``a_h1``).
        """
        fed = {name: name for name in self.inputs}
        fed.update((neuron.name, neuron.activation) for neuron in self.neurons)
        return fed

    def prediction(self, output: Neuron) -> str:
        """The name of an output's prediction: ``y_hat``, or ``y_hat_o1`` among several."""
        return "y_hat" if len(self.outputs) == 1 else f"y_hat_{output.name}"

    def target(self, output: Neuron) -> str:
        """The name of an output's target: ``y_true``, or ``y_true_o1`` among several."""
        return "y_true" if len(self.outputs) == 1 else f"y_true_{output.name}"

    def loss_of(self, output: Neuron) -> str:
        """The name of an output's loss: ``Loss``, or ``Loss_o1`` among several."""
        return LOSS if len(self.outputs) == 1 else f"{LOSS}_{output.name}"


class Exercise(NamedTuple):
    """A network together with its numbers: what a configuration file describes.

    ``numbers`` holds the inputs, weights, biases, targets and the learning rate by name, each
    with the digits that were typed. ``rounding`` is the number of decimals carried from line to
    line (None: float64 throughout). ``order`` names parameters in the order in which their
    gradients are to be explained; those it leaves out follow in the default order.
    """

    network: Network
    numbers: Mapping[str, Decimal]
    rounding: int | None = None
    order: tuple[str, ...] = ()
