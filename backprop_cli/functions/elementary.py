"""The elementary functions that formulas call: exp, ln, and the normal distribution."""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal, getcontext, localcontext
from functools import cache
from typing import NamedTuple

# What code may call.
MATH: Mapping[str, Callable[[float], float]] = {
    name: getattr(math, name) for name in ("erfc", "exp", "expm1", "log", "log1p", "sqrt", "tanh")
}


class Elementary(NamedTuple):
    """One elementary function.

    ``code`` computes it in float64, in terms of MATH and with ``{z}`` for the argument's name;
    ``decimal`` to the precision of the decimal context. ``positive`` says that it takes arguments
    above 0 alone.
    """

    code: str
    decimal: Callable[[Decimal], Decimal]
    positive: bool = False


# Beyond this, the normal distribution differs from 0 or 1, and its density from 0, by less than
# 1e-600, which is far outside float64.
FARTHEST_NORMAL = 53


NUDGED_DIGITS = 1300


def nudged(value: Decimal) -> Decimal:
    """A number next to ``value`` in NUDGED_DIGITS digits.

    It stands for what comes so near to ``value`` and does not reach it: sigmoid(1e9) is not 1.
    """
    with localcontext(prec=NUDGED_DIGITS):
        return value.next_minus() if value > 0 else value.next_plus()


def exponential(z: Decimal) -> Decimal:
    """exp(z), and never 0."""
    return z.exp() or nudged(Decimal(0))


@cache
def pi(digits: int) -> Decimal:
    """π to so many significant digits, by Machin's formula 16 arctan 1/5 − 4 arctan 1/239.

    Source: https://dlmf.nist.gov/3.12
    """
    with localcontext(prec=digits + 10):
        found = 16 * _arctangent_of_inverse(5) - 4 * _arctangent_of_inverse(239)
    with localcontext(prec=digits):
        return +found


def _arctangent_of_inverse(number: int) -> Decimal:
    """The arctangent of 1/number by its power series."""
    power = total = Decimal(1) / number
    for odd in range(3, 2 * getcontext().prec, 2):
        power = -power / number**2
        total += power / odd
    return total


def density(z: Decimal) -> Decimal:
    """The normal density φ(z) = exp(−z^2 / 2) / sqrt(2π)."""
    if abs(z) > FARTHEST_NORMAL:
        return nudged(Decimal(0))
    return (-z * z / 2).exp() / (2 * pi(getcontext().prec)).sqrt()


def distribution(z: Decimal) -> Decimal:
    """The normal distribution, Φ(z) = 1/2 + φ(z) * (z + z^3 / 3 + z^5 / (3 * 5) + …).

    The terms have one sign. What they leave of 1/2 below 0, or above it of 1, may be tiny: the
    context's digits are those of that remainder.

    Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.11.
    """
    if abs(z) > FARTHEST_NORMAL:
        return nudged(Decimal(z > 0))
    half, digits = Decimal("0.5"), getcontext().prec
    lost = int(z * z / 4) + 10
    with localcontext(prec=digits + lost):
        term = total = z
        odd = 1
        while term and term.adjusted() > total.adjusted() - digits - lost:
            odd += 2
            term = term * z * z / odd
            total += term
        return half + density(z) * total


ELEMENTARY: Mapping[str, Elementary] = {
    "exp": Elementary("exp({z})", exponential),
    "ln": Elementary("log({z})", Decimal.ln, positive=True),
    "sqrt": Elementary("sqrt({z})", Decimal.sqrt),
    # The normal distribution and its density; erfc keeps its digits where 1 + erf loses them.
    "Φ": Elementary("0.5 * erfc(-0.7071067811865476 * {z})", distribution),
    "φ": Elementary("0.3989422804014327 * exp(-0.5 * ({z} * {z}))", density),
}


@cache
def float_function(code: str) -> Callable[[float], float]:
    """The function of z that a piece of the project's own code describes."""
    function: Callable[[float], float] = eval(f"lambda z: {code.format(z='z')}", dict(MATH))
    return function
