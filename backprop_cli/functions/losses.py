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
from backprop_cli.functions.activations import NEARLY_ONE

Y_TRUE = Symbol("y_true")  # an output's target
Y_HAT = Symbol("y_hat")  # an output's prediction
N = Symbol("n")  # the number of outputs

# 1 − y_hat, ln(y_hat) and ln(1 − y_hat), from what the prediction was made of: for float64, where
# the prediction is near 0 or 1.
COMPLEMENT, LOG, LOG_COMPLEMENT = Symbol("complement"), Symbol("log"), Symbol("log_complement")
# Above 0 where it is not: there the usual formulas are right to 1e-11.
BETWEEN = Y_HAT * (ONE - Y_HAT) - Number(Decimal("0.0001"))

TWO = Number(Decimal(2))


class Loss(NamedTuple):
    """One loss function, given for a single output; the outputs' losses are added.

    ``formula`` and ``derivative`` (with respect to the prediction) are in terms of y_true, y_hat
    and n, the number of outputs. ``computed`` and ``computed_derivative`` are the same so that
    float64 keeps their digits, for a prediction that is near 0 or 1 in terms of COMPLEMENT, LOG
    and LOG_COMPLEMENT; None where the formula itself does. ``title`` is what a lesson calls it.
    ``source`` says where both
    can be looked up. ``targets`` are the least and the greatest target it takes (None: any);
    ``distribution`` says that the targets must add up to 1. ``aliases`` are other names by which
    it is known.
    """

    name: str
    title: Prose
    formula: Expression
    derivative: Expression
    source: str
    targets: tuple[Decimal, Decimal] | None = None
    distribution: bool = False
    computed: Expression | None = None
    computed_derivative: Expression | None = None
    aliases: tuple[str, ...] = ()

    @property
    def has_logarithms(self) -> bool:
        """Whether it has no value where the prediction is 0 or 1."""
        return self.computed is not None

    def put_in(self, target: Expression, prediction: Expression, outputs: int) -> "Loss":
        """The loss of one output among so many."""
        named = {Y_TRUE.name: target, Y_HAT.name: prediction, N.name: Number(Decimal(outputs))}
        return self.naming(named)

    def slope(self, target: Expression, prediction: Expression, outputs: int) -> Expression:
        """Its derivative with respect to the prediction, of whatever that is made."""
        made = self.put_in(target, prediction, outputs)
        return made.naming({COMPLEMENT.name: ONE - prediction}).derivative

    def naming(self, named: Mapping[str, Expression]) -> "Loss":
        """The same with symbols of its formulas replaced."""
        return self._replace(
            formula=substitute(self.formula, named),
            derivative=substitute(self.derivative, named),
            computed=self.computed and substitute(self.computed, named),
            computed_derivative=self.computed_derivative
            and substitute(self.computed_derivative, named),
        )

    def takes(self, target: Decimal | float) -> bool:
        """Whether it takes a target."""
        return self.targets is None or self.targets[0] <= target <= self.targets[1]

    def takes_total(self, total: float) -> bool:
        """Whether it takes targets with a sum."""
        return not self.distribution or abs(total - 1) <= 1e-6


def _unless_perfect(usual: Expression, perfect: Expression, *what: str | Expression) -> Expression:
    """The usual formula, and another for a prediction of exactly 0 or 1 that is the target.

    A prediction that is so near to its target that no float64 lies between has a loss of 0. Of
    any other there, or one that is no probability, the usual formula tells what does not exist.
    """
    is_target = -Largest((Y_HAT - Y_TRUE, Y_TRUE - Y_HAT))  # their distance is not above 0
    ends = Choice(is_target, perfect, usual, or_zero=True)
    return Choice(Y_HAT * COMPLEMENT, usual, ends, exception=what)


CROSS_ENTROPY = -(Y_TRUE * Call("ln", Y_HAT) + (ONE - Y_TRUE) * Call("ln", ONE - Y_HAT))
CROSS_ENTROPY_SLOPE = (Y_HAT - Y_TRUE) / (Y_HAT * (ONE - Y_HAT))
# y_hat − y_true
DISTANCE = Choice(NEARLY_ONE - Y_HAT, Y_HAT - Y_TRUE, ONE - Y_TRUE - COMPLEMENT)
WHY_ZERO = (
    "the prediction is the target, and ",
    ZERO * Call("ln", ZERO),
    " counts as ",
    ZERO,
)
WHY_LIMIT = "the prediction is the target; the limit from between 0 and 1"
LIMIT = ONE - TWO * Y_TRUE

LOSSES: Mapping[str, Loss] = {
    row.name: row
    for row in (
        Loss(
            name="half_squared_error",
            aliases=("half_mse",),
            title="half the squared error",
            formula=Number(Decimal("0.5")) * (Y_TRUE - Y_HAT) ** 2,
            derivative=Y_HAT - Y_TRUE,
            source="https://en.wikipedia.org/wiki/Delta_rule",
        ),
        Loss(
            name="squared_error",
            aliases=("sse",),
            title="the squared error",
            formula=(Y_HAT - Y_TRUE) ** 2,
            derivative=TWO * (Y_HAT - Y_TRUE),
            source="https://www.3blue1brown.com/lessons/backpropagation-calculus",
        ),
        Loss(
            name="mean_squared_error",
            aliases=("mse",),
            title=prose("the squared error, divided by the number of outputs ", N),
            formula=(Y_TRUE - Y_HAT) ** 2 / N,
            derivative=TWO * (Y_HAT - Y_TRUE) / N,
            source="https://en.wikipedia.org/wiki/Mean_squared_error",
        ),
        Loss(
            name="binary_cross_entropy",
            aliases=("bce", "log_loss"),
            title="the binary cross-entropy",
            formula=_unless_perfect(CROSS_ENTROPY, ZERO, *WHY_ZERO),
            derivative=_unless_perfect(CROSS_ENTROPY_SLOPE, LIMIT, WHY_LIMIT),
            computed=Choice(
                BETWEEN,
                CROSS_ENTROPY,
                _unless_perfect(-(Y_TRUE * LOG + (ONE - Y_TRUE) * LOG_COMPLEMENT), ZERO, *WHY_ZERO),
            ),
            computed_derivative=_unless_perfect(DISTANCE / (Y_HAT * COMPLEMENT), LIMIT, WHY_LIMIT),
            source="https://en.wikipedia.org/wiki/Cross-entropy",
            targets=(Decimal(0), Decimal(1)),
        ),
        Loss(
            name="cross_entropy",
            aliases=("cce", "ce", "nll", "categorical_cross_entropy"),
            title="the cross-entropy",
            # Where the target is 0, so is the loss, whatever the prediction: 0 * ln(0) is 0 here.
            formula=Choice(Y_TRUE, -(Y_TRUE * Call("ln", Y_HAT)), ZERO),
            derivative=Choice(Y_TRUE, -(Y_TRUE / Y_HAT), ZERO),
            computed_derivative=Choice(Y_TRUE, -(Y_TRUE / Y_HAT), ZERO),
            computed=Choice(Y_TRUE, -(Y_TRUE * Choice(BETWEEN, Call("ln", Y_HAT), LOG)), ZERO),
            source="https://en.wikipedia.org/wiki/Cross-entropy",
            targets=(Decimal(0), Decimal(1)),
            distribution=True,
        ),
    )
}
