"""The gradient check: every gradient against a difference of the loss.

The difference knows the forward pass alone, so a mistake in the backward pass cannot hide in both.
It is taken in float64 first. Where the two disagree, rounding may be the cause: both are worked
again in so many digits that rounding plays no part.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.precise import Precise
from backprop_cli.arithmetic.working import WorkingError, work
from backprop_cli.derivation.derived import Derived
from backprop_cli.derivation.objective import PENALTY, penalty_steps
from backprop_cli.derivation.steps import Derivation
from backprop_cli.errors import UsageError
from backprop_cli.functions.optimizers import goes_by_error, state_names
from backprop_cli.functions.penalties import PENALTIES
from backprop_cli.functions.reductions import REDUCTIONS
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs import central_difference
from backprop_cli.runs.kinks import kinks
from backprop_cli.runs.moved_loss import Forward, MovedLoss
from backprop_cli.training.compiled import NO_NUMBER, Compiled
from backprop_cli.training.stepwise import stepwise

TOLERANCE = 1e-6  # relative to the larger of the two

# Where float64 cannot tell, the first will mostly do. In the second, a gradient that float64 holds
# stands out from what rounding makes of one that is 0, and a kink from what is next to it.
DIGITS = (50, 350, 1000, 2500)

# Of two that disagree in n digits, rounding is no excuse if one is above 10^(−0.3 n). They are 0
# if the gradient, which rounding moves by 10^−n, is below the least that float64 holds, and the
# difference, which it moves by 10^(−0.55 n), is next to nothing.
ABOVE_ROUNDING = 0.3
LEAST = 1e-320
# Nor is rounding an excuse unless it moves the difference, which a longer step then shows: that for
# so many digits fewer.
LONGER = 10
NEXT_TO_NOTHING = 0.5


class Check(NamedTuple):
    """A parameter's gradient, the difference of the loss beside it, and how far they are apart.

    Both are over all the examples. ``disagreement`` is relative to the larger of the two, at the
    example where it is the largest. ``kinks`` are the neurons whose function bends or jumps at
    these very numbers, if there is a disagreement for that reason alone: there is no derivative.
    ``again`` says that rounding had made the two disagree in float64.
    """

    parameter: str
    gradient: float
    difference: float
    disagreement: float
    kinks: tuple[str, ...] = ()
    again: bool = False

    def plus(self, part: "Pair") -> "Check":
        """The same of a loss that another part is added to."""
        return self._replace(
            gradient=self.gradient + part.gradient,
            difference=self.difference + part.difference,
            disagreement=max(self.disagreement, part.disagreement),
        )

    @property
    def agrees(self) -> bool:
        """True if the disagreement is within TOLERANCE."""
        return self.disagreement <= TOLERANCE

    @property
    def passes(self) -> bool:
        """True if nothing speaks against the gradient."""
        return self.agrees or bool(self.kinks)


class Pair(NamedTuple):
    """A gradient and a difference, of one example or added over several; at a kink, whose it is."""

    gradient: float
    difference: float
    kinks: tuple[str, ...] = ()

    def plus(self, other: "Pair") -> "Pair":
        """The sums, and the kinks of both."""
        return Pair(
            self.gradient + other.gradient,
            self.difference + other.difference,
            tuple(dict.fromkeys((*self.kinks, *other.kinks))),
        )

    @property
    def disagreement(self) -> float:
        """The distance between the two, relative to the larger; infinite where one is missing."""
        larger = max(abs(self.gradient), abs(self.difference))
        apart = abs(self.gradient - self.difference) / larger if larger else 0.0
        return apart if math.isfinite(apart) else math.inf


NOTHING = Pair(0.0, 0.0)


def check_gradients(exercise: Exercise) -> tuple[Check, ...]:
    """Check the gradient of every parameter, in the network's order; without any, by every input.

    Of several examples, it is their mean or summed loss whose gradients are checked. Raises
    WorkingError where a number leaves the range of float64, UsageError for the perceptron rule.
    """
    if goes_by_error(exercise.network):
        raise UsageError(
            "--gradcheck: the perceptron rule uses errors, not gradients; there is nothing to check"
        )
    checking = _Checking(exercise)
    network, count = exercise.network, exercise.example_count
    share = _share(exercise)
    parameters = network.parameters or network.inputs
    totals = dict.fromkeys(parameters, NOTHING)
    for at in range(count):
        for name, pair in checking.in_float64(at, parameters).items():
            totals[name] = totals[name].plus(pair)
    doubted = [name for name, total in totals.items() if total.disagreement > TOLERANCE]
    again = checking.again(doubted)
    found = (
        again.get(name) or Check(name, g / share, d / share, totals[name].disagreement)
        for name, (g, d, _) in totals.items()
    )
    penalty = _of_penalty(exercise)
    return tuple(check.plus(penalty.get(check.parameter, NOTHING)) for check in found)


def _share(exercise: Exercise) -> int:
    """The divisor of a sum over the examples."""
    row = REDUCTIONS[exercise.network.reduction]
    return exercise.example_count if row.divides else 1


def _of_penalty(exercise: Exercise) -> Mapping[str, Pair]:
    """The penalty's part of each gradient, and beside it the difference of the term that moves."""
    network, arithmetic = exercise.network, Precise(DIGITS[0])
    if not network.penalty:
        return {}
    row = PENALTIES[network.penalty]
    numbers = {name: exercise.numbers[name] for name in (*network.penalized, row.strength.name)}
    with arithmetic.context():
        working = work(Derivation(tuple(penalty_steps(network)), PENALTY), numbers, arithmetic)

        def difference(name: str) -> Decimal:
            term = row.of([name])
            return central_difference.closest(
                lambda moved: arithmetic.evaluate(term, {**strength, name: moved}),
                working.values[name],
                DIGITS[0],
            )

        strength = {row.strength.name: working.values[row.strength.name]}
        return {
            name: Pair(
                float(working.values[working.derivation.gradient(name).name]),
                float(difference(name)),
            )
            for name in network.penalized
        }


class _Checking:
    """The gradients of an exercise and the differences beside them, example by example."""

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise
        derived = Derived(exercise.network)
        self._passes = derived.passes
        self._forward = Forward(self._passes)
        self._steps = self._passes.needed_for([self._passes.of])
        self._functions = stepwise(self._steps)
        self._moving = self._functions
        if self._forward.steps != self._steps:
            self._moving = stepwise(self._forward.steps)
        self._compiled = Compiled(exercise, derived=derived)
        self._state = tuple(float(exercise.numbers[name]) for name in state_names(exercise.network))

    def again(self, doubted: Iterable[str]) -> Mapping[str, Check]:
        """The checks of some parameters, with the disagreements of each example looked into."""
        totals, worst = dict.fromkeys(doubted, NOTHING), dict.fromkeys(doubted, 0.0)
        reworked = set[str]()
        for at in range(self._exercise.example_count) if totals else ():
            found = dict(self.in_float64(at, totals))
            unsure = [
                name
                for name, pair in found.items()
                if pair.disagreement > TOLERANCE and worst[name] <= TOLERANCE
            ]
            found |= self.precisely(at, {name: found[name] for name in unsure})
            reworked.update(unsure)
            for name, pair in found.items():
                totals[name] = totals[name].plus(pair)
                if not pair.kinks:
                    worst[name] = max(worst[name], pair.disagreement)
        return {
            name: self._check(name, totals[name], worst[name], name in reworked) for name in totals
        }

    def _check(self, name: str, total: Pair, worst: float, again: bool) -> Check:
        share = _share(self._exercise)
        means = (total.gradient / share, total.difference / share)
        if worst > TOLERANCE:  # a kink at another example is no excuse
            return Check(name, *means, worst)
        if total.kinks:
            return Check(name, *means, total.disagreement, total.kinks)
        return Check(name, *means, worst, again=again)

    def in_float64(self, at: int, names: Iterable[str]) -> Mapping[str, Pair]:
        """The gradients by some parameters at an example, and a quick difference beside each."""
        given = self._exercise.given(at)
        try:
            gradients = self._gradients(at)
            values = {name: float(number) for name, number in given.items()}
            for step, function in zip(self._steps, self._functions, strict=True):
                values[step.defines.name] = function(values)
            if not math.isfinite(sum(gradients.values())):
                raise OverflowError
        except NO_NUMBER:
            work(self._passes, given, Exact())  # worked step by step, it says where
            raise WorkingError(self._passes.of, "its gradients left the range of float64") from None
        exact = Exact()
        loss = MovedLoss(self._forward, self._moving, exact.evaluate, _quick, values)
        return {name: Pair(gradients[name], loss.slope(name)) for name in names}

    def _gradients(self, at: int) -> Mapping[str, float]:
        exercise = self._exercise
        parameters = exercise.network.parameters or exercise.network.inputs
        if not (exercise.examples and exercise.network.parameters):  # nothing is compiled
            values = work(self._passes, exercise.given(at), Exact()).values
            return {name: values[self._passes.gradient(name).name] for name in parameters}
        found = self._compiled.gradients(self._state, [exercise.examples[at].floats])
        return dict(zip(parameters, found[1:], strict=True))

    def precisely(self, at: int, doubted: Mapping[str, Pair]) -> Mapping[str, Pair]:
        """The same in so many digits that rounding plays no part; at a kink, as in float64."""
        found: dict[str, Pair] = {}
        for digits in DIGITS:
            left = {name: pair for name, pair in doubted.items() if name not in found}
            if left:
                try:
                    found |= self._in_digits(at, left, digits)
                except ArithmeticError:  # a 1 − 1e-60 is 1 in fifty digits, and has no logarithm
                    if digits == DIGITS[-1]:
                        raise
        return found

    def _in_digits(self, at: int, doubted: Mapping[str, Pair], digits: int) -> Mapping[str, Pair]:
        """Those pairs on which so many digits are enough to judge."""
        arithmetic = Precise(digits)
        passes = self._passes
        steps = passes.needed_for([passes.of, *(passes.gradient(name).name for name in doubted)])
        found: dict[str, Pair] = {}
        with arithmetic.context():
            working = work(replace(passes, steps=steps), self._exercise.given(at), arithmetic)
            loss, longer = (
                MovedLoss(
                    self._forward,
                    [partial(arithmetic.evaluate, step.expression) for step in self._forward.steps],
                    arithmetic.evaluate,
                    partial(central_difference.closest, digits=number),
                    dict(working.values),
                )
                for number in (digits, digits - LONGER)
            )
            scale = max(Decimal(1), abs(working.values[passes.of]))

            def same(difference: Decimal, other: Decimal) -> bool:
                return Pair(float(difference), float(other)).disagreement <= TOLERANCE

            for name, quick in doubted.items():
                slopes = (working.values[passes.gradient(name).name], loss.slope(name))
                pair = Pair(float(slopes[0]), float(slopes[1]))
                above = max(map(abs, slopes)) > scale.scaleb(-int(ABOVE_ROUNDING * digits))
                nothing = abs(slopes[1]) < scale.scaleb(-int(NEXT_TO_NOTHING * digits))
                if pair.disagreement <= TOLERANCE:
                    found[name] = pair
                elif digits > DIGITS[0] and abs(pair.gradient) < LEAST and nothing:
                    found[name] = NOTHING
                elif digits == DIGITS[-1] or (above and same(slopes[1], longer.slope(name))):
                    met = kinks(loss, name, digits)
                    if not met or digits > DIGITS[0]:
                        found[name] = quick._replace(kinks=met) if met else pair
        return found


def _quick(function: Callable[[float], float], value: float) -> float:
    try:
        return central_difference.quick(function, value)
    except NO_NUMBER:
        return math.nan
