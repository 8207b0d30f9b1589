"""The right solution behind a sheet: every step of an exercise, and the right values."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from backprop_cli.algebra.expression import Expression, Partial, Symbol, partial, transform
from backprop_cli.arithmetic.evaluation import Arithmetic, Exact, Rounded
from backprop_cli.arithmetic.working import WorkingError
from backprop_cli.derivation.derived import Derived
from backprop_cli.derivation.objective import FEW, of_example
from backprop_cli.derivation.steps import Step
from backprop_cli.network.exercise import Exercise, Figure
from backprop_cli.network.structure import Network
from backprop_cli.runs.updates import Updates


@dataclass(frozen=True)
class Problem:
    """Steps in symbols, and the numbers that are right for them.

    ``steps`` are in an order in which each uses only ``given`` and earlier ones. ``exact`` has the
    value of every quantity in float64, ``rounded`` what it is by hand, where the exercise asks for
    that. ``examples`` are the numbers of the batch's examples whose quantities are told apart by
    them, as in ``z_h1[2]`` (empty: there is one example), ``shown`` the number of the one that is
    meant where none is named. ``is_whole_epoch`` says that the update is all that an epoch does.
    """

    network: Network
    steps: Mapping[str, Step]
    given: Mapping[str, Figure]
    exact: Mapping[str, float]
    rounded: Mapping[str, float]
    decimals: int | None
    examples: tuple[int, ...] = ()
    shown: int = 1
    is_whole_epoch: bool = True

    def truths(self, name: str) -> tuple[float, ...]:
        """The right values of a quantity: exact, and rounded from line to line."""
        return (self.exact[name], *([self.rounded[name]] if name in self.rounded else []))


def problem(exercise: Exercise, example: int = 0, derived: Derived | None = None) -> Problem:
    """The problem that an exercise sets, its first update; ``example`` counts from 0.

    ``derived`` are the steps of its network, where that is derived already. Raises WorkingError
    where a number leaves the range of float64.
    """
    updates = Updates(exercise, derived)
    *earlier, batch = exercise.batches_until(example)
    numbers = [at + 1 for at in batch] if len(batch) > 1 else []
    apart = numbers if len(numbers) <= FEW else []
    steps = {step.defines.name: step for step in _steps(updates.derived, numbers, apart)}
    exact = _values(updates, (*earlier, batch), example, Exact(), apart)
    rounded: dict[str, float] = {}
    if exercise.rounding is not None:
        with suppress(WorkingError):  # by hand, ln(0.0000) ends it; the exact values remain
            by_hand = Rounded(exercise.rounding)
            rounded = _values(updates, (*earlier, batch), example, by_hand, apart)
    typed = {} if apart or earlier else exercise.given(example)
    given = {name: typed.get(name, exact[name]) for name in exact if name not in steps}
    return Problem(
        exercise.network,
        steps,
        given,
        exact,
        rounded,
        exercise.rounding,
        tuple(apart),
        example + 1,
        len(exercise.batches.of_epoch(1, exercise.example_count)) == 1,
    )


def _steps(derived: Derived, numbers: list[int], apart: list[int]) -> list[Step]:
    """Every step of the update; those of the passes once for each example told ``apart``.

    Where there is a shortcut, it is the long way that mistakes are made on. Who takes the shortcut
    comes to the right values all the same.
    """
    steps = [step.longer or step for step in derived.update(numbers).steps]
    if not apart:
        return steps
    passes = steps[: len(derived.passes.steps)]
    common = set(derived.network.parameters)
    renamed = [_renamed(step, number, common) for number in apart for step in passes]
    return [*renamed, *steps[len(passes) :]]


def _renamed(step: Step, number: int, common: set[str]) -> Step:
    def change(part: Expression) -> Expression | None:
        return _symbol(part, number, common) if isinstance(part, Symbol) else None

    expression = transform(step.expression, change)
    return step._replace(defines=_symbol(step.defines, number, common), expression=expression)


def _symbol(symbol: Symbol, number: int, common: set[str]) -> Symbol:
    def own(name: str) -> str:
        return name if name in common else of_example(name, number)

    if isinstance(symbol, Partial):
        return partial(own(symbol.of), own(symbol.by))
    return Symbol(own(symbol.name))


def _values(
    updates: Updates,
    batches: tuple[tuple[int, ...], ...],
    example: int,
    arithmetic: Arithmetic[Any],
    apart: list[int],
) -> dict[str, float]:
    """The values of every quantity in the last of the batches, after the updates by the others."""
    *earlier, batch = batches
    exercise = updates.exercise
    numbers = exercise.numbers
    for one in earlier:
        numbers = updates.after(updates.work(numbers, one, one[0], arithmetic))
    if not apart:
        working = updates.work(numbers, batch, example, arithmetic)
        return {name: float(value) for name, value in working.values.items()}
    network = exercise.network
    common = set(network.parameters)
    own = [step.defines for step in updates.derived.passes.steps]
    found: dict[str, float] = {}
    for number in apart:
        values = updates.work(numbers, batch, number - 1, arithmetic).values
        inputs = {*network.inputs, *network.targets}
        symbols = [*own, *map(Symbol, inputs)]
        found.update(
            (_symbol(one, number, common).name, float(values[one.name])) for one in symbols
        )
        passed = {one.name for one in symbols}
        found.update((name, float(value)) for name, value in values.items() if name not in passed)
    return found
