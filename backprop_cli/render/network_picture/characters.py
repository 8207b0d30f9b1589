"""A diagram in characters: boxes, edges in braille dots, and labels where there is room."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len

from backprop_cli.lesson.diagram import Diagram, Edge, Line, thinned
from backprop_cli.render.network_picture.arrangement import (
    Box,
    Measure,
    Point,
    arranged,
    widest,
)

MOST_IN_A_COLUMN = 10
NARROWEST_GAP = 6
HIGHEST = 4  # rows between two nodes
ROOMY_GAP = 26  # wide enough for the labels of two neurons that feed two

# A braille character has dots in two columns and four rows; each is one bit beyond U+2800.
BRAILLE = 0x2800
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
BORDERS = ("╭─╮", "│ │", "╰─╯")
ASCII = str.maketrans({"\N{VERTICAL ELLIPSIS}": ":", "∂": "d", "ŷ": "y_hat", "−": "-"})
ASCII_BORDERS = ("+-+", "| |", "+-+")


class Run(NamedTuple):
    """Characters of a row that belong together.

    ``sign`` is 1 or −1 on the edge of a positive or a negative weight and on its label, else 0;
    ``name`` says that it is the name of a node.
    """

    text: str
    sign: int = 0
    name: bool = False


Row = Sequence[Run]


def drawing(diagram: Diagram, width: int | None, *, unicode: bool = True) -> Iterator[Row]:
    """The rows of the picture, at most ``width`` cells wide (None: of any width).

    A network that is too deep is drawn in bands of a few columns, each begins with the last column
    of the one before; edges that lead past a band are listed after it.
    """
    shown = thinned(diagram, MOST_IN_A_COLUMN)
    if not unicode:
        shown = _in_ascii(shown)
    bands = [*_bands(shown, width)]
    for number, band in enumerate(bands):
        if number:
            yield ()
        yield from _drawn(band, width, unicode=unicode)
    together = [{node.name for node in band.nodes} for band in bands]
    for edge in shown.edges:
        if not any({edge.source, edge.target} <= names for names in together):
            arrow = "→" if unicode else "->"
            label = " ".join(line.text for line in edge.lines)
            yield (Run(f"{edge.source} {arrow} {edge.target}  {label}", _sign(edge)),)


def _in_ascii(diagram: Diagram) -> Diagram:
    """The diagram with its texts in ASCII, what has no letter there escaped."""

    def plain(lines: Sequence[Line]) -> tuple[Line, ...]:
        return tuple(
            Line(text.translate(ASCII).encode("ascii", "backslashreplace").decode(), quantity)
            for text, quantity in lines
        )

    return Diagram(
        diagram.title,
        tuple(node._replace(lines=plain(node.lines)) for node in diagram.nodes),
        tuple(edge._replace(lines=plain(edge.lines)) for edge in diagram.edges),
    )


def _measure(gap: float, widest: float) -> Measure:
    return Measure(
        character=1, line=1, padding=(2, 1), label=1, row=1, highest=HIGHEST, gap=gap, widest=widest
    )


def _bands(diagram: Diagram, width: int | None) -> Iterator[Diagram]:
    columns = diagram.columns
    if width is None:
        yield diagram
        return
    widths = [max(widest(node.lines) for node in column) + 4 for column in columns]
    start = 0
    while True:
        end, used = start + 1, widths[start]
        while end < len(columns) and used + NARROWEST_GAP + widths[end] <= width:
            used += NARROWEST_GAP + widths[end]
            end += 1
        if end < len(columns):
            end = max(end, start + 2)
        names = {node.name for column in columns[start:end] for node in column}
        yield Diagram(
            diagram.title,
            tuple(node for node in diagram.nodes if node.name in names),
            tuple(edge for edge in diagram.edges if {edge.source, edge.target} <= names),
        )
        if end >= len(columns):
            return
        start = end - 1


def _drawn(diagram: Diagram, width: int | None, *, unicode: bool) -> Iterator[Row]:
    columns = diagram.columns
    taken = sum(max(widest(node.lines) for node in column) + 4 for column in columns)
    gaps = max(len(columns) - 1, 1)
    roomy = float(ROOMY_GAP if width is None else min(ROOMY_GAP, (width - taken) // gaps))
    gap = max(float(NARROWEST_GAP), min(12.0, roomy))
    laid = arranged(diagram, _measure(gap, max(roomy, gap)))
    canvas = _Canvas(round(laid.width) + 1, round(laid.height) + 1, unicode=unicode)
    for edge, corners in laid.paths:
        canvas.line(corners, _sign(edge))
    for edge, box in laid.labels:
        canvas.label(edge, box)
    for node in diagram.nodes:
        canvas.box(node.lines, laid.boxes[node.name])
    rows = [*canvas.rows()]
    while rows and not rows[-1]:
        rows.pop()
    yield from rows


def _sign(edge: Edge) -> int:
    return (edge.value > 0) - (edge.value < 0) if edge.value is not None else 0


class _Canvas:
    """Rows of cells; what is drawn later stands over what was drawn before."""

    def __init__(self, width: int, height: int, *, unicode: bool) -> None:
        self._unicode = unicode
        self._dots = [[0] * width for _ in range(height)]
        self._cells = [[Run(" ")] * width for _ in range(height)]

    def line(self, corners: Sequence[Point], sign: int) -> None:
        """An edge through its corners."""
        for (x1, y1), (x2, y2) in pairwise(corners):
            steps = max(int(abs(x2 - x1) * 2), int(abs(y2 - y1) * 4), 1)
            for step in range(steps + 1):
                x, y = x1 + (x2 - x1) * step / steps, y1 + (y2 - y1) * step / steps
                self._dot(x, y, sign)

    def _dot(self, x: float, y: float, sign: int) -> None:
        column, row = int(x), int(y)
        if not (0 <= row < len(self._cells) and 0 <= column < len(self._cells[row])):
            return
        self._dots[row][column] |= DOTS[int((y - row) * 4)][int((x - column) * 2)]
        text = chr(BRAILLE + self._dots[row][column]) if self._unicode else "."
        self._cells[row][column] = Run(text, sign)

    def label(self, edge: Edge, box: Box) -> None:
        """An edge's label."""
        top = int(box.y - len(edge.lines) / 2 + 0.5)
        for at, (text, _) in enumerate(edge.lines):
            self._text(
                f" {text} ", int(box.x - (cell_len(text) + 2) / 2 + 0.5), top + at, _sign(edge)
            )

    def box(self, lines: Sequence[Line], box: Box) -> None:
        """A node."""
        above, beside, below = BORDERS if self._unicode else ASCII_BORDERS
        left, top, inner = (
            round(box.x - box.width / 2),
            round(box.y - box.height / 2),
            int(box.width) - 2,
        )
        self._text(above[0] + above[1] * inner + above[2], left, top)
        for at, (line, _) in enumerate(lines, 1):
            self._text(beside[0] + " " * inner + beside[2], left, top + at)
            self._text(line, left + 1 + (inner - cell_len(line)) // 2, top + at, name=at == 1)
        self._text(below[0] + below[1] * inner + below[2], left, top + len(lines) + 1)

    def _text(self, text: str, left: int, row: int, sign: int = 0, *, name: bool = False) -> None:
        column = left
        for character in text:
            wide = cell_len(character)
            # A letter that is two cells wide leaves nothing for the second.
            for at, part in enumerate((character, *("",) * (wide - 1)), column):
                if 0 <= row < len(self._cells) and 0 <= at < len(self._cells[row]):
                    self._cells[row][at] = Run(part, sign, name)
            column += wide

    def rows(self) -> Iterator[Row]:
        """The rows, cells that are alike joined, without spaces at the end."""
        for cells in self._cells:
            while cells and cells[-1].text == " ":
                cells.pop()
            row: list[Run] = []
            for cell in cells:
                if row and row[-1]._replace(text="") == cell._replace(text=""):
                    row[-1] = row[-1]._replace(text=row[-1].text + cell.text)
                else:
                    row.append(cell)
            yield row
