"""Figures: numbers as they are written, with the decimals that are kept of them.

A magnitude under 0.01 keeps one decimal more than others, or as many as two significant digits
need. Ties are rounded half up.
"""

from decimal import MIN_EMIN, ROUND_HALF_UP, Context, Decimal

from backprop_cli.algebra.paper import LARGEST_PLAIN

# Sums and products of decimals are worked without loss: the widest that stay within float64's
# range fit in this many digits.
LOSSLESS = Context(prec=1400, rounding=ROUND_HALF_UP, Emax=999_999, Emin=-999_999, traps=[])

SIGNIFICANT_WHEN_LARGE = 8
# What is kept apart from 1 is so down to this power of ten.
MOST_APART = -600
# A new weight carries all its digits, which may be hundreds; more than these tell nobody anything.
MOST_SIGNIFICANT = 20


def rounded(value: Decimal, decimals: int) -> Decimal:
    """``value`` rounded half up to the decimals that the module's rule keeps for it."""
    if value and value.adjusted() < -2:
        decimals = max(decimals + 1, 1 - value.adjusted())
    return with_decimals(value, decimals)


def rounded_closely(value: Decimal, decimals: int) -> Decimal:
    """The same, but one below 1 to as many significant digits as decimals are kept, and to two."""
    if value and value.adjusted() < -1:
        decimals = max(decimals, 2) - 1 - value.adjusted()
    return with_decimals(value, decimals)


def rounded_apart(value: Decimal, decimals: int) -> Decimal:
    """The same as `rounded`, but what is neither 0 nor 1 is not rounded to one of them.

    It keeps as many significant digits of what it is from there as decimals are kept, and two at
    least. Where that takes more digits than can be worked with, it is rounded to 1 after all.
    """
    kept = rounded(value, decimals)
    apart = LOSSLESS.subtract(kept, value)
    if kept in (0, 1) and apart and apart.adjusted() > (MOST_APART if kept else MIN_EMIN):
        return with_decimals(value, max(decimals, 2) - 1 - apart.adjusted())
    return kept


def decimals_of(figure: Decimal) -> int:
    """The number of decimals of a figure."""
    exponent = figure.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def unit_of(figure: Decimal) -> Decimal:
    """The unit of a figure's last digit: 0.0001 of 0.3775."""
    return Decimal(1).scaleb(-decimals_of(figure))


def with_decimals(value: Decimal, decimals: int) -> Decimal:
    """``value`` rounded half up to so many decimals."""
    kept = value.quantize(Decimal(1).scaleb(-decimals), context=LOSSLESS)
    return kept if kept else kept.copy_abs()


def more_than(decimals: int) -> int:
    """One decimal more than other figures have, and at least five."""
    return max(decimals + 1, 5)


def padded(digits: Decimal, decimals: int) -> Decimal:
    """``digits`` with at least so many decimals; a very large number as it is."""
    exponent = digits.as_tuple().exponent
    if not isinstance(exponent, int) or exponent <= -decimals or digits.adjusted() >= LARGEST_PLAIN:
        return digits
    return digits.quantize(Decimal(1).scaleb(-decimals), context=LOSSLESS)


def shortened(value: Decimal) -> Decimal:
    """``value`` with no more significant digits than a very large number is printed with."""
    if value.adjusted() < LARGEST_PLAIN:
        return value
    return Context(prec=SIGNIFICANT_WHEN_LARGE, rounding=ROUND_HALF_UP).plus(value).normalize()
