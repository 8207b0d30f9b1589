"""The key to a solution with a mistake in it: the line, what was done, and the right solution."""

from backprop_cli.algebra.prose import Code, prose
from backprop_cli.lesson.blocks import Heading, Lesson, Paragraph
from backprop_cli.lesson.equations import result
from backprop_cli.lesson.worksheet import RESULTS, Head, key
from backprop_cli.runs.run import Run
from backprop_cli.runs.worksheets.slip import Slip


def slip_key(run: Run, head: Head, slip: Slip) -> Lesson:
    """The key to a sheet with a slip; ``run`` is the right solution."""
    title, code, *rest = key(run, head, RESULTS)
    steps = run.working.derivation.by_name
    line = steps[slip.quantity].defines
    wrong, right = result(slip.run.working, slip.quantity), result(run.working, slip.quantity)
    return (
        title,
        code,
        Heading(2, "The mistake"),
        Paragraph(
            prose(
                *("It is in the line of ", line, f": {slip.sentence}. The sheet has ", wrong),
                *("; the right figure is ", right, "."),
            )
        ),
        Paragraph(prose("In the catalogue of mistakes it is called ", Code(slip.mistake), ".")),
        *rest,
    )
