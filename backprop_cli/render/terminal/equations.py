"""Equations laid out in cells: relations aligned where they fit, broken before one where not."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backprop_cli.algebra.paper import Break
from backprop_cli.algebra.prose import Prose
from backprop_cli.lesson.blocks import Equation, Equations
from backprop_cli.render.terminal.page import (
    Line,
    Page,
    Span,
    Style,
    broken,
    padded,
    width_of,
    wrapped,
)

# Without a limit, columns wider than this are no help to the eye: each row is set by itself.
ALIGNED_AT_MOST = 120
NOTE_GAP = "      "
NARROW_REASON = 24


class Row(NamedTuple):
    """An equation in spans: its left side, then each relation with the formula after it."""

    left: Line
    sides: tuple[tuple[Span, Line], ...]
    note: str


def equation_lines(block: Equations, page: Page, indent: int) -> Iterator[Line]:
    """The rows of a block, in columns if the page is wide enough, with reasons under them."""
    rows = [_row(equation, page) for equation in block.rows]
    digits = len(str(len(rows)))
    numbers = [f"{at:>{digits}}. " if block.numbered else "" for at in range(1, len(rows) + 1)]
    left = max(width_of(row.left) for row in rows)
    margin = indent + len(numbers[0])
    aligned = _aligned(rows, left, (page.limit or ALIGNED_AT_MOST) - margin)
    fit = len(aligned) == len(rows)
    # Behind a very long name there is no room for a formula: it starts under the name instead.
    hanging = not fit and not page.fits(margin + left + len(" = ") + _longest_piece(rows))
    before = margin if hanging else margin + left
    for at, (number, row, equation) in enumerate(zip(numbers, rows, block.rows, strict=True)):
        start = Span(" " * indent + number)
        if at in aligned:
            yield (start, *aligned[at])
        else:
            yield from _broken((start, *row.left), row, before, page)
        if equation.reason:
            yield from _reason(equation.reason, before + 3, indent + 3, page)


def _row(equation: Equation, page: Page) -> Row:
    """An equation in the characters of the page; what it comes to stands out."""
    first, *rest = equation.sides
    sides = (
        (
            Span(f" {page.text(side.relation)} "),
            page.formula(side.formula, Style.RESULT if side is rest[-1] else Style.PLAIN),
        )
        for side in rest
    )
    return Row(page.formula(first.formula), tuple(sides), page.prose(equation.note))


def _reason(reason: Prose, at: int, at_least: int, page: Page) -> Iterator[Line]:
    """A reason under its equation, moved to the left where there is too little room."""
    limit = page.limit or ALIGNED_AT_MOST
    if limit - at < NARROW_REASON:
        at = at_least
    for line in wrapped(reason, page, max(limit - at, 1)):
        yield Span(" " * at), Span(line, Style.ASIDE)


def _aligned(rows: Sequence[Row], left: int, room: int) -> dict[int, Line]:
    """The rows that fit into columns together, by number: the widest are left out one by one."""
    # By their own widths; a twelfth at a time, so that many rows take few rounds. One that is too
    # wide by itself is left out at once, lest all others be filled up to its width.
    widths = [sum(map(width_of, _cells(row, left))) for row in rows]
    fitting = (at for at, width in enumerate(widths) if width <= room)
    kept = sorted(fitting, key=widths.__getitem__)
    while kept:
        lines = _in_columns([rows[at] for at in sorted(kept)], left)
        if max(map(width_of, lines)) <= room:
            return dict(zip(sorted(kept), lines, strict=True))
        del kept[-max(len(kept) // 12, 1) :]
    return {}


def _longest_piece(rows: Sequence[Row]) -> int:
    """The cells of the longest part of any side that is not broken further."""
    formulas = (formula for row in rows for _, formula in row.sides)
    return max(width_of(piece) for line in formulas for piece in broken(line, Break.FACTOR))


def _side(side: tuple[Span, Line]) -> Line:
    relation, formula = side
    return (relation, *formula)


def _in_columns(rows: Sequence[Row], left: int) -> list[Line]:
    """Each row as one line: left, symbols, numbers, result and note in columns of their own."""
    cells = [_cells(row, left) for row in rows]
    widths = [max(width_of(row[column]) for row in cells) for column in range(5)]
    lines = []
    for row_cells in cells:
        filled = [padded(cell, width) for cell, width in zip(row_cells, widths, strict=True)]
        spans = [span for cell in filled for span in cell if span.text]
        while spans and not spans[-1].text.strip():
            spans.pop()
        lines.append(tuple(spans))
    return lines


def _cells(row: Row, left: int) -> list[Line]:
    """A row's left side, symbols, numbers, result and note."""
    first, middle, last = row.sides[:1], row.sides[1:-1], row.sides[1:][-1:]
    note = Span(NOTE_GAP + row.note if row.note else "")
    columns = (tuple(s for side in sides for s in _side(side)) for sides in (first, middle, last))
    return [padded(row.left, left), *columns, (note,)]


def _broken(line: Line, row: Row, margin: int, page: Page) -> Iterator[Line]:
    """A row by itself: as many sides to a line as fit, the others under the first relation.

    ``line`` is its left side and ``margin`` where relations stand; if the left side is longer
    than that, it has a line to itself. Where all sides after the first fit on one line, they are
    kept together there.
    """
    if width_of(line) > margin:
        yield line
        line = ()
    line = padded(line, margin)
    widths = [width_of(_side(side)) for side in row.sides]
    all_but_first = margin + sum(widths[1:])
    whole = page.fits(all_but_first + widths[0])
    filled = False
    for at, (side, width) in enumerate(zip(row.sides, widths, strict=True)):
        kept_together = at == 1 and not whole and page.fits(all_but_first)
        if filled and (kept_together or not page.fits(width_of(line) + width)):
            yield line
            line, filled = (Span(" " * margin),), False
        if not page.fits(margin + width):
            *lines, line = _folded(line, side, margin + 3, page)
            yield from lines
        else:
            line = (*line, *_side(side))
        filled = True
    if row.note:
        if page.fits(width_of((*line, Span(NOTE_GAP), Span(row.note)))):
            line = (*line, Span(NOTE_GAP), Span(row.note))
        else:
            yield line
            line = (Span(" " * (margin + 3)), Span(row.note))
    yield line


def _folded(line: Line, side: tuple[Span, Line], margin: int, page: Page) -> Iterator[Line]:
    """A side that is too long for any line, broken before its terms, a long term in its factors."""
    relation, formula = side
    pieces = [*broken(formula, Break.TERM)]
    if not all(page.fits(margin + width_of(piece)) for piece in pieces):
        pieces = [*broken(formula, Break.FACTOR)]
    line = (*line, relation)
    for piece in pieces:
        if width_of(line) > margin and not page.fits(width_of((*line, *piece))):
            yield line
            first, *more = piece
            line, piece = (Span(" " * margin),), (first._replace(text=first.text.lstrip()), *more)
        line = (*line, *piece)
    yield line
