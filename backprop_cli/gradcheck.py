"""The gradient check: every gradient against a central difference of the loss.

The difference knows the forward pass alone, so a mistake in the backward pass cannot hide in both.
Source: Press et al., "Numerical Recipes", section 5.7, for the step, its error and the
extrapolation (Richardson's).
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from backprop_cli.activations import ACTIVATIONS
from backprop_cli.arithmetic import Exact
from backprop_cli.compiler import NO_NUMBER, Compiled
from backprop_cli.derivation import derive_passes
from backprop_cli.expression import Choice
from backprop_cli.network import LOSS, Exercise
from backprop_cli.optimizers import state_names
from backprop_cli.running_error import HALF_UNIT, running_errors
from backprop_cli.steps import Derivation, gradient
from backprop_cli.working import WorkingError, work

TOLERANCE = 1e-6  # relative to the larger of the two

# Of a central difference, exact in binary, from the longest to the shortest. Each two that follow
# each other are extrapolated to a step of 0. The first to try is neither long enough to be far from
# a derivative nor short enough for the rounding of the losses to matter much.
STEPS = tuple(2.0**-power for power in range(5, 28, 2))
FIRST = STEPS.index(2.0**-13)
STEP = STEPS[FIRST]

# What an extrapolated derivative is off by, for losses that are off by 1 and the longer step of 1:
# 16/15 of a difference with a step of 1/4, and 1/15 of one with a step of 1.
EXTRAPOLATED = 16 / 15 * 4 + 1 / 15


class Check(NamedTuple):
    """One parameter's gradient, its central difference, and how far they are apart.

    ``disagreement`` is relative to the larger of the two, or to what the difference is sure of,
    where rounding leaves it few right digits. ``kinks`` are neurons at which the step crosses the
    kink of an activation function, if there is a disagreement: no central difference is a
    derivative there.
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

    def difference(at: int, step: float) -> float:
        """The central difference of the loss by a parameter; nan if a loss does not exist."""
        value = state[at]
        below, above = _around(value, step)
        losses = []
        try:
            for state[at] in (below, above):
                losses.append(loss())
        except NO_NUMBER:
            return math.nan
        finally:
            state[at] = value
        return (losses[1] - losses[0]) / (above - below)

    def checked(at: int, name: str, slope: float) -> Check:
        first = [difference(at, step) for step in STEPS[FIRST : FIRST + 2]]
        check = _check(name, slope, *_extrapolated(first))
        if not check.agrees:
            check = check._replace(kinks=_kinks(exercise, name))
        if not check.passes:
            errors = mean_errors()
            best, off = _surest([difference(at, step) for step in STEPS], errors[LOSS])
            check = _check(name, slope, best, off + errors[gradient(name).name])
        return check

    @cache
    def mean_errors() -> Mapping[str, float]:
        """What rounding may do to the mean loss and its gradients."""
        return _mean_errors(exercise)

    try:
        ours = [total / len(rows) for total in compiled.gradients(tuple(state), rows)][1:]
        checks = [
            checked(at, name, slope)
            for at, (name, slope) in enumerate(zip(exercise.network.parameters, ours, strict=True))
        ]
        if not all(math.isfinite(check.disagreement) for check in checks):
            raise OverflowError
    except NO_NUMBER:
        for at in range(exercise.example_count):  # worked step by step, it says where
            work(derive_passes(exercise.network), exercise.given(at), Exact())
        raise WorkingError(LOSS, "a small step from these numbers it does not exist") from None
    return tuple(checks)


def _check(name: str, slope: float, difference: float, uncertainty: float = 0) -> Check:
    """A gradient beside a difference that may be off by its uncertainty."""
    scale = max(abs(slope), abs(difference), uncertainty / TOLERANCE)
    return Check(name, slope, difference, abs(slope - difference) / scale if scale else 0.0)


def _extrapolated(differences: Sequence[float]) -> list[float]:
    """What each two differences that follow each other, their steps as 4 to 1, tend to."""
    return [(16 * shorter - longer) / 15 for longer, shorter in pairwise(differences)]


def _surest(differences: Sequence[float], error: float) -> tuple[float, float]:
    """The best of the derivatives that differences with STEPS tend to, and its uncertainty.

    A long step is off as the loss bends, which its distance from the next shorter one tells; a
    short one as rounding moves the losses, each by the ``error`` at most. Both are nan if there is
    none.
    """
    found = _extrapolated(differences)
    sure = [
        (best, abs(best - shorter) + EXTRAPOLATED * error / step)
        for (best, shorter), step in zip(pairwise(found), STEPS, strict=False)
        if math.isfinite(best - shorter)
    ]
    return min(sure, key=lambda one: one[1], default=(math.nan, math.nan))


def _mean_errors(exercise: Exercise) -> Mapping[str, float]:
    """How far rounding may move the mean loss and its gradients, by their names."""
    passes = derive_passes(exercise.network)
    names = (LOSS, *(gradient(parameter).name for parameter in exercise.network.parameters))
    totals = dict.fromkeys(names, 0.0)
    count = exercise.example_count
    for at in range(count):
        working = work(passes, exercise.given(at), Exact())
        errors = running_errors(working)
        for name in names:
            # Adding up rounds as often as there are examples.
            added = count * HALF_UNIT * abs(working.values[name])
            totals[name] += errors[name] + added
    return {name: total / count for name, total in totals.items()}


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
    sums = derive_passes(network).needed_for(neuron.weighted_sum for neuron in kinked)
    for at in range(exercise.example_count) if kinked else ():
        given = exercise.given(at)
        signs: list[Mapping[str, float]] = [
            work(Derivation(network, sums), {**given, parameter: moved}, Exact()).values
            for moved in _around(float(given[parameter]), STEP)
        ]
        for neuron in kinked:
            below, above = (values[neuron.weighted_sum] for values in signs)
            # A weighted sum of 0 that the step does not move is no kink in its way.
            if below != above and min(below, above) <= 0 <= max(below, above):
                found[neuron.name] = None
    return tuple(found)
