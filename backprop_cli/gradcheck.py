"""The gradient check: every gradient against a central difference of the loss.

The difference knows the forward pass alone, so a mistake in the backward pass cannot hide in both.
Source: Press et al., "Numerical Recipes", section 5.7, for the step, its error and the
extrapolation (Richardson's).
"""

import math
from collections.abc import Mapping
from typing import NamedTuple

from backprop_cli.activations import ACTIVATIONS
from backprop_cli.arithmetic import Exact
from backprop_cli.compiler import Compiled
from backprop_cli.derivation import derive_passes
from backprop_cli.expression import Choice
from backprop_cli.network import LOSS, Exercise
from backprop_cli.optimizers import state_names
from backprop_cli.working import WorkingError, work

TOLERANCE = 1e-6  # relative to the larger of the two

# Of a central difference, exact in binary. Differences with it and with half of it are extrapolated
# to a step of 0, so it can be large enough for the rounding of the losses to matter little.
STEP = 2.0**-13

# Tried where that one is too long, as the loss may bend sharply where inputs are large, or too
# short, as a loss near saturation has few right digits. The one is taken whose two differences are
# nearest each other.
OTHER_STEPS = tuple(2.0**-power for power in (7, 10, 16, 19, 22, 25))

# How much float64 loses of a loss on the way through a network, in units of its last place.
LOST = 16


class Check(NamedTuple):
    """One parameter's gradient, its central difference, and how far they are apart.

    ``disagreement`` is relative to the larger of the two, or, for gradients that are small beside
    the loss, to what rounding leaves of the loss in a central difference. ``kinks`` are neurons at
    which the step crosses the kink of an activation function, if there is a disagreement: no
    central difference is a derivative there.
    """

    parameter: str
    gradient: float
    difference: float
    disagreement: float
    kinks: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether the disagreement is within TOLERANCE."""
        return self.disagreement <= TOLERANCE

    @property
    def passes(self) -> bool:
        """Whether nothing speaks against the gradient."""
        return self.agrees or bool(self.kinks)


def check_gradients(exercise: Exercise) -> tuple[Check, ...]:
    """Check the gradient of every parameter, in float64, in the network's order.

    Of several examples, it is the mean loss whose gradients are checked. Raises WorkingError where
    a number leaves the range of float64.
    """
    rows = [example.floats for example in exercise.examples] or [()]
    compiled = Compiled(exercise)
    state = [float(exercise.numbers[name]) for name in state_names(exercise.network)]

    def loss() -> float:
        return compiled.loss(tuple(state), rows) / len(rows)

    def extrapolated(at: int, step: float) -> tuple[float, float]:
        """The derivative by a parameter, and how far the two differences behind it are apart."""
        value = state[at]
        found = []
        for part in (step, step / 2):
            below, above = _around(value, part)
            losses = []
            for state[at] in (below, above):
                losses.append(loss())
            found.append((losses[1] - losses[0]) / (above - below))
        state[at] = value
        return (4 * found[1] - found[0]) / 3, abs(found[1] - found[0])

    try:
        whole, *ours = (total / len(rows) for total in compiled.gradients(tuple(state), rows))
        checks = []
        for at, (name, slope) in enumerate(zip(exercise.network.parameters, ours, strict=True)):
            check = _check(name, slope, extrapolated(at, STEP)[0], whole, STEP)
            if not check.agrees:
                check = check._replace(kinks=_kinks(exercise, name))
            if not check.passes:
                tried = [(*extrapolated(at, step), step) for step in OTHER_STEPS]
                difference, _, step = min(tried, key=lambda one: one[1])
                other = _check(name, slope, difference, whole, step)
                check = min(check, other, key=lambda one: one.disagreement)
            checks.append(check)
        if not all(math.isfinite(check.disagreement) for check in checks):
            raise OverflowError
    except (ValueError, ZeroDivisionError, OverflowError):
        for at in range(exercise.example_count):  # worked step by step, it says where
            work(derive_passes(exercise.network), exercise.given(at), Exact())
        raise WorkingError(LOSS, "a small step from these numbers it does not exist") from None
    return tuple(checks)


def _check(name: str, slope: float, difference: float, loss: float, step: float) -> Check:
    """A gradient beside a difference with a step, which rounding makes uncertain."""
    # What is lost of a prediction near its target is lost of the root of a squared loss.
    lost = LOST * math.ulp(1.0) * (abs(loss) + math.sqrt(abs(loss)))
    least = lost / step / TOLERANCE
    scale = max(abs(slope), abs(difference), least)
    return Check(name, slope, difference, abs(slope - difference) / scale if scale else 0.0)


def _around(value: float, step: float) -> tuple[float, float]:
    """A step less and a step more than a value, relative to a large one."""
    step *= max(1.0, abs(value))
    return value - step, value + step


def _kinks(exercise: Exercise, parameter: str) -> tuple[str, ...]:
    """The neurons whose activation function bends or jumps between the two ends of a step."""
    network = exercise.network
    kinked = [
        neuron
        for layer in network.layers
        if layer.activation in ACTIVATIONS
        and isinstance(ACTIVATIONS[layer.activation].formula, Choice)
        for neuron in layer.neurons
    ]
    found: dict[str, None] = {}
    passes = derive_passes(network)
    for at in range(exercise.example_count) if kinked else ():
        given = exercise.given(at)
        signs: list[Mapping[str, float]] = [
            work(passes, {**given, parameter: moved}, Exact()).values
            for moved in _around(float(given[parameter]), STEP)
        ]
        for neuron in kinked:
            below, above = (values[neuron.weighted_sum] for values in signs)
            # A weighted sum of 0 that the step does not move is no kink in its way.
            if below != above and min(below, above) <= 0 <= max(below, above):
                found[neuron.name] = None
    return tuple(found)
