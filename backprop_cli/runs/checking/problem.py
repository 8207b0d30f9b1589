"""The right solution behind a sheet: every step of an exercise, and the right values."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from backprop_cli.algebra.expression import Partial, Symbol, symbols
from backprop_cli.arithmetic.evaluation import Arithmetic
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.rounded import Rounded
from backprop_cli.arithmetic.working import WorkingError
from backprop_cli.derivation.between import Between, derivation_of, is_derived
from backprop_cli.derivation.derived import Derived
from backprop_cli.derivation.examples import step_of_example, symbol_of_example
from backprop_cli.derivation.objective import FEW
from backprop_cli.derivation.steps import Step
from backprop_cli.network.exercise import Exercise, Figure
from backprop_cli.network.structure import Network
from backprop_cli.runs.updates import Updates

# So many quantities other than the loss are derived for a sheet: each is a pass of its own.
MOST_DERIVED = 8


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

    def with_derivatives(self, wanted: Iterable[Partial]) -> "Problem":
        """The same problem with derivatives that no gradient needs, such as ∂z_out/∂w1.

        Each is the product of those on the way, or a sum of such products. Those that there are
        already, and those that are none, are passed over; so are all but the first few quantities
        that are derived, and all where examples are told apart.
        """
        if self.examples:
            return self
        between = Between(self.network)
        asked: dict[str, list[Partial]] = {}
        for one in wanted:
            if one.name not in self.steps and between.knows(one):
                asked.setdefault(one.of, []).append(one)
        added: dict[str, Step] = {}
        for of, found in [*asked.items()][:MOST_DERIVED]:
            derived = derivation_of(self.network, of, (one.by for one in found))
            names = [one.name for one in found if is_derived(derived, one)]
            for step in derived.needed_for(names):
                if step.defines.name not in self.steps:
                    added[step.defines.name] = step
        exact, rounded = dict(self.exact), dict(self.rounded)
        try:
            _work_on([*added.values()], Exact(), exact)
            if self.decimals is not None and rounded:
                _work_on([*added.values()], Rounded(self.decimals), rounded)
        except ArithmeticError:  # one of them leaves the range of float64
            return self
        return replace(self, steps={**self.steps, **added}, exact=exact, rounded=rounded)

    @cached_property
    def used(self) -> Mapping[str, tuple[str, ...]]:
        """The quantities in the formula of each step, each once."""
        return {
            name: tuple(dict.fromkeys(symbol.name for symbol in symbols(step.expression)))
            for name, step in self.steps.items()
        }

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The place of each quantity: of those that are given first, then of the steps."""
        return {name: at for at, name in enumerate((*self.given, *self.steps))}

    @cached_property
    def users(self) -> Mapping[str, tuple[str, ...]]:
        """From each quantity to those whose formula it stands in."""
        found: dict[str, list[str]] = {}
        for user, used in self.used.items():
            for name in used:
                found.setdefault(name, []).append(user)
        return {name: tuple(users) for name, users in found.items()}

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


def _work_on(steps: Sequence[Step], arithmetic: Arithmetic[Any], values: dict[str, float]) -> None:
    """Work further steps from the values of the quantities that they rest on."""
    known = {name: arithmetic.number(value) for name, value in values.items()}
    for step in steps:
        value = arithmetic.result(arithmetic.value(step, known), step.kept)
        known[step.defines.name], values[step.defines.name] = value, float(value)


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
    renamed = [step_of_example(step, number, common) for number in apart for step in passes]
    return [*renamed, *steps[len(passes) :]]


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
            (symbol_of_example(one, number, common).name, float(values[one.name]))
            for one in symbols
        )
        passed = {one.name for one in symbols}
        found.update((name, float(value)) for name, value in values.items() if name not in passed)
    return found
