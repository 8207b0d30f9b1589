"""Evaluating expressions: in float64, or in decimals rounded line by line as on paper.

Both kinds also say with which digits a value is printed.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
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
    has_calls,
)
from backprop_cli.algebra.paper import on_paper
from backprop_cli.arithmetic.figures import (
    LOSSLESS,
    MOST_SIGNIFICANT,
    more_than,
    padded,
    rounded,
    rounded_apart,
    rounded_closely,
    shortened,
    with_decimals,
)
from backprop_cli.derivation.steps import Kept, Step
from backprop_cli.functions.activations import Z, computed, configured
from backprop_cli.functions.elementary import ELEMENTARY, MATH, Elementary

V = TypeVar("V", float, Decimal)

DEFAULT_DECIMALS = 4

# Elementary functions are worked to FUNCTION_DIGITS significant digits, and the formulas that they
# stand in to FORMULA_DIGITS: in so many, exp(−z) is not lost beside 1 or beside exp(z) for any z up
# to 1400.
FUNCTION_DIGITS = 50
FORMULA_DIGITS = LOSSLESS.prec - FUNCTION_DIGITS
LARGEST_ARGUMENT = Decimal(100_000)

LARGEST = Decimal(repr(float.fromhex("0x1.fffffffffffffp+1023")))


class Unrounded(Decimal):
    """A number that was worked out without rounding; one that was typed is a plain `Decimal`."""


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


class Exact(Arithmetic[float]):
    """float64 throughout; rounding is for print alone."""

    def number(self, digits: Decimal | float) -> float:
        """A given number as the nearest float64."""
        return float(digits)

    def call(self, call: Call, argument: float) -> float:
        """The value of a function; an activation's is stable for any finite argument."""
        formula = computed(call.function, call.settings)
        if formula is not None:
            return self._evaluate(formula, {Z.name: argument})
        row = ELEMENTARY[call.function]
        check_argument(row, argument)
        return MATH[row.python](argument)

    def value(self, step: Step, values: Mapping[str, float]) -> float:
        """See the base class; of what keeps its digits in float64.

        What has a value, and is divided by a number so small that float64 makes 0 of it, is too
        large.
        """
        if step.computed is None:
            return self.evaluate(step.expression, values)
        try:
            return self.evaluate(step.computed, values)
        except DivisionByZeroError:
            raise OutOfRangeError from None

    def result(self, value: float, kept: Kept = Kept.RESULT, /) -> float:
        """The value as it is; see the base class for what is raised."""
        if not math.isfinite(value) and kept is not Kept.UNBOUNDED:
            raise OutOfRangeError
        return value

    def figure(self, value: float, kept: Kept = Kept.RESULT, /) -> Decimal:
        """The value rounded for print."""
        return shortened(ROUNDED[kept](Decimal(repr(value)), self.decimals))


class Rounded(Arithmetic[Decimal]):
    """Decimal arithmetic by hand: a line's rounded result is what the next line uses."""

    def number(self, digits: Decimal | float) -> Decimal:
        """A given number with all its digits, or one that was calculated, as a line's result."""
        if isinstance(digits, Decimal):
            return digits
        return rounded(Decimal(repr(digits)), self.decimals)

    def evaluate(self, expression: Expression, values: Mapping[str, Decimal]) -> Decimal:
        """See the base class; sums, differences and products lose nothing."""
        with localcontext(LOSSLESS):
            return self._evaluate(expression, values)

    def call(self, call: Call, argument: Decimal) -> Decimal:
        """The function by its own formula, to some fifty significant digits.

        Of a very large argument, where a formula's parts would leave any range, to the sixteen
        of float64.
        """
        elementary = ELEMENTARY.get(call.function)
        if elementary:
            check_argument(elementary, argument)
        with localcontext(LOSSLESS) as context:
            context.clear_flags()  # a copy has those of LOSSLESS
            if elementary:
                # A small argument's digits must survive next to a 1.
                small = 2 * abs(argument.adjusted())
                context.prec = min(FUNCTION_DIGITS + small, FORMULA_DIGITS)
                return elementary.decimal(argument)
            # Near 0, where nearly every argument is, far fewer digits are as good, and faster.
            near = argument.copy_abs() < 10 and argument.adjusted() > -40
            context.prec = 4 * FUNCTION_DIGITS if near else FORMULA_DIGITS
            at = {Z.name: argument}
            formula = self.chosen(configured(call.function, call.settings).formula, at)
            if argument.copy_abs() <= LARGEST_ARGUMENT or not has_calls(formula):
                return self._evaluate(formula, at)
            return Decimal(repr(Exact().call(call, float(argument))))

    def value(self, step: Step, values: Mapping[str, Decimal]) -> Decimal:
        """See the base class; where rounding left the formula no value, of one that has it."""
        try:
            value = self.evaluate(step.expression, values)
        except DomainError:
            if step.computed is None:
                raise
        else:
            if step.computed is None or value.is_finite():
                return value
        return self.evaluate(step.computed, values)

    def result(self, value: Decimal, kept: Kept = Kept.RESULT, /) -> Decimal:
        """The value rounded to what is kept of it; see the base class for what is raised.

        What is 0 in float64 is 0, unless it is to be kept apart from 0.
        """
        bounded = kept is not Kept.UNBOUNDED
        if value.is_nan() or (bounded and value.copy_abs() > LARGEST):
            raise OutOfRangeError
        if value.is_infinite():
            return value
        if kept is Kept.WHOLE:
            return Unrounded(value)
        if kept is not Kept.APART and bounded and not float(value):
            value = Decimal(0)
        return ROUNDED[kept](value, self.decimals)

    def figure(self, value: Decimal, kept: Kept = Kept.RESULT, /) -> Decimal:
        """The digits that the value carries, up to twenty; of an updated weight at least five."""
        if kept in (Kept.WHOLE, Kept.CLOSER):
            digits = Context(prec=MOST_SIGNIFICANT, rounding=ROUND_HALF_UP).plus(value)
            return shortened(padded(digits.normalize(LOSSLESS), 5))
        if kept is Kept.APART and len(value.as_tuple().digits) > MOST_SIGNIFICANT:
            value = rounded(value, self.decimals)
        return shortened(value)


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
