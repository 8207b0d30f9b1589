"""A line of a sheet, the quantity that it is about, and what is made of it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import cached_property

from backprop_cli.algebra.sheet import Written
from backprop_cli.arithmetic.intervals import Bounds, bounds_of


class Verdict(Enum):
    """The outcome of a line."""

    RIGHT = "right"
    FOLLOWS = "follows"
    WRONG = "wrong"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Entry:
    """A line of a sheet and the quantity that it is about.

    The figure of one that is ``turned`` has had its sign changed, to mean what the program means.
    """

    written: Written
    quantity: str
    turned: bool = False

    @property
    def as_written(self) -> Decimal:
        """The figure as the student wrote it."""
        return -self.written.figure if self.turned else self.written.figure

    @cached_property
    def figure(self) -> float:
        """The figure as a number."""
        return float(self.written.figure)

    @cached_property
    def bounds(self) -> Bounds:
        """All numbers that the figure stands for."""
        return bounds_of(self.written.figure)
