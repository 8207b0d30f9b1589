"""The axes of a plot: where a value lies between 0 and 1, and which ticks stand where.

Worked in decimals, so that no range is too wide, too narrow or too far from zero for float64, and
so that a tick's label is exactly its value. Terminal and picture draw by the same axes.
"""

import math
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.paper import on_paper
from backprop_cli.lesson.blocks import Curve, Plot

STEPS = tuple(map(Decimal, ("1", "2", "2.5", "5", "10")))
HALF = Decimal("0.5")
PLAIN_POWERS = range(-4, 6)  # of ten; others are written as 1e6

# What is said under a plot that had to leave values out.
NOT_DRAWN = "Values that are 0 or less have no place on a logarithmic axis and are left out."


class Tick(NamedTuple):
    """A label and where it stands, from 0 (the axis's lower end) to 1."""

    position: float
    label: str


class Axis(NamedTuple):
    """An axis from ``low`` to ``high``; of a logarithmic one these are powers of ten."""

    low: Decimal
    high: Decimal
    log: bool
    ticks: tuple[Tick, ...] = ()

    def position(self, value: float) -> float | None:
        """The position of a value, from 0 to 1; None where it has no place on this axis."""
        if not _has_place(value, log=self.log):
            return None
        return self._position(_scaled(value, log=self.log))

    def _position(self, scaled: Decimal) -> float:
        return float((scaled - self.low) / (self.high - self.low))


def axis(values: Iterable[float], *, log: bool, most_ticks: int, to_ticks: bool = False) -> Axis:
    """An axis that takes in all those values that have a place on it.

    Its ticks are such that about ``most_ticks`` stand on it. ``to_ticks`` widens it to whole
    steps, or whole powers of ten. Without any value, it runs from 0 to 1 (a logarithmic one from
    0.1 to 1).
    """
    places = [_scaled(value, log=log) for value in values if _has_place(value, log=log)]
    low, high = _apart(min(places), max(places), log=log) if places else _nothing(log=log)
    whole_powers = log and high - low >= 1
    if log and not whole_powers:
        return _with_ticks(low, high, most_ticks)
    step = _step(high - low, max(most_ticks, 2), whole=whole_powers)
    if to_ticks:
        unit = Decimal(1) if whole_powers else step
        low, high = math.floor(low / unit) * unit, math.ceil(high / unit) * unit
    bare = Axis(low, high, log)
    ticks = tuple(
        Tick(bare._position(at), _power_of_ten(int(at)) if log else on_paper(_plain(at)))
        for at in _multiples(low, high, step)
    )
    return bare._replace(ticks=ticks)


def _with_ticks(low: Decimal, high: Decimal, most_ticks: int) -> Axis:
    """A logarithmic axis of less than one power of ten, with ticks as on a linear one."""
    bare = Axis(low, high, True)
    first, last = Decimal(10) ** low, Decimal(10) ** high
    step = _step(last - first, max(most_ticks, 2))
    ticks = (
        Tick(bare._position(at.log10()), on_paper(_plain(at)))
        for at in _multiples(first, last, step)
        if at > 0
    )
    return bare._replace(ticks=tuple(ticks))


def _has_place(value: float, *, log: bool) -> bool:
    return math.isfinite(value) and (value > 0 or not log)


def _scaled(value: float, *, log: bool) -> Decimal:
    return Decimal(math.log10(value)) if log else Decimal(value)


def _nothing(*, log: bool) -> tuple[Decimal, Decimal]:
    return (Decimal(-1), Decimal(0)) if log else (Decimal(0), Decimal(1))


def _apart(low: Decimal, high: Decimal, *, log: bool) -> tuple[Decimal, Decimal]:
    """Two ends that differ, also where all values are the same one."""
    if low < high:
        return low, high
    margin = HALF if log else abs(low) * HALF or Decimal(1)
    return low - margin, high + margin


def _step(length: Decimal, most_ticks: int, *, whole: bool = False) -> Decimal:
    """The smallest round step that makes at most so many ticks, counting one at each end."""
    least = length / (most_ticks - 1)
    power = Decimal(10) ** least.adjusted()
    step = next(step * power for step in STEPS if step * power >= least)
    return max(Decimal(math.ceil(step)), Decimal(1)) if whole else step


def _multiples(low: Decimal, high: Decimal, step: Decimal) -> Iterator[Decimal]:
    """The multiples of a step from ``low`` to ``high``."""
    for count in range(math.ceil(low / step), math.floor(high / step) + 1):
        yield count * step


def _power_of_ten(power: int) -> str:
    plain = on_paper(_plain(Decimal(10) ** power))
    return plain if power in PLAIN_POWERS else f"1e{on_paper(Decimal(power))}"


def _plain(number: Decimal) -> Decimal:
    """A number without zeros at the end of its decimals."""
    whole = number == number.to_integral_value() and number.adjusted() < 15
    return number.quantize(Decimal(1)) if whole else number.normalize()


class Axes(NamedTuple):
    """The two axes of a plot."""

    x: Axis
    y: Axis

    def runs(self, curve: Curve) -> Iterator[list[tuple[float, float]]]:
        """The stretches of a curve between its gaps, as positions from 0 to 1."""
        run: list[tuple[float, float]] = []
        for x, y in curve.points:
            across, up = self.x.position(x), self.y.position(y)
            if across is not None and up is not None:
                run.append((across, up))
            elif run:
                yield run
                run = []
        if run:
            yield run

    def misses(self, curve: Curve) -> bool:
        """True if any value of a curve has no place on these axes, gaps left aside."""
        return any(math.isfinite(y) and self.y.position(y) is None for _, y in curve.points)


def axes_of(plot: Plot, most_x_ticks: int, most_y_ticks: int) -> Axes:
    """The axes that take in all curves of a plot."""
    points = [point for curve in plot.curves for point in curve.points]
    return Axes(
        axis([x for x, _ in points], log=False, most_ticks=most_x_ticks),
        axis([y for _, y in points], log=plot.log_y, most_ticks=most_y_ticks, to_ticks=True),
    )
