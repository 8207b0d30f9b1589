"""Lessons as the commands print them, of the shipped configurations and of every command."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from io import StringIO
from unittest import mock

from backprop_cli.algebra.expression import Choice, Expression, Number, parts
from backprop_cli.algebra.prose import Prose, spans
from backprop_cli.cli.app import app
from backprop_cli.cli.media import Format
from backprop_cli.cli.world import World
from backprop_cli.lesson.blocks import ChainRule, Equations, Heading, Lesson, Paragraph, Table
from backprop_cli.lesson.diagram import Diagram
from support.program import CONFIGS, ROOT

SHIPPED = sorted(path.stem for path in CONFIGS.glob("*.yaml"))
SHEETS = ROOT / "tests" / "data"

# Every command that prints a lesson, with every option that changes what kind of lesson it is.
COMMANDS = (
    "run mazur --explain w1,b1,z_h1,Loss,w5_new",
    "run --only forward",
    "run --only loss",
    "run --only gradients",
    "run --only updates",
    "run --brief",
    "run mazur --notation delta",
    "run mazur --notation matrix",
    "run iris --notation matrix",
    "run xor --example 2",
    "run --epochs 20 --at 5 --plot",
    "run softmax --exact --decimals 8",
    "run softmax --gradcheck",
    "sweep --lr 0.1,0.5 --epochs 5",
    "activation",
    "activation leaky_relu -1 0 2 --set slope=0.1 --plot",
    "activation gelu 0.3",
    "activation softmax 1 2",
    f"check {SHEETS / 'sheet_with_slips.txt'}",
    f"check {SHEETS / 'worked_example_sheet.md'}",
)
# A lesson by its name: that of a shipped configuration, or the command that prints it.
PRINTED: Mapping[str, str] = {
    **{name: f"run {name}" for name in SHIPPED},
    **{command.replace(f"{SHEETS}/", ""): command for command in COMMANDS},
}


@cache
def lesson_of(name: str) -> tuple[Lesson, Diagram | None]:
    """A lesson and its picture, if there is one; ``name`` is one of `PRINTED`."""
    seen: list[tuple[Lesson, Diagram | None]] = []

    def record(lesson: Lesson, diagram: Callable[[], Diagram] | None, _format: Format) -> str:
        seen.append((lesson, diagram() if diagram else None))
        return ""

    world = World(StringIO(), StringIO(), {})
    with mock.patch("backprop_cli.cli.printing.written", record):
        app(
            [*PRINTED[name].split(" "), "--format", "html"],
            prog_name="backprop",
            standalone_mode=False,
            obj=world,
        )
    return seen[0]


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
