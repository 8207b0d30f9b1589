"""A lesson as a PDF, set by Typst, which need not be installed otherwise."""

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import pairwise

from backprop_cli.algebra.expression import BLANK, Expression, Number
from backprop_cli.algebra.prose import Code, Prose, spans
from backprop_cli.algebra.typst import quoted, stacked, typst
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
from backprop_cli.render.axes import NOT_DRAWN, axes_of
from backprop_cli.render.columns import pieces, shares, width
from backprop_cli.render.network_picture.svg import element

FACTOR_COLOURS = ("0057b7", "b34700", "7b3fa0", "3f6b00", "b0003a", "00696b")
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
    colours = ", ".join(f'"{colour}"' for colour in FACTOR_COLOURS)
    parts = [SETTINGS.format(colours=colours)]
    first, *rest = lesson or ("",)
    if isinstance(first, Heading):
        parts += _block(first)
        lesson = tuple(rest)
    if diagram is not None:
        parts.append(_picture(diagram))
    for block in lesson:
        parts += _block(block)
    return "\n\n".join(parts) + "\n"


def _picture(diagram: Diagram) -> str:
    drawn = element(diagram)
    return (
        f"#align(center, layout(size => {{\n"
        f'  let picture = image(bytes({quoted(drawn.replace(chr(10), " "))}), format: "svg")\n'
        f"  let natural = measure(picture).width\n"
        f"  if natural > size.width {{ image(bytes({quoted(drawn.replace(chr(10), ' '))}), "
        f'format: "svg", width: size.width) }} else {{ picture }}\n'
        f"}}))"
    )


def _block(block: Block) -> Iterator[str]:
    match block:
        case Heading(level, text, aside):
            beside = f" #h(1em) #text(weight: 400)[#aside[{_prose(aside)}]]" if aside else ""
            yield f"#heading(level: {level})[{_prose(text)}{beside}]"
        case Paragraph(text, bullet):
            yield f"#list[{_prose(text)}]" if bullet else f"#par[{_prose(text)}]"
        case Equations(rows, numbered):
            yield _equations(rows, numbered=numbered)
        case ChainRule(of, parts, added):
            right = (" + " if added else " dot ").join(
                f"display({stacked(part)})"
                if added
                else f"#factor({at % len(FACTOR_COLOURS)}, $display({stacked(part)})$);"
                for at, part in enumerate(parts)
            )
            whole = f"$display({stacked(of)}) = {right}$"
            yield f"#pad(left: 1em, y: 0.3em, par(hanging-indent: 2em)[{whole}])"
        case Table():
            yield from _table(block)
        case Plot():
            yield _plot(block)
        case Picture(diagram):
            yield _picture(diagram)
        case NewPage():
            yield "#pagebreak(weak: true)"
        case _:
            raise TypeError(f"not a block: {block!r}")


def _prose(prose: Prose) -> str:
    return "".join(map(_span, spans(prose)))


def _span(span: str | Expression | Code) -> str:
    if isinstance(span, str):
        return f"#{quoted(span)};"
    if isinstance(span, Code):
        return f"#raw({quoted(span.text)});"
    return f"${typst(span)}$"


# --- equations -------------------------------------------------------------------------------


def _equations(rows: Sequence[Equation], *, numbered: bool) -> str:
    """Rows of a grid: what stands left, and the rest, which is broken where it is too long."""
    cells = []
    for at, row in enumerate(rows, 1):
        mark = f"{at}. " if numbered else ""
        right = " ".join(f"{side.relation} {_side(side)}" for side in row.sides[1:])
        note = f" #h(1em) #aside[{_prose(row.note)}]" if row.note else ""
        reason = f" \\ #aside[{_prose(row.reason)}]" if row.reason else ""
        formula = f"${right}$" if right else ""
        cells.append(f"  [{mark}${_side(row.sides[0])}$], [{formula}{note}{reason}],")
    # Handwriting takes more room than print.
    blank = any(side.formula == BLANK for row in rows for side in row.sides)
    gutter = "1.2em" if blank else "0.75em"
    grid = f"columns: (auto, 1fr), column-gutter: 0.4em, row-gutter: {gutter}"
    return "#pad(left: 1em, grid(" + grid + ",\n" + "\n".join(cells) + "\n))"


def _side(side: Side) -> str:
    written = typst(side.formula)
    is_result = side.role is Role.RESULT and isinstance(side.formula, Number)
    # Typst's own bold digits are other characters, which nobody finds by searching.
    return f"#result(${written}$);" if is_result else written


# --- tables and plots ------------------------------------------------------------------------


def _table(table: Table) -> Iterator[str]:
    if table.title:
        yield f"#block(sticky: true)[*{_prose(table.title)}*]"
    for columns in pieces(table, TABLE_WIDTH):
        widths = str(len(columns))
        if not table.numeric and sum(width(table, at) for at in columns) > TABLE_WIDTH:
            parts = (f"{share:.1f}fr" for share in shares(table, columns, TABLE_WIDTH))
            widths = f"({', '.join(parts)},)"
        aligned = ", ".join("left" if at == 0 or not table.numeric else "right" for at in columns)
        heads = ", ".join(f"[*{_prose(table.columns[at].title)}*]" for at in columns)
        rows = "\n".join(
            "  " + ", ".join(f"[{_prose(row[at])}]" for at in columns) + "," for row in table.rows
        )
        yield (
            f"#table(columns: {widths}, align: ({aligned},),\n"
            f"  table.hline(), table.header({heads}), table.hline(stroke: 0.5pt),\n{rows}\n"
            "  table.hline(),\n)"
        )


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
        colour = f'rgb("{FACTOR_COLOURS[number % len(FACTOR_COLOURS)]}")'
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
