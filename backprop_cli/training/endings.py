"""The conditions that end training."""

from enum import Enum
from typing import NamedTuple


class DivergedError(ArithmeticError):
    """Training went where nothing can come of it.

    ``epoch`` is the first for which that holds; ``rate`` the learning rate, None where no update
    led there.
    """

    def __init__(self, epoch: int, what: str, rate: float | None) -> None:
        mend = ""
        if rate is not None:
            mend = f"; try a smaller learning rate than {rate:g}, such as --lr {rate / 10:g}"
        super().__init__(f"training diverged: {what} in epoch {epoch}{mend}")
        self.epoch = epoch


class Reason(Enum):
    """The reason why training ended."""

    ALL_EPOCHS = "all epochs"
    LOSS_REACHED = "loss reached"
    NO_IMPROVEMENT = "no improvement"
    INTERRUPTED = "interrupted"
    NO_MISTAKE = "no mistake"


class Ending(NamedTuple):
    """The epoch at which training ended, and why; ``figure`` is the loss, or its improvement."""

    epoch: int
    reason: Reason
    figure: float


class Limits(NamedTuple):
    """The conditions that end training before the last epoch (None: nothing of the kind).

    A loss of at most ``until_loss``, or a loss that over 100 epochs improved by less than
    ``tolerance``.
    """

    until_loss: float | None = None
    tolerance: float | None = None
