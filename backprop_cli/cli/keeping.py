"""The results of a training, kept in files: at its end, and every so many epochs."""

from collections.abc import Callable
from pathlib import Path

from backprop_cli.cli.destinations import Destination
from backprop_cli.config.writing.saved import configuration_text
from backprop_cli.network.exercise import Exercise
from backprop_cli.training.watch import Reached

Tell = Callable[[str], None]


def save(exercise: Exercise, reached: Reached, place: Destination, tell: Tell) -> bool:
    """Write the trained network as a configuration.

    Returns whether it is where it was to be; if not, ``tell`` is told.
    """
    text = configuration_text(exercise, reached.numbers, reached.trained, place.path)
    try:
        return place.write(text, tell).path == place.path
    except OSError as error:
        tell(f"{place.path}: {error.strerror}; the trained network is not saved")
        return False


def check(exercise: Exercise, path: Path) -> None:
    """See whether a network could be written to a path. Raises UsageError, before it is trained."""
    configuration_text(exercise, {}, exercise.trained, path)


class Checkpoint:
    """A file that holds the last whole state of a training, and is written again and again.

    It replaces its own earlier self and what was there at first, but no file that was put there
    meanwhile: then it goes on beside that. A state that cannot be written is told to ``tell``, and
    training goes on: ``failed`` says whether the last one is not where it was to be.
    """

    def __init__(self, exercise: Exercise, place: Destination, tell: Tell) -> None:
        self._exercise = exercise
        self._asked = place.path
        self._place = place
        self._tell = tell
        self.failed = False

    def write(self, reached: Reached) -> None:
        """Write the state that training has come to."""
        self._write(reached, "training goes on without checkpoints", again=False)

    def write_last(self, reached: Reached) -> None:
        """Write the state that training ended with."""
        self._write(reached, "the last checkpoint is not written", again=True)

    def _write(self, reached: Reached, then: str, *, again: bool) -> None:
        path = self._place.path
        text = configuration_text(self._exercise, reached.numbers, reached.trained, path)
        try:
            self._place = self._place.write(text, self._tell)
        except OSError as error:
            if again or not self.failed:  # while it trains, once is enough
                self._tell(f"{path}: {error.strerror}; {then}")
            self.failed = True
        else:
            self.failed = self._place.path != self._asked
