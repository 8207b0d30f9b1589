"""A worksheet as a question of a quiz: its blocks, and the answer for every blank in them."""

from collections.abc import Iterator
from typing import NamedTuple

from backprop_cli.algebra.expression import BLANK
from backprop_cli.lesson.blocks import Block, Equation, Equations, Heading, Lesson
from backprop_cli.lesson.worksheet import Head, sheet
from backprop_cli.runs.run import Run
from backprop_cli.runs.worksheets.quiz import Answer, Place, answers


class Question(NamedTuple):
    """A question: its name, its blocks, and for each row with a blank, in order, the answer."""

    name: str
    code: str
    lesson: Lesson
    answers: tuple[Answer, ...]


def question(run: Run, head: Head, blanks: str) -> Question:
    """The question that a worksheet with lines makes; it names no student.

    Raises WorkingError.
    """
    _title, _name, *blocks = sheet(run, head._replace(student=""), blanks)
    found = answers(run)
    right = tuple(found[place] for place in _blanks(blocks, run))
    return Question(f"Worksheet {head.number:02d}", head.code, tuple(blocks), right)


def has_blank(row: Equation) -> bool:
    """True if the figure of a row is to be filled in."""
    return any(side.formula == BLANK for side in row.sides)


def _blanks(blocks: list[Block], run: Run) -> Iterator[Place]:
    """The place of each blank; a part of a section is about one example of several."""
    parts = 0
    for block in blocks:
        match block:
            case Heading(2):
                parts = 0
            case Heading(3):
                parts += 1
            case Equations(rows):
                for row in rows:
                    if has_blank(row) and row.about is not None:
                        number = run.shown.batch[parts - 1] + 1 if parts else None
                        yield number, row.about.name
