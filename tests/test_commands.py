"""`backprop activation` and `backprop new`, as their users call them."""

import re

import mpmath  # type: ignore[import-untyped]
import pytest
from conftest import Backprop

from backprop_cli import config
from backprop_cli.activations import ACTIVATIONS
from backprop_cli.losses import LOSSES
from backprop_cli.schema import ACTIVATION_NAMES
from backprop_cli.template import sizes_of, template


def test_a_function_is_worked_at_a_point_with_its_numbers_put_in(backprop: Backprop) -> None:
    run = backprop("activation", "sigmoid", "0.3775")
    # 0.5933 and 0.2413 are the worked example's a_h1 and its derivative.
    assert "sigmoid(0.3775)  = 1 / (1 + exp(−0.3775)) ≈ 0.5933" in run.stdout
    assert "sigmoid′(0.3775) = 0.5933 * (1 − 0.5933)  ≈ 0.2413" in run.stdout
    assert run.returncode == 0


def test_negative_points_are_numbers_not_options(backprop: Backprop) -> None:
    run = backprop("activation", "tanh", "-1", "0", "1", "--decimals", "6")
    expected = mpmath.nstr(mpmath.tanh(1), 6, strip_zeros=False)
    rows = re.findall(r"│ (−?[0-9.]+) +│ +(−?[0-9.]+) │ +([0-9.]+) │", run.stdout)
    assert [row[:2] for row in rows] == [("−1", f"−{expected}"), ("0", "0.000000"), ("1", expected)]


def test_without_a_name_every_function_is_listed(backprop: Backprop) -> None:
    run = backprop("activation")
    assert [name for name in ACTIVATIONS if f"│ {name} " not in run.stdout] == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("sigmod", "1"), "activation sigmod: there is no such function; the nearest names are"),
        (("relu", "one"), "one is not a number"),
        (("relu", ".inf"), "is not finite"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    backprop: Backprop, arguments: tuple[str, ...], complaint: str
) -> None:
    run = backprop("activation", *arguments)
    assert (run.stdout, run.returncode, run.stderr.count("\n")) == ("", 2, 1)
    assert complaint in run.stderr


@pytest.mark.parametrize("activation", ACTIVATION_NAMES)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("sizes", ["1-1", "2-3-1", "3-2-2-4"])
def test_a_new_configuration_loads_as_it_was_asked_for(
    sizes: str, activation: str, loss: str
) -> None:
    exercise = config.parse(template(sizes_of(sizes), activation, loss, 7), "new.yaml")
    network = exercise.network
    widths = [len(network.inputs), *(len(layer.neurons) for layer in network.layers)]
    assert "-".join(map(str, widths)) == sizes
    assert network.loss == loss
    assert {layer.activation for layer in network.layers[:-1]} <= {activation}
    assert all(abs(float(exercise.numbers[name])) <= 1 for name in network.weights)


def test_a_seed_draws_the_same_numbers_every_time(backprop: Backprop) -> None:
    asked = ("new", "2-3-1", "--activation", "tanh", "--seed", "7")
    first, second = backprop(*asked), backprop(*asked)
    assert first.stdout == second.stdout
    assert "seed 7" in first.stdout
    assert backprop(*asked[:-1], "8").stdout != first.stdout


@pytest.mark.parametrize("sizes", ["2", "2-0-1", "a-b", "2--1", "-2-1", "2-99999-1", "²-1"])
def test_sizes_that_are_none_are_refused(backprop: Backprop, sizes: str) -> None:
    run = backprop("new", "--seed", "1", "--", sizes)
    assert (run.stdout, run.returncode) == ("", 2)
    assert "Traceback" not in run.stderr
