"""The loss functions: one row each, an output's loss and its derivative side by side."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.expression import Expression, Number, Symbol, substitute

Y_TRUE = Symbol("y_true")  # an output's target
Y_HAT = Symbol("y_hat")  # an output's prediction


class Loss(NamedTuple):
    """One loss function, given for a single output; the outputs' losses are added.

    ``formula`` and ``derivative`` (with respect to the prediction) are in terms of y_true and
    y_hat. ``title`` is what a lesson calls it. ``source`` says where both can be looked up.
    """

    name: str
    title: str
    formula: Expression
    derivative: Expression
    source: str

    def of(self, target: Expression, prediction: Expression) -> Expression:
        """The loss of one output."""
        return substitute(self.formula, {Y_TRUE.name: target, Y_HAT.name: prediction})

    def slope(self, target: Expression, prediction: Expression) -> Expression:
        """Its derivative with respect to the prediction."""
        return substitute(self.derivative, {Y_TRUE.name: target, Y_HAT.name: prediction})


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
    )
}
