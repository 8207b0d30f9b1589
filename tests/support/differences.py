"""Differences of a loss in sixty digits, and the networks of which they are taken."""

from dataclasses import replace
from decimal import Decimal

import mpmath  # type: ignore[import-untyped]

from backprop_cli.network.exercise import Exercise
from support.networks import activated, biased, fully_connected

DIGITS = 60
STEP = mpmath.mpf("1e-20")


def network_of(hidden: str, output: str, loss: str, bias_form: str) -> Exercise:
    """A 2-3-2 network with numbers that keep every weighted sum away from 0."""
    exercise = activated(biased(fully_connected(2, (3, 2)), bias_form), (hidden, output))
    network = replace(exercise.network, loss=loss)
    given = {"x1": "0.7", "x2": "-0.4", "y_true_o1": "0.3", "y_true_o2": "0.7"}
    numbers = {**exercise.numbers, **{name: Decimal(number) for name, number in given.items()}}
    numbers |= {slope: Decimal(at) / 4 for at, slope in enumerate(network.slopes, 1)}
    return Exercise(network, numbers)
