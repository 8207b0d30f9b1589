"""What the progress bar costs a training that is watched on a terminal."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from rich.table import Table
from size import network_of
from tasks import tasks

from backprop_cli import config
from backprop_cli.cli.progress import SECONDS_BEFORE, Progress
from backprop_cli.errors import NotInstalledError
from backprop_cli.network.exercise import Exercise
from backprop_cli.training.compiled import Compiled
from backprop_cli.training.endings import Limits
from backprop_cli.training.engines import NUMBA, PYTHON, EngineError
from backprop_cli.training.loop import CompiledLoop
from backprop_cli.training.trainer import Trainer
from backprop_cli.training.watch import Going, Watch

REPEATS = 15
SECONDS_PER_TURN = 0.5
PROMISE = 0.02
EPOCHS = 10**12  # more than are run
CLOCKS = ("wall", "processor", "in drawing it")
NEURONS = 71  # in each of two full layers, so about 10,000 weights

# A program that has trained and now shows a bar; it prints the seconds until it is there.
FIRST_BAR = """
import backprop_cli.cli.app, backprop_cli.cli.running, backprop_cli.training.trainer, sys
from time import perf_counter
started = perf_counter()
from backprop_cli.cli.progress_bar import Bar
bar = Bar(100, sys.stderr)
bar.start()
taken = perf_counter() - started
bar.stop()
print(taken)
"""


def bar(folder: Path) -> Table:
    """Of each of several trainings, by how much the bar that is shown makes an epoch longer."""
    file = folder / "large.yaml"
    file.write_text(network_of(NEURONS), encoding="utf-8")
    document, _, iris, _ = tasks()
    exercises = {task.name: task.exercise for task in (document, iris)}
    exercises["10,000 weights"] = config.load(str(file))
    table = Table(f"The bar's share (at most {PROMISE:.0%})", *exercises)
    with _terminal():
        for engine in (PYTHON, NUMBA):
            shares = [_shares(exercise, engine) for exercise in exercises.values()]
            for clock, found in zip(CLOCKS, zip(*shares, strict=True), strict=True):
                table.add_row(f"{engine}, {clock}", *found)
        firsts = [_first_bar() for _ in range(REPEATS)]
    table.caption = f"once, to import and to draw the first: {median(firsts) * 1000:.0f} ms"
    return table


def _shares(exercise: Exercise, engine: str) -> tuple[str, ...]:
    """By how much longer an epoch is with a bar than without, by each of the clocks."""
    try:
        trainer = Trainer(exercise, CompiledLoop(exercise, Compiled(exercise, engine, 10**9)))
    except (EngineError, NotInstalledError):
        return ("",) * len(CLOCKS)  # not installed, or too large for it
    _turn(trainer, 100, quiet=True)
    epochs, taken = 1, 0.0
    while taken < SECONDS_PER_TURN / 4:
        epochs *= 2
        taken, *_ = _turn(trainer, epochs, quiet=True)
    epochs = max(1, round(epochs * SECONDS_PER_TURN / taken))
    pairs = [
        (_turn(trainer, epochs, quiet=True), _turn(trainer, epochs, quiet=False))
        for _ in range(REPEATS)
    ]
    # Each turn is held against the one just before it: the machine may be busier later on.
    longer = [
        median(shown[clock] / without[clock] for without, shown in pairs) - 1 for clock in (0, 1)
    ]
    drawing = median(shown[2] / shown[0] for _, shown in pairs)
    return tuple(f"{share:+.2%}" for share in (*longer, drawing))


def _turn(trainer: Trainer, epochs: int, *, quiet: bool) -> tuple[float, float, float]:
    """The seconds of so many epochs, once the bar is there: see CLOCKS."""
    drawing = 0.0
    with Progress(EPOCHS, lambda: "", None if quiet else sys.stderr) as shown:

        def report(going: Going) -> None:
            nonlocal drawing
            started = perf_counter()
            shown.report(going)
            drawing += perf_counter() - started

        watch = Watch(report)
        there = perf_counter() + SECONDS_BEFORE + 0.2
        while perf_counter() < there and not quiet:
            trainer.advance(trainer.epoch + epochs // 20 + 1, (), Limits(), watch)
        drawing, wall, processor = 0.0, perf_counter(), process_time()
        trainer.advance(trainer.epoch + epochs, (), Limits(), watch)
        return perf_counter() - wall, process_time() - processor, drawing


def _first_bar() -> float:
    command = [sys.executable, "-c", FIRST_BAR]
    return float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


@contextmanager
def _terminal() -> Iterator[None]:
    """Within it, standard error is a terminal, which another process reads."""
    ours, theirs = pty.openpty()
    reader = subprocess.Popen(
        [sys.executable, "-c", "import sys\nwhile sys.stdin.buffer.raw.read(4096): pass"],
        stdin=ours,
        stderr=subprocess.DEVNULL,
    )
    before, kept = sys.stderr, os.dup(2)
    os.dup2(theirs, 2)
    sys.stderr = os.fdopen(theirs, "w")
    try:
        yield
    finally:
        sys.stderr.close()
        sys.stderr = before
        os.dup2(kept, 2)
        os.close(kept)
        os.close(ours)
        reader.wait()
