"""A lesson as a PDF, set by Typst, which need not be installed otherwise."""

from collections.abc import Iterator
from importlib.util import find_spec
from itertools import pairwise

from backprop_cli.algebra.expression import BLANK, Expression
from backprop_cli.algebra.typst import quoted, stacked, typst
from backprop_cli.algebra.writer import COLOURS
from backprop_cli.lesson.blocks import (
    ChainRule,
    Equations,
    Heading,
    Lesson,
    Paragraph,
    Picture,
    Plot,
    Side,
    Table,
)
from backprop_cli.lesson.diagram import Diagram
from backprop_cli.render.axes import NOT_DRAWN, axes_of
from backprop_cli.render.columns import pieces, shares
from backprop_cli.render.medium import INKS, Markup
from backprop_cli.render.network_picture.svg import element

SETTINGS = """\
#let colours = ({colours})
#let factor(number, body) = text(fill: rgb(colours.at(number)), body)
#let result(body) = {{ show math.equation: set text(weight: "bold"); strong(body) }}
#let aside(body) = text(size: 0.9em, fill: rgb("57606a"), body)
#set document(date: none)
#set page(paper: "a4", margin: 2cm, numbering: "1")
#set text(font: "New Computer Modern", size: 10pt)
#set par(leading: 0.65em)
#set heading(numbering: none)
#show heading: set block(above: 1.5em, below: 0.8em)
#set table(stroke: none, inset: (x: 6pt, y: 3pt))
#show raw: set text(font: "DejaVu Sans Mono")
"""
# Characters of a table that fit beside each other on the page.
TABLE_WIDTH = 84


def is_installed() -> bool:
    """True if a PDF can be made here."""
    return find_spec("typst") is not None


def pdf(lesson: Lesson, diagram: Diagram | None = None) -> bytes:
    """The lesson as the bytes of a PDF, under the picture of its network.

    Raises ModuleNotFoundError where Typst is not installed.
    """
    import typst as typesetter  # large, and rarely wanted

    found: bytes = typesetter.compile(document(lesson, diagram).encode("utf-8"))
    return found


def document(lesson: Lesson, diagram: Diagram | None = None) -> str:
    """The lesson as a document of Typst."""
    colours = ", ".join(f'"{colour}"' for colour in INKS)
    parts = [SETTINGS.format(colours=colours)]
    if diagram is not None:  # under the title
        titles = 1 if lesson and isinstance(lesson[0], Heading) else 0
        lesson = (*lesson[:titles], Picture(diagram), *lesson[titles:])
    parts += TYPST.blocks(lesson)
    return "\n\n".join(parts) + "\n"


class _Typst(Markup):
    def heading(self, heading: Heading) -> Iterator[str]:
        beside = ""
        if heading.aside:
            beside = f" #h(1em) #text(weight: 400)[#aside[{self.prose(heading.aside)}]]"
        yield f"#heading(level: {heading.level})[{self.prose(heading.text)}{beside}]"

    def paragraph(self, paragraph: Paragraph) -> Iterator[str]:
        yield f"#{'list' if paragraph.bullet else 'par'}[{self.prose(paragraph.text)}]"

    def equations(self, equations: Equations) -> Iterator[str]:
        """Rows of a grid: what stands left, and the rest, which is broken where it is too long."""
        rows, numbered = equations
        cells = []
        for at, row in enumerate(rows, 1):
            mark = f"{at}. " if numbered else ""
            right = " ".join(f"{side.relation} {_side(side)}" for side in row.sides[1:])
            note = f" #h(1em) #aside[{self.prose(row.note)}]" if row.note else ""
            reason = f" \\ #aside[{self.prose(row.reason)}]" if row.reason else ""
            formula = f"${right}$" if right else ""
            cells.append(f"  [{mark}${_side(row.sides[0])}$], [{formula}{note}{reason}],")
        # Handwriting takes more room than print.
        blank = any(side.formula == BLANK for row in rows for side in row.sides)
        gutter = "1.2em" if blank else "0.75em"
        grid = f"columns: (auto, 1fr), column-gutter: 0.4em, row-gutter: {gutter}"
        yield "#pad(left: 1em, grid(" + grid + ",\n" + "\n".join(cells) + "\n))"

    def chain_rule(self, chain: ChainRule) -> Iterator[str]:
        parts = [f"display({stacked(part)})" for part in chain.parts]
        if chain.added:
            right = " + ".join(parts)
        else:
            right = " dot ".join(
                f"#factor({at % COLOURS}, ${part}$);" for at, part in enumerate(parts)
            )
        whole = f"$display({stacked(chain.of)}) = {right}$"
        yield f"#pad(left: 1em, y: 0.3em, par(hanging-indent: 2em)[{whole}])"

    def table(self, table: Table) -> Iterator[str]:
        if table.title:
            yield f"#block(sticky: true)[*{self.prose(table.title)}*]"
        for columns in pieces(table, TABLE_WIDTH):
            parts = [f"{share:.1f}fr" for share in shares(table, columns, TABLE_WIDTH)]
            widths = f"({', '.join(parts)},)" if parts else str(len(columns))
            aligned = ", ".join("right" if at and table.numeric else "left" for at in columns)
            heads = ", ".join(f"[*{self.prose(table.columns[at].title)}*]" for at in columns)
            rows = "\n".join(
                "  " + ", ".join(f"[{self.prose(row[at])}]" for at in columns) + ","
                for row in table.rows
            )
            yield (
                f"#table(columns: {widths}, align: ({aligned},),\n"
                f"  table.hline(), table.header({heads}), table.hline(stroke: 0.5pt),\n{rows}\n"
                "  table.hline(),\n)"
            )

    def plot(self, plot: Plot) -> Iterator[str]:
        yield _plot(plot)

    def picture(self, picture: Picture) -> Iterator[str]:
        """The picture in its own size, or as wide as the page."""
        drawn = f"image(bytes({quoted(element(picture.diagram).replace(chr(10), ' '))})"
        yield (
            f"#align(center, layout(size => {{\n"
            f'  let picture = {drawn}, format: "svg")\n'
            f"  let natural = measure(picture).width\n"
            f"  if natural > size.width {{ {drawn}, "
            f'format: "svg", width: size.width) }} else {{ picture }}\n'
            f"}}))"
        )

    def new_page(self) -> Iterator[str]:
        yield "#pagebreak(weak: true)"

    def text(self, text: str) -> str:
        return f"#{quoted(text)};"

    def code(self, text: str) -> str:
        return f"#raw({quoted(text)});"

    def formula(self, formula: Expression) -> str:
        return f"${typst(formula)}$"


TYPST = _Typst()


def _side(side: Side) -> str:
    written = typst(side.formula)
    # Typst's own bold digits are other characters, which nobody finds by searching.
    return f"#result(${written}$);" if side.is_figure else written


# --- plots -----------------------------------------------------------------------------------

ACROSS, UP = 340.0, 180.0  # points


def _plot(plot: Plot) -> str:
    axes = axes_of(plot, 6, 6)
    lines = [
        f"place(dx: 0pt, dy: {UP:g}pt, line(length: {ACROSS:g}pt, stroke: 0.5pt))",
        f"place(line(angle: 90deg, length: {UP:g}pt, stroke: 0.5pt))",
    ]
    for tick in axes.x.ticks:
        x = tick.position * ACROSS
        lines += [
            f"place(dx: {x:.1f}pt, dy: {UP:g}pt, line(angle: 90deg, length: 3pt, stroke: 0.5pt))",
            f"place(dx: {x - 30:.1f}pt, dy: {UP + 5:g}pt, box(width: 60pt, "
            f"align(center, text(size: 8pt, {quoted(tick.label)}))))",
        ]
    for tick in axes.y.ticks:
        y = UP - tick.position * UP
        lines += [
            f"place(dx: -3pt, dy: {y:.1f}pt, line(length: 3pt, stroke: 0.5pt))",
            f"place(dx: -65pt, dy: {y - 4:.1f}pt, box(width: 60pt, "
            f"align(right, text(size: 8pt, {quoted(tick.label)}))))",
        ]
    lines.append(
        f"place(dy: {UP + 17:g}pt, box(width: {ACROSS:g}pt, "
        f"align(center, text(size: 8pt, {quoted(plot.x_label)}))))"
    )
    lines.append(f"place(dx: -20pt, dy: -14pt, text(size: 8pt, {quoted(plot.y_label)}))")
    for number, curve in enumerate(plot.curves):
        colour = f'rgb("{INKS[number % COLOURS]}")'
        for run in axes.runs(curve):
            placed = [(x * ACROSS, UP - y * UP) for x, y in run]
            lines += [
                f"place(line(start: ({a:.1f}pt, {b:.1f}pt), end: ({c:.1f}pt, {d:.1f}pt), "
                f"stroke: 1pt + {colour}))"
                for (a, b), (c, d) in pairwise(placed)
            ]
        if len(plot.curves) > 1:
            lines.append(
                f"place(dx: {ACROSS + 6:g}pt, dy: {12 * number}pt, text(size: 8pt, "
                f"fill: {colour}, {quoted(curve.name)}))"
            )
    missed = f"\n\n#{quoted(NOT_DRAWN)};" if any(map(axes.misses, plot.curves)) else ""
    drawn = "\n  ".join(lines)
    return (
        f"*#{quoted(plot.title)};*\n\n#pad(left: 70pt, top: 16pt, bottom: 30pt, "
        f"box(width: {ACROSS:g}pt, height: {UP:g}pt, {{\n  {drawn}\n}})){missed}"
    )
