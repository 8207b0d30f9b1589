"""Observers of a training, and what they see of it."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from backprop_cli.network.exercise import Figure, Trained


class Reached(Protocol):
    """The point that training has reached, as it is saved."""

    @property
    def trained(self) -> Trained:
        """The training done so far, altogether."""

    @property
    def numbers(self) -> Mapping[str, Figure]:
        """The state by name: see `optimizers.state_names`."""


class Going(Reached, Protocol):
    """A training that is going on, as its observers see it.

    ``start`` and ``epoch`` are the epochs that were done before and until now, ``latest_loss`` is
    the loss as it was last looked at.
    """

    start: int
    epoch: int
    latest_loss: float


class Watch(NamedTuple):
    """Observers of a training, called between epochs: about ten times a second, and when due.

    ``report`` is told how it goes, ``interrupted`` says whether to end, and ``checkpoint`` keeps
    what has been reached ``every`` so many epochs (0: never). ``compiling`` is called
    before numba compiles, which takes seconds.
    """

    report: Callable[[Going], None] = lambda _trainer: None
    interrupted: Callable[[], object] = lambda: False
    checkpoint: Callable[[Going], None] = lambda _trainer: None
    every: int = 0
    compiling: Callable[[], None] = lambda: None
