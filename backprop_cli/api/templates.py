"""New exercises from their sizes: what is not known of a sketch is drawn."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from backprop_cli.config.writing.sketch import Numbers, Sketch
from backprop_cli.config.writing.template import written
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.optimizers import DECAY, OPTIMIZERS, initial_state
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.network.exercise import Exercise
from backprop_cli.network.neurons import Edge, Layer, Neuron
from backprop_cli.network.structure import LEARNING_RATE, Network
from backprop_cli.runs.worksheets.drawing import drawing
from backprop_cli.runs.worksheets.numbers import BOUNDED

# What stands where a number is to be drawn: it says of which kind the number is.
TO_BE_DRAWN = Decimal("0.5")


def template(sizes: Sequence[int], activation: str, loss: str, seed: int) -> str:
    """A configuration of which all numbers are drawn."""
    sketch = Sketch(tuple(sizes), activation, loss)
    return written(completed(sketch, seed), f"its numbers are drawn with seed {seed}")


def completed(sketch: Sketch, seed: int) -> Sketch:
    """The sketch with all its numbers, those drawn that were not known; see `drawing`."""
    known = stood_in(sketch)
    network = network_of(known)
    named = (network.inputs, network.weights, network.biases, network.targets)
    given = sketch._replace(bias_values=sketch.bias_values if sketch.bias_places else ())
    kept = {
        name
        for names, values in zip(named, given.numbers, strict=True)
        if values is not None
        for name in names
    }
    exercise = drawing(_exercise(known, network), seed, kept).exercise

    def drawn(names: Sequence[str]) -> tuple[Decimal, ...]:
        return tuple(Decimal(exercise.numbers[name]) for name in names)

    inputs, weights, biases, targets = map(drawn, named)
    return known._replace(inputs=inputs, weights=weights, bias_values=biases, targets=targets)


def stood_in(sketch: Sketch) -> Sketch:
    """The sketch with some number of the right kind wherever one is to be drawn."""
    return sketch._replace(
        rate=sketch.rate or suitable_rate(sketch),
        inputs=sketch.inputs or (TO_BE_DRAWN,) * sketch.sizes[0],
        weights=sketch.weights or (TO_BE_DRAWN,) * len(sketch.edges),
        bias_values=sketch.bias_values or (TO_BE_DRAWN,) * len(sketch.bias_places),
        targets=sketch.targets or _kind_of_targets(sketch),
    )


def suitable_rate(sketch: Sketch) -> Decimal:
    """A learning rate that suits; the steps of adam are about as long as the rate itself."""
    if sketch.optimizer.startswith("adam"):
        return Decimal("0.01")
    gentle = sketch.optimizer == "sgd" and BOUNDED.issuperset(sketch.functions)
    return Decimal("0.5") if gentle else Decimal("0.1")


def network_of(sketch: Sketch) -> Network:
    """The network of a sketch, as the configuration that is written of it describes it."""
    weights = (f"w{number}" for number, _ in enumerate(sketch.edges, 1))
    biases = (f"b{number}" for number, _ in enumerate(sketch.bias_places, 1))
    nodes = zip(sketch.sources, sketch.nodes[1:], strict=True)
    layers = zip(sketch.layers, nodes, sketch.functions, sketch.bias_kinds, strict=True)
    return Network(
        tuple(sketch.nodes[0]),
        tuple(
            Layer(name, tuple(_neurons(sources, neurons, kind, weights, biases)), function)
            for name, (sources, neurons), function, kind in layers
        ),
        sketch.loss,
        optimizer=sketch.optimizer,
        decays=OPTIMIZERS[sketch.optimizer].weight_decay is not None,
    )


def _neurons(
    sources: Sequence[str],
    names: Sequence[str],
    kind: str,
    weights: Iterator[str],
    biases: Iterator[str],
) -> Iterator[Neuron]:
    shared = next(biases) if kind == "shared" else None
    for name in names:
        edges = tuple(Edge(source, next(weights)) for source in sources)
        yield Neuron(name, edges, next(biases) if kind == "own" else shared)


def _exercise(sketch: Sketch, network: Network) -> Exercise:
    """An exercise of a sketch whose numbers are all known, or stand where one is to be drawn."""
    row = OPTIMIZERS[sketch.optimizer]
    numbers = {**row.settings, **initial_state(network), LEARNING_RATE: sketch.rate or Decimal(0)}
    if row.weight_decay is not None:
        numbers[DECAY.name] = row.weight_decay
    names = (network.inputs, network.weights, network.biases, network.targets)
    for group, values in zip(names, sketch.numbers, strict=True):
        numbers.update(zip(group, values or (), strict=True))
    return Exercise(network, numbers)


def _kind_of_targets(sketch: Sketch) -> Numbers:
    """Targets of the kind that the loss takes: a class where they are or should be one."""
    outputs, loss = sketch.sizes[-1], LOSSES[sketch.loss]
    if loss.targets and loss.only_ends:
        return (loss.targets[0],) * outputs
    if loss.distribution or sketch.functions[-1] == SOFTMAX:
        return (Decimal(1), *(Decimal(0),) * (outputs - 1))
    return (TO_BE_DRAWN,) * outputs
