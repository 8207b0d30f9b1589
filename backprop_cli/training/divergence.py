"""The point where training goes wrong, and what is said of it."""

import math
from typing import NamedTuple

from backprop_cli.arithmetic.working import TOO_LARGE, WorkingError
from backprop_cli.functions.optimizers import state_names
from backprop_cli.network.exercise import Exercise
from backprop_cli.network.structure import LEARNING_RATE, LOSS
from backprop_cli.training.compiled import NO_NUMBER
from backprop_cli.training.endings import DivergedError
from backprop_cli.training.loop import Loop, State

# A loss that stands so many times above where it began has diverged.
DIVERGED = 1000
# Of a loss that began with less than this, which rounding alone may make, that says nothing.
NEXT_TO_NOTHING = 1e-12

# What a loop raises where a number does not exist.
NONE_EXISTS = (*NO_NUMBER, WorkingError)


class Place(NamedTuple):
    """The state of a training: how many epochs were done, and the state after them."""

    epoch: int
    state: State


def is_bad(loss: float, first_loss: float) -> bool:
    """True if a loss is far above where it began, or does not exist."""
    began_with_some = first_loss > NEXT_TO_NOTHING
    return not math.isfinite(loss) or (began_with_some and loss > DIVERGED * first_loss)


def is_finite(state: State) -> bool:
    """True if all numbers of a state are finite."""
    # The sum tells quickly; finite numbers whose sum is too large are still finite.
    return math.isfinite(sum(state)) or all(map(math.isfinite, state))


def divergence(
    exercise: Exercise, loop: Loop, last_good: Place, first_loss: float
) -> DivergedError:
    """The message about a training that goes wrong somewhere after ``last_good``.

    It is gone through again, epoch by epoch, to the first that is wrong.
    """
    epoch, state = last_good
    while not is_bad(loss := loop.loss(state), first_loss):
        try:
            _, following = loop.trained(state, epoch + 1, 1)
        except NONE_EXISTS:
            what = _what_does_not_exist(exercise, loop, epoch + 1, state)
            return _error(exercise, epoch + 1, f"{what}, with {_largest(exercise, state)},")
        if not is_finite(following):
            pairs = zip(state_names(exercise.network), following, strict=True)
            name = next(name for name, value in pairs if not math.isfinite(value))
            return _error(exercise, epoch + 1, f"{name} left the range of float64")
        epoch, state = epoch + 1, following
    what = f"{LOSS} left the range of float64"
    if math.isfinite(loss):
        what = (
            f"the loss stands at {loss:.4g}, over {DIVERGED} times the {first_loss:.4g} that it "
            "began with"
        )
        return _error(exercise, epoch, f"{what}, and {_largest(exercise, state)},")
    return _error(exercise, epoch, f"{what}, with {_largest(exercise, state)},")


def _error(exercise: Exercise, epoch: int, what: str) -> DivergedError:
    led_there = epoch > exercise.trained.epochs
    return DivergedError(epoch, what, float(exercise.numbers[LEARNING_RATE]) if led_there else None)


def _largest(exercise: Exercise, state: State) -> str:
    """The parameter that is farthest from 0."""
    pairs = zip(state, exercise.network.parameters, strict=False)
    value, name = max(pairs, key=lambda pair: abs(pair[0]))
    return f"{name} at {float(value):.4g}"


def _what_does_not_exist(exercise: Exercise, loop: Loop, epoch: int, state: State) -> str:
    """The gradient of an epoch that does not exist, as far as a step by step working tells.

    Raises WorkingError where it is no gradient but a new value: it has another mend.
    """
    for batch in exercise.batches.of_epoch(epoch, exercise.example_count):
        try:
            for at in batch:
                loop.work(state, at)
        except WorkingError as error:
            return str(error)
        try:
            state = loop.after(state, [batch])
        except NONE_EXISTS:
            try:
                loop.work_update(state, batch)
            except WorkingError as error:
                if error.why != TOO_LARGE:
                    raise
            break
    return "a gradient does not exist"
