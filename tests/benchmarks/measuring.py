"""Measuring: processes and functions run in turn, and the medians of what they take."""

import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from time import perf_counter
from typing import NamedTuple

# A contestant's turn lasts about this long.
SECONDS_PER_TURN = 0.1


class Cost(NamedTuple):
    """What a process took: wall-clock and processor seconds, and its largest size in MiB."""

    wall: float
    processor: float
    memory: float


def cost(*arguments: str) -> Cost:
    """Run a Python program to its end, its output thrown away."""
    started = perf_counter()
    process = subprocess.Popen([sys.executable, *arguments], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, arguments
    wall = perf_counter() - started
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def interleaved(programs: Sequence[Sequence[str]], repeats: int) -> list[Cost]:
    """The median costs of programs that are run in turn."""
    runs = [[cost(*program) for program in programs] for _ in range(repeats + 1)][1:]
    return [
        Cost(*(statistics.median(figure) for figure in zip(*column, strict=True)))
        for column in zip(*runs, strict=True)
    ]


def seconds_per_epoch(
    loops: Mapping[str, Callable[[int], object]], repeats: int
) -> Mapping[str, float]:
    """The median seconds that an epoch takes in each of several loops, which are run in turn."""
    epochs = {name: _epochs(loop) for name, loop in loops.items()}
    found: dict[str, list[float]] = {name: [] for name in loops}
    for _ in range(repeats):
        for name, loop in loops.items():
            found[name].append(_taken(loop, epochs[name]) / epochs[name])
    return {name: statistics.median(seconds) for name, seconds in found.items()}


def _epochs(loop: Callable[[int], object]) -> int:
    """How many epochs of a loop fill a turn."""
    epochs = 1
    while (taken := _taken(loop, epochs)) < SECONDS_PER_TURN / 4:
        epochs *= 2
    return max(1, round(epochs * SECONDS_PER_TURN / taken))


def _taken(loop: Callable[[int], object], epochs: int) -> float:
    started = perf_counter()
    loop(epochs)
    return perf_counter() - started
