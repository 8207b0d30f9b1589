"""A prediction that float64 or rounding makes exactly 0 or 1 is no error where it is right."""

from decimal import Decimal
from pathlib import Path

import pytest
from support.program import ROOT, Backprop

from backprop_cli.arithmetic.working import WorkingError
from backprop_cli.config.load import parse
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.gradient_check import check_gradients
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate

NEURON = """\
inputs: [{x}]
weights: {{output: [[1]]}}
target: {target}
learning_rate: 0.5
loss: binary_cross_entropy
"""


def neuron(x: str, target: str, more: str = "") -> Exercise:
    return parse(NEURON.format(x=x, target=target) + more, "c.yaml")


# sigmoid(800) is 1 − 3.7e-348, of which float64 makes 1; sigmoid(−800) is 0 in float64.
RIGHT = [("800", "1", 1.0), ("-800", "0", 0.0)]


@pytest.mark.parametrize(("x", "target", "prediction"), RIGHT)
@pytest.mark.parametrize("rounding", ["", "rounding: 4\n"])
def test_the_loss_of_a_perfect_prediction_is_0_and_so_are_its_gradients(
    x: str, target: str, prediction: float, rounding: str
) -> None:
    values = calculate(neuron(x, target, rounding)).working.values
    assert float(values["y_hat"]) == prediction
    assert values["Loss"] == values["∂Loss/∂w1"] == 0
    # As y_hat → y from where predictions are, (y_hat − y) / (y_hat * (1 − y_hat)) → 1 − 2 y.
    assert float(values["∂Loss/∂y_hat"]) == 1 - 2 * int(target)


@pytest.mark.parametrize("rounding", ["", "rounding: 4\n"])
@pytest.mark.parametrize(
    ("x", "target", "loss"), [("60", "0", 60), ("60", "0.999", 0.06), ("-60", "1", 60)]
)
def test_of_a_wrong_one_it_is_what_it_is_although_float64_makes_it_1(
    x: str, target: str, loss: float, rounding: str
) -> None:
    values = calculate(neuron(x, target, rounding)).working.values
    assert abs(float(values["Loss"]) - loss) < 0.03
    slip = 0.01 if rounding else 1e-10
    assert abs(float(values["∂Loss/∂z_out"]) - (float(x) > 0) + float(target)) < slip


@pytest.mark.parametrize(("x", "target"), [("-800", "1"), ("800", "0"), ("800", "0.5")])
def test_a_derivative_beyond_float64_is_no_obstacle_to_what_is_within(x: str, target: str) -> None:
    # By hand: under a sigmoid with the binary cross-entropy, it is the prediction − the target.
    right = (float(x) > 0) - float(target)
    for rounding, slip in (("", 1e-10), ("rounding: 4\n", 0.01)):
        values = calculate(neuron(x, target, rounding)).working.values
        assert abs(float(values["∂Loss/∂z_out"]) - right) < slip


@pytest.mark.parametrize("rounding", ["", "rounding: 4\n"])
def test_a_prediction_next_to_the_target_is_not_the_target(rounding: str) -> None:
    # The square of the distance is 0 in float64, the distance is not.
    with pytest.raises(WorkingError, match=r"Loss: at neuron out ln\(−1(.0)?e−200\)"):
        calculate(neuron("-1e-200", "0", f"activation: linear\n{rounding}"))


@pytest.mark.parametrize(("x", "target"), [("1.5", "1"), ("-0.5", "0"), ("1.5", "0.5")])
def test_a_prediction_that_is_no_probability_has_no_logarithm(x: str, target: str) -> None:
    with pytest.raises(WorkingError, match=r"Loss: at neuron out ln\(−0.5\)"):
        calculate(neuron(x, target, "activation: linear\n"))


def test_training_goes_on_through_perfect_predictions() -> None:
    text = """\
examples: [{inputs: [1], target: 1}, {inputs: [-1], target: 0}]
weights: {output: [[30]]}
learning_rate: 1
loss: binary_cross_entropy
optimizer: momentum
"""
    # With a first velocity of −10 the weight goes to 39 and beyond, where sigmoid(z) is 1.
    exercise = parse(text, "c.yaml")
    exercise = exercise._replace(numbers={**exercise.numbers, "v_w1": Decimal(-10)})
    done = calculate(exercise, Plan(epochs=50))
    (*_, (epoch, loss)) = done.history
    assert epoch == 50
    assert 0 <= loss < 1e-15
    assert float(done.after["w1"]) > 100


def test_the_gradient_check_takes_it_as_it_is() -> None:
    checks = check_gradients(neuron("60", "1"))
    assert all(check.passes for check in checks)


def test_the_line_says_why(backprop: Backprop, tmp_path: Path) -> None:
    path = tmp_path / "perfect.yaml"
    path.write_text(NEURON.format(x="800", target="1"), encoding="utf-8")
    loss = backprop("run", path, "--explain", "Loss").stdout
    assert "Loss = 0" in " ".join(loss.split())
    assert "the prediction is the target" in loss
    slope = backprop("run", path, "--explain", "dLoss/dz_out").stdout
    assert "= 1 − 2 * y_true = 1 − 2 * 1 = −1" in " ".join(slope.split())


def test_where_nothing_is_exact_the_formula_is_the_usual_one(backprop: Backprop) -> None:
    done = backprop("run", ROOT / "configs" / "relu.yaml")
    assert " if " not in "".join(line for line in done.stdout.splitlines() if "ln(" in line)
    assert "the prediction is the target" not in done.stdout
