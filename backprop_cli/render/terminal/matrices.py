"""Equations of matrices laid out in cells: rows below each other, between tall brackets."""

from collections.abc import Iterator, Sequence

from backprop_cli.algebra.expression import (
    Call,
    Expression,
    Negative,
    Product,
    Quotient,
    Sum,
    parts,
)
from backprop_cli.algebra.matrices import (
    NO_ELEMENT,
    ElementProduct,
    Matrix,
    MatrixProduct,
    Transposed,
)
from backprop_cli.lesson.blocks import Equation
from backprop_cli.render.terminal.page import Line, Page, Span, Style, padded, width_of

# Lines of one width; signs stand beside the middle one.
Box = list[Line]
GAP = "  "  # between columns
SIGNS = {Product: " * ", MatrixProduct: " ", ElementProduct: " ∘ "}
# Brackets of one line, and of several: the first, those between, the last.
SMALL, TALL = "[]", (("⎡", "⎢", "⎣"), ("⎤", "⎥", "⎦"))


def has_matrices(equation: Equation) -> bool:
    """True if a side of an equation takes several lines."""
    return any(_has_matrix(side.formula) for side in equation.sides)


def _has_matrix(expression: Expression) -> bool:
    return isinstance(expression, Matrix) or any(map(_has_matrix, parts(expression)))


def matrix_lines(equation: Equation, page: Page, indent: int) -> Iterator[Line]:
    """An equation; what does not fit beside the rest goes on below, under the first relation."""
    first, *rest = equation.sides
    left: Line = (Span(" " * indent), *page.formula(first.formula))
    margin = width_of(left)
    layout = _Layout(page, margin)
    band: list[Box] = [[left]]
    for side in rest:
        style = Style.RESULT if side is rest[-1] else Style.PLAIN
        boxes = layout.boxes(side.formula, style)
        boxes[0] = _beside([_text(f" {page.text(side.relation)} "), boxes[0]])
        # A side that fits on a line of its own is not broken.
        whole = _beside(boxes)
        for box in [whole] if page.fits(margin + _width(whole)) else boxes:
            if len(band) > 1 and not page.fits(sum(map(_width, band)) + _width(box)):
                yield from map(_trimmed, _beside(band))
                band = [[(Span(" " * margin),)]]
            band.append(box)
    yield from map(_trimmed, _beside(band))


class _Layout:
    """A page, and how far from its left edge formulas stand."""

    def __init__(self, page: Page, margin: int) -> None:
        self._page, self._margin = page, margin

    def boxes(self, expression: Expression, style: Style) -> list[Box]:
        """A formula in boxes between which it may go on below."""
        if not _has_matrix(expression):
            return [[self._page.formula(expression, style)]]
        match expression:
            case Matrix():
                return [*self._matrix(expression, style)]
            case Transposed(operand):
                *most, last = self.boxes(operand, style)
                raised = [(*last[0], Span(self._page.text("ᵀ"))), *last[1:]]
                return [*most, _filled(raised)]
            case Call(function, argument):
                first, *rest = self.boxes(argument, style)
                return [_beside([_text(function), first]), *rest]
            case Sum((leading, *terms)):
                found = self.boxes(leading, style)
                for term in terms:
                    less = isinstance(term, Negative)
                    inner = term.operand if isinstance(term, Negative) else term
                    found += self._signed(" − " if less else " + ", self.boxes(inner, style))
                return found
            case (
                Product((leading, *factors))
                | MatrixProduct((leading, *factors))
                | ElementProduct((leading, *factors))
            ):
                found = self.boxes(leading, style)
                for factor in factors:
                    found += self._signed(SIGNS[type(expression)], self.boxes(factor, style))
                return found
            case Quotient(numerator, denominator):
                *most, last = self.boxes(numerator, style)
                below = self._signed(" / ", self.boxes(denominator, style))
                return [*most, _beside([last, *below])]
            case _:
                raise TypeError(f"no formula of matrices: {expression!r}")

    def _signed(self, sign: str, boxes: Sequence[Box]) -> list[Box]:
        """Boxes after a sign."""
        first, *rest = boxes
        return [_beside([_text(self._page.text(sign)), first]), *rest]

    def _matrix(self, matrix: Matrix, style: Style) -> Iterator[Box]:
        """A matrix in brackets; of one that is wider than the page, so many columns at a time."""
        columns = [self._column(cells, style) for cells in zip(*matrix.rows, strict=True)]
        height = len(matrix.rows)
        opening, closing = (self._bracket(at, height) for at in (0, 1))
        start, group = len(" = "), [opening]
        for at, column in enumerate(columns):
            taken = start + sum(map(_width, group)) + len(GAP) + _width(column) + 1
            if at and not self._page.fits(self._margin + taken):
                yield _beside(group)
                start, group = 0, [_text(" " * len(" = ["), height)]
            if len(group) > 1:
                group.append(_text(GAP, height))
            group.append(column)
        yield _beside([*group, closing])

    def _column(self, cells: Sequence[Expression], style: Style) -> Box:
        """Elements below each other, the last digits in line."""
        lines = [self._cell(cell, style) for cell in cells]
        width = max(map(width_of, lines))
        return [(Span(" " * (width - width_of(line))), *line) for line in lines]

    def _bracket(self, at: int, height: int) -> Box:
        """The left bracket, or the right one."""
        top, between, bottom = TALL[at]
        signs = [SMALL[at]] if height == 1 else [top, *between * (height - 2), bottom]
        return [(Span(self._page.text(sign)),) for sign in signs]

    def _cell(self, cell: Expression, style: Style) -> Line:
        if cell == NO_ELEMENT and not self._page.unicode:
            return (Span("."),)  # what stands for the dot elsewhere is a star
        return self._page.formula(cell, style)


def _text(text: str, height: int = 1) -> Box:
    return [(Span(text),)] * height


def _width(box: Box) -> int:
    return max(map(width_of, box))


def _filled(box: Box) -> Box:
    """The box with all lines of the same width."""
    width = _width(box)
    return [padded(line, width) for line in box]


def _beside(boxes: Sequence[Box]) -> Box:
    """Boxes from left to right, their middles in line."""
    above = max((len(box) - 1) // 2 for box in boxes)
    below = max(len(box) - (len(box) - 1) // 2 for box in boxes)
    lines: list[Line] = [()] * (above + below)
    for box in boxes:
        start, width = above - (len(box) - 1) // 2, _width(box)
        for at, line in enumerate(lines):
            inside = start <= at < start + len(box)
            lines[at] = (*line, *padded(box[at - start] if inside else (), width))
    return lines


def _trimmed(line: Line) -> Line:
    """A line without the spaces at its end."""
    spans = [*line]
    while spans and not spans[-1].text.strip():
        spans.pop()
    if spans:
        spans[-1] = spans[-1]._replace(text=spans[-1].text.rstrip())
    return tuple(spans)
