"""A progress bar on standard error, for runs that take long enough to want one."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

from backprop_cli.limits import Going

SECONDS_BEFORE = 0.5


@contextmanager
def progress(epochs: int, *, quiet: bool = False) -> Iterator[Callable[[Going], None]]:
    """A function to call with the training, now and then; ``epochs`` are to be done.

    On a terminal it shows a bar with the loss, the rate and the time left, once the run has taken
    half a second; elsewhere nothing, and nothing if ``quiet``.
    """
    if quiet or sys.stderr is None or not sys.stderr.isatty():
        yield lambda _training: None
        return
    # Imported here: most runs never show a bar.
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        TextColumn("Epoch"),
        MofNCompleteColumn(),
        BarColumn(),
        TextColumn("loss {task.fields[loss]:.4g}, {task.fields[rate]:,.0f} epochs/s,"),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("training", total=epochs, rate=0.0, loss=0.0)
    started = perf_counter()
    shown = False

    def report(training: Going) -> None:
        nonlocal shown
        elapsed = perf_counter() - started
        if elapsed < SECONDS_BEFORE:
            return
        if not shown:
            shown = True  # before it is: an interrupt while it starts must end it too
            bar.start()
        done = training.epoch - training.start
        bar.update(task, completed=done, rate=done / elapsed, loss=training.latest_loss)

    try:
        yield report
    finally:
        if shown:
            bar.stop()
