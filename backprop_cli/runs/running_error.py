"""How far rounding may have moved what float64 works out, step by step along a derivation.

Every operation rounds its result by half a unit in its last place at most, and passes on what its
operands are off by. To the first order in these errors the bound found is strict, but for numbers
below 2.3e-308, whose last place is worth more.

Source: Higham, "Accuracy and Stability of Numerical Algorithms", section 3.3.
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import (
    Call,
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
from backprop_cli.arithmetic.evaluation import Exact
from backprop_cli.arithmetic.working import Working
from backprop_cli.functions.elementary import ELEMENTARY

HALF_UNIT = math.ulp(1.0) / 2

# What a function of the C library, or a few of them in a row, may be off by, in the same units.
OF_A_CALL = 8

SMALLEST = math.ulp(0.0)

FLOAT64 = Exact()


class Bounded(NamedTuple):
    """A value that is off by ``error`` at most."""

    value: float
    error: float = 0.0

    def plus(self, other: "Bounded") -> "Bounded":
        """The sum."""
        return _rounded(self.value + other.value, self.error + other.error)

    def times(self, other: "Bounded") -> "Bounded":
        """The product."""
        error = abs(self.value) * other.error + abs(other.value) * self.error
        return _rounded(self.value * other.value, error + self.error * other.error)

    def over(self, other: "Bounded") -> "Bounded":
        """The quotient."""
        value = self.value / other.value
        return _rounded(value, (self.error + abs(value) * other.error) / abs(other.value))

    def negative(self) -> "Bounded":
        """The opposite, which nothing rounds."""
        return Bounded(-self.value, self.error)


def _rounded(value: float, error: float, units: int = 1) -> Bounded:
    return Bounded(value, error + units * HALF_UNIT * abs(value))


def running_errors(working: Working[float]) -> Mapping[str, float]:
    """How far each result of a working in float64 may be off; its given numbers are not."""
    found = {name: Bounded(working.values[name]) for name in working.given}
    for step in working.derivation.steps:
        expression = working.taken(step.expression)
        found[step.defines.name] = _bounded(expression, found, working.values)
    return {name: result.error for name, result in found.items()}


def _bounded(
    expression: Expression, found: Mapping[str, Bounded], values: Mapping[str, float]
) -> Bounded:
    def of(part: Expression) -> Bounded:
        return _bounded(FLOAT64.chosen(part, values), found, values)

    match expression:
        case Symbol(name):
            return found[name]
        case Number(digits):
            nearest = FLOAT64.number(digits)
            return Bounded(nearest, abs(float(digits - Decimal(nearest))))
        case Sum((first, *rest)):
            total = of(first)
            for term in rest:
                total = total.plus(of(term))
            return total
        case Product((first, *rest)):
            total = of(first)
            for factor in rest:
                total = total.times(of(factor))
            return total
        case Quotient(numerator, denominator):
            return of(numerator).over(of(denominator))
        case Power(base, int(exponent)):
            total = once = of(base)
            for _ in range(exponent - 1):
                total = total.times(once)
            return total
        case Negative(operand):
            return of(operand).negative()
        case Largest(among):
            return max(map(of, among))
        case Call(_, argument):
            return _called(expression, of(argument))
        case _:
            raise TypeError(f"not an expression of a pass: {expression!r}")


def _called(call: Call, argument: Bounded) -> Bounded:
    """A function of what is off by something: what it makes of both ends."""
    value = FLOAT64.call(call, argument.value)
    if not argument.error:
        return _rounded(value, 0.0, OF_A_CALL)
    low, high = argument.value - argument.error, argument.value + argument.error
    elementary = ELEMENTARY.get(call.function)
    if elementary and elementary.positive:
        low = max(low, SMALLEST)  # where the function has a value at all
    ends = (FLOAT64.call(call, low), FLOAT64.call(call, high))
    return _rounded(value, max(abs(end - value) for end in ends), OF_A_CALL)
