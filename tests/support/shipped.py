"""Lessons of the shipped configurations, as the commands show them, and what stands in them."""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from backprop_cli.algebra.expression import Choice, Expression, Number, parts
from backprop_cli.algebra.prose import Prose, spans
from backprop_cli.cli import running
from backprop_cli.cli.settings import Settings
from backprop_cli.lesson.blocks import ChainRule, Equations, Heading, Lesson, Paragraph, Table
from backprop_cli.lesson.diagram import Diagram
from support.program import CONFIGS

SHIPPED = sorted(path.stem for path in CONFIGS.glob("*.yaml"))


@cache
def lesson_of(name: str) -> tuple[Lesson, Diagram]:
    """The whole solution of a shipped configuration, and its picture."""
    worked = running.run(Path(CONFIGS / f"{name}.yaml"), Settings(), ())
    return worked.lesson(brief=False), worked.diagram()


def formulas(lesson: Lesson) -> Iterator[Expression]:
    """Every formula of a lesson, in equations, in prose and in tables."""
    for block in lesson:
        match block:
            case Heading(_, text, aside):
                yield from _in_prose((text, aside))
            case Paragraph(text):
                yield from _in_prose((text,))
            case Equations(rows):
                for row in rows:
                    yield from (side.formula for side in row.sides)
                    yield from _in_prose((row.note, row.reason))
            case ChainRule(of, factors):
                yield from (of, *factors)
            case Table(_, columns, rows):
                yield from _in_prose([column.title for column in columns])
                for cells in rows:
                    yield from _in_prose(cells)


def _in_prose(texts: Sequence[Prose]) -> Iterator[Expression]:
    for text in texts:
        yield from (span for span in spans(text) if isinstance(span, Expression))


def figures(lesson: Lesson) -> set[str]:
    """The digits of every number in a lesson's formulas, without signs and powers of ten."""
    return {f"{abs(n.value):f}" for f in formulas(lesson) for n in _numbers(f) if _is_plain(n)}


def _is_plain(number: Number) -> bool:
    return not number.name and (number.value == 0 or -9 <= number.value.adjusted() < 15)


def _numbers(formula: Expression) -> Iterator[Number]:
    if isinstance(formula, Number):
        yield formula
    if isinstance(formula, Choice) and formula.exception:
        yield from _numbers(formula.holds)  # the exception goes without saying
        return
    for part in parts(formula):
        yield from _numbers(part)
