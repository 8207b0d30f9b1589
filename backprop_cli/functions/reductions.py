"""The reductions: how the losses of a batch's examples, and their gradients, become one."""

from collections.abc import Mapping
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression


class Reduction(NamedTuple):
    """One reduction of a batch.

    ``prefix`` stands before the name of what is reduced: MeanLoss, SumLoss. ``adjective`` and
    ``reason`` are what a lesson says of the result. ``divides`` says that the sum is divided by
    the number of the examples, which makes an update independent of it. ``aliases`` are other
    names by which it is known.
    """

    name: str
    prefix: str
    adjective: str
    reason: str
    divides: bool
    aliases: tuple[str, ...] = ()

    def of(self, total: Expression, count: Expression) -> Expression:
        """The result of the sum over so many examples."""
        return total / count if self.divides else total


MEAN = Reduction(
    name="mean",
    prefix="Mean",
    adjective="Mean",
    reason="the mean over the examples of the batch",
    divides=True,
    aliases=("average", "avg"),
)
SUM = Reduction(
    name="sum",
    prefix="Sum",
    adjective="Summed",
    reason="the sum over the examples of the batch",
    divides=False,
    aliases=("total",),
)

REDUCTIONS: Mapping[str, Reduction] = {row.name: row for row in (MEAN, SUM)}
