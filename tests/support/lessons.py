"""The blocks of a lesson as texts, written as on paper."""

from collections.abc import Iterable

from backprop_cli.algebra.paper import text_of, written
from backprop_cli.lesson.blocks import Block, Equation, Equations, Heading, Paragraph, Table


def line(row: Equation) -> str:
    """An equation on one line, with its note."""
    sides = [f"{side.relation} {written(side.formula)}".strip() for side in row.sides]
    return " ".join([*sides, text_of(row.note)]).strip()


def texts(blocks: Iterable[Block]) -> list[str]:
    """Headings, paragraphs and equations."""
    found = []
    for block in blocks:
        if isinstance(block, Heading | Paragraph):
            found.append(text_of(block.text))
        elif isinstance(block, Equations):
            found += map(line, block.rows)
    return found


def titles(table: Table) -> tuple[str, ...]:
    """The headings of a table's columns."""
    return tuple(text_of(column.title) for column in table.columns)


def cells(table: Table) -> tuple[tuple[str, ...], ...]:
    """A table's rows."""
    return tuple(tuple(map(text_of, row)) for row in table.rows)
