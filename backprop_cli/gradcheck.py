"""The gradient check: every gradient against a central difference of the loss.

The difference knows the forward pass alone, so a mistake in the backward pass cannot hide in both.
Source: Press et al., "Numerical Recipes", section 5.7, for the step and its error.
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.arithmetic import Exact
from backprop_cli.compiler import compiled
from backprop_cli.derivation import derive, gradient
from backprop_cli.network import LOSS, Exercise
from backprop_cli.working import work

# Relative to the larger of the two; a difference of float64 losses is right to about 1e-10.
TOLERANCE = 1e-6
STEP = 2.0**-17  # near the cube root of float64's precision, and exact in binary


class Check(NamedTuple):
    """One parameter's gradient, its central difference, and how far they are apart.

    ``disagreement`` is relative to the larger of the two, or, for gradients that are small beside
    the loss, to what rounding leaves of the loss in a central difference.
    """

    parameter: str
    gradient: float
    difference: float
    disagreement: float

    @property
    def passes(self) -> bool:
        """Whether the disagreement is within TOLERANCE."""
        return self.disagreement <= TOLERANCE


def check_gradients(exercise: Exercise) -> tuple[Check, ...]:
    """Check the gradient of every weight and bias, in float64, in the network's order.

    Raises WorkingError where a number leaves the range of float64.
    """
    network = exercise.network
    derivation = derive(network)
    working = work(derivation, exercise.numbers, Exact())
    differences = _differences(exercise)
    least = abs(working.values[LOSS]) * math.ulp(1.0) / STEP / TOLERANCE
    checks = []
    for name in network.parameters:
        ours, difference = working.values[gradient(name).name], differences[name]
        scale = max(abs(ours), abs(difference), least)
        checks.append(Check(name, ours, difference, abs(ours - difference) / scale if scale else 0))
    return tuple(checks)


def _differences(exercise: Exercise) -> Mapping[str, float]:
    """(loss(p + h) − loss(p − h)) / 2h for each parameter p."""
    given: Mapping[str, Decimal | float] = exercise.numbers
    _, loss = compiled(derive(exercise.network), given)
    names = exercise.network.parameters
    values = [float(given[name]) for name in names]
    found = {}
    for at, name in enumerate(names):
        value = values[at]
        step = STEP * max(1.0, abs(value))
        above, below = value + step, value - step
        losses = []
        for values[at] in (above, below):
            losses.append(loss(tuple(values)))
        values[at] = value
        found[name] = (losses[0] - losses[1]) / (above - below)
    return found
