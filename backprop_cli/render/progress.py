"""A progress bar on standard error, for runs that take long enough to want one."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

SECONDS_BEFORE = 0.5


@contextmanager
def progress(epochs: int) -> Iterator[Callable[[int], None]]:
    """A function to call with the epochs done so far.

    On a terminal it shows a bar with the rate and the time left, once the run has taken half a
    second; elsewhere nothing.
    """
    if not sys.stderr.isatty():
        yield lambda _done: None
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
        TextColumn("{task.fields[rate]:,.0f} epochs/s,"),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=Console(stderr=True),
        transient=True,
    )
    task = bar.add_task("training", total=epochs, rate=0.0)
    started = perf_counter()
    shown = False

    def report(done: int) -> None:
        nonlocal shown
        elapsed = perf_counter() - started
        if elapsed < SECONDS_BEFORE:
            return
        if not shown:
            shown = True  # before it is: an interrupt while it starts must end it too
            bar.start()
        bar.update(task, completed=done, rate=done / elapsed)

    try:
        yield report
    finally:
        if shown:
            bar.stop()
