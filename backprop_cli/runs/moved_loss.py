"""The loss of one example where one of its numbers is another: what rests on it is worked anew."""

from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import add
from typing import Generic, NamedTuple, TypeVar

from backprop_cli.algebra.expression import (
    ONE,
    ZERO,
    Expression,
    Largest,
    Negative,
    Product,
    Sum,
    Symbol,
    factors,
    symbols,
    terms,
)
from backprop_cli.arithmetic.evaluation import V
from backprop_cli.derivation.forward import MOST_LISTED
from backprop_cli.derivation.steps import Derivation, Rule, Step

R = TypeVar("R")


class Way(NamedTuple):
    """The entry of a parameter: the step of ``through`` alone, as a term ``rate`` * parameter."""

    through: str
    rate: Expression


class Reach(NamedTuple):
    """The way that a quantity is followed: through the steps at ``positions``, up to the ``ends``.

    The ends are the loss, and long sums on the way to it, each with those of its terms that move.
    A loss that is no long sum is its own only term.
    """

    positions: Sequence[int]
    ends: Mapping[str, Sequence[Expression]]


class Forward:
    """The steps from the inputs to ``of``, the loss, and which of them rest on which quantity.

    The largest weighted sum of a wide softmax cancels, so it stays where it is when others move.
    That holds for the textbook's formulas: the others take the exp of the largest one for 1.
    """

    def __init__(self, passes: Derivation) -> None:
        steps = passes.needed_for([passes.of])
        self._totals = {
            step.defines.name: terms(step.expression)
            for step in steps
            if isinstance(step.expression, Sum) and len(step.expression.terms) > MOST_LISTED
        }
        self._still = {step.defines.name for step in steps if self._stays(step)}
        self.steps: Sequence[Step] = tuple(map(self._as_written, steps))
        self.of = passes.of

    def _stays(self, step: Step) -> bool:
        match step.rule, step.expression:
            case Rule.SOFTMAX_LARGEST | Rule.SOFTMAX_REST, Largest(among):
                return len(among) > MOST_LISTED
            case Rule.SOFTMAX_REST, rest:
                return any(symbol.name in self._totals for symbol in symbols(rest))
        return False

    def _as_written(self, step: Step) -> Step:
        if step.computed is None or step.defines.name in self._still:
            return step
        used = {symbol.name for symbol in symbols(step.computed)}
        return step if used.isdisjoint(self._still) else step._replace(computed=None)

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
            if step.defines.name not in self._still:
                for name in {symbol.name for symbol in symbols(step.expression)}:
                    found.setdefault(name, []).append(at)
        return found

    @cached_property
    def _terms(self) -> Mapping[str, Sequence[tuple[str, int]]]:
        """The terms of long sums that name a quantity, by the quantity's name."""
        found: dict[str, list[tuple[str, int]]] = {}
        for total, among in self._totals.items():
            for at, term in enumerate(among):
                for name in {symbol.name for symbol in symbols(term)}:
                    found.setdefault(name, []).append((total, at))
        return found

    def after(self, name: str) -> Sequence[int]:
        """The positions of all steps that rest on a quantity, in order."""
        return self._after(name, but=())

    def reach(self, name: str) -> Reach:
        """The way that a quantity is followed where no long sum is added up anew."""
        positions = self._after(name, but=self._totals)
        moving = [name, *(self.steps[at].defines.name for at in positions)]
        ends: dict[str, dict[int, Expression]] = {}
        for one in moving:
            for total, at in self._terms.get(one, ()):
                ends.setdefault(total, {})[at] = self._totals[total][at]
        if self.of in moving:
            ends[self.of] = {0: Symbol(self.of)}
        return Reach(positions, {total: [*among.values()] for total, among in ends.items()})

    def _after(self, name: str, but: Container[str]) -> Sequence[int]:
        found: set[int] = set()
        waiting = [*self._users.get(name, ())]
        while waiting:
            at = waiting.pop()
            defined = self.steps[at].defines.name
            if at not in found and defined not in but:
                found.add(at)
                waiting.extend(self._users.get(defined, ()))
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

    def __post_init__(self) -> None:
        self._slopes[self.forward.of] = self.evaluate(ONE, {})

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
        waiting = [quantity]
        while waiting:
            name = waiting[-1]
            if name in self._slopes:
                waiting.pop()
                continue
            reach = self.forward.reach(name)
            unknown = [end for end in reach.ends if end not in self._slopes]
            if not unknown:
                self._slopes[name] = self._difference(name, reach)
            waiting += unknown
        return self._slopes[quantity]

    def _difference(self, quantity: str, reach: Reach) -> V:
        """A difference of the loss, where a long sum counts by its own slope.

        It moves by what its terms do. So a neuron of a wide softmax, which moves all the others by
        the sum of the exps, costs no more than any other neuron.
        """
        nothing, slopes = self.evaluate(ZERO, {}), self._slopes

        def read() -> V:
            return reduce(
                add,
                (
                    slopes[end] * self.evaluate(term, self.values)
                    for end, among in reach.ends.items()
                    for term in among
                ),
                nothing,
            )

        at = self._results(quantity, reach.positions, read)
        return self.derivative(at, self.values[quantity])

    def moved(self, quantity: str) -> Callable[[V], Mapping[str, V]]:
        """The results of the steps that rest on a quantity, and the loss, by that one's value."""
        names = [*(step.defines.name for step in self.after(quantity)), self.forward.of]

        def read() -> Mapping[str, V]:
            return {name: self.values[name] for name in names}

        return self._results(quantity, self.forward.after(quantity), read)

    def _results(
        self, quantity: str, positions: Sequence[int], read: Callable[[], R]
    ) -> Callable[[V], R]:
        """The value ``read`` when the steps at some positions are worked anew, by a quantity."""
        names: list[str] = [self.forward.steps[at].defines.name for at in positions]
        functions: list[Callable[[Mapping[str, V]], V]] = [self.functions[at] for at in positions]

        def results(value: V) -> R:
            kept = {name: self.values[name] for name in (quantity, *names)}
            try:
                self.values[quantity] = value
                for name, function in zip(names, functions, strict=True):
                    self.values[name] = function(self.values)
                return read()
            finally:
                self.values.update(kept)

        return results

    def after(self, quantity: str) -> list[Step]:
        """The steps that rest on a quantity, in order."""
        return [self.forward.steps[at] for at in self.forward.after(quantity)]
