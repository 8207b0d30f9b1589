"""What a script is to build, derived once for every target: arrays, masks, examples, settings."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from backprop_cli.activations import ACTIVATIONS
from backprop_cli.complaint import UsageError
from backprop_cli.export.reading import Reading
from backprop_cli.network import LEARNING_RATE, Exercise, Figure, Layer, Network
from backprop_cli.optimizers import DECAY, OPTIMIZERS, T, state_of

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]
Entries = Vector | Matrix


class Array(NamedTuple):
    """A matrix or vector of parameters under the name that it has in a script.

    ``trained`` has the shape of ``values``, with 1 for what an update moves and 0 for a frozen
    parameter or one that there is not (an edge or a bias left out), whose value is 0.
    """

    name: str
    values: Entries
    trained: Entries

    @property
    def is_trained(self) -> bool:
        """Whether an update moves any of it."""
        return any(flat(self.trained))

    @property
    def is_masked(self) -> bool:
        """Whether an update moves some of it and leaves the rest."""
        return self.is_trained and not all(flat(self.trained))

    @property
    def moving(self) -> Entries:
        """The values of what is trained, 0 elsewhere."""
        return _where(self.trained, self.values, 1.0)

    @property
    def fixed(self) -> Entries:
        """The values of what is not trained, 0 elsewhere."""
        return _where(self.trained, self.values, 0.0)


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
        """Whether one bias serves several neurons."""
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
    name, the learning rate first.
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

    @property
    def arrays(self) -> Iterator[Array]:
        """All arrays in forward order."""
        return chain.from_iterable(layer.arrays for layer in self.layers)

    @property
    def trained(self) -> tuple[Array, ...]:
        """The arrays that are trained, at least in part."""
        return tuple(array for array in self.arrays if array.is_trained)

    @property
    def is_masked(self) -> bool:
        """Whether anything is trained in part only."""
        return any(array.is_masked for array in self.arrays)

    @property
    def counts(self) -> bool:
        """Whether the number of the update enters."""
        return OPTIMIZERS[self.network.optimizer].counts and bool(self.trained)

    @property
    def activations(self) -> frozenset[str]:
        """The names of the activation functions in use."""
        return frozenset(layer.layer.activation for layer in self.layers)


def describe(
    exercise: Exercise, configuration: str, file: str, epochs: int, data: Reading | None = None
) -> Description:
    """Describe an exercise; its examples are written out unless ``data`` says where to read them.

    Raises UsageError where the optimizer is to go on from running quantities.
    """
    network, numbers = exercise.network, exercise.numbers
    if any(numbers[name] for name in state_of(network)) or numbers.get(T.name, 1) != 1:
        message = "the optimizer is to go on from an earlier run; a script starts it anew"
        raise UsageError(f"{message}, so take its running quantities out")
    names = (*network.inputs, *map(network.target, network.outputs))
    rows = [one.floats for one in exercise.examples]
    rows = rows or [tuple(float(numbers[name]) for name in names)]
    width, size = len(network.inputs), exercise.batches.size
    entering = [LEARNING_RATE, *([DECAY.name] if network.decays else [])]
    return Description(
        configuration,
        file,
        epochs,
        network,
        tuple(_layers(network, numbers)),
        tuple(row[:width] for row in rows),
        tuple(row[width:] for row in rows),
        data,
        size if size < len(rows) else None,
        exercise.batches.shuffle,
        exercise.batches.seed,
        {
            name: float(numbers[name])
            for name in (*entering, *OPTIMIZERS[network.optimizer].settings)
        },
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
            Array(
                f"W{number}",
                tuple(_values(row, numbers) for row in weights),
                tuple(_trained(row, network) for row in weights),
            ),
            _vector(f"b{number}", biases, network, numbers),
            _vector(f"slope{number}", [layer.slope], network, numbers),
        )
        sources = [neuron.name for neuron in layer.neurons]


def _vector(
    name: str, parameters: Sequence[str | None], network: Network, numbers: Mapping[str, Figure]
) -> Array | None:
    if not any(parameters):
        return None
    return Array(name, _values(parameters, numbers), _trained(parameters, network))


def _values(parameters: Sequence[str | None], numbers: Mapping[str, Figure]) -> Vector:
    return tuple(0.0 if name is None else float(numbers[name]) for name in parameters)


def _trained(parameters: Sequence[str | None], network: Network) -> Vector:
    return tuple(float(name is not None and name not in network.frozen) for name in parameters)


def flat(entries: Entries) -> Iterator[float]:
    """The entries of a vector or of a matrix, row by row."""
    for entry in entries:
        if isinstance(entry, tuple):
            yield from entry
        else:
            yield entry


def _where(trained: Entries, values: Entries, wanted: float) -> Entries:
    def row(marks: Vector, numbers: Vector) -> Vector:
        pairs = zip(marks, numbers, strict=True)
        return tuple(number if mark == wanted else 0.0 for mark, number in pairs)

    if isinstance(values[0], tuple):
        rows = zip(trained, values, strict=True)
        return tuple(row(marks, numbers) for marks, numbers in rows)  # type: ignore[arg-type]
    return row(trained, values)  # type: ignore[arg-type]
