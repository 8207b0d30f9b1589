"""The derivative of a function by central differences.

Source: Press et al., "Numerical Recipes", section 5.7, for the difference, its step and the
extrapolation (Richardson's).
"""

from collections.abc import Callable
from decimal import Decimal

# Neither so long that it is far from most derivatives nor so short that rounding matters much;
# exact in binary.
STEP = 2.0**-13

# Beside a step of 10^(−0.45 n) in n digits, both errors are next to nothing: that of the step is
# its square, and what rounding makes of the difference is 10^(−0.55 n).
PART_OF_DIGITS = 0.45


def quick(function: Callable[[float], float], value: float) -> float:
    """The derivative of a function in float64, two differences extrapolated to a step of 0."""
    longer, shorter = (_central(function, value, step) for step in (STEP, STEP / 4))
    return (16 * shorter - longer) / 15


def _central(function: Callable[[float], float], value: float, step: float) -> float:
    step *= max(1.0, abs(value))
    below, above = value - step, value + step
    return (function(above) - function(below)) / (above - below)


def short_step(value: Decimal, digits: int) -> Decimal:
    """A step from a value that is next to nothing, even where so many digits are carried."""
    return Decimal(1).scaleb(-int(PART_OF_DIGITS * digits)) * max(Decimal(1), abs(value))


def closest(function: Callable[[Decimal], Decimal], value: Decimal, digits: int) -> Decimal:
    """The derivative of a function in so many digits, by one difference with a short step."""
    step = short_step(value, digits)
    return (function(value + step) - function(value - step)) / (2 * step)
