"""What a training run came to: the loss over the epochs, the predictions, the parameters."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from backprop_cli.algebra.expression import MINUS
from backprop_cli.arithmetic.evaluation import Exact
from backprop_cli.arithmetic.figures import on_paper
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.lesson.blocks import Block, Curve, Heading, Lesson, Paragraph, Plot, Table
from backprop_cli.lesson.equations import listed
from backprop_cli.lesson.updates import kinds_of, old_value
from backprop_cli.network.classes import output_name
from backprop_cli.network.exercise import LEARNING_RATE, Example, Exercise
from backprop_cli.runs.gradient_check import TOLERANCE, Check
from backprop_cli.runs.outcomes import THRESHOLD, Outcome, class_of, correct
from backprop_cli.runs.run import Calculation
from backprop_cli.training.endings import Ending, Reason
from backprop_cli.training.trainer import COMPARED, well_chosen
from backprop_cli.wording import counted, shown

# Losses that fall by more than this factor are plotted on a logarithmic scale.
FALLS_FAR = 20

# Of more examples than this, those with the largest loss are shown; of more gradients that are
# checked, those furthest from their difference.
MOST_SHOWN = 40

# Of more parameters of one kind than this, those that training moved farthest are shown.
MOST_VALUES = 400

CHECK_DECIMALS = 10  # printed in a gradient check, where the last digits are the point


def training(calculation: Calculation) -> Lesson:
    """The report of a run that trained: why it ended, the losses, and what came of it."""
    ending = calculation.ending
    assert ending is not None
    epochs = counted(calculation.epochs, "epoch")
    blocks: list[Block] = [Heading(2, f"Training: {epochs}"), Paragraph(_why(calculation, ending))]
    blocks += map(Paragraph, _remarks(calculation))
    before, after = map(calculation.in_full_precision, (calculation.before, calculation.after))
    blocks.append(_losses(before, calculation))
    if calculation.outcomes:
        blocks += _outcomes(calculation)
    else:
        blocks.append(_predictions(before, after))
    for title, _, names in kinds_of(calculation.exercise.network):
        shown, which = tuple(reversed(names)), ""
        if len(names) > MOST_VALUES:
            shown = _farthest_moved(calculation, names)
            which = f", the {MOST_SHOWN} of {len(names):,} that moved farthest (--save has all)"
        rows = tuple(_moved(before, after, name) for name in shown)
        columns = (title, "Old Value", "New Value")
        blocks.append(Table(f"{title} values after {epochs}{which}", columns, rows))
    return tuple(blocks)


def _farthest_moved(calculation: Calculation, names: Sequence[str]) -> tuple[str, ...]:
    before, after = calculation.before, calculation.after
    moved = {name: abs(float(after[name]) - float(before[name])) for name in names}
    return tuple(sorted(names, key=lambda name: -moved[name])[:MOST_SHOWN])


def _why(calculation: Calculation, ending: Ending) -> str:
    """Why training ended."""
    figure = on_paper(Exact(calculation.working.arithmetic.decimals).figure(ending.figure))
    size = figure.removeprefix(MINUS)
    match ending.reason:
        case Reason.ALL_EPOCHS:
            return f"Training ended with epoch {ending.epoch}, the last that was asked for."
        case Reason.LOSS_REACHED:
            return f"Training ended with epoch {ending.epoch}: its loss of {figure} is low enough."
        case Reason.NO_IMPROVEMENT:
            moved = f"improved by {figure} only" if ending.figure >= 0 else f"rose by {size}"
            return (
                f"Training ended with epoch {ending.epoch}: over the last {COMPARED} epochs the "
                f"loss {moved}."
            )
        case Reason.INTERRUPTED:
            return f"Training was interrupted after epoch {ending.epoch}."


def _remarks(calculation: Calculation) -> Iterator[str]:
    """What else is to be said of a training."""
    if calculation.rounding:
        yield "Training carries full precision: the rounding of the configuration is for paper."
    pairs = pairwise(calculation.history)
    rises = [(a, b) for (a, before), (b, after) in pairs if after > before]
    if rises:
        times = "once" if len(rises) == 1 else f"{len(rises)} times"
        (first, last), *_ = rises
        yield (
            f"The loss did not fall all the time: between the epochs at which it was recorded it "
            f"rose {times}, first from {first} to {last}."
        )


def loss_plot(calculation: Calculation) -> Plot:
    """The loss by epoch."""
    name = "Mean loss" if calculation.outcomes else "Loss"
    return loss_curves(name, (Curve(name, tuple(calculation.history_to_the_end())),))


def loss_curves(name: str, curves: tuple[Curve, ...]) -> Plot:
    """Losses by epoch, on a logarithmic scale if they fall far."""
    losses = [loss for curve in curves for _, loss in curve.points]
    falls_far = min(losses) > 0 and max(losses) > FALLS_FAR * min(losses)
    scale = ", on a logarithmic scale" if falls_far else ""
    return Plot(f"{name} by epoch{scale}", "epoch", name.lower(), curves, log_y=falls_far)


def gradient_check(checks: Sequence[Check], decimals: int | None) -> Lesson:
    """What a gradient check found: a row for each gradient (the worst of many), and the verdict."""
    shown = checks
    if len(checks) > MOST_SHOWN:
        shown = sorted(checks, key=lambda check: -check.disagreement)[:MOST_SHOWN]
    kept = decimals or CHECK_DECIMALS
    worst = max(checks, key=lambda check: check.disagreement)
    within = f"the tolerance of {_short(TOLERANCE)}"
    failed = [check.parameter for check in checks if not check.passes]
    kinked = [check for check in checks if check.kinks]
    undecided = [check.parameter for check in checks if check.undecided]
    verdicts = [f"Outside {within}: {listed(failed)}."] if failed else []
    if kinked:
        neurons = dict.fromkeys(neuron for check in kinked for neuron in check.kinks)
        verdicts.append(
            f"A central difference says nothing about {listed([c.parameter for c in kinked])}: "
            f"within its step h the activation function of {listed([*neurons])} bends or jumps."
        )
    if undecided:
        verdicts.append(
            f"A central difference says nothing about {listed(undecided)}: rounding leaves it next "
            "to no right digits."
        )
    rest = len(checks) - len(failed) - len(kinked) - len(undecided)
    if rest == len(checks):
        all_agree = "The gradient agrees" if rest == 1 else f"All {rest} gradients agree"
        verdicts.append(f"{all_agree} to within {within}.")
    elif rest and not failed:
        verdicts.append(f"All other gradients agree to within {within}.")
    return (
        Heading(2, "Gradient check"),
        Paragraph(
            "Each gradient of the backward pass against (Loss(p + h) − Loss(p − h)) / 2h, the "
            "central difference of the loss for a small change h of the parameter p alone, of "
            "which two are extrapolated to h = 0."
        ),
        Table(
            "Gradients" if shown is checks else f"The {MOST_SHOWN} gradients furthest apart",
            ("Parameter", "Gradient", "Central difference", "Disagreement"),
            tuple(
                (
                    check.parameter,
                    on_paper(Exact(kept).figure(check.gradient)),
                    on_paper(Exact(kept).figure(check.difference)),
                    _short(check.disagreement),
                )
                for check in shown
            ),
        ),
        Paragraph(
            f"The largest disagreement is {_short(worst.disagreement)}, at {worst.parameter}. "
            f"{' '.join(verdicts)}"
        ),
    )


def _short(value: float) -> str:
    """A disagreement or tolerance with two significant digits."""
    return f"{value:.1e}".replace("-", MINUS)


def _losses(before: AnyWorking, calculation: Calculation) -> Table:
    losses = dict(calculation.history)
    start, last = min(losses), max(losses)
    mean = "Mean loss" if calculation.outcomes else "Loss"
    return Table(
        f"{mean} by epoch (learning rate {on_paper(before.figure(LEARNING_RATE))})",
        ("Epoch", mean),
        tuple(
            (str(start + done), on_paper(before.arithmetic.figure(losses[start + done])))
            for done in dict.fromkeys(well_chosen(last - start))
        ),
    )


def _predictions(before: AnyWorking, after: AnyWorking) -> Table:
    network = before.derivation.network
    rows = tuple(
        (
            output.name,
            on_paper(before.figure(network.target(output))),
            on_paper(before.figure(network.prediction(output))),
            on_paper(after.figure(network.prediction(output))),
        )
        for output in network.outputs
    )
    columns = ("Output", "Target", "Prediction before", "Prediction after")
    return Table("Prediction against target", columns, rows)


def _outcomes(calculation: Calculation) -> Iterator[Block]:
    """A table of the examples, and how many are classified rightly where they stand for classes."""
    exercise, found = calculation.exercise, calculation.outcomes
    shown: Sequence[int] = range(len(found))
    title = "Predictions against targets"
    if len(found) > MOST_SHOWN:
        shown = sorted(shown, key=lambda at: -found[at].loss)[:MOST_SHOWN]
        title = f"The {MOST_SHOWN} of {len(found)} examples with the largest loss"
    arithmetic = Exact(calculation.working.arithmetic.decimals)
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
            f"Accuracy: {right} of {len(found)} are classified rightly ({share} %{least})."
        )


def _stand_for(exercise: Exercise) -> Iterator[str]:
    """Which class numbers the outputs stand for, where they are not called by them."""
    data = exercise.data
    classes = () if data is None else data.classes
    outputs = [output.name for output in exercise.network.outputs]
    numbers = [one for one in classes if isinstance(one, int)]
    if data is not None and numbers and [*map(output_name, numbers)] != outputs:
        yield (
            f"The outputs {', '.join(outputs)} stand for the classes "
            f"{', '.join(map(str, numbers))} of the column {shown(str(data.target))}."
        )


Row = Callable[[Exercise, Example, Outcome, Exact], tuple[str, ...]]


def _columns(exercise: Exercise, row: Row) -> tuple[str, ...]:
    outputs = exercise.network.outputs
    if row is _class_row:
        return ("Example", "Target", "Prediction", "ŷ of it", "Loss")
    if len(outputs) == 1:
        classes = ("Class",) if exercise.classifies else ()
        return ("Example", "Target", "Prediction", *classes, "Loss")
    pairs = ((f"Target {output.name}", f"Prediction {output.name}") for output in outputs)
    return ("Example", *(column for pair in pairs for column in pair), "Loss")


def _row(exercise: Exercise, example: Example, one: Outcome, arithmetic: Exact) -> tuple[str, ...]:
    cells = []
    for target, prediction in zip(example.targets, one.predictions, strict=True):
        cells.append(on_paper(arithmetic.given_figure(target)))
        cells.append(on_paper(arithmetic.figure(prediction)))
    classes = (str(class_of(one.predictions)),) if exercise.classifies else ()
    return (*cells, *classes, on_paper(arithmetic.figure(one.loss)))


def _class_row(
    exercise: Exercise, example: Example, one: Outcome, arithmetic: Exact
) -> tuple[str, ...]:
    outputs = exercise.network.outputs
    target, predicted = class_of(example.floats[-len(outputs) :]), class_of(one.predictions)
    figures = (arithmetic.figure(one.predictions[predicted]), arithmetic.figure(one.loss))
    return outputs[target].name, outputs[predicted].name, *map(on_paper, figures)


def _moved(before: AnyWorking, after: AnyWorking, name: str) -> tuple[str, ...]:
    """A parameter's old and new value; one that is held fixed keeps its typed digits."""
    old = old_value(before, name)
    if name in before.derivation.network.frozen:
        return name, old, f"{old} (fixed)"
    return name, old, on_paper(after.arithmetic.updated_figure(after.values[name]))
