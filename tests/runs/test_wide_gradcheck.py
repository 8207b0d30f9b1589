"""The gradient check of wide layers: it finds what it finds elsewhere, at a cost in proportion."""

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from support.gradient_checks import failing, steps_worked
from support.networks import activated, fully_connected
from support.planted import plant

from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.gradient_check import check_gradients


def wide(activations: Sequence[str], widths: Sequence[int], loss: str) -> Exercise:
    """A fully connected network of two inputs, whose first output is the one that is right."""
    exercise = activated(fully_connected(2, widths), activations)
    network = replace(exercise.network, loss=loss)
    wrong = Decimal(-1 if LOSSES[loss].only_ends else 0)
    targets = dict.fromkeys(network.targets, wrong) | {network.targets[0]: Decimal(1)}
    return Exercise(network, {**exercise.numbers, **targets})


@pytest.mark.parametrize("loss", sorted(LOSSES))
def test_in_a_wide_softmax_every_gradient_that_is_off_by_a_thousandth_is_found(loss: str) -> None:
    exercise = wide([SOFTMAX], [14], loss)
    assert failing(exercise) == set()
    for parameter in exercise.network.weights[::9]:
        with pytest.MonkeyPatch.context() as patch:
            plant(patch, parameter, "1.001")
            assert failing(exercise) == {parameter}


@pytest.mark.parametrize("hidden", [SOFTMAX, "tanh", "leaky_relu"])
def test_in_a_wide_hidden_layer_every_gradient_that_is_off_by_a_thousandth_is_found(
    hidden: str,
) -> None:
    exercise = wide([hidden, hidden, "sigmoid"], [14, 13, 2], "half_squared_error")
    checks = check_gradients(exercise)
    assert [check.parameter for check in checks if not check.passes] == []
    telling = [check.parameter for check in checks if check.gradient]
    assert len(telling) > 100
    for parameter in telling[::40]:
        with pytest.MonkeyPatch.context() as patch:
            plant(patch, parameter, "1.001")
            assert failing(exercise) == {parameter}


@pytest.mark.parametrize("sums", [[60, 0], [0, 0], [800, -800], [40, 39.9]])
@pytest.mark.parametrize("loss", ["binary_cross_entropy", "squared_error"])
def test_however_sure_a_wide_softmax_is_no_right_gradient_is_called_wrong(
    loss: str, sums: Sequence[float]
) -> None:
    exercise = wide([SOFTMAX], [20], loss)
    # The inputs are 1 and 0: the first weight of a neuron is its weighted sum, but for the bias.
    numbers = {**exercise.numbers, "x1": Decimal(1), "x2": Decimal(0), "b1": Decimal(0)}
    for at, neuron in enumerate(exercise.network.layers[0].neurons):
        numbers[neuron.edges[0].weight] = Decimal(sums[at > 0]) + Decimal(at) / 100
    assert failing(exercise._replace(numbers=numbers)) == set()


def test_in_a_wide_softmax_the_difference_is_that_of_the_loss() -> None:
    # By hand: the gradient by a weighted sum of a softmax with cross-entropy is ŷ − y, and x1's
    # weight has x1 times that.
    exercise = wide([SOFTMAX], [30], "cross_entropy")
    numbers = {name: float(number) for name, number in exercise.numbers.items()}
    neurons = exercise.network.layers[0].neurons
    exps = [
        math.exp(
            sum(numbers[edge.source] * numbers[edge.weight] for edge in neuron.edges)
            + numbers["b1"]
        )
        for neuron in neurons
    ]
    found = {check.parameter: check.difference for check in check_gradients(exercise)}
    for at, neuron in enumerate(neurons):
        for edge in neuron.edges:
            by_hand = (exps[at] / sum(exps) - (at == 0)) * numbers[edge.source]
            assert found[edge.weight] == pytest.approx(by_hand, rel=1e-8, abs=0)


@pytest.mark.parametrize("loss", ["cross_entropy", "squared_error", "binary_cross_entropy"])
def test_the_check_of_a_softmax_costs_in_proportion_to_its_outputs(
    loss: str,
) -> None:
    def worked(outputs: int) -> int:
        return steps_worked(wide([SOFTMAX], [outputs], loss))

    assert worked(130) <= 11 * worked(13)
