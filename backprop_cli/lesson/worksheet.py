"""A worksheet and its key: one exercise, a line for every result, blank or worked out."""

from collections.abc import Iterator
from typing import NamedTuple

from backprop_cli.algebra.expression import BLANK, Number, Symbol
from backprop_cli.algebra.prose import Code, Prose, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Rule, Step
from backprop_cli.functions.optimizers import goes_by_error
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
from backprop_cli.lesson.equations import equation
from backprop_cli.lesson.parameters import update_tables
from backprop_cli.lesson.perceptron import correction_tables
from backprop_cli.lesson.updates import update_equation
from backprop_cli.lesson.worksheet_given import contributions, given
from backprop_cli.runs.run import Run

# Steps that nobody works on paper.
NEVER_ASKED = (Rule.SOFTMAX_LARGEST, Rule.SOFTMAX_REST, Rule.STEP)
UPDATE_RULES = frozenset(
    (
        *(Rule.OVER_BATCH, Rule.PENALTY, Rule.PENALIZED, Rule.SPARED),
        *(Rule.PULLED, Rule.OPTIMIZER, Rule.DECAYED, Rule.STEP),
        *(Rule.NEW_WEIGHT, Rule.NEW_BIAS),
    )
)


# What is left out of a sheet: every result, or those after the loss, or those that tables hold.
# With the last two the forward pass is worked out; with the last no lines lead to the tables.
RESULTS, GRADIENTS, TABLES = ("results", "gradients", "tables")
NOTHING = "nothing"  # a whole solution, in which a mistake is to be found


class Head(NamedTuple):
    """The marks of a sheet; ``student`` is a name, where it is known."""

    number: int
    code: str
    student: str = ""


def sheet(run: Run, head: Head, blanks: str) -> Lesson:
    """The sheet that a student fills in, or of which nothing is left out."""
    return (*_sheet(run, head, blanks),)


def key(run: Run, head: Head, blanks: str) -> Lesson:
    """The teacher's key beside it: every line worked out. It names no student."""
    return (*_key(run, head, blanks),)


def _sheet(run: Run, head: Head, blanks: str) -> Iterator[Block]:
    yield Heading(1, f"Worksheet {head.number}")
    yield Paragraph(prose("Name: ", head.student or BLANK))
    yield Paragraph(prose("Code: ", Code(head.code)))
    yield Paragraph(_task(run, blanks))
    known = _known(run) if blanks in (RESULTS, NOTHING) else None
    yield Picture(_only(network_diagram(run.exercise.network, run.working), known))
    yield from given(run)
    forward = [*_forward(run)]
    yield from forward if blanks != RESULTS else map(blanked, forward)
    rest = _tables(run) if blanks == TABLES else _backward_and_update(run)
    yield from rest if blanks == NOTHING else map(blanked, rest)


def _key(run: Run, head: Head, blanks: str) -> Iterator[Block]:
    yield Heading(1, f"Key to Worksheet {head.number}")
    yield Paragraph(prose("Code: ", Code(head.code)))
    yield Picture(network_diagram(run.exercise.network, run.working))
    yield from given(run)
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
    """A block with a blank instead of every result, and without the numbers that give it."""
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
    several = contributions(run)
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


# --- the lines -------------------------------------------------------------------------------


def _passes(run: Run) -> Iterator[tuple[int | None, AnyWorking]]:
    """The workings whose passes are on the sheet, with the numbers of examples told apart."""
    if contributions(run):
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
    """True if a derivative only passes on a number that is there."""
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
