"""The progress bar itself, as Rich draws it on standard error."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)


class Bar:
    """A bar of so many epochs, which is gone when it is stopped."""

    def __init__(self, epochs: int) -> None:
        self._progress = Progress(
            TextColumn("Epoch"),
            MofNCompleteColumn(),
            BarColumn(),
            TextColumn("loss {task.fields[loss]:.4g}, {task.fields[rate]:,.0f} epochs/s,"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("training", total=epochs, rate=0.0, loss=0.0)

    def start(self) -> None:
        """Show the bar."""
        self._progress.start()

    def show(self, done: int, rate: float, loss: float) -> None:
        """Bring it to where training stands."""
        self._progress.update(self._task, completed=done, rate=rate, loss=loss)

    def stop(self) -> None:
        """Take it away again."""
        self._progress.stop()
