"""The words of a practice: the question, a hint in three steps, and what it makes of an answer."""

from backprop_cli.algebra.prose import Code, prose
from backprop_cli.lesson.blocks import Block, Equations, Heading, Lesson, Paragraph
from backprop_cli.lesson.reasons import title
from backprop_cli.lesson.reports.marked_sheet import cause_paragraphs
from backprop_cli.lesson.reports.own_working import own_line
from backprop_cli.runs.checking.check import Checked
from backprop_cli.runs.checking.entry import Verdict
from backprop_cli.runs.checking.practice import Question

HINTS = ("the formula", "the numbers put in", "the result")
LATER = 1_000_000  # a line after all others

GREETING = (
    Heading(2, "Practice"),
    Paragraph(
        prose(
            "Type each figure as you have worked it out. ",
            *(Code("hint"), " shows the formula, then the numbers, then the result; "),
            *(Code("skip"), " goes on to the next, ", Code("quit"), " ends for now."),
        )
    ),
)

UNREADABLE = (
    Paragraph(
        prose(
            "That is not a number. Type one such as 0.3775, or ",
            *(Code("hint"), ", ", Code("skip"), " or ", Code("quit"), "."),
        )
    ),
)

UNFINISHED = (
    Paragraph(
        prose("That is the working. Type what it comes to: the number, or the working, = and it.")
    ),
)

ANSWERS = {
    Verdict.RIGHT: "✓ Right.",
    Verdict.FOLLOWS: "→ The method is right: it follows from an earlier figure that is not.",
    Verdict.UNCLEAR: "? That cannot be judged: the figures before it have too few digits.",
    Verdict.WRONG: "✗ Not yet.",
}


def question(asked: Question, number: int, count: int) -> Lesson:
    """The question, and how far one is."""
    return (Heading(4, title(asked.step), f"{number} of {count}"),)


def hint(checked: Checked, asked: Question, level: int) -> Lesson:
    """The formula of a quantity (level 1), then the student's numbers in it (2), its result (3)."""
    row = own_line(checked, LATER, asked.step.defines.name)
    return (Equations((row._replace(sides=row.sides[: 1 + level]),)),)


def reply(checked: Checked) -> Lesson:
    """The verdict on the last answer; of a wrong one, what probably happened."""
    return tuple(_reply(checked))


def _reply(checked: Checked) -> "list[Block]":
    last = checked.lines[-1]
    text = ANSWERS[last.verdict]
    if last.remark and last.verdict is Verdict.RIGHT:
        text = f"✓ Right, {last.remark}."
    found: list[Block] = [Paragraph(text)]
    if last.verdict is Verdict.WRONG:
        found += cause_paragraphs(checked, len(checked.lines) - 1)
        found.append(
            Paragraph(
                prose("Try again, or go on with ", Code("skip"), "; ", Code("hint"), " helps.")
            )
        )
    return found
