"""A worksheet and its key: one exercise, a line for every result, blank or worked out."""

from collections.abc import Iterator
from typing import NamedTuple

from backprop_cli.algebra.expression import BLANK, Number, Relation, Symbol
from backprop_cli.algebra.prose import Code, Prose, enumerated, joined, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.objective import FEW, parts_of_batch
from backprop_cli.derivation.steps import Rule, Step
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.optimizers import goes_by_error, state_of
from backprop_cli.lesson.backward import gradient_tables
from backprop_cli.lesson.blocks import (
    Block,
    Column,
    Equation,
    Equations,
    Heading,
    Lesson,
    Paragraph,
    Picture,
    Role,
    Side,
    Table,
)
from backprop_cli.lesson.diagram import Diagram, Line, network_diagram
from backprop_cli.lesson.equations import equation, result
from backprop_cli.lesson.given import by_function
from backprop_cli.lesson.parameters import update_tables
from backprop_cli.lesson.perceptron import correction_tables, rule
from backprop_cli.lesson.reasons import layer_formulas
from backprop_cli.lesson.updates import update_equation
from backprop_cli.network.structure import Neuron
from backprop_cli.runs.run import Run

# Steps that nobody works on paper.
NEVER_ASKED = (Rule.SOFTMAX_LARGEST, Rule.STEP)
FORWARD_RULES = frozenset(
    (
        *(Rule.WEIGHTED_SUM, Rule.ACTIVATION, Rule.FORMULA, Rule.PREDICTION, Rule.LOSS),
        *(Rule.LOSS_OF_OUTPUT, Rule.SUM_OF_LOSSES, Rule.SOFTMAX_LARGEST),
        *(Rule.SOFTMAX_EXPONENTIAL, Rule.SOFTMAX_SUM),
    )
)
UPDATE_RULES = frozenset(
    (
        *(Rule.OVER_BATCH, Rule.PENALTY, Rule.PENALIZED, Rule.SPARED),
        *(Rule.PULLED, Rule.OPTIMIZER, Rule.DECAYED, Rule.STEP),
        *(Rule.NEW_WEIGHT, Rule.NEW_BIAS),
    )
)


# What is left out of a sheet: every result, or those after the loss, or those that tables hold.
# With the last two the forward pass is worked out; with the last no lines lead to the tables.
RESULTS, GRADIENTS, TABLES = BLANKS = ("results", "gradients", "tables")
NOTHING = "nothing"  # a whole solution, in which a mistake is to be found


class Head(NamedTuple):
    """What a sheet is known by; ``student`` is a name, where it is known."""

    number: int
    code: str
    student: str = ""


def sheet(run: Run, head: Head, blanks: str) -> Lesson:
    """The sheet that a student fills in, or of which nothing is left out."""
    return (*_sheet(run, head, blanks),)


def key(run: Run, head: Head, blanks: str) -> Lesson:
    """What the teacher has beside it: every line worked out. It names no student."""
    return (*_key(run, head, blanks),)


def _sheet(run: Run, head: Head, blanks: str) -> Iterator[Block]:
    yield Heading(1, f"Worksheet {head.number}")
    yield Paragraph(prose("Name: ", head.student or BLANK))
    yield Paragraph(prose("Code: ", Code(head.code)))
    yield Paragraph(_task(run, blanks))
    known = _known(run) if blanks in (RESULTS, NOTHING) else None
    yield Picture(_only(network_diagram(run.exercise.network, run.working), known))
    yield from _given(run)
    forward = [*_forward(run)]
    yield from forward if blanks != RESULTS else map(blanked, forward)
    rest = _tables(run) if blanks == TABLES else _backward_and_update(run)
    yield from rest if blanks == NOTHING else map(blanked, rest)


def _key(run: Run, head: Head, blanks: str) -> Iterator[Block]:
    yield Heading(1, f"Key to Worksheet {head.number}")
    yield Paragraph(prose("Code: ", Code(head.code)))
    yield Picture(network_diagram(run.exercise.network, run.working))
    yield from _given(run)
    yield from _forward(run)
    yield from _backward_and_update(run)
    if blanks == TABLES:
        yield from _tables(run)


def _task(run: Run, blanks: str) -> Prose:
    decimals = run.exercise.rounding
    how = "Write at least four decimals."
    if decimals is not None:
        how = (
            f"Round each result to {decimals} decimals, and one below 0.01 to {decimals + 1}; "
            "go on with the rounded figure."
        )
    if blanks == NOTHING:
        return (
            "In one line of this solution something is done wrong; the lines after it go on with "
            "its figure. Find the line, say what is wrong in it, and work it again from there."
        )
    what = "Work out every figure that is left blank, in this order."
    if blanks == TABLES:
        what = "Work on paper of your own, and fill in the tables."
    return f"{what} {how}"


# --- what is left blank ----------------------------------------------------------------------


def blanked(block: Block) -> Block:
    """A block with a blank in the place of every result, and without the numbers that give it."""
    match block:
        case Equations(rows):
            return block._replace(rows=tuple(map(_blank_row, rows)))
        case Table(columns=columns, rows=rows):
            return block._replace(rows=tuple(_blank_cells(columns, row) for row in rows))
        case _:
            return block


def _blank_row(row: Equation) -> Equation:
    if not row.having(Role.RESULT):
        return row
    kept = [side for side in row.sides if side.role not in (Role.NUMBERS, Role.RESULT)]
    # A note says which case the numbers lead to.
    return row._replace(sides=(*kept, Side(BLANK, Role.RESULT, "=")), note="")


def _blank_cells(columns: tuple[Column, ...], row: tuple[Prose, ...]) -> tuple[Prose, ...]:
    cells = zip(columns, row, strict=True)
    return tuple(BLANK if column.role is Role.RESULT and cell else cell for column, cell in cells)


def _known(run: Run) -> frozenset[str]:
    """The quantities that a sheet gives, as far as they are the same in all that it works."""
    network = run.exercise.network
    several = _contributions(run)
    of_examples = {*network.inputs, *network.targets} if several else ()
    return frozenset(run.working.given) - {part.name for part in several} - {*of_examples}


def _only(diagram: Diagram, known: frozenset[str] | None) -> Diagram:
    """A diagram with the figures of what is known alone (None: with all)."""
    if known is None:
        return diagram

    def kept(lines: tuple[Line, ...]) -> tuple[Line, ...]:
        return tuple(line for line in lines if line.quantity in {"", *known})

    return diagram._replace(
        nodes=tuple(node._replace(lines=kept(node.lines)) for node in diagram.nodes),
        edges=tuple(edge._replace(lines=kept(edge.lines)) for edge in diagram.edges),
    )


# --- what is given ---------------------------------------------------------------------------


def _given(run: Run) -> Iterator[Block]:
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
        yield Paragraph(prose("The loss is ", LOSSES[network.loss].title, "."))
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
    known |= {part.name for part in _contributions(run)}
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


def _contributions(run: Run) -> list[Symbol]:
    """What the examples of a batch bring in, where each is worked on the sheet."""
    numbers = [at + 1 for at in run.shown.batch]
    if not 1 < len(numbers) <= FEW:
        return []
    return [*parts_of_batch(run.exercise.network, numbers)]


# --- the lines -------------------------------------------------------------------------------


def _passes(run: Run) -> Iterator[tuple[int | None, AnyWorking]]:
    """The workings whose passes are on the sheet, with the numbers of examples told apart."""
    if _contributions(run):
        yield from ((at + 1, run.working_of(at)) for at in run.shown.batch)
    else:
        yield None, run.working


def _forward(run: Run) -> Iterator[Block]:
    yield Heading(2, "Forward pass")
    for number, working in _passes(run):
        if number is not None:
            yield Heading(3, f"Example {number}")
        steps = working.derivation.needed_for([run.exercise.network.derived])
        yield Equations(tuple(equation(working, step) for step in steps if _is_asked(step)))


def _backward_and_update(run: Run) -> Iterator[Block]:
    network = run.exercise.network
    by_error = goes_by_error(network)
    yield Heading(2, "Error" if by_error else "Backward pass")
    for number, working in _passes(run):
        if number is not None:
            yield Heading(3, f"Example {number}")
        forward = {step.defines.name for step in working.derivation.needed_for([network.derived])}
        rows = [
            equation(working, step)
            for step in working.derivation.steps
            if step.defines.name not in forward
            and step.rule not in UPDATE_RULES
            and _is_asked(step)
            and not _is_trivial(step)
        ]
        if rows:
            yield Equations(tuple(rows))
    updates = [*_updates(run.working)]
    if updates:
        yield Heading(2, "Update")
        yield Equations(tuple(updates))


def _updates(working: AnyWorking) -> Iterator[Equation]:
    for step in working.derivation.steps:
        if step.rule in (Rule.NEW_WEIGHT, Rule.NEW_BIAS):
            yield update_equation(working, step.defines.name.removesuffix("_new"))
        elif step.rule in UPDATE_RULES and _is_asked(step):
            yield equation(working, step)


def _is_asked(step: Step) -> bool:
    return step.rule not in NEVER_ASKED


def _is_trivial(step: Step) -> bool:
    """Whether a derivative only passes on a number that is there."""
    return isinstance(step.expression, Symbol | Number)


def _tables(run: Run) -> Iterator[Block]:
    """The tables of gradients and of the update."""
    network, working = run.exercise.network, run.working
    if goes_by_error(network):
        yield Heading(2, "Update")
        yield from correction_tables(network, working)
    elif network.learns:
        yield Heading(2, "Gradients and update")
        yield from update_tables(network, working)
    else:
        yield Heading(2, "Gradients")
        yield from gradient_tables(network, working)
