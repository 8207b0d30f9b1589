"""The gradient check: every gradient against a central difference of the loss.

The difference knows the forward pass alone, so a mistake in the backward pass cannot hide in both.
"""

import math
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from backprop_cli.algebra.expression import Choice
from backprop_cli.arithmetic.evaluation import Exact
from backprop_cli.arithmetic.working import WorkingError, work
from backprop_cli.derivation.derive import derive_passes
from backprop_cli.derivation.steps import Derivation, gradient
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.optimizers import state_names
from backprop_cli.network.exercise import LOSS, Exercise
from backprop_cli.runs.central_difference import STEP, around, quick_slope, surest_slope
from backprop_cli.runs.running_error import HALF_UNIT, running_errors
from backprop_cli.training.compiled import NO_NUMBER, Compiled

TOLERANCE = 1e-6  # relative to the larger of the two

# A difference tells nothing of a gradient if more than this part of the larger one is uncertain,
# and more than TOLERANCE of the network's largest gradient.
TELLS_NOTHING = 1e-3


class Check(NamedTuple):
    """One parameter's gradient, its central difference, and how far they are apart.

    Rounding may have moved the two apart by ``uncertainty``; where that leaves the difference next
    to no right digits, the gradient is ``undecided``. ``kinks`` are neurons at which the step
    crosses the kink of an activation function, if there is a disagreement: no central difference
    is a derivative there.
    """

    parameter: str
    gradient: float
    difference: float
    uncertainty: float = 0.0
    kinks: tuple[str, ...] = ()
    undecided: bool = False

    @property
    def disagreement(self) -> float:
        """The distance relative to the larger of the two, or to what is certain of them."""
        larger = max(abs(self.gradient), abs(self.difference))
        scale = max(larger, self.uncertainty / TOLERANCE)
        return abs(self.gradient - self.difference) / scale if scale else 0.0

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
    loss = _Loss(exercise)
    try:
        gradients = loss.gradients()
        largest = max(map(abs, gradients.values()))
        checks = tuple(_check(loss, name, slope, largest) for name, slope in gradients.items())
        if not all(math.isfinite(check.disagreement) for check in checks):
            raise OverflowError
    except NO_NUMBER:
        for at in range(exercise.example_count):  # worked step by step, it says where
            work(derive_passes(exercise.network), exercise.given(at), Exact())
        raise WorkingError(LOSS, "a small step from these numbers it does not exist") from None
    return checks


def _check(loss: "_Loss", name: str, slope: float, largest: float) -> Check:
    """A gradient beside the first difference that agrees, or else beside the surest one."""

    def moved(value: float) -> float:
        return loss.with_parameter(name, value)

    value = loss.value_of(name)
    check = Check(name, slope, quick_slope(moved, value))
    if check.agrees:
        return check
    kinks = loss.kinks(name, STEP)
    surest = surest_slope(moved, value, loss.errors[LOSS])
    uncertainty = surest.uncertainty + loss.errors[gradient(name).name]
    closer = Check(name, slope, surest.value, uncertainty)
    # Near a kink shorter steps, which do not cross it, may tell a wrong gradient all the same.
    if kinks and (closer.agrees or loss.kinks(name, surest.step)):
        return check._replace(kinks=kinks)
    certain = max(TELLS_NOTHING * max(abs(slope), abs(surest.value)), TOLERANCE * largest)
    return closer._replace(undecided=closer.agrees and uncertainty > certain)


class _Loss:
    """The mean loss of an exercise as a function of its parameters."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        self._compiled = Compiled(exercise)
        self._rows = [example.floats for example in exercise.examples] or [()]
        self._state = {
            name: float(exercise.numbers[name]) for name in state_names(exercise.network)
        }
        self._passes = derive_passes(exercise.network)

    def value_of(self, parameter: str) -> float:
        """A parameter's value."""
        return self._state[parameter]

    def with_parameter(self, parameter: str, value: float) -> float:
        """The loss with another value of one parameter; nan if it does not exist."""
        state = {**self._state, parameter: value}
        try:
            return self._compiled.loss(tuple(state.values()), self._rows) / len(self._rows)
        except NO_NUMBER:
            return math.nan

    def gradients(self) -> Mapping[str, float]:
        """The gradients that are to be checked. Raises one of NO_NUMBER."""
        totals = self._compiled.gradients(tuple(self._state.values()), self._rows)[1:]
        parameters = self._exercise.network.parameters
        return {
            name: total / len(self._rows) for name, total in zip(parameters, totals, strict=True)
        }

    @cached_property
    def errors(self) -> Mapping[str, float]:
        """How far rounding may move the loss and its gradients, by their names."""
        parameters = self._exercise.network.parameters
        totals = dict.fromkeys((LOSS, *(gradient(name).name for name in parameters)), 0.0)
        count = len(self._rows)
        for at in range(count):
            working = work(self._passes, self._exercise.given(at), Exact())
            errors = running_errors(working)
            for name in totals:
                # Adding up rounds as often as there are examples.
                totals[name] += errors[name] + count * HALF_UNIT * abs(working.values[name])
        return {name: total / count for name, total in totals.items()}

    @cached_property
    def _weighted_sums(self) -> tuple[Mapping[str, str], Derivation]:
        """Those under an activation function that bends or jumps, by neuron, and their steps."""
        network = self._exercise.network
        sums = {
            neuron.name: neuron.weighted_sum
            for layer in network.layers
            if layer.activation in ACTIVATIONS
            and isinstance(ACTIVATIONS[layer.activation].formula, Choice)
            for neuron in layer.neurons
        }
        return sums, Derivation(network, self._passes.needed_for(sums.values()))

    def kinks(self, parameter: str, step: float) -> tuple[str, ...]:
        """The neurons whose activation function bends or jumps between the two ends of a step."""
        sums, derivation = self._weighted_sums
        ends = around(self._state[parameter], step)
        found: dict[str, None] = {}
        for at in range(len(self._rows)) if sums else ():
            given = self._exercise.given(at)
            one, other = (
                work(derivation, {**given, parameter: end}, Exact()).values for end in ends
            )
            for neuron, name in sums.items():
                below, above = sorted((one[name], other[name]))
                # A weighted sum of 0 that the step does not move is no kink in its way.
                if below != above and below <= 0 <= above:
                    found[neuron] = None
        return tuple(found)
