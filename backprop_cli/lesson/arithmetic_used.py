"""The arithmetic of the figures, by hand or float64: what stands above the first of them."""

from collections.abc import Iterator

from backprop_cli.algebra.prose import Code, prose
from backprop_cli.lesson.blocks import Block, Paragraph
from backprop_cli.runs.plan import MOST_UPDATES
from backprop_cli.runs.run import Run
from backprop_cli.wording import counted

BY_HAND, EXACT = Code("--by-hand"), Code("--exact")


def in_which_arithmetic(run: Run) -> Iterator[Block]:
    """In which arithmetic a run of several updates is worked, where a file asks for rounding."""
    exercise, plan, shown = run.exercise, run.plan, run.shown
    is_first = shown.epoch == exercise.trained.epochs + 1 and not shown.earlier
    if exercise.rounding is None or (is_first and not run.training):
        return
    decimals, updates = counted(plan.kept(exercise), "decimal"), plan.updates(exercise)
    if plan.exact:
        yield Paragraph(
            prose("All figures carry full precision (float64): ", EXACT, " rounds none.")
        )
    elif not shown.by_hand:
        most = plan.most(exercise)
        more = prose(f", and up to {MOST_UPDATES:,} with ", BY_HAND) if most < MOST_UPDATES else ""
        yield Paragraph(
            prose(
                "All figures carry full precision (float64). Up to "
                f"{most:,} updates are worked by hand, each result rounded to {decimals}",
                *(more, f". Here are {updates:,}."),
            )
        )
    elif run.training and not run.training.by_hand:
        more = prose("; with ", BY_HAND, " it is rounded too") if updates <= MOST_UPDATES else ""
        yield Paragraph(
            prose(
                f"This working is done by hand: each result is rounded to {decimals}, and the next "
                f"line goes on with it. Training, of {counted(updates, 'update')}, carries full "
                "precision (float64)",
                *(more, "."),
            )
        )
    else:
        yield Paragraph(
            f"All figures are worked by hand: each result is rounded to {decimals}, and the next "
            "line, and the next update, goes on with it."
        )
