"""The given side of a working, as a lesson shows it: the network, its numbers and its examples."""

from collections.abc import Iterator, Sequence
from functools import partial

from backprop_cli.algebra.expression import DOTS, Number, Relation, Symbol
from backprop_cli.algebra.prose import Prose, enumerated, joined, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.lesson.blocks import (
    Block,
    Column,
    Equations,
    Heading,
    Paragraph,
    Role,
    Table,
)
from backprop_cli.lesson.equations import given_equation
from backprop_cli.lesson.reasons import (
    bias_place,
    layer_formulas,
    layer_notes,
    slope_place,
    weight_place,
)
from backprop_cli.network.neurons import Function, Layer
from backprop_cli.network.parameters import FACTOR
from backprop_cli.network.structure import Network
from backprop_cli.runs.run import Run
from backprop_cli.wording import counted

# With more parameters than this a working is too long to read in full.
READABLE = 40

# Up to so many examples are shown in a table beforehand.
MOST_EXAMPLES = 12


def readable(network: Network) -> bool:
    """True if a working is short enough to be read in full."""
    return len(network.parameters) <= READABLE


def capital(layer: Layer) -> str:
    """The name of a layer in a heading, beside other words."""
    return f"{layer.name[0].upper()}{layer.name[1:]}"


def layer_title(layer: Layer) -> str:
    """The heading of a layer."""
    return f"{capital(layer)} Layer"


def architecture(network: Network) -> Iterator[Block]:
    """The layers, and the activation functions in them."""
    yield Heading(1, "Forward & Backpropagation")
    yield Heading(2, "Network Architecture")
    yield _members("Input Layer", network.inputs)
    for layer in network.layers[:-1]:
        yield _members(layer_title(layer), [neuron.name for neuron in layer.neurons])
    predictions = {output.name: network.prediction(output) for output in network.outputs}
    last = [predictions.get(neuron.name, neuron.name) for neuron in network.layers[-1].neurons]
    yield _members(layer_title(network.layers[-1]), last)
    for layer, names in by_function(network).items():
        everywhere = len(names) == len(network.layers)
        layers = " layers" if len(names) > 1 else " layer"
        where = "in every layer" if everywhere else prose("in the ", enumerated(names), layers)
        yield Paragraph(prose("The activation function ", where, f" is {layer.activation}:"))
        yield Equations((layer_formulas(layer)[0],))
        for note in layer_notes(layer):
            yield Paragraph(note)


def by_function(network: Network) -> dict[Layer, list[str]]:
    """The first layer with each activation function, and the names of all that have it."""
    found: dict[Function, tuple[Layer, list[str]]] = {}
    for layer in network.layers:
        for function in layer.functions():
            name, settings, slope = function
            own = layer._replace(activation=name, settings=settings, slope=slope)
            found.setdefault(function, (own, []))[1].append(layer.name)
    return dict(found.values())


def _members(layer: str, names: Sequence[str]) -> Paragraph:
    found = [*map(Symbol, names)]
    shortened = found if len(found) <= 12 else (*found[:10], DOTS, found[-1])
    count = counted(len(names), "neuron")
    return Paragraph(prose(f"{layer}: {count} → ", joined(shortened)), bullet=True)


def initial_values(run: Run) -> Iterator[Block]:
    """Inputs, parameters and targets, and before them which of several examples is worked."""
    network, working = run.exercise.network, run.working
    given, initial = working.given, run.exercise.numbers
    trained = any(given[name] != initial[name] for name in network.parameters)
    yield Heading(2, "1. Values before This Update" if trained else "1. Initial Values")
    if run.exercise.examples:
        yield from _examples(run)
    yield Heading(3, "1.1 Inputs:")
    yield Equations(tuple(given_equation(working, name) for name in network.inputs))
    yield Heading(3, "1.2 Weights:")
    yield from _weights(network, working)
    yield Heading(3, "1.3 Biases:")
    yield from _biases(network, working)
    if network.slopes:
        yield Heading(3, "1.4 Slopes:")
        slopes = network.slopes
        yield _given(working, slopes, [slope_place(network, name) for name in slopes])
    others = network.of_kind(FACTOR)
    if others:
        yield Heading(3, f"{'1.5' if network.slopes else '1.4'} Parameters of Formulas:")
        yield Equations(tuple(given_equation(working, name) for name in others))
    if network.aimed:
        yield Heading(3, "Actual Target Output:")
        yield Equations(tuple(given_equation(working, name) for name in network.targets))
    else:
        yield Paragraph(
            prose("Without a target, what is derived is the output ", Symbol(network.derived), ".")
        )


def _weights(network: Network, working: AnyWorking) -> Iterator[Block]:
    if not network.weights:
        yield Paragraph("This network has no weights.")
        return
    if not readable(network):
        first, *_, last = map(Symbol, network.weights)
        count = counted(len(network.weights), "weight")
        yield Paragraph(
            prose(f"{count}, ", first, " to ", last, ": see the column Old Value below.")
        )
        return
    said: set[str] = set()  # a weight that is used several times is given once
    names = ["Input", *map(capital, network.layers)]
    for before, layer in zip(names, network.layers, strict=False):
        edges = [edge.weight for neuron in layer.neurons for edge in neuron.edges]
        weights = [name for name in dict.fromkeys(edges) if name not in said]
        if weights:
            said.update(weights)
            yield Heading(4, f"{before} to {layer_title(layer)}:")
            yield _given(working, weights, [weight_place(network, name) for name in weights])


def _biases(network: Network, working: AnyWorking) -> Iterator[Block]:
    if not network.biases:
        yield Paragraph("This network has no biases.")
        return
    biases = network.biases
    yield _given(working, biases, [bias_place(network, name) for name in biases])
    b = Symbol("b")
    yield Paragraph(
        prose(
            *("A bias shifts a neuron's weighted sum, as the intercept ", b, " shifts the line "),
            *(Relation(Symbol("y"), "=", Symbol("mx") + b), "."),
        )
    )


def _given(working: AnyWorking, names: Sequence[str], places: Sequence[Prose]) -> Equations:
    """Parameters with their numbers, and the place of each beside it."""
    return Equations(tuple(map(partial(given_equation, working), names, places)))


def _examples(run: Run) -> Iterator[Block]:
    """Which example of how many is worked, what happened before it, and all of a few."""
    exercise = run.exercise
    network, count, size = exercise.network, exercise.example_count, exercise.batches.size
    one_update = "all of them" if size >= count else counted(size, "example")
    order = "in an order that is shuffled every epoch" if exercise.batches.shuffle else "in order"
    updates = f" Each update uses {one_update}, {order}." if network.aimed else ""
    yield Paragraph(
        f"There are {count} examples.{updates} "
        f"This is the solution for example {run.shown.example + 1}."
    )
    if run.shown.earlier:
        updates = counted(run.shown.earlier, "update")
        yield Paragraph(f"The parameters are those after {updates} in this epoch.")
    if count <= MOST_EXAMPLES:
        targets = network.targets
        arithmetic = run.working.arithmetic
        rows: tuple[tuple[Prose, ...], ...] = tuple(
            (
                str(number),
                *(Number(arithmetic.given_figure(n)) for n in (*one.inputs, *one.targets)),
            )
            for number, one in enumerate(exercise.examples, 1)
        )
        columns = (Column(Symbol(name), Role.GIVEN) for name in (*network.inputs, *targets))
        yield Table("Examples", (Column("Example", Role.QUANTITY), *columns), rows)
