"""What ends training, what is said of it, and who looks on meanwhile."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import NamedTuple, Protocol

from backprop_cli.network.exercise import Trained


class Going(Protocol):
    """A training that is going on, as those see it who look on.

    ``start`` and ``epoch`` are the epochs that were done before and until now, ``latest_loss`` is
    the loss as it was last looked at.
    """

    start: int
    epoch: int
    latest_loss: float

    @property
    def trained(self) -> Trained:
        """What has been done altogether."""

    @property
    def numbers(self) -> Mapping[str, float]:
        """The state after ``epoch`` epochs, by name."""


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
    """Why training ended."""

    ALL_EPOCHS = "all epochs"
    LOSS_REACHED = "loss reached"
    NO_IMPROVEMENT = "no improvement"
    INTERRUPTED = "interrupted"


class Ending(NamedTuple):
    """Where and why training ended; ``figure`` is the loss, or by how much it improved."""

    epoch: int
    reason: Reason
    figure: float


class Limits(NamedTuple):
    """What ends training before the last epoch (None: nothing of the kind).

    A loss of at most ``until_loss``, or a loss that over 100 epochs improved by less than
    ``tolerance``.
    """

    until_loss: float | None = None
    tolerance: float | None = None


class Watch(NamedTuple):
    """Who looks on: called between epochs, about ten times a second and ``every`` so many epochs.

    ``report`` is told how it goes, ``interrupted`` says whether to end, and ``checkpoint`` keeps
    what has been reached (0: never). ``compiling`` is called before numba compiles, which takes
    seconds.
    """

    report: Callable[[Going], None] = lambda _trainer: None
    interrupted: Callable[[], object] = lambda: False
    checkpoint: Callable[[Going], None] = lambda _trainer: None
    every: int = 0
    compiling: Callable[[], None] = lambda: None
