"""What a network is: inputs, layers of neurons, and the names of every quantity in it.

Structure only. The numbers live apart from it, in a plain mapping from a quantity's name to its
value, so one network can be worked with many sets of numbers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from random import Random
from typing import NamedTuple

LEARNING_RATE = "learning_rate"
LOSS = "Loss"

Settings = tuple[tuple[str, Decimal], ...]

# A number as it was typed, with all its digits, or one that was calculated.
Figure = Decimal | float


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
    otherwise than by default, e.g. the slope of leaky_relu. ``slope`` is the name of the parameter
    that stands for the slope of parametric_relu, shared by the layer (None: it has none).
    """

    name: str
    neurons: tuple[Neuron, ...]
    activation: str = "sigmoid"
    settings: Settings = ()
    slope: str | None = None


@dataclass(frozen=True)
class Network:
    """A feed-forward network, fully or sparsely connected.

    ``layers`` run from the first hidden layer to the output layer; every edge of a layer comes
    from the layer before it (of the first layer: from the inputs). ``loss`` names a row of
    ``losses.py``. ``frozen`` holds the parameters that an update leaves as they are; the others
    are updated by the row ``optimizer`` of ``optimizers.py``, with weight decay if it ``decays``.
    """

    inputs: tuple[str, ...]
    layers: tuple[Layer, ...]
    loss: str = "half_squared_error"
    frozen: frozenset[str] = frozenset()
    optimizer: str = "sgd"
    decays: bool = False

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

    @cached_property
    def slopes(self) -> tuple[str, ...]:
        """The names of the trained slopes, in forward order."""
        return tuple(layer.slope for layer in self.layers if layer.slope is not None)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Every weight, then every bias, then every slope."""
        return self.weights + self.biases + self.slopes

    @cached_property
    def updated(self) -> tuple[str, ...]:
        """The parameters that an update moves."""
        return tuple(name for name in self.parameters if name not in self.frozen)

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


class Example(NamedTuple):
    """One example: a number for each input and for each output's target, in their order."""

    inputs: tuple[Figure, ...]
    targets: tuple[Figure, ...]

    @property
    def floats(self) -> tuple[float, ...]:
        """The inputs, then the targets."""
        return tuple(map(float, (*self.inputs, *self.targets)))


class Batches(NamedTuple):
    """How an epoch goes through the examples: so many to an update, in order or shuffled."""

    size: int = 1
    shuffle: bool = False
    seed: int = 0

    def of_epoch(self, epoch: int, examples: int) -> list[tuple[int, ...]]:
        """The batches of one epoch, each as the positions of its examples, counted from 0.

        The order of an epoch depends on the seed and on the epoch alone, so that training can be
        taken up again anywhere. Only ``random()`` is drawn from, whose sequence Python promises.
        """
        order: Sequence[int] = range(examples)
        if self.shuffle:
            random = Random(f"{self.seed}/{epoch}")
            order = sorted(order, key=[random.random() for _ in order].__getitem__)
        return [tuple(order[at : at + self.size]) for at in range(0, examples, self.size)]


class DataFile(NamedTuple):
    """Where examples were read from, and how.

    ``file`` is the path as it was written, relative to ``folder`` if it is relative; ``inputs`` and
    ``target`` name columns of the file; ``standardize`` says whether the inputs were standardized.
    ``classes`` are what the outputs stand for in a target column of classes, as it has them;
    ``delimiter`` separates the file's cells.
    """

    file: str
    folder: str
    inputs: tuple[str, ...]
    target: str | tuple[str, ...]
    standardize: bool
    classes: tuple[str | int, ...] = ()
    delimiter: str = ","


class Trained(NamedTuple):
    """What training has done: how many epochs, and the losses that later ones are held against.

    ``first_loss`` is the loss before the first epoch, ``compared_loss`` that after the last full
    hundred of epochs, where they are known.
    """

    epochs: int = 0
    first_loss: float | None = None
    compared_loss: float | None = None


class Exercise(NamedTuple):
    """A network together with its numbers: what a configuration file describes.

    ``numbers`` holds the parameters, the learning rate, the optimizer's settings and state, and
    the inputs and targets (of the first of several examples), by name, each with the digits that
    were typed. ``rounding`` is the number of decimals carried from line to line (None: float64
    throughout). ``order`` names parameters in the order in which their gradients are to be
    explained; those it leaves out follow in the default order. ``examples`` are all examples,
    where there are several, ``data`` is the file that they come from, if they do, and ``batches``
    says how an epoch goes through them. ``trained`` says which training has led to the numbers.
    """

    network: Network
    numbers: Mapping[str, Figure]
    rounding: int | None = None
    order: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    batches: Batches = Batches()
    data: DataFile | None = None
    trained: Trained = Trained()

    @property
    def example_count(self) -> int:
        """How many examples there are."""
        return len(self.examples) or 1

    def given(self, example: int) -> Mapping[str, Figure]:
        """Every number that a working of one example starts from; examples count from 0."""
        if not self.examples:
            return self.numbers
        network, (inputs, targets) = self.network, self.examples[example]
        names = (*network.inputs, *map(network.target, network.outputs))
        return {**self.numbers, **dict(zip(names, (*inputs, *targets), strict=True))}

    def batches_until(self, example: int, epoch: int = 1) -> list[tuple[int, ...]]:
        """The batches of an epoch up to the one that holds an example, each of positions from 0."""
        batches = self.batches.of_epoch(epoch, self.example_count)
        last = next(number for number, batch in enumerate(batches) if example in batch)
        return batches[: last + 1]

    @property
    def classifies(self) -> bool:
        """Whether the targets of several examples stand for classes.

        They do if one output is 1 and all others are 0, or if all targets of the only output are
        0 or 1.
        """
        least = 0 if len(self.network.outputs) == 1 else 1
        return bool(self.examples) and all(
            set(example.targets) <= {0, 1} and least <= sum(example.targets) <= 1
            for example in self.examples
        )
