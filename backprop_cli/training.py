"""The loop over epochs, around the compiled derivation."""

import math
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import Any

from backprop_cli.compiler import Compiled, State, Values
from backprop_cli.network import LOSS, Exercise
from backprop_cli.optimizers import state_names

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
    """Trains the network of an exercise, from epoch to epoch.

    Its state is ``epoch``, ``numbers`` (by name, see `optimizers.state_names`) and ``history``
    (pairs of epoch and the mean loss over the examples).
    """

    def __init__(self, exercise: Exercise) -> None:
        self.compiled = Compiled(exercise)
        self._batches = exercise.batches
        self._rows: list[Values] = [example.floats for example in exercise.examples] or [()]
        self._in_order = self._epoch(1)
        self._names = state_names(exercise.network)
        self._state: State = tuple(float(exercise.numbers[name]) for name in self._names)
        self.epoch = exercise.trained.epochs
        self.history: list[tuple[int, float]] = []
        self._record()

    @property
    def numbers(self) -> dict[str, float]:
        """The state as it is after ``epoch`` epochs."""
        return dict(zip(self._names, self._state, strict=True))

    def numbers_after(self, batches: Sequence[tuple[int, ...]]) -> dict[str, float]:
        """The state as it would be after the first batches of the next epoch."""
        state = self._trained(1, self._arranged(batches)) if batches else self._state
        return dict(zip(self._names, state, strict=True))

    def outcomes(self) -> list[Values]:
        """The predictions and the loss of each example, with the parameters as they are."""
        return list(self.compiled.outcomes(self._state, self._rows))

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
                batches = self._in_order
                if self._batches.shuffle:
                    count, batches = 1, self._epoch(self.epoch + 1)
                self._state = self._trained(count, batches)
                self.epoch += count
                report(self.epoch)
                if count == per_report and not self._batches.shuffle:
                    quick = perf_counter() - started < SECONDS_PER_REPORT
                    per_report = per_report * 2 if quick else max(per_report // 2, 1)
            if stop in record and stop > self.history[-1][0]:
                self._record()
        self._check()

    def _trained(self, epochs: int, batches: list[Any]) -> State:
        try:
            return self.compiled.train(epochs, self._state, batches)
        except (ValueError, ZeroDivisionError, OverflowError):
            raise DivergedError(self.epoch + epochs, GRADIENT) from None

    def _epoch(self, number: int) -> list[Any]:
        return self._arranged(self._batches.of_epoch(number, len(self._rows)))

    def _arranged(self, batches: Iterable[tuple[int, ...]]) -> list[Any]:
        """Batches as the compiled loop takes them: of one example each, the examples alone."""
        if self._batches.size == 1:
            return [self._rows[at] for (at,) in batches]
        return [[self._rows[at] for at in batch] for batch in batches]

    def _record(self) -> None:
        try:
            loss = self.compiled.loss(self._state, self._rows) / len(self._rows)
        except (ValueError, ZeroDivisionError, OverflowError):
            loss = math.nan
        if not math.isfinite(loss):
            raise DivergedError(self.epoch, LOSS)
        self.history.append((self.epoch, loss))

    def _check(self) -> None:
        for name, value in zip(self._names, self._state, strict=True):
            if not math.isfinite(value):
                raise DivergedError(self.epoch, name)
