"""The elementary functions that formulas call: exp, ln, and the normal distribution."""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import NamedTuple

# What code may call.
MATH: Mapping[str, Callable[[float], float]] = {
    name: getattr(math, name) for name in ("erfc", "exp", "expm1", "log", "log1p", "sqrt", "tanh")
}


class Elementary(NamedTuple):
    """One elementary function.

    ``code`` computes it in float64, in terms of MATH and with ``{z}`` for the argument's name;
    ``decimal`` to the precision of the decimal context (None: by the code, to some 16 digits).
    ``positive`` says that it takes arguments above 0 alone.
    """

    code: str
    decimal: Callable[[Decimal], Decimal] | None = None
    positive: bool = False


ELEMENTARY: Mapping[str, Elementary] = {
    "exp": Elementary("exp({z})", Decimal.exp),
    "ln": Elementary("log({z})", Decimal.ln, positive=True),
    "sqrt": Elementary("sqrt({z})", Decimal.sqrt),
    # The normal distribution and its density; erfc keeps its digits where 1 + erf loses them.
    "Φ": Elementary("0.5 * erfc(-0.7071067811865476 * {z})"),
    "φ": Elementary("0.3989422804014327 * exp(-0.5 * ({z} * {z}))"),
}


@cache
def float_function(code: str) -> Callable[[float], float]:
    """The function of z that a piece of the project's own code describes."""
    function: Callable[[float], float] = eval(f"lambda z: {code.format(z='z')}", dict(MATH))
    return function
