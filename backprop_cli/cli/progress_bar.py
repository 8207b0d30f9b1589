"""The progress bar itself, as Rich draws it on standard error."""

from time import perf_counter
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.style import Style
from rich.table import Column
from rich.theme import Theme

FAINT, STRONG = Style(dim=True), Style(bold=True)

# A bar that is drawn so often is seen to move, and costs training well under a hundredth.
SECONDS_PER_FRAME = 0.25


def _figures(text: str) -> TextColumn:
    return TextColumn(text, table_column=Column(no_wrap=True))


class Bar:
    """A bar of so many epochs on ``err``, which is gone when it is stopped."""

    def __init__(self, epochs: int, err: TextIO) -> None:
        # On a narrow terminal it is the bar itself that gives way, not the figures.
        self._progress = Progress(
            _figures("Epoch {task.completed:,.0f} of {task.total:,.0f}"),
            # The track is fainter than what is done, on a dark and on a light ground.
            BarColumn(None, style=FAINT, complete_style=STRONG, finished_style=STRONG),
            _figures("loss {task.fields[loss]:.4g}, {task.fields[rate]:,.0f}/s,"),
            TimeRemainingColumn(table_column=Column(no_wrap=True)),
            _figures("left"),
            # Rich's own cyan is hard to read on white.
            console=Console(file=err, theme=Theme({"progress.remaining": Style()})),
            transient=True,
            expand=True,
            # Rich's own thread would draw it more often, and wrest the interpreter from the loop.
            auto_refresh=False,
        )
        self._task = self._progress.add_task("training", total=epochs, rate=0.0, loss=0.0)
        self._next_frame = 0.0

    def start(self) -> None:
        """Show the bar."""
        self._progress.start()

    def show(self, done: int, rate: float, loss: float) -> None:
        """Bring it to where training stands, unless that was done just now."""
        if (now := perf_counter()) < self._next_frame:
            return
        self._next_frame = now + SECONDS_PER_FRAME
        self._progress.update(self._task, completed=done, rate=rate, loss=loss, refresh=True)

    def stop(self) -> None:
        """Take it away again."""
        self._progress.stop()
