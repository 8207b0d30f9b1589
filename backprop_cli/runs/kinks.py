"""The points at which a loss has no derivative: where a function in it bends or jumps."""

from decimal import Decimal

from backprop_cli.algebra.expression import symbols
from backprop_cli.derivation.steps import Step
from backprop_cli.runs.central_difference import short_step
from backprop_cli.runs.moved_loss import MovedLoss

# What a step less and a step more do differs by more than this part of it, if there is a kink.
PART = Decimal("1e-6")

# Of a smooth function the two differ by about the square of the step and by what rounding makes of
# them. Both are less than 10^(−0.2 n) of the step in n digits.
PART_OF_DIGITS = 0.2


def kinks(loss: MovedLoss[Decimal], parameter: str, digits: int) -> tuple[str, ...]:
    """The neurons whose function bends or jumps at the value that a parameter has.

    Of a quantity that no neuron has, its own name. ``loss`` is worked in so many ``digits``.
    """
    moved, value = loss.moved(parameter), loss.values[parameter]
    step = short_step(value, digits)
    below, above = moved(value - step), moved(value + step)
    least = step.scaleb(-int(PART_OF_DIGITS * digits))
    bent: dict[str, Step] = {}
    for one in loss.after(parameter):
        name = one.defines.name
        left, right = loss.values[name] - below[name], above[name] - loss.values[name]
        if abs(left - right) > max(PART * max(abs(left), abs(right)), least):
            bent[name] = one
    # What rests on a quantity that bends, bends with it, unless the bends cancel.
    found: dict[str, None] = {}
    waiting, seen = [loss.forward.of], set[str]()
    while waiting:
        name = waiting.pop()
        if name in bent and name not in seen:
            seen.add(name)
            sources = [symbol.name for symbol in symbols(bent[name].expression)]
            waiting += sources
            if not any(source in bent for source in sources):
                neuron = bent[name].neuron
                found[neuron.name if neuron else name] = None
    return tuple(found)
