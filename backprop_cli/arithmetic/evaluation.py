"""Evaluating expressions: what float64 (`exact`) and decimals by hand (`rounded`) have in common.

Both kinds also say with which digits a value is printed.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Generic, TypeVar

from backprop_cli.algebra.expression import (
    Call,
    Choice,
    Expression,
    Largest,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from backprop_cli.algebra.paper import on_paper
from backprop_cli.arithmetic.figures import (
    more_than,
    rounded,
    rounded_apart,
    rounded_closely,
    with_decimals,
)
from backprop_cli.derivation.steps import Kept, Step
from backprop_cli.functions.elementary import Elementary

V = TypeVar("V", float, Decimal)

DEFAULT_DECIMALS = 4


class OutOfRangeError(ArithmeticError):
    """A result left the range of float64."""


class DomainError(ArithmeticError):
    """A function was asked for a value that it does not have, such as the logarithm of 0."""


class DivisionByZeroError(DomainError):
    """A division by 0."""

    def __init__(self) -> None:
        super().__init__("a division by 0")


def check_argument(row: Elementary, argument: Decimal | float) -> None:
    """Raises DomainError where an elementary function has no value."""
    if row.has_value_at(argument):
        return
    function, added = row.stands_for
    digits = (argument if isinstance(argument, Decimal) else Decimal(repr(argument))) + added
    raise DomainError(f"{function}({on_paper(digits)}) does not exist")


def _power(base: V, exponent: V) -> V:
    """A power of any number. Raises DomainError where it has no value."""
    if base == 0 and exponent < 0:
        raise DivisionByZeroError
    if base < 0 and exponent % 1:
        digits = [on_paper(Decimal(repr(float(one)))) for one in (base, exponent)]
        raise DomainError(f"({digits[0]})^{digits[1]} does not exist")
    power: V = base**exponent
    return power


class Arithmetic(ABC, Generic[V]):
    """One way of working with numbers. ``decimals`` is how many are kept or printed."""

    def __init__(self, decimals: int = DEFAULT_DECIMALS) -> None:
        self.decimals = decimals

    @abstractmethod
    def number(self, digits: Decimal | float) -> V:
        """A given number, unrounded."""

    @abstractmethod
    def call(self, call: Call, argument: V) -> V:
        """The value of a call's function for the value of its argument."""

    def value(self, step: Step, values: Mapping[str, V]) -> V:
        """The value of a step's formula, before it is kept."""
        return self.evaluate(step.expression, values)

    @abstractmethod
    def result(self, value: V, kept: Kept = Kept.RESULT, /) -> V:
        """The result of a line, as the next line uses it.

        Raises OutOfRangeError where it is too large for float64.
        """

    @abstractmethod
    def figure(self, value: V, kept: Kept = Kept.RESULT, /) -> Decimal:
        """The value with the digits in which it is printed."""

    def given_figure(self, digits: Decimal | float) -> Decimal:
        """A given number with the digits in which it is printed: those that were typed."""
        return digits if isinstance(digits, Decimal) else self.figure(self.number(digits))

    def chosen(self, expression: Expression, values: Mapping[str, V]) -> Expression:
        """The branch of a choice that these values take; any other expression as it is."""
        while isinstance(expression, Choice):
            tested = self.evaluate(expression.test, values)
            holds = tested > 0 or (expression.or_zero and tested == 0)
            expression = expression.holds if holds else expression.otherwise
        return expression

    def evaluate(self, expression: Expression, values: Mapping[str, V]) -> V:
        """The value of an expression, operations taken from left to right, nothing rounded."""
        return self._evaluate(expression, values)

    def _evaluate(self, expression: Expression, values: Mapping[str, V]) -> V:
        match expression:
            case Symbol():
                return values[expression.name]
            case Product((first, *rest)):
                value = self._evaluate(first, values)
                for factor in rest:
                    value = value * self._evaluate(factor, values)
                return value
            case Sum((first, *rest)):
                value = self._evaluate(first, values)
                for term in rest:
                    if isinstance(term, Negative):
                        value = value - self._evaluate(term.operand, values)
                    else:
                        value = value + self._evaluate(term, values)
                return value
            case Number(digits):
                return self.number(digits)
            case Call():
                return self.call(expression, self._evaluate(expression.argument, values))
            case Power(base, exponent):
                value = power = self._evaluate(base, values)
                if not isinstance(exponent, int):
                    return _power(value, self._evaluate(exponent, values))
                for _ in range(exponent - 1):
                    power = power * value
                return power
            case Negative(operand):
                return -self._evaluate(operand, values)
            case Quotient(numerator, denominator):
                divisor = self._evaluate(denominator, values)
                if divisor == 0:
                    raise DivisionByZeroError
                return self._evaluate(numerator, values) / divisor
            case Largest(among):
                return max(self._evaluate(part, values) for part in among)
            case Choice():
                return self._evaluate(self.chosen(expression, values), values)
            case _:
                raise TypeError(f"not an expression: {expression!r}")


def _rounded_more(value: Decimal, decimals: int) -> Decimal:
    return rounded(value, more_than(decimals))


def _whole(value: Decimal, _decimals: int) -> Decimal:
    return with_decimals(value, 0)


# From how a step's result is kept to how it is rounded.
ROUNDED: Mapping[Kept, Callable[[Decimal, int], Decimal]] = {
    Kept.RESULT: rounded,
    Kept.CLOSER: _rounded_more,
    Kept.RUNNING: rounded_closely,
    Kept.WHOLE: _rounded_more,
    Kept.APART: rounded_apart,
    Kept.UNBOUNDED: rounded,
    Kept.COUNTED: _whole,
}
