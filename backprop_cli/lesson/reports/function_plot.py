"""An activation function and its derivative as curves."""

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.functions.activation import A, Activation, Z
from backprop_cli.functions.activations import configured
from backprop_cli.lesson.blocks import Curve, Plot
from backprop_cli.network.neurons import Settings

USUAL_RANGE = (-5.0, 5.0)
INTERVALS = 400
# What lies next to 0 on either side, where a function given by cases may have a gap.
BESIDE_ZERO = 5e-324
SMALLEST_GAP = 1e-9

Points = tuple[tuple[float, float], ...]


def function_plot(name: str, points: Sequence[Decimal], settings: Settings = ()) -> Plot:
    """A function and its derivative from −5 to 5, or as much farther as the points lie."""
    row = configured(name, settings)
    ends = [*USUAL_RANGE, *map(float, points)]
    values: list[tuple[float, float]] = []
    slopes: list[tuple[float, float]] = []
    for z in _sampled(min(ends), max(ends)):
        value, slope = function_at(row, z)
        values.append((z, value))
        slopes.append((z, slope))
    return Plot(
        f"{name} and its derivative",
        "z",
        "a, da/dz",
        (Curve(f"{name}(z)", _with_gap(values)), Curve(f"{name}′(z)", _with_gap(slopes))),
    )


def function_at(row: Activation, z: float) -> tuple[float, float]:
    """The function and its derivative at z; infinite where float64 can't hold them."""
    arithmetic = Exact()
    a = arithmetic.evaluate(row.applied(Z), {Z.name: z})
    return a, arithmetic.evaluate(row.computed_derivative or row.derivative, {Z.name: z, A.name: a})


def _sampled(low: float, high: float) -> Iterator[float]:
    """Places from ``low`` to ``high``, both sides of 0 among them."""
    steps = (low + at * (high / INTERVALS - low / INTERVALS) for at in range(INTERVALS))
    # Two zeros of a different sign are the same place.
    yield from sorted({*steps, high, -BESIDE_ZERO, BESIDE_ZERO} - {0.0})


def _with_gap(points: Sequence[tuple[float, float]]) -> Points:
    """The points, with a gap at 0 where the curve jumps there."""
    below = [point for point in points if point[0] < 0]
    above = [point for point in points if point[0] > 0]
    jumps = abs(below[-1][1] - above[0][1]) > SMALLEST_GAP
    return (*below, *(((0.0, math.nan),) if jumps else ()), *above)
