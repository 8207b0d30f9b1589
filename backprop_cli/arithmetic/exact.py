"""Evaluating expressions in float64."""

import math
from collections.abc import Mapping
from decimal import Decimal

from backprop_cli.algebra.expression import (
    Call,
)
from backprop_cli.arithmetic.evaluation import (
    ROUNDED,
    Arithmetic,
    DivisionByZeroError,
    OutOfRangeError,
    check_argument,
)
from backprop_cli.arithmetic.figures import (
    shortened,
)
from backprop_cli.derivation.steps import Kept, Step
from backprop_cli.functions.activation import Z
from backprop_cli.functions.activations import computed
from backprop_cli.functions.elementary import ELEMENTARY, MATH


class Exact(Arithmetic[float]):
    """float64 throughout; rounding is for print alone."""

    def number(self, digits: Decimal | float) -> float:
        """A given number as the nearest float64."""
        return float(digits)

    def call(self, call: Call, argument: float) -> float:
        """The value of a function; an activation's is stable for any finite argument."""
        formula = computed(call.function, call.settings)
        if formula is not None:
            return self._evaluate(formula, {Z.name: argument})
        row = ELEMENTARY[call.function]
        check_argument(row, argument)
        return MATH[row.python](argument)

    def value(self, step: Step, values: Mapping[str, float]) -> float:
        """See the base class; of what keeps its digits in float64.

        What has a value, and is divided by a number so small that float64 makes 0 of it, is too
        large.
        """
        if step.computed is None:
            return self.evaluate(step.expression, values)
        try:
            return self.evaluate(step.computed, values)
        except DivisionByZeroError:
            raise OutOfRangeError from None

    def result(self, value: float, kept: Kept = Kept.RESULT, /) -> float:
        """The value as it is; see the base class for what is raised."""
        if not math.isfinite(value) and kept is not Kept.UNBOUNDED:
            raise OutOfRangeError
        return value

    def figure(self, value: float, kept: Kept = Kept.RESULT, /) -> Decimal:
        """The value rounded for print."""
        return shortened(ROUNDED[kept](Decimal(repr(value)), self.decimals))
