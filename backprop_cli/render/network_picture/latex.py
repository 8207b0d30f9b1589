"""A diagram in LaTeX's own picture environment, which needs no package but xcolor."""

from collections.abc import Iterator
from itertools import pairwise

from backprop_cli.algebra.latex_characters import in_text
from backprop_cli.lesson.diagram import Diagram, Edge, Line, thinned
from backprop_cli.render.network_picture.arrangement import (
    MOST_IN_A_COLUMN,
    Box,
    Measure,
    arranged,
    colour,
)

POINTS = Measure(
    character=4.0,
    line=9.0,
    padding=(6.0, 4.0),
    label=4.0,
    row=16.0,
    highest=44.0,
    gap=80.0,
    widest=330.0,
)
# Of a page of A4 with margins of 2 cm.
WIDEST = 470.0
BASELINE = 2.3  # from a line's middle down to its letters' feet


def network_picture(diagram: Diagram) -> Iterator[str]:
    """The lines of the picture; one that is too wide is made smaller, its letters too."""
    shown = thinned(diagram, MOST_IN_A_COLUMN)
    laid = arranged(shown, POINTS)
    scale = min(1.0, WIDEST / laid.width)
    font = r"\scriptsize" if scale > 0.75 else r"\tiny"
    yield f"\\par\\medskip{{\\centering\\setlength{{\\unitlength}}{{{scale:.4f}pt}}{font}\\ttfamily"
    yield f"\\setlength{{\\fboxsep}}{{1pt}}\\begin{{picture}}({laid.width:.1f},{laid.height:.1f})"
    for edge, corners in laid.paths:
        thickness = laid.thickness(edge, 0.4, 1.6, 0.5)
        yield from _edge(edge, [(x, laid.height - y) for x, y in corners], thickness)
    for node in shown.nodes:
        box = laid.boxes[node.name]
        left, bottom = box.x - box.width / 2, laid.height - box.y - box.height / 2
        size = f"{box.width:.1f},{box.height:.1f}"
        yield f"\\put({left:.1f},{bottom:.1f}){{\\framebox({size}){{}}}}"
        yield from _texts(node.lines, box, laid.height, "{}")
    for edge, box in laid.labels:
        yield from _texts(edge.lines, box, laid.height, "\\colorbox{{white}}{{{}}}")
    yield "\\end{picture}\\par}\\medskip"


def _edge(edge: Edge, corners: list[tuple[float, float]], thickness: float) -> Iterator[str]:
    """Straight lines, dotted for a negative weight; LaTeX draws those of any slope as curves."""
    for (x1, y1), (x2, y2) in pairwise(corners):
        length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
        dots = f"[{max(int(length / 4), 2)}]" if edge.value and edge.value < 0 else ""
        middle = f"({(x1 + x2) / 2:.1f},{(y1 + y2) / 2:.1f})"
        yield (
            f"\\put(0,0){{\\color[HTML]{{{colour(edge).upper()}}}\\linethickness{{{thickness:.2f}pt}}"
            f"\\qbezier{dots}({x1:.1f},{y1:.1f}){middle}({x2:.1f},{y2:.1f})}}"
        )


def _texts(lines: tuple[Line, ...], box: Box, height: float, form: str) -> Iterator[str]:
    top = box.y - (len(lines) - 1) * POINTS.line / 2
    for at, line in enumerate(lines):
        y = height - (top + at * POINTS.line) - BASELINE
        text = form.format(in_text(line.text))
        yield f"\\put({box.x:.1f},{y:.1f}){{\\makebox(0,0)[b]{{{text}}}}}"
