"""Evaluating expressions: in float64, or in decimals rounded line by line as on paper.

Both kinds also say with which digits a value is printed.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, localcontext
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
    rounded_closely,
    shortened,
)
from backprop_cli.functions.activations import Z, code_of, configured
from backprop_cli.functions.elementary import ELEMENTARY, float_function, nudged

V = TypeVar("V", float, Decimal)

DEFAULT_DECIMALS = 4

# Elementary functions are worked to FUNCTION_DIGITS significant digits, and the formulas that they
# stand in to FORMULA_DIGITS: in so many, exp(−z) is not lost beside 1 or beside exp(z) for any z up
# to COVERED.
FUNCTION_DIGITS = 50
FORMULA_DIGITS = LOSSLESS.prec - FUNCTION_DIGITS
COVERED = 1400
LARGEST_ARGUMENT = Decimal(100_000)

LARGEST = Decimal(repr(float.fromhex("0x1.fffffffffffffp+1023")))


class Unrounded(Decimal):
    """A number that was worked out without rounding; one that was typed is a plain `Decimal`."""


class OutOfRangeError(ArithmeticError):
    """A result left the range of float64."""


class DomainError(ArithmeticError):
    """A function was asked for a value that it does not have, such as the logarithm of 0."""


def no_value(call: Call, argument: Decimal | float) -> DomainError:
    """The complaint that a function has no value for an argument."""
    digits = on_paper(argument if isinstance(argument, Decimal) else Decimal(repr(argument)))
    return DomainError(f"{call.function}({digits}) does not exist")


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

    @abstractmethod
    def result(self, value: V) -> V:
        """The result of a line, as the next line uses it.

        Raises OutOfRangeError where it is too large for float64.
        """

    def closer_result(self, value: V) -> V:
        """The result of a line whose small part must not be lost: of more decimals, if rounded."""
        return self.result(value)

    def running_result(self, value: V) -> V:
        """The result of an optimizer's line: of as many significant digits as decimals are kept."""
        return self.result(value)

    def running_figure(self, value: V) -> Decimal:
        """An optimizer's quantity with the digits in which it is printed."""
        return self.figure(value)

    @abstractmethod
    def unrounded(self, value: V) -> V:
        """The value of a line that is not rounded, as the next line uses it."""

    @abstractmethod
    def figure(self, value: V) -> Decimal:
        """The value with the digits in which it is printed."""

    def given_figure(self, digits: Decimal | float) -> Decimal:
        """A given number with the digits in which it is printed: those that were typed."""
        return digits if isinstance(digits, Decimal) else self.figure(self.number(digits))

    @abstractmethod
    def updated_figure(self, value: V) -> Decimal:
        """An updated weight with the digits in which it is printed: more than other figures."""

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
                    whole: V = value ** self._evaluate(exponent, values)
                    return whole
                for _ in range(exponent - 1):
                    power = power * value
                return power
            case Negative(operand):
                return -self._evaluate(operand, values)
            case Quotient(numerator, denominator):
                divisor = self._evaluate(denominator, values)
                if divisor == 0:
                    raise DomainError("a division by 0")
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
        elementary = ELEMENTARY.get(call.function)
        if elementary and elementary.positive and argument <= 0.0:
            raise no_value(call, argument)
        return float_function(code_of(call))(argument)

    def result(self, value: float) -> float:
        """The value as it is; see the base class for what is raised."""
        if not math.isfinite(value):
            raise OutOfRangeError
        return value

    def unrounded(self, value: float) -> float:
        """The value as it is."""
        return value

    def figure(self, value: float) -> Decimal:
        """The value rounded for print."""
        return shortened(rounded(Decimal(repr(value)), self.decimals))

    def running_figure(self, value: float) -> Decimal:
        """The value rounded for print, one below 1 to as many significant digits."""
        return shortened(rounded_closely(Decimal(repr(value)), self.decimals))

    def updated_figure(self, value: float) -> Decimal:
        """One decimal more than other figures, and at least five."""
        return shortened(rounded(Decimal(repr(value)), more_than(self.decimals)))


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
        of float64. What such a function comes near to, it never reaches.
        """
        elementary = ELEMENTARY.get(call.function)
        if elementary and elementary.positive and argument <= 0:
            raise no_value(call, argument)
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
                value = self._evaluate(formula, at)
                if argument.copy_abs() <= COVERED or not context.flags[Inexact]:
                    return value
            else:
                value = Decimal(repr(float_function(code_of(call))(float(argument))))
            return nudged(value)

    def result(self, value: Decimal) -> Decimal:
        """The value rounded to the decimals kept; see the base class for what is raised.

        What is 0 in float64 is 0.
        """
        if not (value.is_finite() and value.copy_abs() <= LARGEST):
            raise OutOfRangeError
        return rounded(value if float(value) else Decimal(0), self.decimals)

    def unrounded(self, value: Decimal) -> Decimal:
        """The value with all its digits, marked as worked out."""
        return Unrounded(value)

    def running_result(self, value: Decimal) -> Decimal:
        """The value rounded to the decimals kept, one below 1 to as many significant digits."""
        self.result(value)  # which raises
        return rounded_closely(value if float(value) else Decimal(0), self.decimals)

    def closer_result(self, value: Decimal) -> Decimal:
        """The value rounded to one decimal more than other results, and to five at least."""
        return rounded(value, more_than(self.decimals))

    def figure(self, value: Decimal) -> Decimal:
        """The digits that the value carries."""
        return shortened(value)

    def updated_figure(self, value: Decimal) -> Decimal:
        """All digits up to twenty, as an updated weight is not rounded; at least five decimals."""
        digits = Context(prec=MOST_SIGNIFICANT, rounding=ROUND_HALF_UP).plus(value)
        return shortened(padded(digits.normalize(LOSSLESS), 5))
