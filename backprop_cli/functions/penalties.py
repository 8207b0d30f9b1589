"""The penalties that are added to a loss, so that weights stay small: one row each.

Source: Goodfellow, Bengio, Courville, "Deep Learning", section 7.1.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import (
    Call,
    Expression,
    Number,
    Product,
    Sum,
    Symbol,
    substitute,
)
from backprop_cli.algebra.prose import Prose

W = Symbol("w")  # any of the weights


class Penalty(NamedTuple):
    """One penalty: ``factors``, the last its strength, times the sum of a ``term`` of each weight.

    ``title`` is what a lesson calls it.
    """

    name: str
    title: Prose
    factors: tuple[Expression, ...]
    term: Expression

    @property
    def strength(self) -> Symbol:
        """The number that a configuration gives it."""
        return Symbol(self.name)

    def of(self, weights: Iterable[str]) -> Expression:
        """The penalty on some weights, at least one."""
        return self.around(map(self.of_one, weights))

    def of_one(self, weight: str) -> Expression:
        """The term of one weight."""
        return substitute(self.term, {W.name: Symbol(weight)})

    @property
    def has_kink(self) -> bool:
        """True if there is no derivative by a weight of 0."""
        return isinstance(self.term, Call)

    def around(self, terms: Iterable[Expression]) -> Expression:
        """The penalty, given a term for each weight."""
        found = tuple(terms)
        return Product((*self.factors, found[0] if len(found) == 1 else Sum(found)))


PENALTIES: Mapping[str, Penalty] = {
    row.name: row
    for row in (
        Penalty(
            "l2",
            "the sum of the squared weights",
            (Number(Decimal("0.5")), Symbol("l2")),
            W**2,
        ),
        Penalty(
            "l1", "the sum of the weights without their signs", (Symbol("l1"),), Call("abs", W)
        ),
    )
}
