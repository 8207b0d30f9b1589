"""The display of a long run on standard error: a progress bar, and what it waits for."""

from collections.abc import Callable
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from backprop_cli.training.watch import Going

if TYPE_CHECKING:
    from backprop_cli.cli.progress_bar import Bar

SECONDS_BEFORE = 0.5
LONG = 30.0  # seconds from which on a run is told how it could be faster


class Progress:
    """Shows how a training of so many epochs goes, whenever it is told.

    On a terminal, a bar with the loss, the rate and the time left, once the run has taken half a
    second; elsewhere nothing, and nothing where ``err`` is None. Of a run that will take long,
    ``faster`` says how it would take less, in a line that is shown once.
    """

    def __init__(self, epochs: int, faster: Callable[[], str], err: TextIO | None) -> None:
        self._epochs, self._faster = epochs, faster
        self._err = err
        self._bar: Bar | None = None
        # When it was first told how training goes: it is compiled by then.
        self._started, self._done_then = 0.0, -1
        self._told = self._told_of_compiling = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def compiling(self) -> None:
        """Say on a terminal, once, that the network is being compiled: Ctrl-C waits for that."""
        if self._err is not None and not self._told_of_compiling and self._err.isatty():
            self._told_of_compiling = True
            print("numba is compiling the network", file=self._err)

    def report(self, training: Going) -> None:
        """Show where training stands."""
        if self._err is None:
            return
        if self._done_then < 0:
            self._started, self._done_then = perf_counter(), training.epoch
        elapsed, done = perf_counter() - self._started, training.epoch - self._done_then
        if elapsed < SECONDS_BEFORE or not done:
            return
        rate = done / elapsed
        left = self._epochs - (training.epoch - training.start)
        if not self._told and left > LONG * rate:
            self._told = True
            if line := self._faster():
                print(line, file=self._err)
        if self._bar is None and self._err.isatty():
            # Imported here: most runs never show a bar.
            from backprop_cli.cli.progress_bar import Bar

            self._bar = Bar(self._epochs, self._err)
            self._bar.start()
        if self._bar is not None:
            self._bar.show(training.epoch - training.start, rate, training.latest_loss)
