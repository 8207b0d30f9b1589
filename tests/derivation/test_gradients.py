"""Every gradient is the derivative of the loss, as two independent calculations find it.

Neither shares anything with the program but the description of the network: sympy differentiates
the composed formula of the loss; mpmath takes differences of the loss in sixty digits.
"""

import math
from collections.abc import Mapping
from typing import Any

import mpmath  # type: ignore[import-untyped]
import pytest
import sympy  # type: ignore[import-untyped]
from hypothesis import given, settings
from support.networks import exercises, fully_connected

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import work
from backprop_cli.derivation.derive import derive
from backprop_cli.network.exercise import Exercise, Figure
from backprop_cli.network.neurons import Layer, Neuron
from backprop_cli.network.structure import Network

DIGITS = 60
STEP = mpmath.mpf("1e-20")  # of a central difference: its error is about 1e-40

# The relative error allowed. A gradient that nearly cancels out keeps the absolute rounding error
# of the parts that it is the sum of, so below FLOOR no digits of it are certain.
TOLERANCE = 1e-10
FLOOR = 1e-14


def values_of(exercise: Exercise) -> Mapping[str, float]:
    return work(derive(exercise.network), exercise.numbers, Exact()).values


def close(computed: float, expected: Any, floor: float = FLOOR) -> bool:
    return math.isclose(computed, float(expected), rel_tol=TOLERANCE, abs_tol=floor)


# --- the independent calculations ------------------------------------------------------------


def forward(network: Network, numbers: Mapping[str, Any], exp: Any) -> dict[str, Any]:
    """Weighted sums, activations and the loss by name, in the numbers' own arithmetic."""
    found: dict[str, Any] = {}
    feeding = {name: numbers[name] for name in network.inputs}
    for layer in network.layers:
        after = {}
        for neuron in layer.neurons:
            total = 0 if neuron.bias is None else numbers[neuron.bias]
            for edge in neuron.edges:
                total = total + feeding[edge.source] * numbers[edge.weight]
            after[neuron.name] = 1 / (1 + exp(-total))
            found[f"z_{neuron.name}"] = total
            found[f"a_{neuron.name}"] = after[neuron.name]
        feeding = after
    several = len(feeding) > 1
    found["Loss"] = 0
    for name, prediction in feeding.items():
        target = numbers[f"y_true_{name}" if several else "y_true"]
        loss = (target - prediction) ** 2 / 2
        found[f"Loss_{name}" if several else "Loss"] = loss
        if several:
            found["Loss"] += loss
    return found


def in_many_digits(numbers: Mapping[str, Figure]) -> dict[str, Any]:
    return {name: mpmath.mpf(str(number)) for name, number in numbers.items()}


def differences(exercise: Exercise) -> dict[str, Any]:
    """The central difference of the loss by every parameter, in sixty digits."""
    network, numbers = exercise.network, in_many_digits(exercise.numbers)

    def loss(name: str, moved: Any) -> Any:
        return forward(network, {**numbers, name: numbers[name] + moved}, mpmath.exp)["Loss"]

    return {
        name: (loss(name, STEP) - loss(name, -STEP)) / (2 * STEP) for name in network.parameters
    }


# --- gradients -------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(exercises(most_layers=3, most_wide=2, most_inputs=2))
def test_every_gradient_is_the_derivative_of_the_composed_formula(exercise: Exercise) -> None:
    network = exercise.network
    symbols = {name: sympy.Symbol(name) for name in exercise.numbers}
    loss = forward(network, symbols, sympy.exp)["Loss"]
    point = {symbols[name]: sympy.Rational(str(n)) for name, n in exercise.numbers.items()}
    values = values_of(exercise)
    for name in network.parameters:
        expected = loss.diff(symbols[name]).evalf(30, subs=point)
        assert close(values[f"∂Loss/∂{name}"], expected), name


@settings(max_examples=50, deadline=None)
@given(exercises())
def test_every_gradient_is_the_limit_of_differences_of_the_loss(exercise: Exercise) -> None:
    values = values_of(exercise)
    with mpmath.workdps(DIGITS):
        for name, expected in differences(exercise).items():
            assert close(values[f"∂Loss/∂{name}"], expected), name


@pytest.mark.parametrize("widths", [(3, 2), (2, 2, 2, 2, 1), (4, 3, 5, 2, 3), (1, 1, 1, 1, 1)])
def test_gradients_keep_ten_digits_however_small_they_are(widths: tuple[int, ...]) -> None:
    exercise = fully_connected(3, widths)
    values = values_of(exercise)
    with mpmath.workdps(DIGITS):
        for name, expected in differences(exercise).items():
            assert close(values[f"∂Loss/∂{name}"], expected, floor=0), name


@settings(max_examples=50, deadline=None)
@given(exercises())
def test_activations_and_losses_are_those_of_an_independent_forward_pass(
    exercise: Exercise,
) -> None:
    values = values_of(exercise)
    with mpmath.workdps(DIGITS):
        numbers = in_many_digits(exercise.numbers)
        for name, expected in forward(exercise.network, numbers, mpmath.exp).items():
            assert close(values[name], expected), name


@settings(max_examples=50, deadline=None)
@given(exercises())
def test_an_update_goes_against_the_gradient_and_leaves_frozen_parameters_out(
    exercise: Exercise,
) -> None:
    network, values = exercise.network, values_of(exercise)
    rate = float(exercise.numbers["learning_rate"])
    for name in network.parameters:
        gradient = values[f"∂Loss/∂{name}"]
        assert (f"{name}_new" in values) == (name not in network.frozen)
        if name not in network.frozen:
            assert values[f"{name}_new"] == values[name] - rate * gradient


def test_a_neuron_that_feeds_nothing_has_gradients_of_zero() -> None:
    exercise = fully_connected(2, (2, 1))
    hidden, (out,) = exercise.network.layers[0], exercise.network.outputs
    kept, cut = out.edges  # h2 no longer feeds out
    layers = (hidden, Layer("output", (Neuron(out.name, (kept,), out.bias),)))
    numbers = {name: n for name, n in exercise.numbers.items() if name != cut.weight}
    values = values_of(Exercise(Network(exercise.network.inputs, layers), numbers))
    assert values["∂Loss/∂w3"] == values["∂Loss/∂w4"] == 0
    assert values["∂Loss/∂w1"] != 0


# --- work ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("inputs", "widths"),
    [
        (3, (4, 4, 4, 4, 2)),
        (6, (6, 6, 6, 6, 6)),
        (2, (2,) * 40),  # 2^40 paths from an input to an output
        (50, (100, 50, 2)),  # 10,100 weights
    ],
)
def test_work_is_proportional_to_the_weights_and_not_to_the_paths(
    inputs: int, widths: tuple[int, ...]
) -> None:
    network = fully_connected(inputs, widths).network
    steps = derive(network).steps
    assert len(steps) <= 8 * len(network.weights) + 10 * sum(widths)


@settings(max_examples=50, deadline=None)
@given(exercises())
def test_a_step_uses_only_what_was_given_or_worked_before_it(exercise: Exercise) -> None:
    derivation = derive(exercise.network)
    assert len(derivation.by_name) == len(derivation.steps), "each quantity is worked once"
    # A quantity that is not there yet would be a KeyError.
    assert set(values_of(exercise)) == set(exercise.numbers) | set(derivation.by_name)
