"""True if the two sides of a printed line are exactly equal."""

from decimal import Inexact, localcontext

from backprop_cli.algebra.expression import (
    Call,
    Choice,
    Expression,
    Product,
    Quotient,
    has,
    parts,
    substitute,
)
from backprop_cli.arithmetic.figures import LOSSLESS
from backprop_cli.arithmetic.rounded import Rounded
from backprop_cli.functions.activation import Z
from backprop_cli.functions.activations import configured
from backprop_cli.functions.elementary import ELEMENTARY


def equal(left: Expression, right: Expression) -> bool:
    """True if two expressions in printed figures alone are exactly equal.

    They are not where one has no value: ln(1 − 1.0000), where the figure was rounded to 1.
    """
    by_hand = Rounded()
    try:
        if by_hand.evaluate(left, {}) != by_hand.evaluate(right, {}):
            return False
        # What comes so near to a figure that no digits tell it apart is not equal to it.
        return not has(Call, left) or _is_exact(left, by_hand)
    except ArithmeticError:
        return False


def _is_exact(expression: Expression, by_hand: Rounded) -> bool:
    """True if no function in an expression in figures has a value that goes on without end.

    But for one that is multiplied by 0, or divides it.
    """
    match expression:
        case Call(function, argument, settings) if function not in ELEMENTARY:
            at = {Z.name: argument}
            formula = by_hand.chosen(
                configured(function, settings).formula, {Z.name: by_hand.evaluate(argument, {})}
            )
            return _is_exact(substitute(formula, at), by_hand)
        case Call(function, argument):
            if not _is_exact(argument, by_hand):
                return False
            with localcontext(LOSSLESS) as context:
                context.clear_flags()
                ELEMENTARY[function].decimal(by_hand.evaluate(argument, {}))
                return not context.flags[Inexact]
        case Product(found):
            exact = [part for part in found if _is_exact(part, by_hand)]
            return len(exact) == len(found) or any(
                by_hand.evaluate(part, {}) == 0 for part in exact
            )
        case Quotient(numerator, denominator):
            if not _is_exact(Product((numerator, denominator)), by_hand):
                return False
            above, below = (by_hand.evaluate(part, {}) for part in (numerator, denominator))
            with localcontext(LOSSLESS) as context:
                context.clear_flags()
                _ = above / below
                return not context.flags[Inexact]
        case Choice():
            return _is_exact(by_hand.chosen(expression, {}), by_hand)
        case _:
            return all(_is_exact(part, by_hand) for part in parts(expression))
