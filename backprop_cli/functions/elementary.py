"""The elementary functions that formulas call: exp, ln, the normal distribution and its density.

Some are there for float64 alone: they keep digits that the formula of a textbook would lose.
"""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal, getcontext, localcontext
from functools import cache
from typing import NamedTuple

from backprop_cli.algebra.expression import Call, Expression, Number, Symbol

ARGUMENT = Symbol("z")  # what a function of the tables is applied to


class Elementary(NamedTuple):
    """One elementary function.

    ``decimal`` computes it to the precision of the decimal context. In float64 it is the function
    of Python's ``math`` that ``python`` names, or else ``computed``, an expression in z.
    ``above`` is what every argument is greater than, and ``least`` the least argument, where there
    is such a number; ``stands_for`` is then the function and the number added to its argument by
    which a reader knows it: ln1p(z) is ln(z + 1).
    """

    decimal: Callable[[Decimal], Decimal]
    python: str = ""
    computed: Expression | None = None
    above: int | None = None
    least: int | None = None
    stands_for: tuple[str, int] = ("ln", 0)

    def has_value_at(self, argument: Decimal | float) -> bool:
        """True if it exists for an argument."""
        above = self.above is None or argument > self.above
        return above and (self.least is None or argument >= self.least)


# Beyond this, the normal distribution differs from 0 or 1 by less than 1e-610: three digits of that
# are enough.
FARTHEST_NORMAL = 53


def _tanh(z: Decimal) -> Decimal:
    return (z.exp() - (-z).exp()) / (z.exp() + (-z).exp())


def _erfc(z: Decimal) -> Decimal:
    return 2 * distribution(-z * Decimal(2).sqrt())


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


def _sine(z: Decimal) -> Decimal:
    """The sine by its power series, z − z^3 / 3! + z^5 / 5! − …, of z less whole turns."""
    enough = 2 * getcontext().prec + max(0, z.adjusted()) + 10  # little may be left of a turn
    with localcontext(prec=enough):
        term = total = z = z.remainder_near(2 * pi(enough))
        odd = 1
        while term and term.adjusted() > total.adjusted() - enough:
            odd += 2
            term = -term * z * z / (odd * (odd - 1))
            total += term
    return +total


def _cosine(z: Decimal) -> Decimal:
    """The sine of π / 2 + z."""
    with localcontext(prec=2 * getcontext().prec + max(0, z.adjusted()) + 10) as context:
        found = _sine(pi(context.prec) / 2 + z)
    return +found


def density(z: Decimal) -> Decimal:
    """The normal density φ(z) = exp(−z^2 / 2) / sqrt(2π)."""
    return (-z * z / 2).exp() / (2 * pi(getcontext().prec)).sqrt()


def distribution(z: Decimal) -> Decimal:
    """The normal distribution, Φ(z) = 1/2 + φ(z) * (z + z^3 / 3 + z^5 / (3 * 5) + …).

    The terms have one sign. What they leave of 1/2 below 0, or above it of 1, may be tiny: the
    context's digits are those of that remainder. Far out it is φ(z) / |z|.

    Source: Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.11.
    """
    if abs(z) > FARTHEST_NORMAL:
        return Decimal(z > 0) - density(z) / z
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


def _constant(digits: str) -> Number:
    return Number(Decimal(digits))


def _below(z: Expression) -> Expression:
    """erfc(−z / sqrt(2)), which keeps its digits where 1 + erf(z / sqrt(2)) loses them."""
    return Call("erfc", _constant("-0.7071067811865476") * z)


ELEMENTARY: Mapping[str, Elementary] = {
    "exp": Elementary(Decimal.exp, "exp"),
    "ln": Elementary(Decimal.ln, "log", above=0),
    "sqrt": Elementary(Decimal.sqrt, "sqrt", least=0, stands_for=("sqrt", 0)),
    "abs": Elementary(abs, "fabs"),
    "sin": Elementary(_sine, "sin"),
    "cos": Elementary(_cosine, "cos"),
    "Φ": Elementary(distribution, computed=_constant("0.5") * _below(ARGUMENT)),
    "φ": Elementary(
        density,
        computed=_constant("0.3989422804014327")
        * Call("exp", _constant("-0.5") * (ARGUMENT * ARGUMENT)),
    ),
    # For float64 alone: exp(z) − 1, ln(1 + z), the activation tanh, and 1 − erf(z).
    "expm1": Elementary(lambda z: z.exp() - 1, "expm1"),
    "ln1p": Elementary(lambda z: (1 + z).ln(), "log1p", above=-1, stands_for=("ln", 1)),
    "hyperbolic_tangent": Elementary(_tanh, "tanh"),
    "erfc": Elementary(_erfc, "erfc"),
}

# What generated code may call.
MATH: Mapping[str, Callable[..., float]] = {
    "pow": math.pow,
    **{row.python: getattr(math, row.python) for row in ELEMENTARY.values() if row.python},
}
