"""One exercise trained with several learning rates."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.network.exercise import Exercise
from backprop_cli.training.compiled import Compiled
from backprop_cli.training.endings import DivergedError, Ending, Limits, Reason
from backprop_cli.training.loop import CompiledLoop
from backprop_cli.training.trainer import Trainer, recorded_epochs
from backprop_cli.training.watch import Watch


class Swept(NamedTuple):
    """The outcome of one learning rate: the losses by epoch, and why training ended.

    ``diverged`` is the epoch in which it diverged, if it did; there is no ending then.
    """

    rate: Decimal
    history: Sequence[tuple[int, float]]
    ending: Ending | None
    diverged: int | None = None


def swept(
    exercise: Exercise,
    rate: Decimal,
    compiled: Compiled,
    epochs: int,
    limits: Limits,
    watch: Watch,
) -> Swept:
    """Train with a learning rate, by what the exercise is compiled to.

    Raises DivergedError where there is no loss from the start.
    """
    exercise = exercise.with_rate(rate)
    trainer = Trainer(exercise, CompiledLoop(exercise, compiled))
    record = [trainer.start + epoch for epoch in recorded_epochs(epochs)]
    try:
        ending = trainer.advance(trainer.start + epochs, record, limits, watch)
    except DivergedError as error:
        return Swept(rate, trainer.history, None, error.epoch)
    trainer.conclude()
    if ending is None:
        ending = Ending(trainer.epoch, Reason.ALL_EPOCHS, trainer.latest_loss)
    return Swept(rate, trainer.history, ending)
