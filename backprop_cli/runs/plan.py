"""The plan of a run: how far it goes, what of it is shown, and in which arithmetic."""

from typing import NamedTuple

from backprop_cli.arithmetic.evaluation import DEFAULT_DECIMALS
from backprop_cli.errors import UsageError
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.network.exercise import Exercise
from backprop_cli.training.endings import Limits
from backprop_cli.training.engines import AUTO

# A run of up to so many updates is worked by hand, from the first to the last; and of up to so many
# if that is asked for.
FEW_UPDATES = 10
MOST_UPDATES = 1000

# A training that ends by itself is given at least so many epochs.
EPOCHS_BY_ITSELF = 100


def most_epochs(exercise: Exercise) -> int:
    """The usual number of epochs: 1, but of what ends by itself, many."""
    if not exercise.examples or not goes_by_error(exercise.network):
        return 1
    by_hand = MOST_UPDATES // exercise.example_count - exercise.trained.epochs
    return max(by_hand, EPOCHS_BY_ITSELF)


class Plan(NamedTuple):
    """A run over so many ``epochs``, or fewer where one of the ``limits`` ends it.

    What is shown is the working of ``example`` (counted from 0) in epoch ``at`` (from 1; by default
    the first that is run; if training ends before it, the next one). With ``shown_only``, the run
    ends there. ``trains`` says that training is asked for, also where there is only one update.

    With ``exact``, nothing is rounded by hand; ``by_hand`` asks for it through more than a few
    updates. ``decimals`` are kept or printed instead of the exercise's. ``engine`` is one of
    `engines.ENGINES`.
    """

    epochs: int = 1
    at: int | None = None
    example: int = 0
    exact: bool = False
    by_hand: bool = False
    decimals: int | None = None
    engine: str = AUTO
    limits: Limits = Limits()
    trains: bool = False
    shown_only: bool = False

    def kept(self, exercise: Exercise) -> int:
        """The number of decimals kept or printed."""
        return self.decimals or exercise.rounding or DEFAULT_DECIMALS

    def is_one_update(self, exercise: Exercise) -> bool:
        """True if there is no more to the run than the update that is shown."""
        return self.epochs == 1 and exercise.example_count == 1 and not self.trains

    def updates(self, exercise: Exercise) -> int:
        """The number of updates in all, those of earlier runs included."""
        an_epoch = -(-exercise.example_count // exercise.batches.size)
        return (exercise.trained.epochs + self.epochs) * an_epoch

    def rounds(self, exercise: Exercise) -> bool:
        """True if anything is worked by hand."""
        return exercise.rounding is not None and not self.exact

    def most(self, exercise: Exercise) -> int:
        """The greatest number of updates worked by hand.

        With the perceptron rule a sum that is 0 on paper must be 0: it decides.
        """
        return MOST_UPDATES if self.by_hand or goes_by_error(exercise.network) else FEW_UPDATES

    def is_by_hand(self, exercise: Exercise) -> bool:
        """True if every update of the run is worked by hand.

        Raises UsageError where that is asked for and cannot be.
        """
        updates = self.updates(exercise)
        if self.by_hand and not self.rounds(exercise):
            raise UsageError("--by-hand: the configuration has no rounding; add a line rounding: 4")
        if self.by_hand and updates > MOST_UPDATES:
            raise UsageError(
                f"--by-hand: up to {MOST_UPDATES:,} updates are worked by hand; here are "
                f"{updates:,}"
            )
        return self.rounds(exercise) and self.engine == AUTO and updates <= self.most(exercise)
