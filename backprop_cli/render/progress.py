"""A progress bar on standard error, for runs that take long enough to want one."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

from backprop_cli.limits import Going

if TYPE_CHECKING:
    from backprop_cli.render.bar import Bar

SECONDS_BEFORE = 0.5
LONG = 30.0  # seconds from which on a run is told how it could be faster


@contextmanager
def progress(
    epochs: int, faster: Callable[[], str], *, quiet: bool = False
) -> Iterator[Callable[[Going], None]]:
    """A function to call with the training, now and then; ``epochs`` are to be done.

    On a terminal it shows a bar with the loss, the rate and the time left, once the run has taken
    half a second; elsewhere nothing, and nothing if ``quiet``. Of a run that will take long,
    ``faster`` says how it would take less, in a line that is shown once.
    """
    if quiet or sys.stderr is None:
        yield lambda _training: None
        return
    bar: Bar | None = None
    started, done_then = 0.0, -1  # when it was first told how training goes: it is compiled by then
    told = False

    def report(training: Going) -> None:
        nonlocal bar, told, started, done_then
        if done_then < 0:
            started, done_then = perf_counter(), training.epoch
        elapsed, done = perf_counter() - started, training.epoch - done_then
        if elapsed < SECONDS_BEFORE or not done:
            return
        rate = done / elapsed
        left = epochs - (training.epoch - training.start)
        if not told and left > LONG * rate:
            told = True
            if line := faster():
                print(line, file=sys.stderr)
        if bar is None and sys.stderr.isatty():
            # Imported here: most runs never show a bar.
            from backprop_cli.render.bar import Bar

            bar = Bar(epochs)
            bar.start()
        if bar is not None:
            bar.show(training.epoch - training.start, rate, training.latest_loss)

    try:
        yield report
    finally:
        if bar is not None:
            bar.stop()
