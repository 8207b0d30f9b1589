"""The table of the textbooks: how the perceptron rule went through the examples, epoch by epoch."""

from collections.abc import Iterable, Iterator
from typing import Any

from backprop_cli.algebra.expression import DOTS, Number, Symbol
from backprop_cli.algebra.prose import Prose, prose
from backprop_cli.arithmetic.evaluation import Arithmetic
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.rounded import Rounded
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.perceptron import error_of
from backprop_cli.derivation.steps import Kept, new
from backprop_cli.functions.optimizers import ERROR
from backprop_cli.lesson.blocks import Block, Column, Paragraph, Role, Table
from backprop_cli.lesson.equations import result
from backprop_cli.network.structure import Network
from backprop_cli.runs.run import Run
from backprop_cli.runs.updates import Numbers, Updates
from backprop_cli.training.endings import Reason
from backprop_cli.wording import counted

# Of more updates than this, those of the first epochs are shown, about so many, and of the last.
MOST_ROWS, MOST_FIRST = 48, 20

# In a table of more columns, those of the inputs are left out, and then those of the parameters.
MOST_COLUMNS = 12


def epochs(run: Run) -> Iterator[Block]:
    """Every update of a few epochs, or of the first ones and the last."""
    training, count = run.training, run.exercise.example_count
    assert training is not None
    if not run.epochs:
        return
    if training.ending.reason is not Reason.NO_MISTAKE:
        right = training.ending.figure == 0
        yield Paragraph(
            "There was a mistake in every epoch. "
            + (
                "After the last one there are no more: the next epoch would end training."
                if right
                else "More epochs may help, but not if no line (with more inputs, no plane) "
                "divides the two classes, as in XOR."
            )
        )
    if count > MOST_ROWS:
        examples = counted(count, "example")
        yield Paragraph(f"With {examples}, the table of all updates is too long to be shown.")
        return
    columns = _columns(run.exercise.network)
    first, start = run.exercise.trained.epochs + 1, run.before
    shown = run.epochs
    if shown * count > MOST_ROWS:
        shown = min(shown, max(MOST_FIRST // count, 1))
    ends = shown < run.epochs and training.before_last is not None
    left_out = run.epochs - shown - ends
    rows: list[tuple[Prose, ...]] = []
    for epoch in range(first, first + shown):
        start, found = _epoch(run, epoch, start, columns)
        rows += found
    if left_out:
        rows.append((prose(DOTS), *("",) * (len(columns) - 1)))
    if ends and training.before_last is not None:
        rows += _epoch(run, first + run.epochs - 1, training.before_last, columns)[1]
    yield Table("Every update, epoch by epoch", tuple(columns.values()), tuple(rows))
    if left_out:
        yield Paragraph(f"The table leaves out {counted(left_out, 'epoch')}.")


def _columns(network: Network) -> dict[str, Column]:
    """The columns by the quantities in them."""
    found = {"epoch": Column("Epoch", Role.QUANTITY), "example": Column("Example", Role.QUANTITY)}
    inputs = {name: Column(Symbol(name), Role.GIVEN) for name in network.inputs}
    outputs: dict[str, Column] = {}
    for output in network.outputs:
        for name, role in (
            (network.target(output), Role.GIVEN),
            (network.prediction(output), Role.RESULT),
            (error_of(output).name, Role.RESULT),
        ):
            outputs[name] = Column(Symbol(name), role)
    if len(network.outputs) == 1:
        outputs[error_of(network.outputs[0]).name] = Column(ERROR, Role.RESULT)
    after = {new(name).name: Column(new(name), Role.RESULT) for name in network.updated}
    for columns in (found | inputs | outputs | after, found | outputs | after):
        if len(columns) <= MOST_COLUMNS:
            return columns
    return found | outputs


def _epoch(
    run: Run, epoch: int, numbers: Numbers, columns: Iterable[str]
) -> tuple[Numbers, list[tuple[Prose, ...]]]:
    """The numbers after an epoch, and a row for each of its updates."""
    exercise, training = run.exercise, run.training
    assert training is not None
    updates, kept = Updates(exercise, run.derived), run.plan.kept(exercise)
    arithmetic: Arithmetic[Any] = Rounded(kept) if training.by_hand else Exact(kept)
    rows: list[tuple[Prose, ...]] = []
    for (at,) in exercise.batches.of_epoch(epoch, exercise.example_count):
        working = updates.work(numbers, (at,), at, arithmetic)
        numbers = updates.after(working)
        cells: dict[str, Prose] = {"epoch": "" if rows else str(epoch), "example": str(at + 1)}
        rows.append(tuple(cells.get(name) or _cell(working, name) for name in columns))
    return numbers, rows


def _cell(working: AnyWorking, name: str) -> Prose:
    """A figure; a new value without zeros at its end, as it is typed."""
    if name == "epoch":
        return ""
    step = working.derivation.by_name.get(name)
    if step is None or step.kept is Kept.COUNTED or not name.endswith("_new"):
        return result(working, name)
    digits = working.short_figure(name)
    return Number(digits.to_integral_value() if digits == int(digits) else digits.normalize())
