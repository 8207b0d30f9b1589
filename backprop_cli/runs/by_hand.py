"""The loop of training by hand: each update is worked from the figures that the last ended with."""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cached_property

from backprop_cli.algebra.expression import Number, Sum, Symbol
from backprop_cli.arithmetic.evaluation import OutOfRangeError
from backprop_cli.arithmetic.rounded import Rounded
from backprop_cli.arithmetic.working import AnyWorking, WorkingError, work
from backprop_cli.derivation.objective import (
    MOST_BY_HAND,
    loss_of_sums,
    of_example,
    sum_of_losses,
)
from backprop_cli.functions.optimizers import state_names
from backprop_cli.network.exercise import Figure
from backprop_cli.runs.updates import Numbers, Updates
from backprop_cli.training.compiled import Compiled, Values
from backprop_cli.training.loop import CompiledLoop, State


class ByHand:
    """Training in decimals, rounded from line to line: see `training.loop.Loop`."""

    def __init__(self, updates: Updates, arithmetic: Rounded) -> None:
        self._updates, self._arithmetic = updates, arithmetic
        self._exercise = updates.exercise
        self._names = state_names(self._exercise.network)

    def start(self, numbers: Mapping[str, Figure]) -> State:
        """The state that holds these numbers, with the digits that were typed."""
        return tuple(self._arithmetic.number(numbers[name]) for name in self._names)

    def trained(
        self, state: State, epoch: int, epochs: int, until_loss: float | None = None
    ) -> tuple[int, State]:
        """See `Loop`. Raises WorkingError."""
        for done in range(1, epochs + 1):
            number = epoch + done - 1
            batches = self._exercise.batches.of_epoch(number, self._exercise.example_count)
            state = self.after(state, batches)
            if until_loss is not None and done < epochs and self.loss(state) <= until_loss:
                return done, state
        return epochs, state

    def after(self, state: State, batches: Iterable[tuple[int, ...]]) -> State:
        """The state after an update by each of several batches. Raises WorkingError."""
        for batch in batches:
            numbers = self._named(state)
            working = self._updates.work(numbers, batch, batch[0], self._arithmetic)
            after = self._updates.after(working)
            state = tuple(after[name] for name in self._names)
        return state

    def loss(self, state: State) -> float:
        """The loss over all the examples; nan where it does not exist.

        Of more examples than are added up by hand, in float64.
        """
        if self._exercise.example_count > MOST_BY_HAND:
            return self._in_float64.loss(tuple(map(float, state)))
        try:
            worked, network = self._worked(state), self._exercise.network
            if len(worked) == 1:
                return float(worked[0].loss)
            losses = [Symbol(of_example(network.derived, at)) for at, _ in enumerate(worked)]
            named = dict(
                zip(
                    [loss.name for loss in losses],
                    [one.values[network.derived] for one in worked],
                    strict=True,
                )
            )
            total = self._arithmetic.evaluate(Sum(tuple(losses)), named)
            given = {**self._exercise.numbers, **self._named(state)}
            given[sum_of_losses(network)] = total
            whole = loss_of_sums(network, Number(Decimal(len(worked))))
            return float(work(whole, given, self._arithmetic).loss)
        except (WorkingError, OutOfRangeError):
            return math.nan

    def outcomes(self, state: State) -> list[Values]:
        """The predictions and the loss of each example."""
        if self._exercise.example_count > MOST_BY_HAND:
            return self._in_float64.outcomes(tuple(map(float, state)))
        network = self._exercise.network
        names = [*map(network.prediction, network.outputs), network.derived]
        return [
            tuple(float(working.values[name]) for name in names) for working in self._worked(state)
        ]

    def work(self, state: State, example: int) -> AnyWorking:
        """Work the passes of an example. Raises WorkingError."""
        return self._updates.passes(self._named(state), example, self._arithmetic)

    def work_update(self, state: State, batch: tuple[int, ...]) -> State:
        """Work the update by a batch. Raises WorkingError."""
        return self.after(state, [batch])

    def _worked(self, state: State) -> list[AnyWorking]:
        numbers = self._named(state)
        examples = range(self._exercise.example_count)
        return [self._updates.forward(numbers, at, self._arithmetic) for at in examples]

    def _named(self, state: State) -> Numbers:
        return dict(zip(self._names, state, strict=True))

    @cached_property
    def _in_float64(self) -> CompiledLoop:
        exercise = self._exercise
        return CompiledLoop(exercise, Compiled(exercise, derived=self._updates.derived))
