"""Formulas worked on a student's figures, and the forms of a figure that is carried on."""

import math
from collections.abc import Iterable, Mapping

from backprop_cli.algebra.expression import Expression
from backprop_cli.arithmetic.intervals import EXACT, Bounds, Form, between
from backprop_cli.runs.checking.entry import Entry


def value_of(expression: Expression, values: Mapping[str, float]) -> float:
    """An expression's value in float64; not a number where it does not exist."""
    try:
        return EXACT.evaluate(expression, values)
    except (ArithmeticError, ValueError):
        return math.nan


def carried(entry: Entry, at: int, results: Iterable[Bounds], bounds: Bounds) -> Form:
    """The number of a right line as later lines may use it.

    The figure as it is written, or what it was before it was rounded: one of the ``results``, right
    ones or those from earlier figures, within the ``bounds`` of what the figure stands for.
    """
    hull = Bounds(entry.figure, entry.figure)
    for result in results:
        if result.meets(bounds):
            common = result.within(bounds)
            hull = hull.with_point(common.low).with_point(common.high)
    return between(hull, f"line {at}")
