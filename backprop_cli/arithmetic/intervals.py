"""Numbers that are known within bounds, and the bounds of what is worked from them.

A figure of four decimals stands for every number that is rounded to it. Each such number is a
`Form`: a centre, and how far it moves with every figure that it was worked from, as in affine
arithmetic. Plain intervals forget that the two a in a * (1 − a) are one number; forms remember.

Source: de Figueiredo, Stolfi, "Affine arithmetic: concepts and applications", Numerical
Algorithms 37 (2004).
"""

import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

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
from backprop_cli.arithmetic.exact import Exact

# What float64 may add to the bounds, relative to the magnitude.
SLACK = 1e-13
LOST = 4e-16
# Where a function is looked at between the ends of an interval, as shares of its length; kinks are
# at 0. What it does between these points it is allowed half as much again.
LOOKED_AT = tuple(step / 8 for step in range(9))
SAFETY = 1.5


class Bounds(NamedTuple):
    """All numbers from ``low`` to ``high``."""

    low: float
    high: float

    @property
    def radius(self) -> float:
        """Half the distance of the ends."""
        return (self.high - self.low) / 2

    def holds(self, value: float) -> bool:
        """True if a value lies within, float64's own error allowed."""
        slack = SLACK * max(abs(self.low), abs(self.high))
        return self.low - slack <= value <= self.high + slack

    def meets(self, other: "Bounds") -> bool:
        """True if the two have more in common than an end; a point may lie on an end."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        slack = 10 * SLACK * max(map(abs, (*self, *other)))
        least = min(self.radius, other.radius)
        return high - low >= (-slack if least <= slack else 1e-6 * least)

    def within(self, other: "Bounds") -> "Bounds":
        """The interval that the two have in common; they must meet."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return Bounds(min(low, high), max(low, high))

    def with_point(self, value: float) -> "Bounds":
        """The bounds, widened to hold a value."""
        return Bounds(min(self.low, value), max(self.high, value))


def bounds_of(figure: Decimal) -> Bounds:
    """All numbers that are rounded to a figure, by the digits that it is written with."""
    exponent = figure.as_tuple().exponent
    half = Decimal(5).scaleb(int(exponent) - 1)
    return Bounds(float(figure - half), float(figure + half))


class Form(NamedTuple):
    """A number near ``centre``.

    It moves by ``parts[name]`` times something from −1 to 1 that is the same wherever the name
    stands, and by up to ``rest`` for all that is not followed up.
    """

    centre: float
    parts: Mapping[str, float] = MappingProxyType({})
    rest: float = 0.0

    @property
    def radius(self) -> float:
        """The greatest distance of the number from the centre."""
        return sum(map(abs, self.parts.values())) + self.rest

    @property
    def bounds(self) -> Bounds:
        """The least and the greatest that the number can be."""
        radius = self.radius
        return Bounds(self.centre - radius, self.centre + radius)

    @property
    def is_bounded(self) -> bool:
        """True if anything is known of the number."""
        return math.isfinite(self.centre) and math.isfinite(self.radius)


ANYTHING = Form(0.0, rest=math.inf)


def point(value: float) -> Form:
    """A number that is known exactly."""
    return Form(value)


def between(bounds: Bounds, name: str) -> Form:
    """A number between bounds that moves on its own, under a name."""
    radius = bounds.radius
    return Form((bounds.low + bounds.high) / 2, {name: radius} if radius else {})


def evaluate(expression: Expression, form_of: Callable[[str], Form]) -> Form:
    """The form of an expression; ``form_of`` gives those of its symbols, by name."""
    match expression:
        case Symbol():
            return form_of(expression.name)
        case Number(digits):
            return Form(float(digits))
        case Product(factors):
            return _folded(_times, (evaluate(factor, form_of) for factor in factors))
        case Sum(terms):
            return _sum([evaluate(term, form_of) for term in terms])
        case Negative(operand):
            return _scaled(evaluate(operand, form_of), -1.0)
        case Quotient(numerator, denominator):
            return _times(evaluate(numerator, form_of), _inverse(evaluate(denominator, form_of)))
        case Power(base, exponent):
            return _power(evaluate(base, form_of), exponent, form_of)
        case Call():
            return _called(expression, evaluate(expression.argument, form_of))
        case Choice(test, holds, otherwise, or_zero):
            tested = evaluate(test, form_of).bounds
            if tested.low > 0 or (or_zero and tested.low == 0):
                return evaluate(holds, form_of)
            if tested.high < 0 or (not or_zero and tested.high == 0):
                return evaluate(otherwise, form_of)
            return _either(evaluate(part, form_of) for part in (holds, otherwise))
        case Largest(among):
            forms = [evaluate(part, form_of) for part in among]
            least = max(form.bounds.low for form in forms)
            return _either(form for form in forms if form.bounds.high >= least)
        case _:
            raise TypeError(f"not an expression: {expression!r}")


def _folded(operation: Callable[[Form, Form], Form], forms: Iterable[Form]) -> Form:
    first, *rest = forms
    for form in rest:
        first = operation(first, form)
    return first


def _sum(forms: list[Form]) -> Form:
    parts: dict[str, float] = {}
    for form in forms:
        for name, part in form.parts.items():
            parts[name] = parts.get(name, 0.0) + part
    centre = math.fsum(form.centre for form in forms)
    # What float64 loses where large terms cancel, a student's program loses too.
    lost = LOST * sum(abs(form.centre) for form in forms) if parts else 0.0
    return Form(centre, parts, sum(form.rest for form in forms) + lost)


def _scaled(form: Form, by: float) -> Form:
    parts = {name: part * by for name, part in form.parts.items()}
    return Form(form.centre * by, parts, form.rest * abs(by))


def _times(one: Form, other: Form) -> Form:
    if not (one.is_bounded and other.is_bounded):
        return ANYTHING
    if not other.parts and not other.rest:
        return _scaled(one, other.centre)
    if not one.parts and not one.rest:
        return _scaled(other, one.centre)
    parts = {name: part * other.centre for name, part in one.parts.items()}
    for name, part in other.parts.items():
        parts[name] = parts.get(name, 0.0) + part * one.centre
    rest = one.rest * abs(other.centre) + other.rest * abs(one.centre) + one.radius * other.radius
    return Form(one.centre * other.centre, parts, rest)


def _either(forms: Iterable[Form]) -> Form:
    """A number that is one of several."""
    several = list(forms)
    if len(several) == 1:
        return several[0]
    if not all(form.is_bounded for form in several):
        return ANYTHING
    low = min(form.bounds.low for form in several)
    high = max(form.bounds.high for form in several)
    return Form((low + high) / 2, rest=(high - low) / 2)


def _inverse(form: Form) -> Form:
    bounds = form.bounds
    if bounds.low <= 0 <= bounds.high:
        return ANYTHING
    return _through(lambda value: 1 / value, form)


def _power(base: Form, exponent: int | Expression, form_of: Callable[[str], Form]) -> Form:
    power = exponent if isinstance(exponent, int) else evaluate(exponent, form_of).centre
    return _through(lambda value: value**power, base)


def _called(call: Call, argument: Form) -> Form:
    """A function's value for an argument between bounds."""
    return _through(lambda value: EXACT.call(call, value), argument)


EXACT = Exact()


def _through(function: Callable[[float], float], form: Form) -> Form:
    """A function of a number: a line through its ends, and how far it leaves that line.

    Of a function that has no value somewhere between the bounds nothing is known.
    """
    if not form.is_bounded:
        return ANYTHING
    try:
        if not form.radius:
            return Form(_real(function(form.centre)))
        low, high = form.bounds
        wide = high - low > 1e-9 * abs(form.centre)
        if not wide:  # the ends' own rounding would hide how the function rises
            step = 1e-6 * max(abs(form.centre), 1.0)
            low, high = form.centre - step, form.centre + step
        at = [low + share * (high - low) for share in LOOKED_AT]
        at += [0.0] if low < 0 < high else []
        values = [_real(function(value)) for value in at]
        rise = (values[len(LOOKED_AT) - 1] - values[0]) / (high - low)
        off = [y - values[0] - rise * (x - low) for x, y in zip(at, values, strict=True)]
        middle = (min(off) + max(off)) / 2
        centre = values[0] + rise * (form.centre - low) + middle
        error = SAFETY * (max(off) - min(off)) / 2
        if not wide:
            centre, error = _real(function(form.centre)), 0.0
        return _sum([_scaled(Form(0.0, form.parts, form.rest), rise), Form(centre, rest=error)])
    except (ArithmeticError, ValueError):
        return ANYTHING


def _real(value: float) -> float:
    if isinstance(value, complex) or not math.isfinite(value):
        raise ArithmeticError
    return value
