"""Curves drawn to a picture file with matplotlib, which need not be installed otherwise."""

import warnings
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from backprop_cli.errors import NotInstalledError, UsageError
from backprop_cli.lesson.blocks import Plot
from backprop_cli.render.axes import NOT_DRAWN, Axes, axes_of
from backprop_cli.wording import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Drawing

# By a file's ending: matplotlib's name of the format, and what it would write of the moment.
FORMATS = {".svg": ("svg", {"Date": None}), ".png": ("png", {})}
INCHES = (8.0, 5.0)
TICKS = 7

# Told apart without colour by their dashes and markers. The colours are Okabe and Ito's, which
# the colour-blind can tell apart: https://jfly.uni-koeln.de/color/
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
DASHES = ("-", "--", "-.", ":")
POINT_MARKERS = "ox^s+Dv"


def check_picture(path: Path) -> None:
    """See whether a picture could be drawn to ``path``, before anything else is done.

    Raises UsageError for a file's ending that stands for no format, or without matplotlib.
    """
    if path.suffix.lower() not in FORMATS:
        raise UsageError(f"{printable(str(path))}: a picture's name ends in {' or '.join(FORMATS)}")
    if find_spec("matplotlib") is None:
        raise NotInstalledError("pictures need matplotlib, which is not installed", "matplotlib")


def drawn(plot: Plot, ending: str) -> bytes:
    """A plot as the content of a file, ``ending`` one of `FORMATS`, in capitals or not.

    The same plot gives the same file, byte for byte.
    """
    # Imported here: it takes longer than most runs.
    from matplotlib import rc_context, rcdefaults, rcParams
    from matplotlib.figure import Figure

    name, metadata = FORMATS[ending.lower()]
    file = BytesIO()
    # The user's own settings for matplotlib are set aside: they might ask for LaTeX, and more.
    with rc_context(), warnings.catch_warnings():
        rcdefaults()
        rcParams["svg.hashsalt"] = "backprop"
        # A character that the font lacks is drawn as a box: nothing to be told on standard error.
        warnings.simplefilter("ignore", UserWarning)
        figure = Figure(figsize=INCHES, layout="constrained")
        _draw(plot, axes_of(plot, TICKS, TICKS), figure.add_subplot())
        figure.savefig(file, format=name, metadata=metadata, dpi=150)
    return file.getvalue()


def _draw(plot: Plot, axes: Axes, drawing: "Drawing") -> None:
    """The curves at their positions from 0 to 1, under ticks with the values' labels."""
    shown = []
    for at, curve in enumerate(plot.curves):
        line = None
        for run in axes.runs(curve):
            across, up = zip(*run, strict=True)
            (line,) = drawing.plot(
                across,
                up,
                color=COLOURS[at % len(COLOURS)],
                linestyle=DASHES[at % len(DASHES)],
                marker=POINT_MARKERS[at % len(POINT_MARKERS)],
                markevery=max(len(run) // 10, 1),
                markersize=4,
            )
        if line is not None:
            shown.append((line, curve.name))
    margin = 0.02
    drawing.set_xlim(-margin, 1 + margin)
    drawing.set_ylim(-margin, 1 + margin)
    for axis, ticks in ((drawing.xaxis, axes.x.ticks), (drawing.yaxis, axes.y.ticks)):
        axis.set_ticks([tick.position for tick in ticks], [tick.label for tick in ticks])
    drawing.grid(alpha=0.3)
    # Names are shown as they are, not read as formulas of matplotlib's.
    drawing.set_title(printable(plot.title), parse_math=False)
    left_out = f"\n{NOT_DRAWN}" if any(map(axes.misses, plot.curves)) else ""
    drawing.set_xlabel(printable(plot.x_label) + left_out, parse_math=False)
    drawing.set_ylabel(printable(plot.y_label), parse_math=False)
    if shown:
        legend = drawing.legend([line for line, _ in shown], [str(at) for at in range(len(shown))])
        for text, (_, name) in zip(legend.get_texts(), shown, strict=True):
            text.set_parse_math(False)
            text.set_text(printable(name))
