"""Chain rules with stacked fractions, laid out in cells."""

from collections.abc import Iterator

from backprop_cli.algebra.expression import Partial
from backprop_cli.algebra.paper import name_on_paper
from backprop_cli.lesson.blocks import ChainRule
from backprop_cli.render.terminal.page import Line, Page, Span, cell_len

Stack = tuple[Span, Span, Span]


def fraction_lines(chain: ChainRule, page: Page, indent: int) -> Iterator[Line]:
    """A formula in three lines, or, too wide for the page, in several bands of three."""
    first = _stack(chain.of, page)
    stacks = [
        _stack(part, page, None if chain.added else at) for at, part in enumerate(chain.parts)
    ]
    left = indent + _width(first)
    widest = max(map(_width, stacks))
    # Further bands start under the equals sign of the first, or, after a very long name, before it.
    margin = left if page.fits(left + len(" = ") + widest) else indent
    rows = [[Span(" " * indent), cell] for cell in first]
    used = left
    joint = " = "
    for stack in stacks:
        if not page.fits(used + len(joint) + _width(stack)):
            yield from map(_trimmed, rows)
            yield ()
            used = margin
            rows = [[Span(" " * used)] for _ in range(3)]
        blank = Span(" " * len(joint))
        for row, cell, between in zip(rows, stack, (blank, Span(joint), blank), strict=True):
            row.extend((between, cell))
        used += len(joint) + _width(stack)
        joint = page.text(" + " if chain.added else " · ")
    yield from map(_trimmed, rows)


def _trimmed(row: list[Span]) -> Line:
    """A row without the spaces that centre its last cell."""
    *most, last = row
    return (*most, last._replace(text=last.text.rstrip()))


def _width(stack: Stack) -> int:
    return cell_len(stack[1].text)


def _stack(derivative: Partial, page: Page, factor: int | None = None) -> Stack:
    """Numerator, bar and denominator, each as wide as the widest."""
    above, below = (page.text(f"∂{name_on_paper(n)}") for n in (derivative.of, derivative.by))
    width = max(cell_len(above), cell_len(below))

    def centred(text: str) -> Span:
        before = (width - cell_len(text)) // 2
        after = width - cell_len(text) - before
        return Span(" " * before + text + " " * after, factor=factor)

    return centred(above), Span(page.text("─") * width, factor=factor), centred(below)
