"""Numbers of two decimals from a source of chance."""

from collections.abc import Iterable
from decimal import Decimal
from random import Random

from backprop_cli.network.exercise import Figure

HUNDREDTH = Decimal("0.01")
# What takes the place of a number above 1 is from half to one and a half times as large.
LEAST_PART, MOST_PART = 50, 150
WITH_DECIMALS = 100  # from here on, a number is drawn without decimals
MOST_TRIES = 20


class Chance:
    """Numbers from a source of chance, each of them drawn once while there are others.

    Only ``random()`` is drawn from, whose sequence Python promises.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._drawn: set[Decimal] = set()

    def below(self, count: int) -> int:
        """A whole number from 0, below a count."""
        return int(self._random.random() * count)

    def between(
        self,
        least: int,
        most: int,
        *,
        signed: bool = False,
        beside: Iterable[Decimal] = (),
    ) -> Decimal:
        """So many hundredths, with either sign where it is ``signed``.

        It is no multiple of a number ``beside`` it, nor has one for a multiple, if that can be.
        """
        number = Decimal(0)
        for _ in range(MOST_TRIES):
            number = (least + self.below(most - least + 1)) * HUNDREDTH
            if number not in self._drawn and not any(is_multiple(number, one) for one in beside):
                break
        self._drawn.add(number)
        return -number if signed and self.below(2) else number

    def near(self, old: Figure) -> Decimal:
        """A number of the sign and about the size of another, 0 for 0."""
        digits = digits_of(old)
        unit = HUNDREDTH if abs(digits) < WITH_DECIMALS else Decimal(1)
        number = digits * (LEAST_PART + self.below(MOST_PART - LEAST_PART + 1)) * HUNDREDTH
        return number.quantize(unit) or digits

    def shares(self, count: int) -> tuple[Decimal, ...]:
        """So many numbers that add up to 1, none of them 0 unless there are very many."""
        parts = [1 + self.below(9) for _ in range(count)]
        left, found = 100, []
        for at, part in enumerate(parts[:-1]):
            share = left * part // sum(parts[at:])
            found.append(share * HUNDREDTH)
            left -= share
        return (*found, left * HUNDREDTH)

    def put_back(self, numbers: Iterable[Decimal]) -> None:
        """Let numbers be drawn again."""
        self._drawn.difference_update(map(abs, numbers))


def is_multiple(one: Decimal, other: Decimal) -> bool:
    """True if one of two numbers is a multiple of the other."""
    smaller, larger = sorted((abs(one), abs(other)))
    return not smaller or larger % smaller == 0


def digits_of(figure: Figure) -> Decimal:
    """A number with the digits that were typed, or all that it was calculated with."""
    return figure if isinstance(figure, Decimal) else Decimal(repr(figure))
