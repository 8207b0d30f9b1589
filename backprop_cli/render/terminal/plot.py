"""Curves drawn in characters: each has a marker of its own, so that colour is not needed."""

from collections.abc import Iterator
from itertools import groupby
from string import ascii_uppercase

from backprop_cli.lesson.blocks import Curve, Plot
from backprop_cli.render.axes import NOT_DRAWN, Axes, Axis, axes_of
from backprop_cli.render.terminal.page import Line, Page, Span, Style, cell_len, width_of, wrapped
from backprop_cli.wording import printable

HEIGHT = 20  # of which the frame and the x axis's labels take three
MARGIN = "  "
NARROWEST = 24
X_TICKS, Y_TICKS = 5, 5
TICK_GAP = 2

MARKERS = "•×○▲+◆" + ascii_uppercase
PLAIN_MARKERS = "*xo#+@" + ascii_uppercase
FRAME = "┌┐└┘├┤┬┴┼│─"
PLAIN_FRAME = str.maketrans(FRAME, "+++++++++|-")


def plot_lines(plot: Plot, page: Page) -> Iterator[Line]:
    """A plot as wide as the page has room for prose, under its title and above its legend."""
    width = max(page.width - len(MARGIN), NARROWEST)
    axes = _axes(plot, width)
    markers = MARKERS if page.unicode else PLAIN_MARKERS
    yield from _prose(plot.title, Style.TITLE, page)
    yield Span(MARGIN), Span(_text(plot.y_label, page), Style.ASIDE)
    for row in _drawn(plot.curves, axes, markers, width).splitlines():
        yield Span(MARGIN), *_coloured(row, page, markers)
    label = _text(plot.x_label, page)
    before = " " * max(width - cell_len(label), 0)
    yield Span(MARGIN), Span(before + label, Style.ASIDE)
    yield from _legend(plot.curves, markers, page)
    if any(map(axes.misses, plot.curves)):
        yield from _prose(NOT_DRAWN, Style.ASIDE, page)


def _prose(text: str, style: Style, page: Page) -> Iterator[Line]:
    for line in wrapped(printable(text), page, page.width - len(MARGIN)):
        yield Span(MARGIN), Span(line, style)


def _text(text: str, page: Page) -> str:
    """A title or a name; it may be a file's, so nothing in it may reach the terminal as a code."""
    return page.text(printable(text))


def _axes(plot: Plot, width: int) -> Axes:
    """The plot's axes, with as many ticks on the x axis as have room beside each other."""
    for most in range(X_TICKS, 1, -1):
        axes = axes_of(plot, most, Y_TICKS)
        taken = sum(cell_len(tick.label) + TICK_GAP for tick in axes.x.ticks)
        if taken <= width - _label_width(axes.y):
            break
    return axes


def _label_width(axis: Axis) -> int:
    return max((cell_len(tick.label) for tick in axis.ticks), default=0)


def _drawn(curves: tuple[Curve, ...], axes: Axes, markers: str, width: int) -> str:
    """Frame, ticks and curves, without any colour."""
    # Imported here: most runs draw nothing.
    import plotext  # type: ignore[import-untyped]

    plotext.clear_figure()
    plotext.limit_size(False, False)
    plotext.plot_size(width, HEIGHT)
    plotext.theme("clear")
    plotext.xlim(0, 1)
    plotext.ylim(0, 1)
    plotext.xticks(*_ticks(axes.x))
    plotext.yticks(*_ticks(axes.y))
    for at, curve in enumerate(curves):
        for run in axes.runs(curve):
            across, up = zip(*run, strict=True)
            plotext.plot(across, up, marker=markers[at % len(markers)])
    drawn: str = plotext.uncolorize(plotext.build())
    return drawn


def _ticks(axis: Axis) -> tuple[list[float], list[str]]:
    return [tick.position for tick in axis.ticks], [tick.label for tick in axis.ticks]


def _coloured(row: str, page: Page, markers: str) -> Line:
    """A row of the plot, every marker in its curve's colour.

    Left of the frame are labels, whose characters may look like markers.
    """
    row = row.rstrip()
    start = next((at for at, character in enumerate(row) if character in FRAME), len(row)) + 1
    labels, canvas = row[:start], row[start:]

    def curve_of(character: str) -> int | None:
        at = markers.find(character)
        return None if at < 0 else at

    spans = [Span(_in_frame(labels, page))]
    for factor, group in groupby(canvas, curve_of):
        spans.append(Span(_in_frame("".join(group), page, factor), factor=factor))
    return tuple(spans)


def _in_frame(text: str, page: Page, factor: int | None = None) -> str:
    """A piece of the plot in the characters that the page can show; a marker already is in them."""
    if page.unicode or factor is not None:
        return text
    return page.text(text.translate(PLAIN_FRAME))


def _legend(curves: tuple[Curve, ...], markers: str, page: Page) -> Iterator[Line]:
    """Each curve's marker and name, as many to a line as fit."""
    line: Line = ()
    for at, curve in enumerate(curves):
        mark = markers[at % len(markers)]
        entry = (Span(f"{mark} ", factor=at), Span(_text(curve.name, page)))
        gap = Span("   ")
        if line and width_of((*line, gap, *entry)) > page.width - len(MARGIN):
            yield Span(MARGIN), *line
            line = ()
        line = (*line, gap, *entry) if line else entry
    if line:
        yield Span(MARGIN), *line
