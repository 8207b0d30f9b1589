"""The loop over epochs, around the compiled derivation."""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from time import perf_counter

from backprop_cli.compiler import Parameters, compiled
from backprop_cli.derivation import Derivation
from backprop_cli.network import LOSS

# The loss is recorded after every epoch up to this many, after well-chosen ones beyond, so that
# memory does not grow with the number of epochs.
RECORDED_ALL = 1000

# Between two reports of progress the loop runs for about this long.
SECONDS_PER_REPORT = 0.1


GRADIENT = "a gradient"


class DivergedError(ArithmeticError):
    """Training left the range of float64. ``epoch`` is the last one for which that was seen."""

    def __init__(self, epoch: int, quantity: str) -> None:
        super().__init__(
            f"training diverged: {quantity} has left the range of float64 by epoch {epoch}; "
            "try a smaller learning_rate"
        )
        self.epoch = epoch


def recorded_epochs(epochs: int) -> list[int]:
    """The epochs after which the loss is recorded, from 0 (before any update) to the last."""
    if epochs <= RECORDED_ALL:
        return list(range(epochs + 1))
    return well_chosen(epochs)


def well_chosen(epochs: int) -> list[int]:
    """0, 1, 2, 5, 10, 20, 50, … and the last."""
    chosen = [0]
    step = 1
    while step <= epochs:
        chosen += [epoch for epoch in (step, 2 * step, 5 * step) if epoch < epochs]
        step *= 10
    return [*chosen, epochs]


class Trainer:
    """Trains one network on one example, from epoch to epoch.

    ``given`` holds every input, parameter and target and the learning rate by name. The state
    is ``epoch``, ``parameters`` (by name, in the network's order) and ``history`` (pairs of epoch
    and loss).
    """

    def __init__(self, derivation: Derivation, given: Mapping[str, Decimal | float]) -> None:
        self._train, self._loss = compiled(derivation, given)
        self._names = derivation.network.parameters
        self._values: Parameters = tuple(float(given[name]) for name in self._names)
        self.epoch = 0
        self.history: list[tuple[int, float]] = []
        self._record()

    @property
    def parameters(self) -> dict[str, float]:
        """The parameters as they are after ``epoch`` epochs."""
        return dict(zip(self._names, self._values, strict=True))

    def advance(
        self,
        until: int,
        record: Sequence[int] = (),
        report: Callable[[int], None] = lambda _epoch: None,
    ) -> None:
        """Train until an epoch is done, recording the loss after those of ``record``.

        ``report`` is called with the epochs done so far, some ten times a second. Raises
        DivergedError when a recorded loss or a parameter is no longer finite.
        """
        per_report = 1
        stops = [epoch for epoch in record if self.epoch < epoch < until]
        for stop in [*stops, until]:
            while self.epoch < stop:
                count = min(per_report, stop - self.epoch)
                started = perf_counter()
                try:
                    self._values = self._train(count, self._values)
                except (ValueError, ZeroDivisionError, OverflowError):
                    raise DivergedError(self.epoch + count, GRADIENT) from None
                self.epoch += count
                report(self.epoch)
                if count == per_report:
                    quick = perf_counter() - started < SECONDS_PER_REPORT
                    per_report = per_report * 2 if quick else max(per_report // 2, 1)
            if stop in record and stop > self.history[-1][0]:
                self._record()
        self._check()

    def _record(self) -> None:
        try:
            loss = self._loss(self._values)
        except (ValueError, ZeroDivisionError, OverflowError):
            loss = math.nan
        if not math.isfinite(loss):
            raise DivergedError(self.epoch, LOSS)
        self.history.append((self.epoch, loss))

    def _check(self) -> None:
        for name, value in zip(self._names, self._values, strict=True):
            if not math.isfinite(value):
                raise DivergedError(self.epoch, name)
