"""What training has come to, kept in files: at its end, and every so many epochs."""

from collections.abc import Callable
from pathlib import Path

from backprop_cli.config.writing.saved import configuration_text
from backprop_cli.disk import Stamp, stamp, write_over, write_whole
from backprop_cli.network.exercise import Exercise
from backprop_cli.training.endings import Going


def save(exercise: Exercise, going: Going, path: Path) -> None:
    """Write the trained network as a configuration. Raises OSError where that fails."""
    write_whole(path, configuration_text(exercise, going.numbers, going.trained, path))


def check(exercise: Exercise, path: Path) -> None:
    """See whether a network could be written to a path. Raises UsageError, before it is trained."""
    configuration_text(exercise, {}, exercise.trained, path)


class Checkpoint:
    """A file that holds the last whole state of a training, and is written again and again.

    It replaces its own earlier self and, if it ``may_replace`` it, what was there at first, but no
    file that was put there meanwhile. A state that cannot be written is told to ``warn``, and
    training goes on: ``failed`` says whether the last one was lost.
    """

    def __init__(
        self, exercise: Exercise, path: Path, warn: Callable[[str], None], *, may_replace: bool
    ) -> None:
        self._exercise = exercise
        self._path = path
        self._warn = warn
        self._own: Stamp | None = stamp(path) if may_replace else None
        self.failed = False

    def write(self, going: Going) -> None:
        """Write the state that training has come to."""
        text = configuration_text(self._exercise, going.numbers, going.trained, self._path)
        fault = self._written(text)
        if fault and not self.failed:  # once is enough
            self._warn(f"{self._path}: {fault}; training goes on without checkpoints")
        self.failed = bool(fault)

    def write_last(self, going: Going) -> None:
        """Write the state that training ended with."""
        text = configuration_text(self._exercise, going.numbers, going.trained, self._path)
        if fault := self._written(text):
            self._warn(f"{self._path}: {fault}; the last checkpoint is not written")
        self.failed = bool(fault)

    def _written(self, text: str) -> str:
        """What kept a text from being written, if anything did."""
        try:
            self._own = write_over(self._path, text, self._own)
        except OSError as error:
            return error.strerror or str(error)
        return ""
