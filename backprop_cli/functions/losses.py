"""The loss functions: one row each, an output's loss and its derivative side by side."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import (
    ONE,
    ZERO,
    Call,
    Choice,
    Expression,
    Largest,
    Number,
    Symbol,
    substitute,
)
from backprop_cli.algebra.prose import Prose, prose

Y_TRUE = Symbol("y_true")  # an output's target
Y_HAT = Symbol("y_hat")  # an output's prediction
N = Symbol("n")  # the number of outputs

TWO = Number(Decimal(2))


class Loss(NamedTuple):
    """One loss function, given for a single output; the outputs' losses are added.

    ``formula`` and ``derivative`` (with respect to the prediction) are in terms of y_true, y_hat
    and n, the number of outputs. ``title`` is what a lesson calls it. ``source`` says where both
    can be looked up. ``targets`` are the least and the greatest target it takes (None: any);
    ``distribution`` says that the targets must add up to 1.
    """

    name: str
    title: Prose
    formula: Expression
    derivative: Expression
    source: str
    targets: tuple[Decimal, Decimal] | None = None
    distribution: bool = False

    def of(self, target: Expression, prediction: Expression, outputs: int) -> Expression:
        """The loss of one output among so many."""
        return substitute(self.formula, _named(target, prediction, outputs))

    def slope(self, target: Expression, prediction: Expression, outputs: int) -> Expression:
        """Its derivative with respect to the prediction."""
        return substitute(self.derivative, _named(target, prediction, outputs))

    def takes(self, target: Decimal | float) -> bool:
        """Whether it takes a target."""
        return self.targets is None or self.targets[0] <= target <= self.targets[1]

    def takes_total(self, total: float) -> bool:
        """Whether it takes targets with a sum."""
        return not self.distribution or abs(total - 1) <= 1e-6


def _named(target: Expression, prediction: Expression, outputs: int) -> Mapping[str, Expression]:
    return {
        Y_TRUE.name: target,
        Y_HAT.name: prediction,
        N.name: Number(Decimal(outputs)),
    }


def _unless_perfect(usual: Expression, perfect: Expression, *what: str | Expression) -> Expression:
    """The usual formula, and another for a prediction of exactly 0 or 1 that is the target.

    A prediction that is so near to its target that no float64 lies between has a loss of 0. Of
    any other there, or one that is no probability, the usual formula tells what does not exist.
    """
    is_target = -Largest((Y_HAT - Y_TRUE, Y_TRUE - Y_HAT))  # their distance is not above 0
    ends = Choice(is_target, perfect, usual, or_zero=True)
    return Choice(Y_HAT * (ONE - Y_HAT), usual, ends, exception=what)


LOSSES: Mapping[str, Loss] = {
    row.name: row
    for row in (
        Loss(
            name="half_squared_error",
            title="half the squared error",
            formula=Number(Decimal("0.5")) * (Y_TRUE - Y_HAT) ** 2,
            derivative=Y_HAT - Y_TRUE,
            source="https://en.wikipedia.org/wiki/Delta_rule",
        ),
        Loss(
            name="squared_error",
            title="the squared error",
            formula=(Y_HAT - Y_TRUE) ** 2,
            derivative=TWO * (Y_HAT - Y_TRUE),
            source="https://www.3blue1brown.com/lessons/backpropagation-calculus",
        ),
        Loss(
            name="mean_squared_error",
            title=prose("the squared error, divided by the number of outputs ", N),
            formula=(Y_TRUE - Y_HAT) ** 2 / N,
            derivative=TWO * (Y_HAT - Y_TRUE) / N,
            source="https://en.wikipedia.org/wiki/Mean_squared_error",
        ),
        Loss(
            name="binary_cross_entropy",
            title="the binary cross-entropy",
            formula=_unless_perfect(
                -(Y_TRUE * Call("ln", Y_HAT) + (ONE - Y_TRUE) * Call("ln", ONE - Y_HAT)),
                ZERO,
                "the prediction is the target, and ",
                ZERO * Call("ln", ZERO),
                " counts as ",
                ZERO,
            ),
            derivative=_unless_perfect(
                (Y_HAT - Y_TRUE) / (Y_HAT * (ONE - Y_HAT)),
                ONE - TWO * Y_TRUE,
                "the prediction is the target; the limit from between 0 and 1",
            ),
            source="https://en.wikipedia.org/wiki/Cross-entropy",
            targets=(Decimal(0), Decimal(1)),
        ),
        Loss(
            name="cross_entropy",
            title="the cross-entropy",
            # Where the target is 0, so is the loss, whatever the prediction: 0 * ln(0) is 0 here.
            formula=Choice(Y_TRUE, -(Y_TRUE * Call("ln", Y_HAT)), ZERO),
            derivative=Choice(Y_TRUE, -(Y_TRUE / Y_HAT), ZERO),
            source="https://en.wikipedia.org/wiki/Cross-entropy",
            targets=(Decimal(0), Decimal(1)),
            distribution=True,
        ),
    )
}
