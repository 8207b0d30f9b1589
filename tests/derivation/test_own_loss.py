"""A loss that is given by its formula is worked as a loss with a name is."""

import json

import pytest
from support.configurations import complaint
from support.graph_claims import check_saving, check_training
from support.program import Backprop

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import work
from backprop_cli.config.load import parse
from backprop_cli.derivation.derive import derive
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.gradient_check import check_gradients

NETWORK = """\
examples:
- {inputs: [0.5, -1.2], target: [0.8, 0.1]}
- {inputs: [1.5, 0.3], target: [0.2, 0.6]}
weights: {hidden: [[0.3, -0.1], [0.7, 0.2]], output: [[0.4, -0.5], [0.6, 0.9]]}
biases: {hidden: 0.1, output: [0.2, -0.3]}
activation: {hidden: tanh, output: sigmoid}
batch_size: all
learning_rate: 0.3
"""
# The definitions, as a text has them, and the names that they have here.
BY_NAME = {
    "0.5 * (y_true - y_hat)^2": "half_squared_error",
    "(t - y)² / 2": "half_squared_error",
    "(y - ŷ)^2": "squared_error",
    "(target - output)^2 / n": "mean_squared_error",
    "abs(d - o) / n": "mean_absolute_error",
    "-(t * ln(y) + (1 - t) * ln(1 - y))": "binary_cross_entropy",
    "ln((exp(y - t) + exp(t - y)) / 2)": "log_cosh",
}


def read(loss: str, more: str = "") -> Exercise:
    return parse(f"{NETWORK}loss: {json.dumps(loss)}\n{more}", "c.yaml")


@pytest.mark.parametrize(("formula", "name"), BY_NAME.items())
def test_it_has_the_value_and_the_gradients_of_the_loss_that_it_defines(
    formula: str, name: str
) -> None:
    own, named = (
        work(derive(one.network), one.numbers, Exact()).values
        for one in (read(formula), read(name))
    )
    assert own["Loss"] == pytest.approx(named["Loss"], rel=1e-12, abs=0)
    for parameter in read(name).network.parameters:
        gradient = f"∂Loss/∂{parameter}"
        assert own[gradient] == pytest.approx(named[gradient], rel=1e-9, abs=0)


@pytest.mark.parametrize("formula", [*BY_NAME, "max(0, abs(y - t) - 0.1)", "1 - exp(-(y - t)^2)"])
@pytest.mark.parametrize("more", ["", "penalty: {l2: 0.1}\nreduction: sum\n"])
def test_training_checks_and_saving_hold_of_it(formula: str, more: str) -> None:
    exercise = read(formula, more)
    assert all(check.passes for check in check_gradients(exercise))
    check_training(exercise)
    check_saving(exercise)


@pytest.mark.parametrize("notation", ["plain", "delta", "matrix"])
def test_it_is_shown_with_its_formula_and_its_derivative(backprop: Backprop, notation: str) -> None:
    text = f"{NETWORK}loss: (y - t)^2 / 2\nrounding: 4\n"
    found = backprop("run", "-", "--notation", notation, input=text)
    assert (found.returncode, found.stderr) == (0, "")
    assert "The loss is the formula of the file, added over the outputs." in found.stdout
    assert "Loss_o1 = (ŷ_o1 − y_true_o1)^2 / 2 = " in found.stdout
    assert "2 * (ŷ_o1 − y_true_o1) / 2" in found.stdout.replace("[1]", "")


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("(w - t)^2", "8:9: loss: w is nothing in a loss; write y_hat for the prediction, y_true"),
        ("t^2", "8:7: loss: this loss does not depend on the prediction; write y_hat for it"),
        ("(y - t", "8:8: loss: the ( that is opened here is not closed"),
        ("__import__(y)", "8:8: loss: there is no function called __import__"),
        ("+ y" * 3000, "8:8: loss: this formula has 9000 characters; write at most"),
        ("y_hatt * 2", "8:8: loss: y_hatt is nothing in a loss; write y_hat"),
        (
            "squared_eror",
            "8:7: loss: there is no loss called squared_eror; did you mean squared_error",
        ),
    ],
)
def test_a_slip_in_it_is_told_at_its_place(formula: str, said: str) -> None:
    text = NETWORK.replace("batch_size: all\n", "")
    assert said in complaint(f'{text}loss: "{formula}"\n')


def test_settings_go_with_names_alone() -> None:
    assert "there is no loss called" in complaint(f'{NETWORK}loss: {{name: "y^2"}}\n')


def test_a_script_is_refused_with_the_reason(backprop: Backprop) -> None:
    for library in ("pytorch", "jax", "numpy"):
        text = f"{NETWORK}loss: (y - t)^2\n"
        done = backprop("export", "-", "--to", library, input=text)
        assert (done.stdout, done.returncode) == ("", 2)
        assert "this one is a formula of its own; use a loss with a name" in done.stderr


def test_where_it_has_no_value_it_is_said(backprop: Backprop) -> None:
    text = f"{NETWORK}loss: ln(y - 5) + t\n"
    done = backprop("run", "-", input=text)
    assert done.returncode == 1
    assert "does not exist" in done.stderr
