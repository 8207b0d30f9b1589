"""The parts of a script, derived once for every target: arrays, masks, examples, settings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from backprop_cli.errors import UsageError
from backprop_cli.export.arrays import Array, Matrix, array_of, flat
from backprop_cli.export.graph import safe_name, why_no_matrices
from backprop_cli.export.reading import Reading
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.optimizers import DECAY, OPTIMIZERS, T, goes_by_error
from backprop_cli.functions.reductions import REDUCTIONS, Reduction
from backprop_cli.network.exercise import Exercise, Figure
from backprop_cli.network.neurons import Layer
from backprop_cli.network.structure import LEARNING_RATE, Network


@dataclass(frozen=True)
class LayerArrays:
    """One layer: its arrays, and its activation function with its settings.

    ``weights`` have a row for each neuron. A ``bias`` that the layer shares is a vector of one.
    """

    layer: Layer
    number: int
    weights: Array
    bias: Array | None
    slope: Array | None

    @property
    def shares_bias(self) -> bool:
        """True if one bias serves several neurons."""
        return self.bias is not None and len(self.bias.values) < len(self.weights.values)

    @property
    def arrays(self) -> tuple[Array, ...]:
        """Those that it has, in the order of a script."""
        return tuple(array for array in (self.weights, self.bias, self.slope) if array is not None)

    @property
    def settings(self) -> Mapping[str, str]:
        """The settings of its activation function as code: numbers, or a trained slope's name."""
        if self.slope is not None:
            return {"slope": self.slope.name}
        row = ACTIVATIONS.get(self.layer.activation)
        chosen = {**(row.settings if row else {}), **dict(self.layer.settings)}
        return {name: repr(float(value)) for name, value in chosen.items()}


@dataclass(frozen=True)
class Description:
    """A network, its examples and its training, as a script says them.

    ``configuration`` is where they come from, ``file`` what the script is called (both for a
    comment alone). The examples are ``x`` and ``y``, a row each, or in ``data``. ``batch_size``
    is None where all examples go into one update. ``settings`` are the optimizer's numbers by
    name, the learning rate first. ``epochs_done`` and ``updates_done`` count earlier training,
    from which the script is to go on. Where the layers are no matrices, ``graph`` says why; there
    are no ``layers`` then, and every parameter is an array of one number, in ``singles``.
    ``strength`` is that of the penalty, if the network has one.
    """

    configuration: str
    file: str
    epochs: int
    network: Network
    layers: tuple[LayerArrays, ...]
    x: Matrix
    y: Matrix
    data: Reading | None
    batch_size: int | None
    shuffle: bool
    seed: int
    settings: Mapping[str, float]
    epochs_done: int
    updates_done: int
    graph: str = ""
    singles: tuple[Array, ...] = ()
    strength: float = 0.0

    @property
    def arrays(self) -> Iterator[Array]:
        """All arrays in forward order."""
        return chain(chain.from_iterable(layer.arrays for layer in self.layers), self.singles)

    @property
    def by_parameter(self) -> Iterator[tuple[str, Array]]:
        """The parameters of a network that is no matrices, each with its array."""
        return zip(self.network.parameters, self.singles, strict=True)

    @property
    def reduction(self) -> Reduction | None:
        """The reduction of several examples' losses; None where there is only one."""
        return REDUCTIONS[self.network.reduction] if len(self.x) > 1 else None

    @property
    def penalized(self) -> tuple[Array, ...]:
        """The arrays that the penalty is on."""
        network = self.network
        if self.graph:
            return tuple(one for name, one in self.by_parameter if name in network.penalized)
        biases = [layer.bias for layer in self.layers if network.penalizes_biases and layer.bias]
        return (*(layer.weights for layer in self.layers), *biases)

    @property
    def trained(self) -> tuple[Array, ...]:
        """The arrays that are trained, at least in part."""
        return tuple(array for array in self.arrays if array.is_trained)

    @property
    def is_masked(self) -> bool:
        """True if anything is trained in part only."""
        return any(array.is_masked for array in self.arrays)

    @property
    def counts(self) -> bool:
        """True if the number of the update enters."""
        return OPTIMIZERS[self.network.optimizer].counts and bool(self.trained)

    @property
    def running(self) -> tuple[str, ...]:
        """The optimizer's running quantities that are not 0 throughout, as they are at first."""
        return tuple(
            quantity.name
            for quantity in OPTIMIZERS[self.network.optimizer].state
            if any(any(flat(array.running[quantity.name])) for array in self.trained)
        )

    @property
    def activations(self) -> frozenset[str]:
        """The names of the activation functions in use."""
        return frozenset(layer.layer.activation for layer in self.layers)


def describe(
    exercise: Exercise, configuration: str, file: str, epochs: int, data: Reading | None = None
) -> Description:
    """Describe an exercise; ``data`` says how its examples are read, else they are written out.

    Raises UsageError for one that is not trained, or not by gradients.
    """
    if not exercise.network.learns:
        missing = "a learning_rate" if exercise.network.aimed else "a target and a learning_rate"
        raise UsageError(f"a script trains a network: add {missing}")
    network, numbers = exercise.network, exercise.numbers
    if goes_by_error(network):
        raise UsageError(
            "a script trains by gradients, and the perceptron rule has none; use another "
            "optimizer, such as sgd, and an activation such as sigmoid"
        )
    if network.loss_formula is not None:
        raise UsageError(
            "a script has its library's losses, and this one is a formula of its own; use a loss "
            "with a name, such as mean_squared_error"
        )
    graph = why_no_matrices(network)
    row = OPTIMIZERS[network.optimizer]
    names = (*network.inputs, *network.targets)
    rows = [one.floats for one in exercise.examples]
    rows = rows or [tuple(float(numbers[name]) for name in names)]
    width, size = len(network.inputs), exercise.batches.size
    entering = [LEARNING_RATE, *([DECAY.name] if network.decays else [])]
    return Description(
        configuration,
        file,
        epochs,
        network,
        () if graph else tuple(_layers(network, numbers)),
        tuple(row[:width] for row in rows),
        tuple(row[width:] for row in rows),
        data,
        size if size < len(rows) else None,
        exercise.batches.shuffle,
        exercise.batches.seed,
        {name: float(numbers[name]) for name in (*entering, *row.settings)},
        exercise.trained.epochs,
        int(numbers[T.name]) - 1 if row.counts else 0,
        graph,
        tuple(
            array_of(safe_name(name), [name], network, numbers)
            for name in (network.parameters if graph else ())
        ),
        float(numbers[network.penalty]) if network.penalty else 0.0,
    )


def _layers(network: Network, numbers: Mapping[str, Figure]) -> Iterator[LayerArrays]:
    sources: Sequence[str] = network.inputs
    for number, layer in enumerate(network.layers, 1):
        edges = [{edge.source: edge.weight for edge in one.edges} for one in layer.neurons]
        weights = [[fan.get(source) for source in sources] for fan in edges]
        biases = [neuron.bias for neuron in layer.neurons]
        if len(set(biases)) == 1:
            biases = biases[:1]
        yield LayerArrays(
            layer,
            number,
            array_of(f"W{number}", weights, network, numbers),
            array_of(f"b{number}", biases, network, numbers) if any(biases) else None,
            array_of(f"slope{number}", [layer.slope], network, numbers) if layer.slope else None,
        )
        sources = [neuron.name for neuron in layer.neurons]
