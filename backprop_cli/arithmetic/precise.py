"""Arithmetic in as many digits as are asked for, where what float64 rounds away must be kept."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
    localcontext,
)

from backprop_cli.algebra.expression import Call, Expression, has
from backprop_cli.arithmetic.evaluation import Arithmetic, check_argument
from backprop_cli.derivation.steps import Kept
from backprop_cli.functions.activation import Z
from backprop_cli.functions.activations import configured
from backprop_cli.functions.elementary import ELEMENTARY

# Beyond these arguments every activation function with an exp in its formula is a straight line,
# but for less than 10^-400000.
STRAIGHT = Decimal(1_000_000)


class Precise(Arithmetic[Decimal]):
    """Decimal arithmetic that carries ``digits`` significant digits, and rounds no line's result.

    It holds within ``context()``, where a number without a value raises decimal's own errors.
    """

    def __init__(self, digits: int) -> None:
        super().__init__()
        self._context = Context(
            digits,
            Emax=MAX_EMAX,
            Emin=MIN_EMIN,
            traps=[DivisionByZero, InvalidOperation, Overflow],
        )

    def context(self) -> AbstractContextManager[Context]:
        """The decimal context in which everything else of this class is to be called."""
        return localcontext(self._context)

    def number(self, digits: Decimal | float) -> Decimal:
        """A given number with all the digits that it is written with."""
        return digits if isinstance(digits, Decimal) else Decimal(repr(digits))

    def call(self, call: Call, argument: Decimal) -> Decimal:
        """The function by its own formula."""
        elementary = ELEMENTARY.get(call.function)
        if elementary:
            check_argument(elementary, argument)
            return elementary.decimal(argument)
        formula = configured(call.function, call.settings).formula
        if abs(argument) <= STRAIGHT or not has(Call, formula):
            return self._at(formula, argument)
        start = STRAIGHT.copy_sign(argument)
        value = self._at(formula, start)
        return value + (argument - start) * (self._at(formula, start + 1) - value)

    def _at(self, formula: Expression, argument: Decimal) -> Decimal:
        values: Mapping[str, Decimal] = {Z.name: argument}
        return self.evaluate(formula, values)

    def result(self, value: Decimal, _: Kept = Kept.RESULT, /) -> Decimal:
        """The value as it is."""
        return value

    def figure(self, value: Decimal, _: Kept = Kept.RESULT, /) -> Decimal:
        """The value as it is."""
        return value
