"""What a training run came to: the loss over the epochs, the predictions, the parameters."""

from collections.abc import Iterator, Mapping, Sequence

from backprop_cli.arithmetic import Exact, on_paper
from backprop_cli.blocks import Block, Heading, Lesson, Paragraph, Table
from backprop_cli.equations import AnyWorking, listed
from backprop_cli.expression import MINUS
from backprop_cli.gradcheck import TOLERANCE, Check
from backprop_cli.lesson import READABLE, old_value
from backprop_cli.network import LEARNING_RATE
from backprop_cli.training import well_chosen

CHECK_DECIMALS = 10  # printed in a gradient check, where the last digits are the point


def training(
    before: AnyWorking,
    after: AnyWorking,
    history: Sequence[tuple[int, float]],
    *,
    rounded: bool,
) -> Lesson:
    """The report of a run of two epochs or more.

    ``before`` and ``after`` are workings with the parameters before the first and after the last
    epoch, both in float64; ``history`` holds pairs of epoch and loss. ``rounded`` says that the
    configuration asks for rounding, which training does not do.
    """
    epochs = history[-1][0]
    head = [Heading(2, f"Training: {epochs} epochs")]
    if rounded:
        note = "Training carries full precision: the rounding of the configuration is for paper."
        return (*head, Paragraph(note), *_tables(before, after, dict(history)))
    return (*head, *_tables(before, after, dict(history)))


def gradient_check(checks: Sequence[Check], decimals: int | None) -> Lesson:
    """What a gradient check found: a row for each gradient (the worst of many), and the verdict."""
    shown = checks
    if len(checks) > READABLE:
        shown = sorted(checks, key=lambda check: -check.disagreement)[:READABLE]
    kept = decimals or CHECK_DECIMALS
    worst = max(checks, key=lambda check: check.disagreement)
    failed = [check.parameter for check in checks if not check.passes]
    verdict = (
        f"Outside the tolerance of {_short(TOLERANCE)}: {listed(failed)}."
        if failed
        else f"All {len(checks)} gradients agree to within the tolerance of {_short(TOLERANCE)}."
    )
    return (
        Heading(2, "Gradient check"),
        Paragraph(
            "Each gradient of the backward pass against (Loss(p + h) − Loss(p − h)) / 2h, the "
            "central difference of the loss for a small change h of the parameter p alone."
        ),
        Table(
            "Gradients" if shown is checks else f"The {READABLE} gradients furthest apart",
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
            f"{verdict}"
        ),
    )


def _short(value: float) -> str:
    """A disagreement or tolerance with two significant digits."""
    return f"{value:.1e}".replace("-", MINUS)


def _tables(before: AnyWorking, after: AnyWorking, losses: Mapping[int, float]) -> Iterator[Block]:
    network = before.derivation.network
    yield Table(
        f"Loss by epoch (learning rate {on_paper(before.figure(LEARNING_RATE))})",
        ("Epoch", "Loss"),
        tuple(
            (str(epoch), on_paper(before.arithmetic.figure(losses[epoch])))
            for epoch in well_chosen(max(losses))
        ),
    )
    predictions = [
        (
            output.name,
            on_paper(before.figure(network.target(output))),
            on_paper(before.figure(network.prediction(output))),
            on_paper(after.figure(network.prediction(output))),
        )
        for output in network.outputs
    ]
    columns = ("Output", "Target", "Prediction before", "Prediction after")
    yield Table("Prediction against target", columns, tuple(predictions))
    for title, names in (("Weight", network.weights), ("Bias", network.biases)):
        if names:
            yield Table(
                f"{title} values after {max(losses)} epochs",
                (title, "Old Value", "New Value"),
                tuple(_moved(before, after, name) for name in reversed(names)),
            )


def _moved(before: AnyWorking, after: AnyWorking, name: str) -> tuple[str, ...]:
    """A parameter's old and new value; one that is held fixed keeps its typed digits."""
    old = old_value(before, name)
    if name in before.derivation.network.frozen:
        return name, old, f"{old} (fixed)"
    return name, old, on_paper(after.arithmetic.updated_figure(after.values[name]))
