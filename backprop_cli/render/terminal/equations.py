"""Equations laid out in cells: relations aligned where they fit, broken before one where not.

The results of a block stand below each other, those of broken rows too if there is room.
"""

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


class Laid(NamedTuple):
    """A row in lines, without its ``result`` and ``note`` where these stand in columns."""

    lines: Sequence[Line]
    result: Line = ()
    note: Line = ()
    in_columns: bool = False


def equation_lines(block: Equations, page: Page, indent: int) -> Iterator[Line]:
    """The rows of a block, in columns if the page is wide enough, with reasons under them."""
    rows = [_row(equation, page) for equation in block.rows]
    digits = len(str(len(rows)))
    numbers = [f"{at:>{digits}}. " if block.numbered else "" for at in range(1, len(rows) + 1)]
    left = max(width_of(row.left) for row in rows)
    margin = indent + len(numbers[0])
    room = page.limit or ALIGNED_AT_MOST
    together, (symbols, _) = _together(rows, room - margin - left)
    fit = len(together) == len(rows)
    # Behind a very long name there is no room for a formula: it starts under the name instead.
    hanging = not fit and not page.fits(margin + left + len(" = ") + _longest_piece(rows))
    before = margin if hanging else margin + left
    laid = []
    for at, (number, row) in enumerate(zip(numbers, rows, strict=True)):
        line = (Span(" " * indent + number), *row.left)
        if at in together:
            first, middle, result, note = _cells(row)
            line = (*padded(line, margin + left), *padded(first, symbols), *middle)
            laid.append(Laid([line], result, note, in_columns=True))
        else:
            laid.append(_apart([*_broken(line, row, before, page)], row))
    for lines, equation in zip(_in_columns(laid, together, room), block.rows, strict=True):
        yield from lines
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


def _together(rows: Sequence[Row], room: int) -> tuple[set[int], tuple[int, int]]:
    """The rows that fit into columns together, by number: the widest are left out one by one.

    With them, how wide the columns of symbols and of numbers are.
    """
    widths = [[width_of(cell) for cell in _cells(row)] for row in rows]
    # By their own widths; a twelfth at a time, so that many rows take few rounds. One that is too
    # wide by itself is left out at once, lest all others be filled up to its width.
    fitting = (at for at, row in enumerate(widths) if sum(row) <= room)
    kept = sorted(fitting, key=lambda at: sum(widths[at]))
    while kept:
        symbols, numbers, *end = (
            max(column) for column in zip(*(widths[at] for at in kept), strict=True)
        )
        if symbols + numbers + sum(end) <= room:
            return set(kept), (symbols, numbers)
        del kept[-max(len(kept) // 12, 1) :]
    return set(), (0, 0)


def _longest_piece(rows: Sequence[Row]) -> int:
    """The cells of the longest part of any side that is not broken further."""
    formulas = (formula for row in rows for _, formula in row.sides)
    return max(width_of(piece) for line in formulas for piece in broken(line, Break.FACTOR))


def _side(side: tuple[Span, Line]) -> Line:
    relation, formula = side
    return (relation, *formula)


def _cells(row: Row) -> tuple[Line, Line, Line, Line]:
    """A row's symbols, numbers, result and note."""
    first, middle, last = row.sides[:1], row.sides[1:-1], row.sides[1:][-1:]
    symbols, numbers, result = (
        tuple(span for side in sides for span in _side(side)) for sides in (first, middle, last)
    )
    return symbols, numbers, result, (Span(NOTE_GAP + row.note),) if row.note else ()


def _apart(lines: Sequence[Line], row: Row) -> Laid:
    """A broken row; its result may stand in a column if it ends the last line, behind others."""
    *_, result, note = _cells(row)
    *most, last = lines
    before = last[: -len((*result, *note))]
    ends_so = result and (*before, *result, *note) == last
    if not ends_so or not any(span.text.strip() for span in before):
        return Laid(lines)
    return Laid([*most, before], result, note, in_columns=True)


def _in_columns(laid: Sequence[Laid], first: set[int], room: int) -> Iterator[Sequence[Line]]:
    """Each row with its result and note in columns: the ``first`` rows, and what fits beside them.

    Other rows are tried in the order of their widths; where one does not fit, they follow directly.
    """
    candidates = [at for at, row in enumerate(laid) if row.in_columns]
    candidates.sort(key=lambda at: (at not in first, width_of(laid[at].lines[-1])))
    widths: tuple[int, ...] = (0, 0, 0)
    kept = set[int]()
    for at in candidates:
        own = (laid[at].lines[-1], laid[at].result, laid[at].note)
        wider = tuple(max(pair) for pair in zip(widths, map(width_of, own), strict=True))
        if sum(wider) <= room:
            widths = wider
            kept.add(at)
    for at, (lines, result, note, _) in enumerate(laid):
        *most, last = lines
        if at in kept:
            last, result = padded(last, widths[0]), padded(result, widths[1])
        spans = [span for span in (*last, *result, *note) if span.text]
        while spans and not spans[-1].text.strip():
            spans.pop()
        yield [*most, tuple(spans)]


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
        note = Span(NOTE_GAP + row.note)
        if page.fits(width_of((*line, note))):
            line = (*line, note)
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
