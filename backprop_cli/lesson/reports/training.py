"""The result of a training run: the loss over the epochs, the predictions, the parameters."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from backprop_cli.algebra.expression import Number, Symbol
from backprop_cli.algebra.prose import Code, Prose, joined, prose
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Kept
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.functions.reductions import REDUCTIONS
from backprop_cli.lesson.blocks import (
    Block,
    Column,
    Curve,
    Heading,
    Lesson,
    Paragraph,
    Plot,
    Role,
    Table,
)
from backprop_cli.lesson.equations import result
from backprop_cli.lesson.parameters import kinds_of, old_value
from backprop_cli.lesson.reports import perceptron
from backprop_cli.network.classes import output_name
from backprop_cli.network.exercise import Example, Exercise
from backprop_cli.network.structure import LEARNING_RATE, Network
from backprop_cli.runs.outcomes import THRESHOLD, Outcome, class_of, correct
from backprop_cli.runs.run import Run
from backprop_cli.training.endings import Ending, Reason
from backprop_cli.training.trainer import COMPARED, well_chosen
from backprop_cli.wording import counted, shown

# Losses that fall by more than this factor are plotted on a logarithmic scale.
FALLS_FAR = 20

# Of more examples than this, those with the largest loss are shown.
MOST_SHOWN = 40

# Of more parameters of one kind than this, those that training moved farthest are shown.
MOST_VALUES = 400


def training(run: Run) -> Lesson:
    """The report of a run that trained: why it ended, the losses, and what came of it."""
    done = run.training
    assert done is not None
    epochs = counted(run.epochs, "epoch")
    blocks: list[Block] = [Heading(2, f"Training: {epochs}"), Paragraph(_why(run, done.ending))]
    before, after = map(run.forward, (run.before, run.after))
    if goes_by_error(run.exercise.network):
        blocks += perceptron.epochs(run)
    else:
        blocks += map(Paragraph, _remarks(run))
        blocks.append(_losses(before, run))
    if done.outcomes:
        blocks += _outcomes(run, done.outcomes)
    else:
        blocks.append(_predictions(run.exercise.network, before, after))
    for title, _, names in kinds_of(run.exercise.network):
        shown, which = tuple(reversed(names)), prose()
        if len(names) > MOST_VALUES:
            shown = _farthest_moved(run, names)
            many = f", the {MOST_SHOWN} of {len(names):,} that moved farthest ("
            which = prose(many, Code("--save"), " writes all)")
        rows = tuple(_moved(run.exercise.network, before, after, name) for name in shown)
        columns = (
            Column(title, Role.QUANTITY),
            Column("Old Value", Role.GIVEN),
            Column("New Value", Role.RESULT),
        )
        blocks.append(Table(prose(f"{title} values after {epochs}", which), columns, rows))
    return tuple(blocks)


def _farthest_moved(run: Run, names: Sequence[str]) -> tuple[str, ...]:
    before, after = run.before, run.after
    moved = {name: abs(float(after[name]) - float(before[name])) for name in names}
    return tuple(sorted(names, key=lambda name: -moved[name])[:MOST_SHOWN])


def _why(run: Run, ending: Ending) -> Prose:
    """The reason why training ended."""
    figure = Exact(run.working.arithmetic.decimals).figure(ending.figure)
    match ending.reason:
        case Reason.ALL_EPOCHS if goes_by_error(run.exercise.network):
            return (
                f"Training stopped after epoch {ending.epoch}, the last one allowed; "
                "--epochs N sets which that is."
            )
        case Reason.ALL_EPOCHS:
            return f"Training stopped after epoch {ending.epoch}, as asked."
        case Reason.LOSS_REACHED:
            return prose(
                f"Training stopped after epoch {ending.epoch}: its loss of ",
                *(Number(figure), " is low enough."),
            )
        case Reason.NO_IMPROVEMENT:
            size = Number(abs(figure))
            return prose(
                f"Training stopped after epoch {ending.epoch}: over the last {COMPARED} epochs the "
                "loss ",
                *(
                    ("improved by only ", size, ".")
                    if ending.figure >= 0
                    else ("rose by ", size, ".")
                ),
            )
        case Reason.NO_MISTAKE:
            return (
                f"Training ended by itself after epoch {ending.epoch}, the first without a mistake."
            )
        case Reason.INTERRUPTED:
            return f"Training was interrupted after epoch {ending.epoch}."


def _remarks(run: Run) -> Iterator[Prose]:
    """Further remarks on a training."""
    pairs = pairwise(run.history)
    rises = [(a, b) for (a, before), (b, after) in pairs if after > before]
    if rises:
        times = "once" if len(rises) == 1 else f"{len(rises)} times"
        (first, last), *more = rises
        first_time = "first " if more else ""
        yield (
            f"The loss did not fall steadily. It rose {times} between recorded epochs: "
            f"{first_time}from epoch {first} to epoch {last}."
        )


def loss_plot(run: Run) -> Plot:
    """The loss by epoch."""
    name = _loss_of(run)
    return loss_curves(name, (Curve(name, tuple(run.history)),))


def _loss_of(run: Run) -> str:
    several = run.training and run.training.outcomes
    return f"{REDUCTIONS[run.exercise.network.reduction].adjective} loss" if several else "Loss"


def loss_curves(name: str, curves: tuple[Curve, ...]) -> Plot:
    """Losses by epoch, on a logarithmic scale if they fall far."""
    losses = [loss for curve in curves for _, loss in curve.points]
    falls_far = min(losses) > 0 and max(losses) > FALLS_FAR * min(losses)
    scale = ", on a logarithmic scale" if falls_far else ""
    return Plot(f"{name} by epoch{scale}", "epoch", name.lower(), curves, log_y=falls_far)


def _losses(before: AnyWorking, run: Run) -> Table:
    losses = dict(run.history)
    start, last = min(losses), max(losses)
    mean, arithmetic = _loss_of(run), Exact(before.arithmetic.decimals)
    return Table(
        prose(f"{mean} by epoch (learning rate ", result(before, LEARNING_RATE), ")"),
        (Column("Epoch", Role.QUANTITY), Column(mean, Role.RESULT)),
        tuple(
            (str(start + done), Number(arithmetic.figure(losses[start + done])))
            for done in dict.fromkeys(well_chosen(last - start))
        ),
    )


def _predictions(network: Network, before: AnyWorking, after: AnyWorking) -> Table:
    rows = tuple(
        (
            Symbol(output.name),
            result(before, network.target(output)),
            result(before, network.prediction(output)),
            result(after, network.prediction(output)),
        )
        for output in network.outputs
    )
    columns = (
        Column("Output", Role.QUANTITY),
        Column("Target", Role.GIVEN),
        Column("Prediction before", Role.RESULT),
        Column("Prediction after", Role.RESULT),
    )
    return Table("Prediction against target", columns, rows)


def _outcomes(run: Run, found: Sequence[Outcome]) -> Iterator[Block]:
    """A table of the examples and, where they stand for classes, how many are right."""
    exercise = run.exercise
    shown: Sequence[int] = range(len(found))
    title = "Predictions against targets"
    if len(found) > MOST_SHOWN:
        shown = sorted(shown, key=lambda at: -found[at].loss)[:MOST_SHOWN]
        title = f"The {MOST_SHOWN} of {len(found)} examples with the largest loss"
    arithmetic = Exact(run.working.arithmetic.decimals)
    row = _class_row if exercise.classifies and len(exercise.network.outputs) > 1 else _row
    columns = _columns(exercise, row)
    rows = tuple(
        (str(at + 1), *row(exercise, exercise.examples[at], found[at], arithmetic)) for at in shown
    )
    yield Table(title, columns, rows)
    yield from map(Paragraph, _stand_for(exercise))
    if exercise.classifies:
        right = correct(exercise, found)
        share = f"{100 * right / len(found):.4g}"
        least = "" if len(exercise.network.outputs) > 1 else f"; {THRESHOLD} or more is class 1"
        yield Paragraph(
            f"Accuracy: {right} of {len(found)} are classified correctly ({share} %{least})."
        )


def _stand_for(exercise: Exercise) -> Iterator[Prose]:
    """Which class numbers the outputs stand for, where they are not called by them."""
    data = exercise.data
    classes = () if data is None else data.classes
    outputs = [output.name for output in exercise.network.outputs]
    numbers = [one for one in classes if isinstance(one, int)]
    if data is not None and numbers and [*map(output_name, numbers)] != outputs:
        yield prose(
            *("The outputs ", *joined([*map(Symbol, outputs)]), " stand for the classes "),
            f"{', '.join(map(str, numbers))} of the column {shown(str(data.target))}.",
        )


Row = Callable[[Exercise, Example, Outcome, Exact], tuple[Prose, ...]]


def _columns(exercise: Exercise, row: Row) -> tuple[Column, ...]:
    outputs = exercise.network.outputs
    example, target = Column("Example", Role.QUANTITY), Column("Target", Role.GIVEN)
    prediction, loss = Column("Prediction", Role.RESULT), Column("Loss", Role.RESULT)
    if row is _class_row:
        return (example, target, prediction, Column("Highest ŷ", Role.RESULT), loss)
    if len(outputs) == 1:
        classes = (Column("Class", Role.RESULT),) if exercise.classifies else ()
        return (example, target, prediction, *classes, loss)
    pairs = (
        column._replace(title=prose(column.title, " ", Symbol(output.name)))
        for output in outputs
        for column in (target, prediction)
    )
    return (example, *pairs, loss)


def _row(
    exercise: Exercise, example: Example, one: Outcome, arithmetic: Exact
) -> tuple[Prose, ...]:
    cells: list[Prose] = []
    for target, prediction in zip(example.targets, one.predictions, strict=True):
        cells.append(Number(arithmetic.given_figure(target)))
        cells.append(Number(arithmetic.figure(prediction)))
    classes = (str(class_of(one.predictions)),) if exercise.classifies else ()
    return (*cells, *classes, Number(arithmetic.figure(one.loss)))


def _class_row(
    exercise: Exercise, example: Example, one: Outcome, arithmetic: Exact
) -> tuple[Prose, ...]:
    outputs = exercise.network.outputs
    target, predicted = class_of(example.floats[-len(outputs) :]), class_of(one.predictions)
    figures = (arithmetic.figure(one.predictions[predicted]), arithmetic.figure(one.loss))
    names = Symbol(outputs[target].name), Symbol(outputs[predicted].name)
    return (*names, *map(Number, figures))


def _moved(network: Network, before: AnyWorking, after: AnyWorking, name: str) -> tuple[Prose, ...]:
    """A parameter's old and new value; one that is held fixed keeps its typed digits."""
    old = old_value(network, before, name)
    if name in network.frozen:
        return Symbol(name), old, prose(old, " (fixed)")
    return (
        Symbol(name),
        old,
        Number(after.arithmetic.figure(after.values[name], Kept.WHOLE), of=name),
    )
