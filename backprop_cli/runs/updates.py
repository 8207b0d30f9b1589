"""One update worked with numbers, by one example or by a batch of several."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backprop_cli.arithmetic.evaluation import Arithmetic
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import AnyWorking, work
from backprop_cli.derivation.derived import Derived
from backprop_cli.derivation.objective import FEW, MOST_BY_HAND, contributions
from backprop_cli.derivation.steps import new
from backprop_cli.functions.optimizers import OPTIMIZERS, T, state_names, state_of
from backprop_cli.network.exercise import Exercise, Figure

Numbers = Mapping[str, Figure]


class Updates:
    """The updates of an exercise, by the steps of its network, derived once for all of them."""

    def __init__(self, exercise: Exercise, derived: Derived | None = None) -> None:
        self.exercise = exercise
        self.derived = derived or Derived(exercise.network)

    def work(
        self, numbers: Numbers, batch: tuple[int, ...], shown: int, arithmetic: Arithmetic[Any]
    ) -> AnyWorking:
        """Work one example of a batch, and the update by the whole batch.

        ``numbers`` are the parameters and the optimizer's state. Raises WorkingError.
        """
        state = self._state(numbers)
        given: dict[str, Any] = {**self.exercise.given(shown), **state}
        if len(batch) == 1:
            return work(self.derived.update(), given, arithmetic)
        given.update(self._contributions(state, batch, arithmetic))
        return work(self.derived.update([at + 1 for at in batch]), given, arithmetic)

    def passes(self, numbers: Numbers, example: int, arithmetic: Arithmetic[Any]) -> AnyWorking:
        """The forward and the backward pass of an example. Raises WorkingError."""
        given = {**self.exercise.given(example), **self._state(numbers)}
        return work(self.derived.passes, given, arithmetic)

    def forward(self, numbers: Numbers, example: int, arithmetic: Arithmetic[Any]) -> AnyWorking:
        """The forward pass alone. Raises WorkingError."""
        given = {**self.exercise.given(example), **self._state(numbers)}
        return work(self.derived.forward, given, arithmetic)

    def after(self, working: AnyWorking) -> dict[str, Figure]:
        """The state after a working's update, by the names that it has before."""
        network, values = self.exercise.network, working.values
        after: dict[str, Figure] = {name: values[name] for name in network.parameters}
        after.update((name, values[new(name).name]) for name in network.updated)
        after.update((name, values[later]) for name, later in state_of(network).items())
        if OPTIMIZERS[network.optimizer].counts:
            after[T.name] = values[T.name] + 1
        return after

    def _state(self, numbers: Numbers) -> dict[str, Figure]:
        network = self.exercise.network
        state = {name: numbers[name] for name in state_names(network)}
        if OPTIMIZERS[network.optimizer].counts:
            state[T.name] = Decimal(int(state[T.name]))  # it is counted, not measured
        return state

    def _contributions(
        self, state: Numbers, batch: tuple[int, ...], arithmetic: Arithmetic[Any]
    ) -> Mapping[str, Any]:
        """The loss and the gradients of each example of a batch, or of a large one their sums."""
        network = self.exercise.network
        of = network.derived
        if len(batch) > (FEW if isinstance(arithmetic, Exact) else MOST_BY_HAND):
            try:
                return self._sums(state, batch)
            except (ArithmeticError, ValueError):
                pass  # worked step by step, it says where
        found: dict[str, Any] = {}
        for at in batch:
            values = self.passes(state, at, arithmetic).values
            for name in (of, *network.parameters):
                value = values[of if name == of else network.gradient(name).name]
                if len(batch) <= FEW:
                    (symbol,) = contributions(network, name, [at + 1])
                    found[symbol.name] = value
                else:
                    (symbol,) = contributions(network, name, batch)
                    found[symbol.name] = (
                        found[symbol.name] + value if symbol.name in found else value
                    )
        return found

    def _sums(self, state: Numbers, batch: tuple[int, ...]) -> Mapping[str, float]:
        """The sums over a large batch, by the compiled passes: bit for bit those of the steps."""
        from backprop_cli.training.compiled import Compiled  # only large batches compile

        exercise = self.exercise
        rows = [exercise.examples[at].floats for at in batch]
        floats = tuple(float(state[name]) for name in state_names(exercise.network))
        found = Compiled(exercise, derived=self.derived).gradients(floats, rows)
        network = exercise.network
        added = (network.derived, *network.parameters)
        names = [contributions(network, name, batch)[0].name for name in added]
        return dict(zip(names, found, strict=True))
