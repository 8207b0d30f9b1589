"""Several steps of a working in one line, each figure of which follows from those before it."""

from collections.abc import Callable, Container, Iterator

from backprop_cli.algebra.expression import (
    ONE,
    Choice,
    Expression,
    Number,
    Product,
    Symbol,
    factors,
    symbols,
    transform,
)
from backprop_cli.algebra.prose import Prose, joined
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Step
from backprop_cli.lesson.blocks import Equation
from backprop_cli.lesson.equations import line, result, why_taken


class Folded:
    """The formula of a quantity with the steps put in that have no line of their own.

    ``named`` are the quantities that have one. Of a step that is put in, the result is shown where
    those are that it rests on: 0.1385 * 0.40 * 0.5933 * (1 − 0.5933) ≈ 0.0554 * 0.2413 ≈ 0.0134.
    """

    def __init__(self, working: AnyWorking, step: Step, named: Container[str]) -> None:
        self._working, self._step, self._named = working, step, named

    def row(self, reason: Prose = "") -> Equation:
        """The line: symbols, numbers, the results on the way, the result."""
        *numbers, end = self.levels()
        between = dict.fromkeys(side for side in numbers if side != end)
        written = self.symbols()
        chain = (written, *between, *(() if written == end else (end,)))
        return line(self._step.defines, *chain, note=self._notes(), reason=reason)

    def levels(self) -> list[Expression]:
        """The sides in numbers: those put in, after each rounding what is left, the result."""
        height = self._height(self._step)
        numbers = [self._in_numbers(level) for level in range(max(height, 1))]
        return [*numbers, result(self._working, self._step.defines.name)]

    def symbols(self) -> Expression:
        """The formula in symbols."""
        return self._put_in(self._written(self._step), lambda _: None)

    def uses(self) -> Iterator[Symbol]:
        """The quantities with a line of their own in it."""
        return (one for one in symbols(self.symbols()) if one.name in self._named)

    def _in_numbers(self, level: int) -> Expression:
        """The formula in numbers, the steps in it up to a height as their results."""
        taken = self._working.taken(self._step.expression)

        def known(step: Step) -> Expression | None:
            name = step.defines.name
            return result(self._working, name) if self._height(step) <= level else None

        folded = self._put_in(taken, known, taken=True)
        return self._working.with_figures(folded)

    def _put_in(
        self,
        expression: Expression,
        known: Callable[[Step], Expression | None],
        *,
        taken: bool = False,
    ) -> Expression:
        """An expression with steps put in; ``known`` answers for those that are not spelt out."""

        def change(part: Expression) -> Expression | None:
            if isinstance(part, Product):
                changed = (
                    factor
                    for one in part.factors
                    for factor in factors(self._put_in(one, known, taken=taken))
                    # A factor that is 1 whatever the numbers are says nothing.
                    if not (factor is ONE or self._is_one(one))
                )
                left = tuple(changed)
                return Product(left) if len(left) > 1 else left[0] if left else ONE
            step = self._folded(part)
            if step is None:
                return None
            answer = known(step)
            if answer is not None:
                return answer
            inner = self._working.taken(step.expression) if taken else self._written(step)
            return self._put_in(inner, known, taken=taken)

        return transform(expression, change)

    def _is_one(self, factor: Expression) -> bool:
        step = self._folded(factor)
        return step is not None and step.expression == ONE

    def _folded(self, part: Expression) -> Step | None:
        """The step of a quantity that has no line of its own."""
        if not isinstance(part, Symbol) or part.name in self._named:
            return None
        return self._working.derivation.by_name.get(part.name)

    def _height(self, step: Step) -> int:
        """The number of roundings that lie one after the other in a step, its own included."""
        taken = self._working.taken(step.expression)
        if (isinstance(taken, Number) and not taken.name) or (
            isinstance(taken, Symbol) and self._folded(taken) is None
        ):
            return 0
        inner = filter(None, map(self._folded, symbols(taken)))
        return 1 + max(map(self._height, inner), default=0)

    def _notes(self) -> Prose:
        """The reason why the choices in it are taken as they are."""
        waiting, found = [self._step], dict[str, Prose]()
        while waiting:
            step = waiting.pop(0)
            found.setdefault(step.defines.name, why_taken(self._working, step))
            waiting += filter(None, map(self._folded, symbols(step.expression)))
        return joined([note for note in dict.fromkeys(found.values()) if note], " ")

    def _written(self, step: Step) -> Expression:
        """A step's formula; where an exception goes without saying, the branch that is taken."""
        expression = step.expression
        if isinstance(expression, Choice) and expression.exception:
            return self._working.taken(expression)
        return expression
