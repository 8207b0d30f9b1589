"""Chain-rule formulas with stacked fractions, laid out in cells."""

from collections.abc import Iterator

from backprop_cli.lesson.blocks import Fraction, FractionFormula, Span
from backprop_cli.render.terminal.page import Line, Page, cell_len


def fraction_lines(formula: FractionFormula, page: Page, indent: int) -> Iterator[Line]:
    """A formula in three lines, or, too wide for the page, in several bands of three."""
    left = indent + _width(formula.left, page)
    widest = max(_width(fraction, page) for fraction in formula.right)
    # Further bands start under the equals sign of the first, or, after a very long name, before it.
    margin = left if page.fits(left + len(" = ") + widest) else indent
    rows = [[Span(" " * indent), cell] for cell in _stack(formula.left, page)]
    used = left
    joint = " = "
    for fraction in formula.right:
        width = _width(fraction, page)
        if not page.fits(used + len(joint) + width):
            yield from map(_trimmed, rows)
            yield ()
            used = margin
            rows = [[Span(" " * used)] for _ in range(3)]
        blank = Span(" " * len(joint))
        for row, cell, between in zip(
            rows, _stack(fraction, page), (blank, Span(joint), blank), strict=True
        ):
            row.extend((between, cell))
        used += len(joint) + width
        joint = page.text(f" {formula.operator} ")
    yield from map(_trimmed, rows)


def _trimmed(row: list[Span]) -> Line:
    """A row without the spaces that centre its last cell."""
    *most, last = row
    return (*most, last._replace(text=last.text.rstrip()))


def _width(fraction: Fraction, page: Page) -> int:
    texts = (page.text(fraction.numerator), page.text(fraction.denominator))
    return max(map(cell_len, texts))


def _stack(fraction: Fraction, page: Page) -> tuple[Span, Span, Span]:
    """Numerator, bar and denominator, each as wide as the widest."""
    width = _width(fraction, page)

    def centred(text: str) -> Span:
        before = (width - cell_len(text)) // 2
        after = width - cell_len(text) - before
        return Span(" " * before + text + " " * after, factor=fraction.factor)

    above, below = centred(page.text(fraction.numerator)), centred(page.text(fraction.denominator))
    return above, Span(page.text("─") * width, factor=fraction.factor), below
