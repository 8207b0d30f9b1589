"""A penalty on the weights, against differences of the whole loss in sixty digits.

The loss is the textbooks': the mean (or the sum) of the examples' losses, and once for each update
0.5 * l2 * Σ w^2, or l1 * Σ |w|.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import mpmath  # type: ignore[import-untyped]
import pytest
from support import graphs
from support.configurations import complaint
from support.differences import DIGITS, STEP
from support.graph_texts import CELL, CONVOLUTION, MIXED, SLOPES

from backprop_cli import config
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.gradient_check import check_gradients
from backprop_cli.runs.updates import Updates

PLAIN = """\
inputs: {x1: 0.5, x2: -1}
weights:
  hidden: {h1: {x1: 0.15, x2: 0.20}, h2: {x1: -0.25, x2: 0.30}}
  output: {out: {h1: 0.40, h2: -0.45}}
biases: {hidden: 0.35, output: -0.6}
target: 0.1
learning_rate: 0.5
"""
SEVERAL = PLAIN.replace(
    "inputs: {x1: 0.5, x2: -1}\n",
    "examples: [{inputs: {x1: 0.5, x2: -1}, target: 0.1}, {inputs: [1, 2], target: 0.7},"
    " {inputs: [-2, 0.3], target: 0.4}]\n",
).replace("target: 0.1\nl", "l")
NETWORKS = {
    "layers": PLAIN,
    "cell": CELL,
    "convolution": CONVOLUTION,
    "mixed": MIXED,
    "slopes": SLOPES,
}
PENALTIES = ("{l2: 0.1}", "{l1: 0.03}", "{l2: 0.2, biases: true}", "{l1: 0.03, biases: true}")

Numbers = Mapping[str, Any]


def exercise(text: str, penalty: str, more: str = "") -> Exercise:
    return config.parse(f"{text}penalty: {penalty}\n{more}", "network.yaml")


def whole_loss(given: Exercise, numbers: Numbers, batch: Sequence[int]) -> Any:
    """The loss of a batch with its penalty, by the textbooks' formulas."""
    network = given.network
    total = mpmath.mpf(0)
    for at in batch:
        own = {name: mpmath.mpf(str(number)) for name, number in given.given(at).items()}
        total += graphs.worked(network, {**own, **numbers})["Loss"]
    if network.reduction == "mean":
        total /= len(batch)
    names = [*network.weights, *(network.biases if network.penalizes_biases else ())]
    assert len({*names}) == len(names)
    strength = mpmath.mpf(str(given.numbers[network.penalty]))
    if network.penalty == "l2":
        return total + strength / 2 * sum(numbers[name] ** 2 for name in names)
    return total + strength * sum(abs(numbers[name]) for name in names)


def check(given: Exercise, batch: tuple[int, ...]) -> None:
    """The worked loss and gradients of an update, and the new values by them."""
    working = Updates(given).work(given.numbers, batch, batch[0], Exact())
    with mpmath.workdps(DIGITS):
        numbers = {n: mpmath.mpf(str(given.numbers[n])) for n in given.network.parameters}
        assert math.isclose(working.loss, whole_loss(given, numbers, batch), rel_tol=1e-12)
        for name in given.network.parameters:
            sides = [
                whole_loss(given, {**numbers, name: numbers[name] + step}, batch)
                for step in (STEP, -STEP)
            ]
            expected = float((sides[0] - sides[1]) / (2 * STEP))
            found = working.values[working.update_gradient(name)]
            assert math.isclose(found, expected, rel_tol=1e-10, abs_tol=1e-14), name
            moved = float(given.numbers[name]) - float(given.numbers["learning_rate"]) * expected
            assert math.isclose(working.values[f"{name}_new"], moved, rel_tol=1e-10), name


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_loss_and_its_gradients_are_those_of_both_parts(name: str, penalty: str) -> None:
    check(exercise(NETWORKS[name], penalty), (0,))


@pytest.mark.parametrize("penalty", PENALTIES)
@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_in_a_batch_the_penalty_counts_once(reduction: str, penalty: str) -> None:
    given = exercise(SEVERAL, penalty, f"batch_size: all\nreduction: {reduction}\n")
    check(given, (0, 1, 2))
    check(given, (1, 2))
    check(given, (2,))


@pytest.mark.parametrize("penalty", [*PENALTIES, "{l1: 0}"])
@pytest.mark.parametrize("text", [*NETWORKS.values(), f"{SEVERAL}batch_size: 2\nreduction: sum\n"])
def test_the_gradient_check_knows_the_penalty(text: str, penalty: str) -> None:
    given = exercise(text, penalty)
    batch = tuple(range(given.example_count))
    values = Updates(given).work(given.numbers, batch, 0, Exact())
    for found in check_gradients(given):
        assert found.passes, found
        expected = values.values[values.update_gradient(found.parameter)]
        assert math.isclose(found.gradient, expected, rel_tol=1e-12, abs_tol=1e-15)
        assert math.isclose(found.difference, expected, rel_tol=1e-6, abs_tol=1e-12)


def test_of_a_weight_that_is_0_the_penalty_s_derivative_is_taken_for_0() -> None:
    given = exercise(PLAIN.replace("x1: 0.15", "x1: 0"), "{l1: 0.5}")
    values = Updates(given).work(given.numbers, (0,), 0, Exact()).values
    assert values["∂Penalty/∂w1"] == 0
    assert values["∂Loss/∂w1"] == values["∂DataLoss/∂w1"] != 0
    assert all(found.passes for found in check_gradients(given))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("penalty: {}", "8:10: penalty: a penalty needs its strength: {l2: 0.1} or {l1: 0.1}"),
        ("penalty: {biases: true}", "8:10: penalty: a penalty needs its strength"),
        ("penalty: l2", "8:10: penalty: a penalty is a mapping, {l2: 0.1} or {l1: 0.1}"),
        ("penalty: 0.1", "8:10: penalty: a penalty is a mapping, {l2: 0.1} or {l1: 0.1}"),
        ("penalty: [0.1]", "8:10: penalty: a penalty is a mapping, {l2: 0.1} or {l1: 0.1}"),
        (
            "penalty: {l3: 0.1}",
            "8:11: penalty.l3: there is no such key; the keys are l2, l1, biases",
        ),
        ("penalty: {l2: -0.1}", "8:15: penalty.l2: this is at least 0; -0.1 is not"),
        ("penalty: {l2: much}", "8:15: penalty.l2: much"),
        ("penalty: {l2: .inf}", "8:15: penalty.l2: "),
        ("penalty: {l2: 0.1, l1: 0.2}", "penalty.l1: l2, l1 are two penalties; keep one"),
        ("penalty: {l2: 0.1, biases: 3}", "8:28: penalty.biases: "),
        ("l2: 0.1", "8:1: l2: there is no such key; penalty: {l2: 0.01} adds to the loss"),
        ("reduction: product", "8:12: reduction: there is no reduction called product; "),
        ("reduction: [sum]", "8:12: reduction: a name belongs here, not a list or a mapping"),
    ],
)
def test_a_slip_is_told_with_its_place(line: str, said: str) -> None:
    assert said in complaint(f"{PLAIN}{line}\n")


def test_without_a_target_there_is_nothing_that_a_penalty_could_be_added_to() -> None:
    text = PLAIN.replace("target: 0.1\nlearning_rate: 0.5\n", "penalty: {l2: 0.1}\n")
    assert "penalty: a penalty is added to the loss, and without a target there is none" in (
        complaint(text)
    )


def test_where_there_are_no_weights_a_penalty_is_refused() -> None:
    text = 'inputs: {x: 2}\nparameters: {p: 3}\nweights: {graph: {y: "p * x"}}\ntarget: 1\n'
    said = "there is no weight that it could be on; a parameter that stands in formulas alone"
    assert said in complaint(f"{text}learning_rate: 0.1\npenalty: {{l2: 0.1}}\n")


@pytest.mark.parametrize("name", ["l2", "Penalty", "DataLoss", "MeanDataLoss"])
def test_the_penalty_s_names_are_its_own(name: str) -> None:
    text = PLAIN.replace("x1", name)
    assert config.parse(text, "network.yaml")
    assert f"{name} is already" in complaint(f"{text}penalty: {{l2: 0.1}}\n")


def test_a_perceptron_has_no_loss_to_add_a_penalty_to() -> None:
    text = "inputs: [1]\nweights: {output: [[1]]}\ntarget: 1\nlearning_rate: 1\n"
    text += "optimizer: perceptron\nactivation: binary_step\npenalty: {l2: 1}\n"
    assert "penalty: the perceptron rule uses the error" in complaint(text)
