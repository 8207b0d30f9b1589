"""Benchmarks, as ratios within one interleaved run: absolute times differ from machine to machine.

    python tests/benchmarks/run.py

start     the default run, a whole process, against the smallest program of its kind
size      work and memory for about 100, 1,000 and 10,000 weights
training  the compiled training loop against the same loop written by hand
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from math import exp
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import yaml
from rich.console import Console
from rich.table import Table

from backprop_cli import config
from backprop_cli.compiler import Compiled

HERE = Path(__file__).parent
CONFIGURATION = HERE.parent.parent / "configs" / "default.yaml"
REPEATS = 15
EPOCHS = 50_000


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


def start() -> Table:
    """The default run against the smallest program."""
    programs = ([str(HERE / "smallest.py")], ["-m", "backprop_cli", "run", str(CONFIGURATION)])
    least, ours = interleaved(programs, REPEATS)
    table = Table("Start", "Wall clock", "Processor", "Memory")
    table.add_row("smallest program", "1", "1", "1")
    ratios = (a / b for a, b in zip(ours, least, strict=True))
    table.add_row("backprop run (promised: at most 1.25)", *(f"{ratio:.3f}" for ratio in ratios))
    return table


def network_of(neurons: int) -> str:
    """A configuration of two full layers, 2 * neurons² weights."""
    weights = {
        layer: [
            [round(((7 * row + 13 * column) % 41 - 20) / 100, 2) for column in range(neurons)]
            for row in range(neurons)
        ]
        for layer in ("hidden", "output")
    }
    return yaml.safe_dump(
        {
            "inputs": [0.5] * neurons,
            "weights": weights,
            "biases": {"hidden": 0.1, "output": 0.2},
            "target": [0.25] * neurons,
            "learning_rate": 0.5,
        }
    )


def size(folder: Path) -> Table:
    """Work and memory beyond a run of the smallest network, per weight."""
    tasks = {
        "--format json": ("--format", "json"),
        "--explain w1": ("--explain", "w1"),
        "--epochs 2 --format json": ("--epochs", "2", "--format", "json"),
    }
    table = Table("Size", "Weights", "Processor, µs per weight", "Memory, KiB per weight")
    for title, options in tasks.items():
        programs, counts = [], []
        for neurons in (1, 7, 22, 71):
            file = folder / f"{neurons}.yaml"
            file.write_text(network_of(neurons), encoding="utf-8")
            programs.append(("-m", "backprop_cli", "run", str(file), *options))
            counts.append(2 * neurons**2)
        least, *others = interleaved(programs, 3)
        for count, found in zip(counts[1:], others, strict=True):
            work = (found.processor - least.processor) / count * 1e6
            memory = (found.memory - least.memory) / count * 1024
            table.add_row(title, f"{count:,}", f"{work:.0f}", f"{memory:.1f}")
    return table


def by_hand(epochs: int, parameters: tuple[float, ...]) -> tuple[float, ...]:
    """The document's training loop as one would write it for this network alone."""
    w1, w2, w3, w4, w5, w6, b1, b2 = parameters
    x1, x2, y_true, rate = 0.05, 0.10, 0.01, 0.5
    for _ in range(epochs):
        a_h1 = 1.0 / (1.0 + exp(-(x1 * w1 + x2 * w2 + b1)))
        a_h2 = 1.0 / (1.0 + exp(-(x1 * w3 + x2 * w4 + b1)))
        y_hat = 1.0 / (1.0 + exp(-(a_h1 * w5 + a_h2 * w6 + b2)))
        d_out = (y_hat - y_true) * y_hat * (1.0 - y_hat)
        d_h1 = d_out * w5 * a_h1 * (1.0 - a_h1)
        d_h2 = d_out * w6 * a_h2 * (1.0 - a_h2)
        w1 -= rate * d_h1 * x1
        w2 -= rate * d_h1 * x2
        w3 -= rate * d_h2 * x1
        w4 -= rate * d_h2 * x2
        w5 -= rate * d_out * a_h1
        w6 -= rate * d_out * a_h2
        b1 -= rate * (d_h1 + d_h2)
        b2 -= rate * d_out
    return w1, w2, w3, w4, w5, w6, b1, b2


def training() -> Table:
    """The compiled loop against the loop by hand, on the document's network."""
    exercise = config.load(str(CONFIGURATION))
    train = Compiled(exercise).train

    def ours(epochs: int, parameters: tuple[float, ...]) -> tuple[float, ...]:
        return train(epochs, parameters, ())

    before = tuple(float(exercise.numbers[name]) for name in exercise.network.parameters)
    loops: list[Callable[[int, tuple[float, ...]], tuple[float, ...]]] = [by_hand, ours]
    assert all(
        abs(a - b) < 1e-12 for a, b in zip(*(loop(1000, before) for loop in loops), strict=True)
    )
    seconds: list[list[float]] = [[], []]
    for _ in range(REPEATS):
        for loop, found in zip(loops, seconds, strict=True):
            started = perf_counter()
            loop(EPOCHS, before)
            found.append(perf_counter() - started)
    hand, compiled_loop = map(statistics.median, seconds)
    table = Table("Training", "Ratio")
    table.add_row("loop by hand", "1")
    table.add_row("compiled loop (promised: at most 1.2)", f"{compiled_loop / hand:.3f}")
    return table


def main() -> None:
    """Run every benchmark."""
    console = Console()
    # Compiled once beforehand, as an installation does it: editable ones may not have been.
    subprocess.run([sys.executable, "-m", "compileall", "-q", "backprop_cli"], check=False)
    console.print(start())
    with tempfile.TemporaryDirectory() as folder:
        console.print(size(Path(folder)))
    console.print(training())


main()
