"""An exercise with other numbers, the same again from the same seed."""

from random import Random

from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.worksheets.numbers import renumbered


def drawn(exercise: Exercise, seed: int) -> Exercise:
    """The exercise in its shape with numbers drawn anew, the same from a seed on every platform."""
    return renumbered(exercise, Random(f"{seed}/0"))
