"""Several learning rates compared: a table and one plot."""

from collections.abc import Sequence

from backprop_cli.algebra.expression import Number
from backprop_cli.algebra.paper import on_paper
from backprop_cli.algebra.prose import Prose, prose
from backprop_cli.arithmetic.evaluation import DEFAULT_DECIMALS
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.lesson.blocks import Column, Curve, Heading, Lesson, Paragraph, Plot, Role, Table
from backprop_cli.lesson.reports.training import loss_curves
from backprop_cli.runs.sweep import Swept
from backprop_cli.training.endings import Reason
from backprop_cli.wording import counted

ENDED = {
    Reason.ALL_EPOCHS: "",
    Reason.LOSS_REACHED: "loss reached",
    Reason.NO_IMPROVEMENT: "no improvement",
    Reason.INTERRUPTED: "interrupted",
    Reason.NO_MISTAKE: "no mistake",
}


def comparison(runs: Sequence[Swept], decimals: int | None) -> tuple[Lesson, Plot]:
    """The comparison of the runs, with its plot at the end, and the plot alone."""
    arithmetic = Exact(decimals or DEFAULT_DECIMALS)
    rows: list[tuple[Prose, ...]] = []
    for run in runs:
        last, loss = run.history[-1]
        lowest_at, lowest = min(run.history, key=lambda pair: pair[1])
        after, least = (Number(arithmetic.figure(value)) for value in (loss, lowest))
        ended = (
            f"diverged in epoch {run.diverged}" if run.ending is None else ENDED[run.ending.reason]
        )
        rows.append((Number(run.rate), str(last), after, least, str(lowest_at), ended))
    columns: tuple[Column, ...] = (
        Column("Learning rate", Role.QUANTITY),
        *(
            Column(title, Role.RESULT)
            for title in ("Epoch", "Last loss", "Lowest loss", "Its epoch")
        ),
        Column("Ended", Role.WORDS),
    )
    if not any(ended for *_, ended in rows):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    finished = [run for run in runs if run.ending is not None]
    best = min(finished, key=lambda run: run.history[-1][1], default=None)
    verdict: Prose = "Every learning rate diverged; try smaller ones."
    if best is not None:
        figure = Number(arithmetic.figure(best.history[-1][1]))
        verdict = prose(
            "Learning rate ", Number(best.rate), " has the lowest final loss, ", figure, "."
        )
    plot = loss_curves(
        "Loss", tuple(Curve(f"rate {on_paper(run.rate)}", tuple(run.history)) for run in runs)
    )
    heading = Heading(2, f"{counted(len(runs), 'learning rate')} compared")
    before = Number(arithmetic.figure(runs[0].history[0][1]))
    table = Table(prose("Losses, from ", before, " before training"), columns, tuple(rows))
    return (heading, table, Paragraph(verdict), plot), plot
