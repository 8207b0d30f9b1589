"""The given side of a worksheet: the numbers that it starts from, and formulas of functions."""

from collections.abc import Iterator

from backprop_cli.algebra.expression import Number, Relation, Symbol
from backprop_cli.algebra.prose import Prose, enumerated, joined, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.objective import FEW, parts_of_batch
from backprop_cli.functions.losses import loss_row
from backprop_cli.functions.optimizers import goes_by_error, state_of
from backprop_cli.lesson.blocks import Block, Column, Equations, Heading, Paragraph, Role, Table
from backprop_cli.lesson.equations import result
from backprop_cli.lesson.given import by_function
from backprop_cli.lesson.perceptron import rule
from backprop_cli.lesson.reasons import layer_formulas
from backprop_cli.network.neurons import Neuron
from backprop_cli.runs.run import Run


def given(run: Run) -> Iterator[Block]:
    """The numbers that the working starts from, and the formulas of the functions."""
    network, working = run.exercise.network, run.working
    yield Heading(2, "What is given")
    if len(run.shown.batch) > 1 and len(run.shown.batch) <= FEW:
        yield _examples(run)
    else:
        yield _numbers(working, "Inputs: ", network.inputs)
        if network.aimed:
            yield _numbers(working, "Target: ", network.targets)
    said: set[str] = set()  # a parameter that is used several times is given once
    for neuron in network.neurons:
        yield Paragraph(_neuron(working, neuron, said), bullet=True)
    left = [name for name in network.parameters if name not in said]
    if left:
        yield _numbers(working, "Parameters: ", left)
    yield from _of_update(run)
    if network.aimed and not goes_by_error(network):
        yield Paragraph(prose("The loss is ", loss_row(network).title, "."))
    for layer in by_function(network):
        own, slopes = layer_formulas(layer)
        yield Equations((own, *(() if goes_by_error(network) else slopes)))
    if goes_by_error(network):
        (rows, numbered) = rule(network)
        # In words: a sheet is read, and x is no quantity of the network.
        *most, last = rows
        note = prose("(the input ", Symbol("x"), " of a bias is 1)")
        yield Equations((*most, last._replace(note=note)), numbered)


def _numbers(working: AnyWorking, title: str, names: "tuple[str, ...] | list[str]") -> Paragraph:
    numbers = joined([_is(working, name) for name in names])
    return Paragraph(prose(title, *numbers), bullet=True)


def _is(working: AnyWorking, name: str) -> Relation:
    sign = "=" if working.is_given_as_shown(name) else "≈"
    return Relation(Symbol(name), sign, result(working, name))


def _neuron(working: AnyWorking, neuron: Neuron, said: set[str]) -> Prose:
    """``h1: w1 = 0.15 from x1, w2 = 0.20 from x2, b1 = 0.35``."""
    if neuron.formula is not None:
        return Relation(Symbol(neuron.name), "=", neuron.formula)
    found: list[Prose] = []
    for edge in neuron.edges:
        once = edge.weight not in said
        weight = _is(working, edge.weight) if once else Symbol(edge.weight)
        found.append(prose(weight, " from ", Symbol(edge.source)))
        said.add(edge.weight)
    if neuron.bias is not None:
        once = neuron.bias not in said
        found.append(_is(working, neuron.bias) if once else prose("again ", Symbol(neuron.bias)))
        said.add(neuron.bias)
    return prose(f"Neuron {neuron.name}: ", *joined(found))


def _of_update(run: Run) -> Iterator[Block]:
    """The learning rate and what else the update goes by."""
    network, working = run.exercise.network, run.working
    state = state_of(network)
    known = {*network.inputs, *network.targets, *network.parameters}
    known |= {part.name for part in contributions(run)}
    names = [name for name in working.given if name not in known]
    zero = [name for name in names if name in state and not working.given[name]]
    names = [name for name in names if name not in zero]
    if network.learns and names:
        yield _numbers(working, "For the update: ", names)
    if zero:
        kinds = dict.fromkeys(name.partition("_")[0] for name in zero)
        what = enumerated([Symbol(kind) for kind in kinds])
        verb = "are" if len(kinds) > 1 else "is"
        yield Paragraph(prose("Before this update, ", *what, f" {verb} 0 for every parameter."))
    if network.frozen:
        held = [Symbol(name) for name in network.parameters if name in network.frozen]
        yield Paragraph(prose("Held fixed: ", *enumerated(held), "."), bullet=True)


def _examples(run: Run) -> Table:
    network, exercise = run.exercise.network, run.exercise
    arithmetic = run.working.arithmetic
    columns = (Column(Symbol(name), Role.GIVEN) for name in (*network.inputs, *network.targets))
    shown = [(at + 1, exercise.examples[at]) for at in run.shown.batch]
    rows: tuple[tuple[Prose, ...], ...] = tuple(
        (
            str(number),
            *(Number(arithmetic.given_figure(one)) for one in (*found.inputs, *found.targets)),
        )
        for number, found in shown
    )
    title = "The examples of this update"
    return Table(title, (Column("Example", Role.QUANTITY), *columns), rows)


def contributions(run: Run) -> list[Symbol]:
    """The numbers that a batch's examples bring in, where each of them is worked on the sheet."""
    numbers = [at + 1 for at in run.shown.batch]
    if not 1 < len(numbers) <= FEW:
        return []
    return [*parts_of_batch(run.exercise.network, numbers)]
