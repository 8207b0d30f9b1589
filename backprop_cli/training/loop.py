"""The loop over an exercise's examples, as each epoch goes through them."""

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import Working, work
from backprop_cli.derivation.objective import parts_of_batch
from backprop_cli.functions.optimizers import state_names
from backprop_cli.network.exercise import Exercise, Figure
from backprop_cli.network.structure import LEARNING_RATE
from backprop_cli.training.compiled import NO_NUMBER, Compiled, Values, check_size

# The state of training, in the order of `optimizers.state_names`.
State = tuple[Any, ...]


class Loop(Protocol):
    """A loop that takes the state of training from epoch to epoch, in an arithmetic of its own.

    Where a number does not exist, it raises an ArithmeticError or a ValueError.
    """

    def start(self, numbers: Mapping[str, Figure]) -> State:
        """The state that holds these numbers."""

    def trained(
        self, state: State, epoch: int, epochs: int, until_loss: float | None = None
    ) -> tuple[int, State]:
        """The number of ``epochs`` done from number ``epoch`` on, at least one, and the state.

        All of them, unless an earlier one brought the loss down to ``until_loss``.
        """

    def after(self, state: State, batches: Iterable[tuple[int, ...]]) -> State:
        """The state after an update by each of several batches."""

    def loss(self, state: State) -> float:
        """The loss over all the examples; nan where it does not exist."""

    def outcomes(self, state: State) -> list[Values]:
        """The predictions and the loss of each example."""

    def work(self, state: State, example: int) -> object:
        """Work the passes of an example step by step. Raises WorkingError, which says where."""

    def work_update(self, state: State, batch: tuple[int, ...]) -> object:
        """Work the update by a batch step by step. Raises WorkingError."""


class CompiledLoop:
    """The loop in float64, by what an exercise is compiled to.

    ``compiled`` may be that of the same exercise with another learning rate. Raises TooLargeError,
    and EngineError.
    """

    def __init__(self, exercise: Exercise, compiled: Compiled) -> None:
        check_size(exercise)
        self._exercise = exercise
        self._compiled = compiled
        self._rate = float(exercise.numbers[LEARNING_RATE])
        self._names = state_names(exercise.network)
        self._rows: list[Values] = [example.floats for example in exercise.examples] or [()]
        self._in_order = self._epoch(1)
        self._judged: State | None = None
        self._loss = math.nan

    def start(self, numbers: Mapping[str, Figure]) -> State:
        """The state that holds these numbers."""
        return tuple(float(numbers[name]) for name in self._names)

    def trained(
        self, state: State, epoch: int, epochs: int, until_loss: float | None = None
    ) -> tuple[int, State]:
        """See `Loop`. Raises one of NO_NUMBER."""
        in_order, rate = not self._exercise.batches.shuffle, self._rate
        if in_order and until_loss is None:
            return epochs, self._compiled.train(epochs, state, self._in_order, rate)
        if in_order and until_loss is not None:
            # A loss on the way may not exist although every gradient does: then one by one.
            with suppress(*NO_NUMBER):
                return self._compiled.train_until(epochs, state, self._in_order, until_loss, rate)
        for done in range(1, epochs + 1):
            state = self._compiled.train(1, state, self._epoch(epoch + done - 1), rate)
            if until_loss is not None and done < epochs and self.loss(state) <= until_loss:
                return done, state
        return epochs, state

    def after(self, state: State, batches: Iterable[tuple[int, ...]]) -> State:
        """The state after an update by each of several batches. Raises one of NO_NUMBER."""
        return self._compiled.train(1, state, self._arranged(batches), self._rate)

    def loss(self, state: State) -> float:
        """The loss over all the examples; nan where it does not exist."""
        if state is not self._judged:  # it is asked for the same state's several times over
            try:
                self._loss = self._compiled.loss(state, self._rows)
            except NO_NUMBER:
                self._loss = math.nan
            self._judged = state
        return self._loss

    def outcomes(self, state: State) -> list[Values]:
        """The predictions and the loss of each example."""
        return list(self._compiled.outcomes(state, self._rows))

    def work(self, state: State, example: int) -> Working[float]:
        """Work the passes of an example step by step. Raises WorkingError, which says where."""
        return work(self._compiled.derived.passes, self._given(state, example), Exact())

    def work_update(self, state: State, batch: tuple[int, ...]) -> Working[float]:
        """Work the update by a batch step by step. Raises WorkingError."""
        given = self._given(state, batch[0])
        numbers = [at + 1 for at in batch] if len(batch) > 1 else []
        if numbers:
            worked = [self.work(state, at).values for at in batch]
            for symbol, part in parts_of_batch(self._exercise.network, numbers).items():
                own = worked if part.example is None else [worked[numbers.index(part.example)]]
                given[symbol.name] = sum(values[part.name] for values in own)
        return work(self._compiled.derived.update(numbers), given, Exact())

    def _given(self, state: State, example: int) -> dict[str, Figure]:
        numbers = zip(self._names, state, strict=True)
        return {**self._exercise.given(example), **dict(numbers)}

    def _epoch(self, number: int) -> Sequence[Any]:
        return self._arranged(self._exercise.batches.of_epoch(number, len(self._rows)))

    def _arranged(self, batches: Iterable[tuple[int, ...]]) -> list[Any]:
        """Batches as the compiled loop takes them: of one example each, the examples alone."""
        if self._exercise.batches.size == 1:
            return [self._rows[at] for (at,) in batches]
        return [[self._rows[at] for at in batch] for batch in batches]
