"""The loss of one example where one of its numbers is another: what rests on it is worked anew."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Generic, NamedTuple

from backprop_cli.algebra.expression import (
    ONE,
    Expression,
    Negative,
    Product,
    Symbol,
    factors,
    symbols,
    terms,
)
from backprop_cli.arithmetic.evaluation import V
from backprop_cli.derivation.steps import Derivation, Step


class Way(NamedTuple):
    """The entry of a parameter: the step of ``through`` alone, as a term ``rate`` * parameter."""

    through: str
    rate: Expression


class Forward:
    """The steps from the inputs to ``of``, the loss, and which of them rest on which quantity."""

    def __init__(self, passes: Derivation) -> None:
        self.steps: Sequence[Step] = passes.needed_for([passes.of])
        self.of = passes.of

    @cached_property
    def ways(self) -> Mapping[str, Way]:
        """The ways of all quantities that are named once, as a factor of a step's term."""
        named = Counter(symbol.name for step in self.steps for symbol in symbols(step.expression))
        return {
            name: Way(step.defines.name, rate)
            for step in self.steps
            for term in terms(step.expression)
            for name, rate in _rates(term)
            if named[name] == 1
        }

    @cached_property
    def _users(self) -> Mapping[str, Sequence[int]]:
        """The steps whose expressions name a quantity, by the quantity's name."""
        found: dict[str, list[int]] = {}
        for at, step in enumerate(self.steps):
            for name in {symbol.name for symbol in symbols(step.expression)}:
                found.setdefault(name, []).append(at)
        return found

    def after(self, name: str) -> Sequence[int]:
        """The positions of all steps that rest on a quantity, in order."""
        found: set[int] = set()
        waiting = [*self._users.get(name, ())]
        while waiting:
            at = waiting.pop()
            if at not in found:
                found.add(at)
                waiting.extend(self._users.get(self.steps[at].defines.name, ()))
        return sorted(found)


def _rates(term: Expression) -> Iterator[tuple[str, Expression]]:
    """The factors of a term that are quantities, and what each of them is multiplied by."""
    positive = term.operand if isinstance(term, Negative) else term
    among = factors(positive)
    for at, factor in enumerate(among):
        if isinstance(factor, Symbol):
            others = among[:at] + among[at + 1 :]
            rate = Product(others) if len(others) > 1 else (*others, ONE)[0]
            yield factor.name, rate if positive is term else Negative(rate)


@dataclass(frozen=True)
class MovedLoss(Generic[V]):
    """The loss of one example as a function of any one of its numbers.

    ``functions`` give the steps of ``forward`` their values from the values by name, ``evaluate``
    does so for any expression. ``derivative`` is that of a function at a value, by differences.
    ``values`` hold what is given and the result of every step; they are changed only meanwhile.
    """

    forward: Forward
    functions: Sequence[Callable[[Mapping[str, V]], V]]
    evaluate: Callable[[Expression, Mapping[str, V]], V]
    derivative: Callable[[Callable[[V], V], V], V]
    values: dict[str, V]
    _slopes: dict[str, V] = field(default_factory=dict)

    def slope(self, parameter: str) -> V:
        """The derivative of the loss by a parameter, by a difference of the loss.

        Parameters that enter one sum, each times a rate, move that sum alike: a step h of the sum
        is one of h / rate of the parameter. So one difference of the loss serves all of them.
        """
        way = self.forward.ways.get(parameter)
        if way is None:
            return self._slope(parameter)
        rate = self.evaluate(way.rate, self.values)
        return rate * self._slope(way.through) if rate else rate

    def _slope(self, quantity: str) -> V:
        if quantity not in self._slopes:
            moved = self.moved(quantity)
            self._slopes[quantity] = self.derivative(
                lambda value: moved(value)[self.forward.of], self.values[quantity]
            )
        return self._slopes[quantity]

    def moved(self, quantity: str) -> Callable[[V], Mapping[str, V]]:
        """The results of the steps that rest on a quantity, and the loss, by that one's value."""
        positions = self.forward.after(quantity)
        names: list[str] = [self.forward.steps[at].defines.name for at in positions]
        functions: list[Callable[[Mapping[str, V]], V]] = [self.functions[at] for at in positions]

        def results(value: V) -> Mapping[str, V]:
            kept = {name: self.values[name] for name in (quantity, *names)}
            try:
                self.values[quantity] = value
                for name, function in zip(names, functions, strict=True):
                    self.values[name] = function(self.values)
                return {name: self.values[name] for name in (*names, self.forward.of)}
            finally:
                self.values.update(kept)

        return results

    def after(self, quantity: str) -> list[Step]:
        """The steps that rest on a quantity, in order."""
        return [self.forward.steps[at] for at in self.forward.after(quantity)]
