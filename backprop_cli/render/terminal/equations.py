"""Equations laid out in cells: relations aligned where they fit, broken before one where not."""

import re
from collections.abc import Iterator, Sequence

from backprop_cli.lesson.blocks import Equation, Equations, Role, Side, Span
from backprop_cli.render.terminal.page import Line, Page, cell_len, padded, width_of, words_wrapped

# Without a limit, columns wider than this are no help to the eye: each row is set by itself.
ALIGNED_AT_MOST = 120
NOTE_GAP = "      "
NARROW_REASON = 24

# Where a side may be broken: before a term or a part of a choice, after a comma, or, if that is
# not enough, before a factor.
TERMS = re.compile(r"(?= (?:[+−-]|if|else) )|(?<=,)(?= )")
FACTORS = re.compile(r"(?= (?:[+−*-]|if|else) )|(?<=,)(?= )")


def equation_lines(block: Equations, page: Page, indent: int) -> Iterator[Line]:
    """The rows of a block, in columns if the page is wide enough, with reasons under them."""
    rows = [_in_characters_of(page, row) for row in block.rows]
    digits = len(str(len(rows)))
    numbers = [f"{at:>{digits}}. " if block.numbered else "" for at in range(1, len(rows) + 1)]
    left = max(width_of(row.left) for row in rows)
    margin = indent + len(numbers[0])
    aligned = _aligned(rows, left, (page.limit or ALIGNED_AT_MOST) - margin)
    fit = len(aligned) == len(rows)
    # Behind a very long name there is no room for a formula: it starts under the name instead.
    hanging = not fit and not page.fits(margin + left + len(" = ") + _longest_piece(rows))
    before = margin if hanging else margin + left
    for at, (number, row) in enumerate(zip(numbers, rows, strict=True)):
        start = Span(" " * indent + number)
        if at in aligned:
            yield (start, *aligned[at])
        else:
            yield from _broken((start, *row.left), row, before, page)
        if row.reason:
            yield from _reason(row.reason, before + 3, indent + 3, page.limit or ALIGNED_AT_MOST)


def _reason(text: str, at: int, at_least: int, limit: int) -> Iterator[Line]:
    """A reason under its equation, moved to the left where there is too little room."""
    if limit - at < NARROW_REASON:
        at = at_least
    for line in words_wrapped(text, max(limit - at, 1)):
        yield Span(" " * at), Span(line, Role.ASIDE)


def _aligned(rows: Sequence[Equation], left: int, room: int) -> dict[int, Line]:
    """The rows that fit into columns together, by number: the widest are left out one by one."""
    # By their own widths; a twelfth at a time, so that many rows take few rounds.
    kept = sorted(range(len(rows)), key=lambda at: sum(map(width_of, _cells(rows[at], left))))
    while kept:
        lines = _in_columns([rows[at] for at in sorted(kept)], left)
        if max(map(width_of, lines)) <= room:
            return dict(zip(sorted(kept), lines, strict=True))
        del kept[-max(len(kept) // 12, 1) :]
    return {}


def _in_characters_of(page: Page, row: Equation) -> Equation:
    if page.unicode:
        return row
    return Equation(
        page.line(row.left),
        tuple(Side(page.text(side.relation), page.line(side.spans)) for side in row.sides),
        page.line((row.note,))[0] if row.note else None,
        page.text(row.reason),
    )


def _longest_piece(rows: Sequence[Equation]) -> int:
    """The cells of the longest part of any side that is not broken further."""
    spans = (span for row in rows for side in row.sides for span in side.spans)
    return max(cell_len(piece) for span in spans for piece in FACTORS.split(span.text))


def _side(side: Side) -> Line:
    return (Span(f" {side.relation} "), *side.spans)


def _in_columns(rows: Sequence[Equation], left: int) -> list[Line]:
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


def _cells(row: Equation, left: int) -> list[Line]:
    """A row's left side, symbols, numbers, result and note."""
    first, middle, last = row.sides[:1], row.sides[1:-1], row.sides[1:][-1:]
    note = row.note._replace(text=NOTE_GAP + row.note.text) if row.note else Span("")
    columns = (tuple(s for side in sides for s in _side(side)) for sides in (first, middle, last))
    return [padded(row.left, left), *columns, (note,)]


def _broken(line: Line, row: Equation, margin: int, page: Page) -> Iterator[Line]:
    """A row by itself: as many sides to a line as fit, the others under the first relation.

    ``line`` is its left side and ``margin`` where relations stand; if the left side is longer
    than that, it has a line to itself. Where all sides after the first fit on one line, they are
    kept together there.
    """
    if width_of(line) > margin:
        yield line
        line = ()
    line = padded(line, margin)
    texts = [_side(side) for side in row.sides]
    all_but_first = margin + sum(map(width_of, texts[1:]))
    whole = page.fits(all_but_first + width_of(texts[0]))
    filled = False
    for at, text in enumerate(texts):
        kept_together = at == 1 and not whole and page.fits(all_but_first)
        if filled and (kept_together or not page.fits(width_of(line) + width_of(text))):
            yield line
            line, filled = (Span(" " * margin),), False
        if not page.fits(margin + width_of(text)):
            *lines, line = _folded(line, text, margin + 3, page)
            yield from lines
        else:
            line = (*line, *text)
        filled = True
    if row.note:
        if page.fits(width_of(line) + len(NOTE_GAP) + width_of((row.note,))):
            line = (*line, Span(NOTE_GAP), row.note)
        else:
            yield line
            line = (Span(" " * (margin + 3)), row.note)
    yield line


def _folded(line: Line, text: Line, margin: int, page: Page) -> Iterator[Line]:
    """A side that is too long for any line, broken before its terms, a long term in its factors."""
    for span in text:
        pieces = TERMS.split(span.text)
        if not all(page.fits(margin + cell_len(piece)) for piece in pieces):
            pieces = FACTORS.split(span.text)
        for piece in pieces:
            if width_of(line) > margin and not page.fits(width_of(line) + cell_len(piece)):
                yield line
                line, piece = (Span(" " * margin),), piece.lstrip()
            line = (*line, span._replace(text=piece))
    yield line
