"""A derivative by central differences, and how far it may be off.

Source: Press et al., "Numerical Recipes", section 5.7, for the step, its error and the
extrapolation (Richardson's).
"""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

# Steps, exact in binary, from the longest to the shortest. Each two that follow each other are
# extrapolated to a step of 0. Long ones are off as a function bends, short ones as it is rounded.
STEPS = tuple(2.0**-power for power in range(5, 46, 2))

# The first to try is neither long enough to be far from most derivatives nor short enough for
# rounding to matter much.
FIRST = STEPS.index(2.0**-13)
STEP = STEPS[FIRST]


# How many shorter steps are taken at their word on how far a longer one is off.
NEXT = 2


class Slope(NamedTuple):
    """A derivative that is off by its ``uncertainty`` at most, by differences with a ``step``."""

    value: float
    uncertainty: float
    step: float


NO_SLOPE = Slope(math.nan, math.nan, STEP)


def around(value: float, step: float) -> tuple[float, float]:
    """A step less and a step more than a value, relative to a large one."""
    step *= max(1.0, abs(value))
    return value - step, value + step


def quick_slope(function: Callable[[float], float], value: float) -> float:
    """The derivative of a function, by two differences; ``function`` may be nan for no value."""
    longer, shorter = (_difference(function, value, step) for step in STEPS[FIRST : FIRST + 2])
    return _extrapolated(longer, shorter)


def surest_slope(function: Callable[[float], float], value: float, error: float) -> Slope:
    """The derivative of a function whose values are off by ``error`` at most.

    The extrapolated differences of every two steps are off by what that error makes of them and by
    what the function's bends do. Of that the next shorter steps tell, and all that are shorter, as
    far as their own error lets them. NO_SLOPE if there is none.
    """
    found = list(_slopes(function, value, error))
    sure = []
    for at, slope in enumerate(found):
        bends = [abs(slope.value - one.value) - one.uncertainty for one in found[at + 1 :]]
        bends += [abs(slope.value - one.value) for one in found[at + 1 : at + 1 + NEXT]]
        uncertainty = slope.uncertainty + max(bends, default=0.0)
        sure.append(slope._replace(uncertainty=uncertainty))
    return min(sure, key=lambda slope: slope.uncertainty, default=NO_SLOPE)


def _slopes(function: Callable[[float], float], value: float, error: float) -> Iterator[Slope]:
    """The extrapolated differences there are, uncertain by what an error makes of them."""
    differences = [_difference(function, value, step) for step in STEPS]
    for (longer, shorter), (step, short) in zip(
        pairwise(differences), pairwise(STEPS), strict=True
    ):
        below, above = around(value, short)
        # 16/15 of the shorter difference and 1/15 of the longer one, with four times the step.
        unsure = (16 + 1 / 4) / 15 * 2 * error / (above - below)
        slope = _extrapolated(longer, shorter)
        if math.isfinite(slope):
            yield Slope(slope, unsure, step)


def _difference(function: Callable[[float], float], value: float, step: float) -> float:
    below, above = around(value, step)
    return (function(above) - function(below)) / (above - below)


def _extrapolated(longer: float, shorter: float) -> float:
    """What two differences, their steps as 4 to 1, tend to."""
    return (16 * shorter - longer) / 15
