"""The compiled loop, run over an exercise's examples as each epoch goes through them."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from backprop_cli.network.exercise import Exercise
from backprop_cli.network.structure import LEARNING_RATE
from backprop_cli.training.compiled import NO_NUMBER, Compiled, State, Values, check_size


class Loop:
    """Takes the state of training (see `optimizers.state_names`) from epoch to epoch.

    ``compiled`` is what the exercise is compiled to, but for a learning rate that was left open.
    Raises TooLargeError, and EngineError.
    """

    def __init__(self, exercise: Exercise, compiled: Compiled) -> None:
        check_size(exercise)
        self._compiled = compiled
        self._rate = float(exercise.numbers[LEARNING_RATE])
        self._batches = exercise.batches
        self._rows: list[Values] = [example.floats for example in exercise.examples] or [()]
        self._in_order = self._epoch(1)
        self._judged: State | None = None
        self._loss = math.nan

    def trained(
        self, state: State, epoch: int, epochs: int, until_loss: float | None = None
    ) -> tuple[int, State]:
        """How many ``epochs`` were done from number ``epoch`` on, at least one, and the state.

        All of them, unless an earlier one brought the loss down to ``until_loss``. Raises one of
        NO_NUMBER.
        """
        if self._batches.shuffle:
            for done in range(1, epochs + 1):
                state = self._compiled.train(1, state, self._epoch(epoch + done - 1), self._rate)
                if until_loss is not None and done < epochs and self.loss(state) <= until_loss:
                    return done, state
            return epochs, state
        if until_loss is None:
            return epochs, self._compiled.train(epochs, state, self._in_order, self._rate)
        return self._compiled.train_until(epochs, state, self._in_order, until_loss, self._rate)

    def after(self, state: State, batches: Iterable[tuple[int, ...]]) -> State:
        """The state after an update by each of several batches. Raises one of NO_NUMBER."""
        return self._compiled.train(1, state, self._arranged(batches), self._rate)

    def loss(self, state: State) -> float:
        """The mean loss over the examples; nan where it does not exist."""
        if state is not self._judged:  # it is asked for the same state's several times over
            try:
                self._loss = self._compiled.loss(state, self._rows) / len(self._rows)
            except NO_NUMBER:
                self._loss = math.nan
            self._judged = state
        return self._loss

    def outcomes(self, state: State) -> list[Values]:
        """The predictions and the loss of each example."""
        return list(self._compiled.outcomes(state, self._rows))

    def _epoch(self, number: int) -> Sequence[Any]:
        return self._arranged(self._batches.of_epoch(number, len(self._rows)))

    def _arranged(self, batches: Iterable[tuple[int, ...]]) -> list[Any]:
        """Batches as the compiled loop takes them: of one example each, the examples alone."""
        if self._batches.size == 1:
            return [self._rows[at] for (at,) in batches]
        return [[self._rows[at] for at in batch] for batch in batches]
