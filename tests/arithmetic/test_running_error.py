"""The bound on what rounding does holds, and is no wider than it has to be."""

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from support.networks import trainings

from backprop_cli.arithmetic.evaluation import Exact, Rounded
from backprop_cli.arithmetic.working import WorkingError, work
from backprop_cli.config.load import parse
from backprop_cli.derivation.derive import derive_passes
from backprop_cli.network.exercise import LOSS, Exercise
from backprop_cli.runs.running_error import running_errors

BEND_OR_JUMP = {"relu", "leaky_relu", "parametric_relu", "elu", "selu", "binary_step"}


@settings(max_examples=100, deadline=None)
@given(trainings())
def test_no_result_is_further_from_the_true_one_than_its_bound(exercise: Exercise) -> None:
    passes = derive_passes(exercise.network)
    # The same numbers, as float64 holds them, once in float64 and once to hundreds of digits.
    numbers = {name: float(number) for name, number in exercise.given(0).items()}
    exact = {name: Decimal(number) for name, number in numbers.items()}
    try:
        working = work(passes, numbers, Exact())
        true = work(passes, exact, Rounded(200)).values
    except WorkingError:
        assume(False)
    kinked = {layer.activation for layer in exercise.network.layers} & BEND_OR_JUMP
    sums = [neuron.weighted_sum for neuron in exercise.network.neurons]
    # At a kink, rounding decides which branch is taken.
    assume(not kinked or all(true[name] == 0 or abs(true[name]) > 1e-12 for name in sums))
    for name, error in running_errors(working).items():
        off = abs(Decimal(working.values[name]) - true[name])
        assert off <= Decimal(error) * Decimal("1.01"), name  # it is one of the first order


def test_what_is_lost_next_to_1_is_counted() -> None:
    # By hand: sigmoid(30) is 1 − 9.4e-14, which float64 holds to 1.1e-16, so that 1 − y has about
    # 1.1e-16 / 9.4e-14 = 0.0012 of error for each half unit, and so has its logarithm.
    text = "inputs: [30]\nweights: {output: [[1]]}\ntarget: 0\nlearning_rate: 1\n"
    exercise = parse(f"{text}loss: binary_cross_entropy\n", "c.yaml")
    passes = derive_passes(exercise.network)
    error = running_errors(work(passes, exercise.given(0), Exact()))[LOSS]
    assert 0.0012 <= error <= 0.02


def test_what_is_not_lost_is_not_counted() -> None:
    text = "inputs: [0.5]\nweights: {output: [[2]]}\nbiases: {output: 3}\ntarget: 1\n"
    exercise = parse(f"{text}learning_rate: 1\nactivation: linear\n", "c.yaml")
    working = work(derive_passes(exercise.network), exercise.given(0), Exact())
    errors = running_errors(working)
    assert (errors["w1"], errors["y_true"]) == (0, 0)
    assert errors["z_out"] == pytest.approx(2**-53 * (1 + 4))  # one product, one sum
