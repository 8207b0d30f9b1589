"""The company of a training: a bar that shows it, and signals that end it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from backprop_cli.cli.progress import Progress
from backprop_cli.cli.signals import interruption
from backprop_cli.functions.optimizers import state_names
from backprop_cli.network.exercise import Exercise
from backprop_cli.training.engines import MOST_NUMBA_VARIABLES, PYTHON, is_installed
from backprop_cli.training.watch import Watch


@contextmanager
def watched(
    exercise: Exercise, watch: Watch, epochs: int, engine: str, err: TextIO | None
) -> Iterator[tuple[Watch, Callable[[], int]]]:
    """Within it, a training is shown by a bar, and ended by a signal between two epochs.

    The bar is shown on ``err``, if that is a terminal. Yields the watch with that added, and a
    function that tells the signal's number, or 0.
    """
    with (
        interruption() as noted,
        Progress(epochs, _faster(exercise, engine), err) as shown,
    ):
        watch = watch._replace(report=shown.report, interrupted=noted, compiling=shown.compiling)
        yield watch, noted


def _faster(exercise: Exercise, engine: str) -> Callable[[], str]:
    """A hint at what could make a long run faster, in one line; nothing where there is nothing."""

    def hint() -> str:
        takes_it = len(state_names(exercise.network)) <= MOST_NUMBA_VARIABLES
        if engine == PYTHON or is_installed() or not takes_it:
            return ""
        from backprop_cli.cli.installing import command_for

        return f"this takes a while; {command_for('numba')} makes it many times faster"

    return hint
