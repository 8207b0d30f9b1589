"""A lesson as GitHub's Markdown: headings, lists, tables, and formulas between dollar signs."""

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from backprop_cli.algebra.expression import Expression
from backprop_cli.algebra.latex import PLAIN_LATEX, stacked
from backprop_cli.algebra.latex_characters import SIGNS
from backprop_cli.algebra.paper import written
from backprop_cli.algebra.prose import Prose
from backprop_cli.lesson.blocks import (
    ChainRule,
    Equation,
    Equations,
    Heading,
    Lesson,
    Paragraph,
    Picture,
    Plot,
    Side,
    Table,
)
from backprop_cli.render.medium import Markup
from backprop_cli.render.network_picture.characters import drawing
from backprop_cli.wording import visible

# Cells across for the picture of a network.
WIDEST_PICTURE = 100
# What would be markup in plain text, wherever it stands.
MARKUP = re.compile(r"([\\`*_{}\[\]<>#|$~&!])")
# Blocks of formulas wider than so many characters are written one below the other.
WIDEST_ROW = 110
MOST_POINTS = 25


def markdown(lesson: Lesson) -> str:
    """The lesson as one text."""
    blocks = (lines for block in lesson if (lines := [*MARKDOWN.block(block)]))
    return "\n\n".join(map("\n".join, blocks)) + "\n"


class _Markdown(Markup):
    def heading(self, heading: Heading) -> Iterator[str]:
        beside = f" ({self.prose(heading.aside)})" if heading.aside else ""
        yield f"{'#' * heading.level} {self.prose(heading.text)}{beside}"

    def paragraph(self, paragraph: Paragraph) -> Iterator[str]:
        yield f"{'- ' if paragraph.bullet else ''}{self.prose(paragraph.text)}"

    def equations(self, equations: Equations) -> Iterator[str]:
        """Rows with a note or a reason as a list, others as one aligned formula."""
        rows, numbered = equations
        if numbered or any(row.note or row.reason for row in rows):
            for at, row in enumerate(rows, 1):
                mark = f"{at}. " if numbered else "- "
                note = f" {self.prose(row.note)}" if row.note else ""
                yield f"{mark}{_inline(_in_one_line(row))}{note}"
                if row.reason:
                    yield f"{' ' * len(mark)}<br>{self.prose(row.reason)}"
            return
        yield from ("$$", r"\begin{aligned}")
        *most, last = map(_aligned, rows)
        yield from (f"{row} \\\\" for row in most)
        yield from (last, r"\end{aligned}", "$$")

    def chain_rule(self, chain: ChainRule) -> Iterator[str]:
        right = (" + " if chain.added else r" \cdot ").join(map(stacked, chain.parts))
        yield from ("$$", f"{stacked(chain.of)} = {right}", "$$")

    def table(self, table: Table) -> Iterator[str]:
        if table.title:
            yield from (f"**{self.prose(table.title)}**", "")
        yield self._row([column.title for column in table.columns])
        right = "---:" if table.numeric else "---"
        yield f"| {' | '.join(['---', *[right] * (len(table.columns) - 1)])} |"
        yield from map(self._row, table.rows)

    def _row(self, cells: Iterable[Prose]) -> str:
        return f"| {' | '.join(map(self.prose, cells))} |"

    def plot(self, plot: Plot) -> Iterator[str]:
        """Some points of the curves in tables, one for those over the same points.

        Markdown draws nothing.
        """
        yield from (f"**{self.text(plot.title)}**", "")
        for across, curves in groupby(plot.curves, lambda curve: [x for x, _ in curve.points]):
            together = [*curves]
            step = -(-len(across) // MOST_POINTS)
            shown = [*range(0, len(across) - 1, max(step, 1)), len(across) - 1]
            yield self._row((plot.x_label, *(curve.name or plot.y_label for curve in together)))
            yield f"|{' ---: |' * (1 + len(together))}"
            for at in shown:
                figures = (curve.points[at][1] for curve in together)
                yield self._row((f"{across[at]:g}", *(f"{figure:g}" for figure in figures)))
            yield ""

    def picture(self, picture: Picture) -> Iterator[str]:
        """The network in characters, as they stand."""
        yield "```text"
        for row in drawing(picture.diagram, WIDEST_PICTURE):
            yield "".join(run.text for run in row).rstrip()
        yield "```"

    def new_page(self) -> Iterator[str]:
        yield "---"

    def text(self, text: str) -> str:
        return MARKUP.sub(r"\\\1", visible(text))

    def code(self, text: str) -> str:
        """A code span, which ends with as many backticks as it begins with."""
        ticks = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
        space = " " if "`" in text else ""
        return f"{ticks}{space}{text}{space}{ticks}"

    def formula(self, formula: Expression) -> str:
        return _inline(PLAIN_LATEX.write(formula))


MARKDOWN = _Markdown()


def _inline(formula: str) -> str:
    return f"${formula}$"


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
    return f"\\mathbf{{{formula}}}" if side.is_figure else formula
