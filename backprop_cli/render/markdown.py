"""A lesson as GitHub's Markdown: headings, lists, tables, and formulas between dollar signs."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from backprop_cli.algebra.expression import Expression, Number
from backprop_cli.algebra.latex import PLAIN_LATEX, stacked
from backprop_cli.algebra.latex_characters import SIGNS
from backprop_cli.algebra.paper import written
from backprop_cli.algebra.prose import Code, Prose, spans
from backprop_cli.lesson.blocks import (
    Block,
    ChainRule,
    Equation,
    Equations,
    Heading,
    Lesson,
    NewPage,
    Paragraph,
    Picture,
    Plot,
    Role,
    Side,
    Table,
)
from backprop_cli.lesson.diagram import Diagram
from backprop_cli.render.network_picture.characters import drawing

# Cells across for the picture of a network.
WIDEST_PICTURE = 100
# What would be markup in plain text, wherever it stands.
MARKUP = re.compile(r"([\\`*_{}\[\]<>#|$~&!])")
# Blocks of formulas wider than so many characters are written one below the other.
WIDEST_ROW = 110
MOST_POINTS = 25


def markdown(lesson: Lesson) -> str:
    """The lesson as one text."""
    return "\n\n".join("\n".join(lines) for block in lesson if (lines := [*_block(block)])) + "\n"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text, aside):
            beside = f" ({_prose(aside)})" if aside else ""
            yield f"{'#' * level} {_prose(text)}{beside}"
        case Paragraph(text, bullet):
            yield f"{'- ' if bullet else ''}{_prose(text)}"
        case Equations(rows, numbered):
            yield from _equations(rows, numbered=numbered)
        case ChainRule(of, parts, added):
            right = (" + " if added else r" \cdot ").join(map(stacked, parts))
            yield from ("$$", f"{stacked(of)} = {right}", "$$")
        case Table():
            yield from _table(block)
        case Plot():
            yield from _plot(block)
        case Picture(diagram):
            yield from _picture(diagram)
        case NewPage():
            yield "---"
        case _:
            raise TypeError(f"not a block: {block!r}")


def _prose(prose: Prose) -> str:
    return "".join(map(_span, spans(prose)))


def _span(span: str | Expression | Code) -> str:
    if isinstance(span, str):
        return MARKUP.sub(
            r"\\\1", "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in span)
        )
    if isinstance(span, Code):
        # A code span ends with as many backticks as it begins with.
        ticks = "`" * (1 + max((len(run) for run in re.findall("`+", span.text)), default=0))
        space = " " if "`" in span.text else ""
        return f"{ticks}{space}{span.text}{space}{ticks}"
    return _inline(PLAIN_LATEX.write(span))


def _inline(formula: str) -> str:
    return f"${formula}$"


# --- equations -------------------------------------------------------------------------------


def _equations(rows: Sequence[Equation], *, numbered: bool) -> Iterator[str]:
    """Rows with a note or a reason as a list, others as one aligned formula."""
    if numbered or any(row.note or row.reason for row in rows):
        for at, row in enumerate(rows, 1):
            mark = f"{at}. " if numbered else "- "
            note = f" {_prose(row.note)}" if row.note else ""
            yield f"{mark}{_inline(_in_one_line(row))}{note}"
            if row.reason:
                yield f"{' ' * len(mark)}<br>{_prose(row.reason)}"
        return
    yield from ("$$", r"\begin{aligned}")
    *most, last = map(_aligned, rows)
    yield from (f"{row} \\\\" for row in most)
    yield from (last, r"\end{aligned}", "$$")


def _in_one_line(row: Equation) -> str:
    first, *rest = row.sides
    return " ".join([_side(first), *(f"{_sign(side)} {_side(side)}" for side in rest)])


def _aligned(row: Equation) -> str:
    """The row with its first relation aligned, a long one broken before each relation."""
    first, *rest = [f"{_sign(side)} {_side(side)}" for side in row.sides[1:]] or [""]
    joint = (
        r" \\ &" if sum(len(written(side.formula)) + 3 for side in row.sides) > WIDEST_ROW else " "
    )
    return f"{_side(row.sides[0])} &{joint.join([first, *rest])}"


def _sign(side: Side) -> str:
    return SIGNS.get(side.relation, side.relation).strip()


def _side(side: Side) -> str:
    formula = PLAIN_LATEX.write(side.formula)
    is_result = side.role is Role.RESULT and isinstance(side.formula, Number)
    return f"\\mathbf{{{formula}}}" if is_result else formula


# --- tables and plots ------------------------------------------------------------------------


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield from (f"**{_prose(table.title)}**", "")
    yield _row([column.title for column in table.columns])
    right = "---:" if table.numeric else "---"
    yield f"| {' | '.join(['---', *[right] * (len(table.columns) - 1)])} |"
    yield from map(_row, table.rows)


def _row(cells: Sequence[Prose]) -> str:
    return f"| {' | '.join(map(_prose, cells))} |"


def _plot(plot: Plot) -> Iterator[str]:
    """Some points of the curves in tables, one for those over the same points.

    Markdown draws nothing.
    """
    yield from (f"**{_span(plot.title)}**", "")
    for across, curves in groupby(plot.curves, lambda curve: [x for x, _ in curve.points]):
        together = [*curves]
        step = -(-len(across) // MOST_POINTS)
        shown = [*range(0, len(across) - 1, max(step, 1)), len(across) - 1]
        yield _row((plot.x_label, *(curve.name or plot.y_label for curve in together)))
        yield f"|{' ---: |' * (1 + len(together))}"
        for at in shown:
            figures = (curve.points[at][1] for curve in together)
            yield _row((f"{across[at]:g}", *(f"{figure:g}" for figure in figures)))
        yield ""


def _picture(diagram: Diagram) -> Iterator[str]:
    """The network in characters, as they stand."""
    yield "```text"
    for row in drawing(diagram, WIDEST_PICTURE):
        yield "".join(run.text for run in row).rstrip()
    yield "```"
