"""The kinds of numbers that can be trained."""

from typing import NamedTuple

from backprop_cli.network.neurons import Neuron


class Kind(NamedTuple):
    """A kind of parameter: what it is called, and the letter that its numbered names begin with.

    ``by_hand_in_two_lines`` says that, on paper, its step is a line of its own and its new value
    is rounded.
    """

    name: str
    letter: str
    by_hand_in_two_lines: bool = False


WEIGHT = Kind("weight", "w")
BIAS = Kind("bias", "b", by_hand_in_two_lines=True)
SLOPE = Kind("slope", "s")
FACTOR = Kind("parameter", "p")  # one that stands in a formula alone
KINDS = (WEIGHT, BIAS, SLOPE, FACTOR)


class Parameter(NamedTuple):
    """A number that can be trained, what kind of number it is, and the neurons that use it."""

    name: str
    kind: Kind
    neurons: tuple[Neuron, ...]
