"""How much longer an epoch takes where training is to end with a loss."""

from measuring import seconds_per_epoch
from rich.table import Table
from tasks import Task, tasks

from backprop_cli.errors import NotInstalledError
from backprop_cli.network.exercise import Batches, Exercise
from backprop_cli.training.compiled import Compiled
from backprop_cli.training.endings import Limits
from backprop_cli.training.engines import NUMBA, PYTHON, EngineError
from backprop_cli.training.loop import CompiledLoop
from backprop_cli.training.trainer import Trainer

REPEATS = 11
WARMING = 1000  # epochs after which training is no longer judged after every one of them
NEVER = -1.0  # a loss that is not reached


class Training:
    """A training that goes on, by so many epochs whenever it is called."""

    def __init__(self, exercise: Exercise, engine: str, limits: Limits) -> None:
        self._trainer = Trainer(exercise, CompiledLoop(exercise, Compiled(exercise, engine, 10**9)))
        self._limits = limits
        self(WARMING)

    def __call__(self, epochs: int) -> None:
        """Train."""
        self._trainer.advance(self._trainer.epoch + epochs, (), self._limits)


def until() -> Table:
    """An epoch's time with ``--until-loss``, as a multiple of its time without."""
    *_, iris = chosen = tasks()
    shuffled = iris.exercise._replace(batches=Batches(10, shuffle=True, seed=1))
    chosen.append(iris._replace(name="iris, 10 shuffled", exercise=shuffled))
    table = Table("With --until-loss", *(task.name for task in chosen))
    for engine in (PYTHON, NUMBA):
        try:
            ratios = [_ratio(task, engine) for task in chosen]
        except (EngineError, NotInstalledError):
            continue  # not installed
        table.add_row(f"backprop, {engine}", *(f"{ratio:.3g}" for ratio in ratios))
    return table


def _ratio(task: Task, engine: str) -> float:
    trainings = {
        name: Training(task.exercise, engine, limits)
        for name, limits in (("without", Limits()), ("with", Limits(until_loss=NEVER)))
    }
    found = seconds_per_epoch(trainings, REPEATS)
    return found["with"] / found["without"]
