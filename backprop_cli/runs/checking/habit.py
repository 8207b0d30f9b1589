"""The rounding habit of a student, as the figures show it: so many digits, or digits cut off."""

import math
from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from backprop_cli.arithmetic.figures import LOSSLESS, unit_of
from backprop_cli.arithmetic.intervals import Bounds
from backprop_cli.runs.checking.entry import Entry
from backprop_cli.runs.checking.problem import Problem


class Habit(NamedTuple):
    """The digits that a student keeps: so many ``decimals``, or (if not None) so many significant.

    ``small`` is how many significant digits numbers below 0.01 keep, where decimals are counted;
    ``small_decimals`` is how many decimals, of which a very small one keeps two digits at least.
    """

    decimals: int
    significant: int | None = None
    small: int | None = None
    small_decimals: int = 300

    def half_unit(self, value: float) -> float:
        """The distance by which rounding may have moved a number."""
        if not value or not math.isfinite(value):
            return 0.5 * 10.0**-self.decimals
        power = math.floor(math.log10(abs(value)))
        digits = self.significant
        if digits is None and self.small is not None and abs(value) < SMALL:
            by_decimals = min(10.0**-self.small_decimals, 10.0 ** (power - LEAST_DIGITS + 1))
            unit = max(10.0 ** (power - self.small + 1), by_decimals)
            return 0.5 * min(unit, 10.0**-self.decimals)
        if digits is None:
            return 0.5 * 10.0**-self.decimals
        return 0.5 * 10.0 ** (power - digits + 1)


SMALL = 0.01
FLOAT64 = Habit(300)
LEAST_DIGITS = 2
# Who has cut off so many figures, and so large a share of those that tell, does not round.
OFTEN, MOSTLY = 2, 0.4
NEVER_ROUNDED = 5
# Who is off by a unit or two now and then is off to either side, unless it is by cutting off.
ALL_SMALLER, UNITS = 5, 2
EXACT_DIGITS = 13  # a figure of so many digits has not been rounded by hand


def habit(problem: Problem, entries: Iterable[Entry]) -> Habit:
    """The digits that a sheet's figures are rounded to.

    Figures that needed no rounding tell nothing of it. Of the others the lower quarter counts:
    zeros at a figure's end are often not written.
    """
    large: list[tuple[int, int]] = []
    small: list[tuple[int, int]] = []
    for entry in entries:
        exact = problem.exact[entry.quantity]
        if entry.quantity not in problem.steps or math.isclose(entry.figure, exact, rel_tol=1e-14):
            continue
        digits = entry.written.figure.as_tuple()
        if entry.figure:
            kept = -int(digits.exponent), len(digits.digits)
            (large if abs(entry.figure) >= SMALL else small).append(kept)
    if not large:
        return Habit(300, _lower([one for _, one in small])) if small else FLOAT64
    decimals = _lower([one for one, _ in large])
    significant = _lower([one for _, one in large])
    if significant >= EXACT_DIGITS:
        return FLOAT64
    # With fewer digits on the way, every result would do.
    decimals, significant = max(decimals, LEAST_DIGITS), max(significant, LEAST_DIGITS)
    # Small numbers have their own digits only where they have more decimals than others.
    closer = bool(small) and _lower([one for one, _ in small]) > decimals
    of_small = _lower([one for _, one in small]) if closer else None
    alike = sum(one == decimals for one, _ in large)
    if alike >= sum(one == significant for _, one in large):
        of_decimals = _lower([one for one, _ in small]) if closer else 300
        return Habit(decimals, small=of_small, small_decimals=of_decimals)
    return Habit(decimals, significant if of_small is None else min(significant, of_small))


def _lower(numbers: Sequence[int]) -> int:
    """The number below which a quarter of all lie."""
    return sorted(numbers)[len(numbers) // 4]


def cuts_off(problem: Problem, entries: Iterable[Entry]) -> bool:
    """True if a student leaves further digits away instead of rounding."""
    cut = rounded = either = smaller = larger = 0
    for entry in entries:
        figure, truths = entry.written.figure, problem.truths(entry.quantity)
        held = any(entry.bounds.holds(value) for value in truths)
        kept = any(is_cut_off(figure, value) for value in truths)
        if not figure or entry.quantity not in problem.steps:
            continue
        if held != kept:
            cut, rounded = cut + kept, rounded + held
        elif held and not math.isclose(entry.figure, truths[0], rel_tol=1e-14):
            either += 1
        elif not held and _is_near(figure, truths[0]):
            smaller += abs(figure) < abs(truths[0])
            larger += abs(figure) > abs(truths[0])
    if smaller >= ALL_SMALLER and not larger:
        return True
    if not rounded:  # of so many figures, one who rounds would have rounded one up
        return cut > 0 or either >= NEVER_ROUNDED
    return cut >= OFTEN and cut >= MOSTLY * (cut + rounded)


def _is_near(figure: Decimal, value: float) -> bool:
    """True if a figure is a unit or two of its last digit from a value."""
    unit = unit_of(figure)
    return fits(value, unit) and abs(figure - Decimal(repr(value))) <= UNITS * unit


def is_cut_off(figure: Decimal, value: float) -> bool:
    """True if a figure is a value with its further digits left away."""
    unit = unit_of(figure)
    if not figure or not fits(value, unit):
        return False
    return Decimal(repr(value)).quantize(unit, ROUND_DOWN, LOSSLESS) == figure


def fits(value: float, unit: Decimal) -> bool:
    """True if a value can be written in a unit."""
    return math.isfinite(value) and abs(value) < 1e15 and unit > Decimal("1e-40")


def cut_bounds(figure: Decimal) -> Bounds:
    """All numbers of which a figure is what is left when further digits are left away."""
    unit = unit_of(figure)
    farther = figure + unit.copy_sign(figure)
    return Bounds(*sorted((float(figure), float(farther))))
