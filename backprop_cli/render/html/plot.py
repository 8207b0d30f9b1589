"""Curves as an SVG within a page."""

from collections.abc import Iterator
from html import escape

from backprop_cli.algebra.writer import COLOURS
from backprop_cli.lesson.blocks import Plot
from backprop_cli.render.axes import NOT_DRAWN, axes_of

ACROSS, UP, LEFT, BELOW, ABOVE, RIGHT = 520.0, 260.0, 70.0, 44.0, 24.0, 120.0
DASHES = ("none", "8 4", "2 3", "10 3 2 3")


def curves(plot: Plot) -> Iterator[str]:
    """A figure with the curves, their axes and a caption."""
    axes = axes_of(plot, 7, 7)
    box = f"{-LEFT:g} {-ABOVE:g} {LEFT + ACROSS + RIGHT:g} {ABOVE + UP + BELOW:g}"
    title = escape(plot.title)
    yield f'<figure class="plot step" data-quantities="Loss"><figcaption>{title}</figcaption>'
    yield f'<svg class="plot" role="img" aria-label="{title}" viewBox="{box}">'
    yield f'<path class="axis" d="M0 0V{UP:g}H{ACROSS:g}"/>'
    for tick in axes.x.ticks:
        x = tick.position * ACROSS
        yield f'<path class="axis" d="M{x:.1f} {UP:g}v5"/>'
        yield f'<text x="{x:.1f}" y="{UP + 18:g}" text-anchor="middle">{escape(tick.label)}</text>'
    for tick in axes.y.ticks:
        y = UP - tick.position * UP
        yield f'<path class="axis" d="M0 {y:.1f}h-5"/>'
        yield f'<text x="-8" y="{y + 4:.1f}" text-anchor="end">{escape(tick.label)}</text>'
    middle = f'x="{ACROSS / 2:g}" y="{UP + 38:g}" text-anchor="middle"'
    yield f"<text {middle}>{escape(plot.x_label)}</text>"
    yield f'<text x="{-LEFT + 4:g}" y="{-ABOVE + 14:g}">{escape(plot.y_label)}</text>'
    for number, curve in enumerate(plot.curves):
        kind = (
            f'class="curve c{number % COLOURS}" stroke-dasharray="{DASHES[number % len(DASHES)]}"'
        )
        for run in axes.runs(curve):
            points = " ".join(f"{x * ACROSS:.1f},{UP - y * UP:.1f}" for x, y in run)
            yield f'<polyline {kind} points="{points}"/>'
        if len(plot.curves) > 1:
            y = 12 + 18 * number
            yield f'<path {kind} d="M{ACROSS + 8:g} {y}h22"/>'
            yield f'<text x="{ACROSS + 36:g}" y="{y + 4}">{escape(curve.name)}</text>'
    yield "</svg>"
    if any(map(axes.misses, plot.curves)):
        yield f"<p>{NOT_DRAWN}</p>"
    yield "</figure>"
