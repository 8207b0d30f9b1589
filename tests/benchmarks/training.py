"""The training loop against other ways to do the same, each checked to do so before it is timed."""

from collections.abc import Callable, Mapping
from pathlib import Path

import contestants_libraries as libraries
import contestants_straight as straight
from measuring import seconds_per_epoch
from rich.table import Table
from tasks import Loop, Task, tasks

from backprop_cli.errors import NotInstalledError
from backprop_cli.functions.optimizers import state_names
from backprop_cli.training.compiled import Compiled
from backprop_cli.training.engines import NUMBA, PYTHON, EngineError

REPEATS = 11
EPOCHS_COMPARED = 5
AGREEMENT = 1e-9

OURS, HAND, OURS_BY_NUMBA, IN_C = "backprop, python", "by hand", "backprop, numba", "C, -O2"

# What is promised: at most so many times as long; the first, on the document's network.
PROMISES = ((OURS, HAND, 1.2), (OURS_BY_NUMBA, IN_C, 1.3))


def ours(task: Task, engine: str) -> Loop:
    """The program's own loop."""
    exercise = task.exercise
    train = Compiled(exercise, engine).train
    state = tuple(float(exercise.numbers[name]) for name in state_names(exercise.network))
    rows = [example.floats for example in exercise.examples]
    batches = rows if task.batch == 1 else [rows[part] for part in libraries.batches(task)]
    return lambda epochs: [*train(epochs, state, batches, task.rate)]


def contestants(folder: Path) -> Mapping[str, Callable[[Task], Loop]]:
    """Each way to train, by name; one that is not installed raises ImportError."""
    return {
        OURS: lambda task: ours(task, PYTHON),
        HAND: straight.loop_in_python,
        "NumPy": libraries.loop_in_numpy,
        "micrograd": libraries.loop_in_micrograd,
        "PyTorch, eager": libraries.loop_in_pytorch,
        "JAX, jit": libraries.loop_in_jax,
        OURS_BY_NUMBA: lambda task: ours(task, NUMBA),
        "by hand, numba": straight.loop_by_numba,
        IN_C: lambda task: straight.loop_in_c(task, folder),
    }


def training(folder: Path) -> Table:
    """How many times as long as this program in plain Python each contestant takes for an epoch."""
    chosen = tasks()
    measured = [seconds_per_epoch(_agreeing(task, folder), REPEATS) for task in chosen]
    table = Table("Training", *(task.name for task in chosen))
    names = [name for name in contestants(folder) if name in measured[0]]
    for name in names:
        table.add_row(name, *(f"{found[name] / found[OURS]:.3g}" for found in measured))
    for above, below, promise in PROMISES:
        if above in names and below in names:
            ratios = (f"{found[above] / found[below]:.3g}" for found in measured)
            table.add_row(f"{above} / {below} (at most {promise})", *ratios)
    table.add_row("an epoch of ours, µs", *(f"{found[OURS] * 1e6:.3g}" for found in measured))
    return table


def _agreeing(task: Task, folder: Path) -> dict[str, Loop]:
    """The contestants that are installed, once their parameters were found to agree."""
    loops: dict[str, Loop] = {}
    expected: list[float] = []
    for name, make in contestants(folder).items():
        try:
            loop = make(task)
        except (ImportError, FileNotFoundError, EngineError, NotInstalledError):
            continue  # not installed
        found = loop(EPOCHS_COMPARED)
        expected = expected or found
        furthest = max(abs(a - b) for a, b in zip(found, expected, strict=True))
        assert furthest < AGREEMENT, (task.name, name, furthest)
        loops[name] = loop
    return loops
