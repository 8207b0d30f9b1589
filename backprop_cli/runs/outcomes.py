"""The outcome of each example: its predictions, its loss, and whether its class is right."""

from collections.abc import Sequence
from typing import NamedTuple

from backprop_cli.network.exercise import Exercise

# A prediction from here on stands for class 1, where the only output tells 1 from 0.
THRESHOLD = 0.5


class Outcome(NamedTuple):
    """The outcome of one example: a prediction for each output, and the example's loss."""

    predictions: tuple[float, ...]
    loss: float


def class_of(values: Sequence[float]) -> int:
    """The class that targets or predictions stand for: the largest; of the only one, 0 or 1."""
    if len(values) == 1:
        return int(values[0] >= THRESHOLD)
    return max(range(len(values)), key=values.__getitem__)


def correct(exercise: Exercise, found: Sequence[Outcome]) -> int:
    """The number of examples that are classified correctly."""
    outputs = len(exercise.network.outputs)
    pairs = zip(exercise.examples, found, strict=True)
    return sum(
        class_of(example.floats[-outputs:]) == class_of(one.predictions) for example, one in pairs
    )
