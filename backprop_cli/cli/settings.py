"""The settings of a run: how it is worked and trained, and where the network is kept."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import NamedTuple, TextIO

from backprop_cli.cli.destinations import NONE, Destination, Files
from backprop_cli.cli.numbers import number
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.plan import Plan
from backprop_cli.training.endings import Limits
from backprop_cli.training.watch import Watch


class Settings(NamedTuple):
    """The settings by which a configuration is worked and trained, as it was typed.

    Epochs and examples count from 1; see `Plan`. Where training is ``resumed``,
    ``epochs`` are those to be done in all; ``open_ended`` says that their number was not typed, so
    that what ends by itself may do so. ``progress`` is where a bar is shown, None to show none.
    ``notation`` is how the solution is written, a name that `notation_called` knows.
    """

    epochs: int = 1
    at: int | None = None
    example: int = 1
    exact: bool = False
    by_hand: bool = False
    decimals: int | None = None
    rate: str | None = None
    until_loss: str | None = None
    tolerance: str | None = None
    engine: str = "auto"
    progress: TextIO | None = None
    resumed: bool = False
    open_ended: bool = False
    notation: str = "plain"

    @property
    def limits(self) -> Limits:
        """The conditions that end training early. Raises UsageError."""
        given = (("--until-loss", self.until_loss), ("--tolerance", self.tolerance))
        return Limits(
            *(
                None if text is None else float(number(text, f"{option}: "))
                for option, text in given
            )
        )

    @property
    def trains(self) -> bool:
        """True if something asks for training, also where there is only one update."""
        return self.resumed or self.limits != Limits() or self.engine != "auto"

    def plan(self, *, shown_only: bool, trains: bool) -> Plan:
        """The plan of a run; see `Plan` for what else is asked. Raises UsageError."""
        return Plan(
            self.epochs,
            self.at,
            self.example - 1,
            exact=self.exact,
            by_hand=self.by_hand,
            decimals=self.decimals,
            engine=self.engine,
            limits=self.limits,
            trains=trains,
            shown_only=shown_only,
        )

    def watched(
        self, exercise: Exercise, watch: Watch
    ) -> AbstractContextManager[tuple[Watch, Callable[[], int]]]:
        """Within it, a training is shown and can be interrupted: see `watching.watched`."""
        from backprop_cli.cli.watching import watched  # only what trains is watched

        return watched(exercise, watch, self.epochs, self.engine, self.progress)


class Keeping(NamedTuple):
    """The places where a trained network is to be kept: at the end, and every so many epochs.

    What cannot be written there is told to ``warn``; ``files`` are all that the command will write.
    """

    save: Destination | None = None
    checkpoint: Destination | None = None
    every: int = 0
    warn: Callable[[str], None] = lambda _message: None
    files: Files = NONE

    @property
    def keeps(self) -> bool:
        """True if it is to be kept at all."""
        return self.save is not None or self.checkpoint is not None


NOTHING_KEPT = Keeping()
