"""Evaluating expressions in decimals that are rounded line by line, as on paper."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from backprop_cli.algebra.expression import (
    Call,
    Expression,
    has,
)
from backprop_cli.arithmetic.evaluation import (
    ROUNDED,
    Arithmetic,
    DomainError,
    OutOfRangeError,
    check_argument,
)
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.figures import (
    LOSSLESS,
    MOST_SIGNIFICANT,
    padded,
    rounded,
    shortened,
)
from backprop_cli.derivation.steps import Kept, Step
from backprop_cli.functions.activation import Z
from backprop_cli.functions.activations import configured
from backprop_cli.functions.elementary import ELEMENTARY

# Elementary functions are worked to FUNCTION_DIGITS significant digits, and the formulas that they
# stand in to FORMULA_DIGITS: in so many, exp(−z) is not lost beside 1 or beside exp(z) for any z up
# to 1400.
FUNCTION_DIGITS = 50
FORMULA_DIGITS = LOSSLESS.prec - FUNCTION_DIGITS
LARGEST_ARGUMENT = Decimal(100_000)
LARGEST = Decimal(repr(float.fromhex("0x1.fffffffffffffp+1023")))


class Unrounded(Decimal):
    """A number that was worked out without rounding; one that was typed is a plain `Decimal`."""


class Rounded(Arithmetic[Decimal]):
    """Decimal arithmetic by hand: a line's rounded result is what the next line uses."""

    def number(self, digits: Decimal | float) -> Decimal:
        """A given number with all its digits, or one that was calculated, as a line's result."""
        if isinstance(digits, Decimal):
            return digits
        return rounded(Decimal(repr(digits)), self.decimals)

    def evaluate(self, expression: Expression, values: Mapping[str, Decimal]) -> Decimal:
        """See the base class; sums, differences and products lose nothing."""
        with localcontext(LOSSLESS):
            return self._evaluate(expression, values)

    def call(self, call: Call, argument: Decimal) -> Decimal:
        """The function by its own formula, to some fifty significant digits.

        Of a very large argument, where a formula's parts would leave any range, to the sixteen
        of float64.
        """
        elementary = ELEMENTARY.get(call.function)
        if elementary:
            check_argument(elementary, argument)
        with localcontext(LOSSLESS) as context:
            context.clear_flags()  # a copy has those of LOSSLESS
            if elementary:
                # A small argument's digits must survive next to a 1.
                small = 2 * abs(argument.adjusted())
                context.prec = min(FUNCTION_DIGITS + small, FORMULA_DIGITS)
                return elementary.decimal(argument)
            # Near 0, where nearly every argument is, far fewer digits are as good, and faster.
            near = argument.copy_abs() < 10 and argument.adjusted() > -40
            context.prec = 4 * FUNCTION_DIGITS if near else FORMULA_DIGITS
            at = {Z.name: argument}
            formula = self.chosen(configured(call.function, call.settings).formula, at)
            if argument.copy_abs() <= LARGEST_ARGUMENT or not has(Call, formula):
                return self._evaluate(formula, at)
            return Decimal(repr(Exact().call(call, float(argument))))

    def value(self, step: Step, values: Mapping[str, Decimal]) -> Decimal:
        """See the base class; where rounding left the formula no value, of one that has it."""
        try:
            value = self.evaluate(step.expression, values)
        except DomainError:
            if step.computed is None:
                raise
        else:
            if step.computed is None or value.is_finite():
                return value
        return self.evaluate(step.computed, values)

    def result(self, value: Decimal, kept: Kept = Kept.RESULT, /) -> Decimal:
        """The value rounded to what is kept of it; see the base class for what is raised.

        What is 0 in float64 is 0, unless it is to be kept apart from 0.
        """
        bounded = kept is not Kept.UNBOUNDED
        if value.is_nan() or (bounded and value.copy_abs() > LARGEST):
            raise OutOfRangeError
        if value.is_infinite():
            return value
        if kept is Kept.WHOLE:
            return Unrounded(value)
        if kept is not Kept.APART and bounded and not float(value):
            value = Decimal(0)
        return ROUNDED[kept](value, self.decimals)

    def figure(self, value: Decimal, kept: Kept = Kept.RESULT, /) -> Decimal:
        """The digits that the value carries, up to twenty; of an updated weight at least five."""
        if kept in (Kept.WHOLE, Kept.CLOSER):
            digits = Context(prec=MOST_SIGNIFICANT, rounding=ROUND_HALF_UP).plus(value)
            return shortened(padded(digits.normalize(LOSSLESS), 5))
        if kept is Kept.APART and len(value.as_tuple().digits) > MOST_SIGNIFICANT:
            value = rounded(value, self.decimals)
        return shortened(value)
