"""How students round."""

import math
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import NamedTuple


class Style(NamedTuple):
    """How a student rounds.

    ``decimals`` (None: not at all); whether they ``carry`` what they wrote or the unrounded number,
    keep ``small`` numbers' two significant digits, write ``zeros`` at the end; the ``way`` they
    round.
    """

    decimals: int | None
    carry: bool = True
    small: bool = True
    zeros: bool = True
    way: str = ROUND_HALF_UP

    def unit(self, value: float) -> float:
        if self.decimals is None:
            return 0.0
        decimals = self.decimals
        if self.small and value and abs(value) < 0.01:
            decimals = max(decimals + 1, 1 - math.floor(math.log10(abs(value))))
        return 10.0**-decimals

    def figure(self, value: float) -> Decimal:
        if self.decimals is None:
            return Decimal(repr(value))
        unit = Decimal(1).scaleb(round(math.log10(self.unit(value))))
        return Decimal(repr(value)).quantize(unit, self.way)

    def text(self, figure: Decimal) -> str:
        if self.decimals is None:
            return repr(float(figure))
        text = f"{figure:f}"
        return text if self.zeros or "." not in text else text.rstrip("0").rstrip(".")


STYLES = {
    "by hand": Style(4),
    "by hand, zeros left off": Style(4, zeros=False),
    "calculator": Style(4, carry=False, small=False),
    "calculator, half even": Style(5, carry=False, way=ROUND_HALF_EVEN),
    "digits cut off": Style(4, way=ROUND_DOWN),
    "calculator, digits cut off": Style(4, carry=False, way=ROUND_DOWN),
    "exact": Style(None),
    "two decimals": Style(2),
    "two decimals, always": Style(2, small=False),
    "three decimals": Style(3, small=False),
}
