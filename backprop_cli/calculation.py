"""What a run calculates: the working to be shown, and the training around it."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from backprop_cli.arithmetic import DEFAULT_DECIMALS, Arithmetic, Exact, Rounded
from backprop_cli.derivation import derive, new
from backprop_cli.equations import AnyWorking
from backprop_cli.network import LOSS, Exercise
from backprop_cli.working import work

Numbers = Mapping[str, Decimal | float]


class Calculation(NamedTuple):
    """The outcome of a run.

    ``working`` is that of the epoch asked for. ``before`` and ``after`` hold every given number
    by name, the parameters as they are before the first and after the last epoch. ``history``
    holds pairs of epoch and loss, from epoch 0 (before any update) to the last.
    """

    working: AnyWorking
    before: Numbers
    after: Numbers
    history: Sequence[tuple[int, float]]
    rounding: bool

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return self.history[-1][0]

    def in_full_precision(self, numbers: Numbers) -> AnyWorking:
        """A working in float64 with other numbers, printed to the same decimals."""
        return work(self.working.derivation, numbers, Exact(self.working.arithmetic.decimals))


def calculate(
    exercise: Exercise,
    *,
    epochs: int = 1,
    at: int = 1,
    exact: bool = False,
    decimals: int | None = None,
    report: Callable[[int], None] = lambda _done: None,
) -> Calculation:
    """Work an exercise, and train it where there is more than one epoch.

    The first epoch is worked in the arithmetic that the exercise asks for, unless ``exact``;
    training and any later epoch in float64. ``report`` is called with the epochs done. Raises
    WorkingError or DivergedError where a number leaves the range of float64.
    """
    derivation = derive(exercise.network)
    before: Numbers = exercise.numbers
    kept = decimals or exercise.rounding or DEFAULT_DECIMALS
    rounding = exercise.rounding is not None and not exact
    arithmetic: Arithmetic[Any] = Rounded(kept) if rounding else Exact(kept)
    if epochs == 1:
        working: AnyWorking = work(derivation, before, arithmetic)
        updated = {
            name: working.values[new(name).name]
            for name in exercise.network.parameters
            if name not in exercise.network.frozen
        }
        after = {**before, **updated}
        loss_after = work(derivation, after, arithmetic).values[LOSS]
        history = ((0, float(working.values[LOSS])), (1, float(loss_after)))
        return Calculation(working, before, after, history, rounding)

    from backprop_cli.training import Trainer, recorded_epochs  # only longer runs compile

    trainer = Trainer(derivation, before)
    record = recorded_epochs(epochs)
    if at == 1:
        working = work(derivation, before, arithmetic)
    else:
        trainer.advance(at - 1, record, report)
        working = work(derivation, {**before, **trainer.parameters}, Exact(kept))
    trainer.advance(epochs, record, report)
    after = {**before, **trainer.parameters}
    return Calculation(working, before, after, trainer.history, rounding)
