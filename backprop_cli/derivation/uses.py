"""The uses of a quantity, and the gradient through a prediction, straight from the loss.

A loss that takes logarithms has a derivative by the prediction that may leave float64 where the
prediction is next to 0 or 1. Its derivative by what the prediction is made of does not: it comes by
way of the logarithms. Other uses of the prediction add theirs by the chain rule.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import (
    Call,
    Choice,
    Expression,
    Number,
    Partial,
    partial,
    substitute,
)
from backprop_cli.derivation.rules import added
from backprop_cli.derivation.steps import Local, LogSlopes, Rule, Step
from backprop_cli.functions.losses import BETWEEN, LOG_COMPLEMENT_SLOPE, LOG_SLOPE, Y_HAT, Loss
from backprop_cli.network.neurons import Neuron

# A gradient up to here is a factor like any other: what it multiplies keeps its digits in float64.
MOST = Number(Decimal("1e8"))


class Use(NamedTuple):
    """A step that a quantity enters, and the derivative of what that defines by the quantity."""

    step: Step
    local: Local

    @property
    def derivative(self) -> Partial:
        """The local derivative's name."""
        return partial(self.step.defines.name, self.local.by)

    @property
    def neuron(self) -> Neuron | None:
        """The neuron at which it happens."""
        return self.local.neuron or self.step.neuron


Uses = Mapping[str, Sequence[Use]]  # of each quantity


def straight(
    of: str, use: Use, uses: Uses, log_slopes: LogSlopes | None, slope: Expression
) -> Expression | None:
    """The gradient through a prediction, that of its own loss not by way of the prediction.

    ``log_slopes`` and ``slope`` are the derivatives of the prediction's logarithms and of itself.
    None if nothing has a loss of its own, or that takes no logarithms.
    """
    through = use.step.defines.name
    used = uses[through]
    rows = [loss_of(of, one, uses) for one in used]
    if log_slopes is None or not any(rows):
        return None
    slopes = {
        LOG_SLOPE.name: log_slopes.of_log,
        LOG_COMPLEMENT_SLOPE.name: log_slopes.of_complement,
    }
    found = added(
        substitute(row.through, slopes)
        if row and row.through
        else partial(of, f"{through}_from_{origin}") * slope
        for row, origin in zip(rows, origins(used), strict=True)
    )
    if log_slopes.anywhere:
        return found
    gradient = partial(of, through)
    usual = gradient * slope
    in_range = Choice(MOST - Call("abs", gradient), usual, found)
    if log_slopes.beside is None:
        return in_range
    near_0, near_1 = log_slopes.beside
    between = substitute(BETWEEN, {Y_HAT.name: near_0})
    return Choice(between, usual, Choice(near_0 * near_1, found, in_range))


def loss_of(of: str, use: Use, uses: Uses) -> Loss | None:
    """The loss that takes a quantity's logarithms, if that is a use of it as a prediction."""
    if use.step.rule is Rule.PREDICTION:
        use, *_ = (*uses.get(use.step.defines.name, ()), use)
    row = use.local.row
    if use.step.defines.name == of and isinstance(row, Loss) and row.through:
        return row
    return None


def origins(uses: Sequence[Use]) -> list[str]:
    """The neurons that a gradient's parts come through; of several at one, the quantities."""
    neurons = Counter(use.neuron.name for use in uses if use.neuron)
    return [
        use.neuron.name if use.neuron and neurons[use.neuron.name] == 1 else use.step.defines.name
        for use in uses
    ]
