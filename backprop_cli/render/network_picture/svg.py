"""A diagram as SVG: one picture that stands alone, or within a page."""

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from backprop_cli.lesson.diagram import Diagram, Edge, Line, thinned
from backprop_cli.render.network_picture.arrangement import (
    MOST_IN_A_COLUMN,
    Arrangement,
    Box,
    Measure,
    arranged,
    colour,
)
from backprop_cli.wording import visible

PIXELS = Measure(
    character=7.9,
    line=16.0,
    padding=(10.0, 7.0),
    label=6.7,
    row=26.0,
    highest=80.0,
    gap=130.0,
    widest=620.0,
)
# In the column of a page there is more room down than across, and letters should stay large.
IN_COLUMN = PIXELS._replace(row=56.0, highest=160.0, gap=84.0)
MARGIN = 14.0

# Colours stand as attributes, since few programs but browsers know variables; on a dark ground a
# browser takes the style's.
INK, PAPER, NODE = "#1f2328", "#ffffff", "#f6f8fa"
STYLE = """
@media screen and (prefers-color-scheme: dark) {
.network .paper { fill: #0d1117; }
.network text { fill: #e6edf3; }
.network .node rect { fill: #161b22; stroke: #e6edf3; }
.network .edge path { stroke: #8b949e; }
.network .edge.positive path { stroke: #58a6ff; }
.network .edge.negative path { stroke: #f0883e; }
}
""".strip()
FONT = (
    'font-family="ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="13" '
    'text-anchor="middle"'
)
LABEL = 'font-size="11"'
LABEL_GAP = 5.0  # between the letters of two labels, one below the other
BASELINE = 4.3  # from a line's middle down to its letters' feet


def svg(diagram: Diagram) -> str:
    """The picture as a file of its own, in its own colours on dark and on light."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element(diagram)}\n'


def element(diagram: Diagram, measure: Measure = PIXELS) -> str:
    """The picture as an ``svg`` element.

    Every node and edge names in ``data-quantities`` what it stands for.
    """
    shown = thinned(diagram, MOST_IN_A_COLUMN)
    laid = arranged(shown, measure)
    width, height = laid.width + 2 * MARGIN, laid.height + 2 * MARGIN
    box = f"{-MARGIN:g} {-MARGIN:g} {width:.1f} {height:.1f}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="network" role="img" viewBox="{box}" '
        f'width="{width:.0f}" height="{height:.0f}" aria-label={quoteattr(visible(diagram.title))} '
        f'fill="{INK}" {FONT}>',
        f"<title>{escape(visible(diagram.title))}</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="paper" fill="{PAPER}" x="{-MARGIN:g}" y="{-MARGIN:g}" '
        f'width="{width:.1f}" height="{height:.1f}"/>',
        *_edges(laid),
        *_nodes(shown, laid),
        *_labels(laid),
        "</svg>",
    ]
    return "\n".join(lines)


def _edges(laid: Arrangement) -> Iterator[str]:
    for edge, corners in laid.paths:
        (x, y), *rest = corners
        way = f"M{x:.1f} {y:.1f}" + "".join(f"L{a:.1f} {b:.1f}" for a, b in rest)
        width = laid.thickness(edge, 0.8, 4.0, 1.0)
        dashes = ' stroke-dasharray="7 3"' if edge.value and edge.value < 0 else ""
        text = visible(", ".join(line.text for line in edge.lines))
        title = (
            f"<title>{escape(f'{edge.source} to {edge.target}: {text}')}</title>" if text else ""
        )
        yield (
            f'<g class="edge{_sign(edge)}" data-quantities={_names(edge.quantities)}>{title}'
            f'<path d="{way}" fill="none" stroke-width="{width:.2f}" '
            f'stroke="#{colour(edge)}"{dashes}/></g>'
        )


def _sign(edge: Edge) -> str:
    if not edge.value:
        return ""
    return " positive" if edge.value > 0 else " negative"


def _nodes(diagram: Diagram, laid: Arrangement) -> Iterator[str]:
    for node in diagram.nodes:
        box = laid.boxes[node.name]
        kind = " input" if node.is_input else " output" if node.is_output else ""
        yield (
            f'<g class="node{kind}" data-quantities={_names(node.quantities)}>'
            f'<rect x="{box.x - box.width / 2:.1f}" y="{box.y - box.height / 2:.1f}" '
            f'width="{box.width:.1f}" height="{box.height:.1f}" rx="9" '
            f'fill="{NODE}" stroke="{INK}"/>'
            + "".join(_texts(node.lines, box, named=True))
            + "</g>"
        )


def _labels(laid: Arrangement) -> Iterator[str]:
    for edge, box in laid.labels:
        # Not every program draws a border under its letters, so that a line is kept off them; it
        # is seen to go on beneath.
        width, height = box.width - PIXELS.label, box.height - LABEL_GAP
        ground = (
            f'<rect class="paper" fill="{PAPER}" fill-opacity="0.75" x="{box.x - width / 2:.1f}" '
            f'y="{box.y - height / 2:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        )
        texts = "".join(_texts(edge.lines, box))
        of = _names(edge.quantities)
        yield f'<g class="label" {LABEL} data-quantities={of}>{ground}{texts}</g>'


def _texts(lines: tuple[Line, ...], box: Box, *, named: bool = False) -> Iterator[str]:
    top = box.y - (len(lines) - 1) * PIXELS.line / 2
    for at, (line, quantity) in enumerate(lines):
        kind = ' font-weight="bold"' if named and at == 0 else ""
        if quantity:
            kind += f' class="value" data-of={_names((quantity,))}'
        y = top + at * PIXELS.line + BASELINE
        yield f'<text{kind} x="{box.x:.1f}" y="{y:.1f}">{escape(visible(line))}</text>'


def _names(quantities: tuple[str, ...]) -> str:
    """Names as the words of an attribute."""
    return quoteattr(visible(" ".join(map(one_word, quantities))))


def one_word(name: str) -> str:
    """A quantity's name as one word of an attribute that lists several."""
    return name.replace("%", "%25").replace(" ", "%20")
