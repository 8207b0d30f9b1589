"""The gradient check passes what is right, finds what is wrong, and names the kinks."""

import math
import sys
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.gradient_checks import failing, steps_worked
from support.networks import fully_connected, trainings, with_examples
from support.planted import plant
from support.program import ROOT, Backprop

from backprop_cli.algebra.expression import Number, Product
from backprop_cli.arithmetic.working import WorkingError
from backprop_cli.config.load import load, parse
from backprop_cli.derivation import derive
from backprop_cli.derivation.steps import Step
from backprop_cli.functions.activation import Z
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.network.exercise import Batches, Example, Exercise
from backprop_cli.runs.gradient_check import TOLERANCE, Check, check_gradients

# The perceptron has no gradients.
SHIPPED = sorted(set((ROOT / "configs").glob("*.yaml")) - {ROOT / "configs" / "perceptron.yaml"})

ONE_NEURON = """\
inputs: {{x1: {x}}}
weights: {{hidden: {{h1: {{x1: 1}}}}, output: {{out: {{h1: 0.5}}}}}}
biases: {{hidden: {bias}}}
target: 1
learning_rate: 0.5
activation: {{hidden: {activation}, output: linear}}
"""
# elu bends at 0 too, but its derivative, 1 on either side, is the same.
KINKED = ("relu", "leaky_relu", "parametric_relu", "selu", "binary_step")


def one_neuron(activation: str, x: str = "1", bias: str = "-1") -> Exercise:
    return parse(ONE_NEURON.format(activation=activation, x=x, bias=bias), "c.yaml")


def checked(exercise: Exercise) -> Mapping[str, Check]:
    return {check.parameter: check for check in check_gradients(exercise)}


# --- what is right ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_configuration_passes(path: Path, backprop: Backprop) -> None:
    exercise = load(str(path))
    found = checked(exercise)
    network = exercise.network
    assert tuple(found) == (network.parameters or network.inputs)
    assert all(check.agrees and not check.kinks for check in found.values())
    # The circuit's derivatives are whole numbers, and so are its differences.
    assert network.parameters == () or max(check.disagreement for check in found.values()) > 0
    assert max(check.disagreement for check in found.values()) <= TOLERANCE
    done = backprop("run", path, "--gradcheck")
    assert (done.stderr, done.returncode) == ("", 0)
    agree = f"All {len(found)} gradients agree" if len(found) > 1 else "The gradient agrees"
    assert f"{agree} to within the tolerance of 1.0e−06." in " ".join(done.stdout.split())


@settings(max_examples=100, deadline=None)
@given(trainings())
def test_every_gradient_of_a_drawn_network_passes(exercise: Exercise) -> None:
    try:
        found = checked(exercise)
    except WorkingError:
        assume(False)
    assert [name for name, check in found.items() if not check.passes] == []
    kinked = {layer.activation for layer in exercise.network.layers} & set(KINKED)
    assert kinked or not any(check.kinks for check in found.values())


def test_of_several_examples_the_mean_loss_is_checked() -> None:
    # By hand: y = w x and the loss (w x − y)^2 have the gradient 2 (w x − y) x; here w = 0.5,
    # so −1 and 4, whose mean is 1.5.
    text = """\
examples: [{inputs: [1], target: 1}, {inputs: [2], target: 0}]
weights: {output: [[0.5]]}
activation: linear
loss: squared_error
learning_rate: 1
"""
    check = checked(parse(text, "c.yaml"))["w1"]
    assert check.gradient == 1.5
    assert check.difference == pytest.approx(1.5, rel=1e-9, abs=0)


# --- what is wrong ---------------------------------------------------------------------------

TWO_NEURONS = """\
examples: [{{inputs: [0.7], target: 0.9}}, {{inputs: [-0.6], target: 0.2}}]
weights: {{hidden: [[0.8], [-0.9]], output: [[0.5, 0.6]]}}
biases: {{output: 0.3}}
activation: {{hidden: {hidden}, output: sigmoid}}
loss: {loss}
learning_rate: 1
"""


def two_neurons(hidden: str = "tanh", loss: str = "squared_error") -> Exercise:
    text = TWO_NEURONS.format(hidden=hidden, loss=loss)
    if loss == "hinge":  # which takes −1 and 1 alone
        text = text.replace("target: 0.9", "target: 1").replace("target: 0.2", "target: -1")
    if loss == "binary_cross_entropy":  # whose derivative a sigmoid's shortcut does without
        text = text.replace("output: sigmoid", "output: hard_sigmoid")
    return parse(text, "c.yaml")


@pytest.mark.parametrize("name", sorted(set(ACTIVATIONS) - {"binary_step", "sign"}))
def test_a_derivative_that_is_wrong_by_a_hundred_thousandth_is_found(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert failing(two_neurons(name)) == set()
    row = ACTIVATIONS[name]
    off = Product((Number(Decimal("1.00001")), row.derivative))
    wrong = {**ACTIVATIONS, name: row._replace(derivative=off)}
    monkeypatch.setattr("backprop_cli.functions.activations.ACTIVATIONS", wrong)
    weights = {"w1", "w2"} if name != "sigmoid" else {"w1", "w2", "w3", "w4", "b1"}
    assert failing(two_neurons(name)) == weights


@pytest.mark.parametrize("name", sorted(set(LOSSES) - {"cross_entropy"}))
def test_a_wrong_derivative_of_a_loss_is_found_in_every_gradient(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise = two_neurons(loss=name)
    assert failing(exercise) == set()
    row = LOSSES[name]
    wrong = {
        **LOSSES,
        name: row._replace(
            derivative=row.derivative + Number(Decimal(1)), computed_derivative=None
        ),
    }
    monkeypatch.setattr("backprop_cli.functions.losses.LOSSES", wrong)
    assert failing(exercise) == set(exercise.network.parameters)


@pytest.mark.parametrize("function", ["sigmoid", "softmax"])
def test_a_wrong_shortcut_is_found_in_every_gradient(
    function: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss = "cross_entropy" if function == "softmax" else "binary_cross_entropy"
    exercise = parse(
        "inputs: [0.7, -0.4]\nweights: {output: [[0.5, -0.3], [0.2, 0.6]]}\nbiases: {output: 0.1}\n"
        f"target: [1, 0]\nactivation: {function}\nloss: {loss}\nlearning_rate: 0.5\n",
        "c.yaml",
    )
    assert failing(exercise) == set()

    def wrong(*given: Any) -> Step:
        step = shortcut(*given)
        return step._replace(expression=step.expression + Number(Decimal(1)), computed=None)

    shortcut = derive._difference
    monkeypatch.setattr(derive, "_difference", wrong)
    assert failing(exercise) == set(exercise.network.parameters)


def test_a_wrong_derivative_by_a_slope_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    row = ACTIVATIONS["parametric_relu"]
    wrong = {**ACTIVATIONS, row.name: row._replace(by_slope=Z)}
    monkeypatch.setattr("backprop_cli.functions.activations.ACTIVATIONS", wrong)
    assert failing(two_neurons("parametric_relu")) == {"s1"}


@settings(max_examples=60, deadline=None)
@given(trainings(), st.integers(0, 999))
def test_in_a_drawn_network_one_gradient_off_by_a_thousandth_is_found(
    exercise: Exercise, at: int
) -> None:
    try:
        found = checked(exercise)
    except WorkingError:
        assume(False)
    telling = [name for name, check in found.items() if check.gradient and not check.kinks]
    assume(telling)
    name = telling[at % len(telling)]
    with pytest.MonkeyPatch.context() as patch:
        plant(patch, name, "1.001")
        assert failing(exercise) == {name}


def test_a_gradient_too_small_for_float64_s_differences_is_found_as_well(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # sigmoid(-90) is 8e-40: the loss moves by far less than a unit of its last place.
    exercise = parse(ONE_WEIGHT.format(x=1, w=-90, more="").replace("target: 0", "target: 1"), "c")
    (check,) = check_gradients(exercise)
    # By hand: (ŷ − 1) ŷ (1 − ŷ), which is −ŷ next to 0, and ŷ = exp(−90) there.
    assert check.difference == pytest.approx(-math.exp(-90), rel=1e-10, abs=0)
    assert (check.agrees, check.again) == (True, True)
    plant(monkeypatch, "w1", "1.001")
    assert failing(exercise) == {"w1"}


# --- its cost --------------------------------------------------------------------------------


@pytest.mark.parametrize("example_count", [1, 2])
def test_weights_that_feed_one_neuron_share_the_differences_of_the_loss(
    example_count: int,
) -> None:
    def worked(inputs: int) -> int:
        exercise = fully_connected(inputs, (3, 1))
        if example_count > 1:
            example = Example((Decimal("0.01"),) * inputs, (Decimal(1),))
            exercise = with_examples(exercise, [example] * example_count, Batches())
        return steps_worked(exercise)

    assert worked(200) <= 2 * worked(20)  # twice, where some are looked into once more


# --- kinks -----------------------------------------------------------------------------------


@pytest.mark.parametrize("activation", KINKED)
def test_a_kink_is_named_at_its_very_point_and_not_failed(activation: str) -> None:
    found = checked(one_neuron(activation, bias="-1"))  # z_h1 is 0
    assert all(check.passes for check in found.values())
    for name in ("w1", "b1"):  # both move it
        assert (found[name].agrees, found[name].kinks) == (False, ("h1",)), name
    assert (found["w2"].agrees, found["w2"].kinks) == (True, ())


@pytest.mark.parametrize("bias", ["-0.9999999", "-1.0000001", "-0.99999999999999999999"])
@pytest.mark.parametrize("activation", [*KINKED, "elu"])
def test_beside_a_kink_there_is_a_derivative_to_check(
    activation: str, bias: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise = one_neuron(activation, bias=bias)
    assert all(check.agrees and not check.kinks for check in checked(exercise).values())
    row = ACTIVATIONS[activation]
    wrong = {**ACTIVATIONS, activation: row._replace(derivative=Number(Decimal("0.7")))}
    monkeypatch.setattr("backprop_cli.functions.activations.ACTIVATIONS", wrong)
    assert failing(exercise) == {"w1", "b1"}


def test_where_a_bend_has_the_same_derivative_on_both_sides_it_is_checked() -> None:
    # By hand: of half the square of relu(z), whose derivative is z or 0, that is 0 at 0.
    text = ONE_WEIGHT.format(x=1, w=1, more="biases: {output: -1}\nactivation: relu")
    found = checked(parse(text, "c.yaml"))
    assert [(one.gradient, one.difference, one.kinks) for one in found.values()] == [(0, 0, ())] * 2


@pytest.mark.parametrize("activation", KINKED)
def test_a_kink_far_away_is_no_excuse(activation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(check.agrees for check in checked(one_neuron(activation, bias="-0.9")).values())
    row = ACTIVATIONS[activation]
    wrong = {**ACTIVATIONS, activation: row._replace(derivative=Number(Decimal("0.7")))}
    monkeypatch.setattr("backprop_cli.functions.activations.ACTIVATIONS", wrong)
    assert failing(one_neuron(activation, bias="-0.9")) == {"w1", "b1"}


def test_a_kink_of_another_neuron_is_no_excuse(monkeypatch: pytest.MonkeyPatch) -> None:
    # h1's weighted sum is exactly 0, h2's is not; w2 feeds h2 alone.
    text = """\
inputs: [1]
weights: {hidden: [[0], [0.5]], output: [[1, 1]]}
activation: {hidden: relu, output: linear}
target: 3
learning_rate: 1
"""
    row = ACTIVATIONS["relu"]
    wrong = {**ACTIVATIONS, "relu": row._replace(derivative=Number(Decimal("0.7")))}
    monkeypatch.setattr("backprop_cli.functions.activations.ACTIVATIONS", wrong)
    found = checked(parse(text, "c.yaml"))
    assert (found["w1"].passes, found["w1"].kinks) == (True, ("h1",))
    assert (found["w2"].passes, found["w2"].kinks) == (False, ())


# --- on the command line ---------------------------------------------------------------------


@pytest.mark.parametrize("activation", ["relu", "binary_step"])
def test_a_kink_is_said_with_exit_code_0(
    backprop: Backprop, tmp_path: Path, activation: str
) -> None:
    path = tmp_path / "kink.yaml"
    path.write_text(ONE_NEURON.format(activation=activation, x="1", bias="-1"), encoding="utf-8")
    done = backprop("run", path, "--gradcheck")
    text = " ".join(done.stdout.split())
    assert (done.stderr, done.returncode) == ("", 0)
    assert "There is no derivative by w1 and b1, and nothing to check: exactly at these" in text
    assert "numbers the function of h1 bends or jumps. All other gradients agree" in text
    assert "Outside" not in text


WITH_A_WRONG_DERIVATIVE = """\
import sys
from backprop_cli.functions import activations
rows = dict(activations.ACTIVATIONS)
rows["sigmoid"] = rows["sigmoid"]._replace(derivative=rows["tanh"].derivative)
activations.ACTIVATIONS = rows
from backprop_cli.derivation import derive
derive.SHORTCUTS = set()  # which do without it
from backprop_cli.functions import losses
losses.LOSSES.update({name: row._replace(through=None) for name, row in losses.LOSSES.items()})
from backprop_cli.cli.entry import main
main()
"""


def test_a_wrong_gradient_is_named_with_exit_code_1(backprop: Backprop, tmp_path: Path) -> None:
    script = tmp_path / "wrong.py"
    script.write_text(WITH_A_WRONG_DERIVATIVE, encoding="utf-8")
    path = ROOT / "configs" / "xor.yaml"
    done = backprop("run", path, "--gradcheck", program=(sys.executable, str(script)))
    assert (done.stderr, done.returncode) == ("", 1)
    assert "Outside the tolerance of 1.0e−06: w1, w2, w3, w4, w5, w6, … and b3." in " ".join(
        done.stdout.split()
    )


def test_where_the_loss_does_not_exist_it_is_said_at_which_neuron(
    backprop: Backprop, tmp_path: Path
) -> None:
    path = tmp_path / "saturated.yaml"
    path.write_text(
        "examples: [{inputs: [0.5], target: 1}, {inputs: [60], target: 0.5}]\nactivation: linear\n"
        "weights: {output: [[1]]}\nloss: binary_cross_entropy\nlearning_rate: 1\n",
        encoding="utf-8",
    )
    done = backprop("run", path, "--gradcheck")
    assert (done.stdout, done.returncode) == ("", 1)
    assert done.stderr.startswith(f"{path}: Loss: at neuron out ln(−59")


def test_a_right_gradient_passes_where_inputs_are_large() -> None:
    # A step of 2^-13 of the weight changes the weighted sum by a quarter.
    text = "inputs: [2104]\nweights: {output: [[0.001]]}\nbiases: {output: -1.5}\n"
    exercise = parse(f"{text}target: 0.3\nlearning_rate: 1\n", "large.yaml")
    assert all(check.agrees and not check.kinks for check in checked(exercise).values())


SATURATED = """\
inputs: [{x}]
weights: {{output: [[1]]}}
biases: {{output: 0.25}}
target: 0
loss: binary_cross_entropy
learning_rate: 1
"""


@pytest.mark.parametrize("x", ["8", "16", "20", "-8", "-16", "-20"])
def test_a_logarithm_near_saturation_is_no_reason_to_call_a_gradient_wrong(x: str) -> None:
    assert failing(parse(SATURATED.format(x=x), "c.yaml")) == set()


@pytest.mark.parametrize("x", ["8", "16", "20", "-8", "-16"])
def test_near_saturation_a_wrong_derivative_is_found_all_the_same(
    x: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = LOSSES["binary_cross_entropy"]
    off = Product((Number(Decimal("1.0001")), row.derivative))
    off_row = row._replace(derivative=off, computed_derivative=None, through=None)
    monkeypatch.setattr("backprop_cli.functions.losses.LOSSES", {**LOSSES, row.name: off_row})
    monkeypatch.setattr(derive, "SHORTCUTS", set())  # which do without it
    assert failing(parse(SATURATED.format(x=x), "c.yaml")) == {"w1", "b1"}


def test_a_gradient_that_is_rounding_alone_passes() -> None:
    # The outputs share a bias, and a softmax is the same wherever all its weighted sums move to:
    # the gradient is 0, of which rounding may leave some last bits, as it does of the difference.
    text = """\
inputs: [2]
weights: {output: [[2], [-5.5]]}
biases: {output: 0.057}
activation: softmax
loss: squared_error
target: [0.3, 0.3]
learning_rate: 1
"""
    found = checked(parse(text, "c.yaml"))["b1"]
    assert (found.gradient, found.difference, found.disagreement, found.again) == (0, 0, 0, True)


def test_steps_so_long_that_the_loss_no_longer_exists_are_left_out() -> None:
    # A step of 2^-5 moves the weighted sum by 657, where 1 − sigmoid is 0 in float64.
    text = "inputs: [21040]\nweights: {output: [[0.0001]]}\nbiases: {output: -1.5}\ntarget: 0.3\n"
    exercise = parse(f"{text}loss: binary_cross_entropy\nlearning_rate: 1\n", "large.yaml")
    assert all(check.agrees and not check.kinks for check in checked(exercise).values())


ONE_WEIGHT = """\
inputs: [{x}]
weights: {{output: [[{w}]]}}
target: 0
learning_rate: 0.5
{more}
"""
CROSS_ENTROPY = "loss: binary_cross_entropy"


@pytest.mark.parametrize("x", ["1e3", "2e6", "3e6", "1e7", "1e9", "8.1e9", "1e11"])
def test_a_right_gradient_passes_where_a_large_input_has_a_small_weight(x: str) -> None:
    assert failing(parse(ONE_WEIGHT.format(x=x, w=1 / float(x), more=""), "c.yaml")) == set()


@pytest.mark.parametrize("w", ["1e8", "-1e8"])
def test_the_quick_difference_takes_a_step_in_proportion_to_a_large_number(w: str) -> None:
    (check,) = check_gradients(parse(ONE_WEIGHT.format(x=1, w=w, more="activation: linear"), "c"))
    assert (check.agrees, check.again) == (True, False)


def test_a_right_gradient_passes_where_large_numbers_cancel() -> None:
    text = ONE_WEIGHT.format(x=1, w="1e8", more="biases: {output: -99999999}")
    assert failing(parse(text, "c.yaml")) == set()


@pytest.mark.parametrize(("w", "x", "factor"), [("25", "1", "1.001"), ("30000", "1e-3", "1.5")])
def test_an_uncertainty_is_that_of_the_step_that_is_taken(
    monkeypatch: pytest.MonkeyPatch, w: str, x: str, factor: str
) -> None:
    # The step of a large parameter is relative to it, and what rounding does to it is no larger.
    exercise = parse(ONE_WEIGHT.format(x=x, w=w, more=CROSS_ENTROPY), "c.yaml")
    assert failing(exercise) == set()
    row = LOSSES["binary_cross_entropy"]
    off = Product((Number(Decimal(factor)), row.derivative))
    off_row = row._replace(derivative=off, computed_derivative=None, through=None)
    monkeypatch.setattr("backprop_cli.functions.losses.LOSSES", {**LOSSES, row.name: off_row})
    monkeypatch.setattr(derive, "SHORTCUTS", set())  # which do without it
    assert failing(exercise) == {"w1"}


@pytest.mark.parametrize("bias", ["-0.9999", "-0.99999", "-1.00001"])
@pytest.mark.parametrize("slope", ["10", "-1"])
def test_a_kink_within_reach_is_no_excuse_where_a_shorter_step_tells(
    bias: str, slope: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise = one_neuron("leaky_relu", bias=bias)
    assert failing(exercise) == set()
    row = ACTIVATIONS["leaky_relu"]
    wrong = {**ACTIVATIONS, row.name: row._replace(derivative=Number(Decimal(slope)))}
    monkeypatch.setattr("backprop_cli.functions.activations.ACTIVATIONS", wrong)
    assert failing(exercise) == {"w1", "b1"}


def test_what_float64_cannot_tell_is_told_in_more_digits_and_that_is_said(
    backprop: Backprop, tmp_path: Path
) -> None:
    # Half of tanh(w)^2 moves by less than its last bit, however w moves near 15.
    path = tmp_path / "saturated.yaml"
    path.write_text(ONE_WEIGHT.format(x=1, w="15", more="activation: tanh"), encoding="utf-8")
    (found,) = check_gradients(load(str(path)))
    assert (found.agrees, found.again) == (True, True)
    # By hand: tanh(15) (1 − tanh(15)^2), which is 4 exp(−30) but for a part in 1e12.
    assert found.gradient == pytest.approx(4 * math.exp(-30), rel=1e-11, abs=0)
    assert found.difference == pytest.approx(4 * math.exp(-30), rel=1e-11, abs=0)
    done = backprop("run", path, "--gradcheck")
    text = " ".join(done.stdout.split())
    assert (done.stderr, done.returncode) == ("", 0)
    assert "The gradient agrees to within the tolerance of 1.0e−06. For w1 the quick" in text
    assert "difference was off, by rounding or by a bend near these numbers" in text


def test_what_is_said_of_the_others_is_said_only_where_there_are_others(
    backprop: Backprop, tmp_path: Path
) -> None:
    path = tmp_path / "kink.yaml"
    more = "biases: {output: -1}\nactivation: relu"
    text = ONE_WEIGHT.format(x=1, w=1, more=more).replace("target: 0", "target: 1")
    path.write_text(text, encoding="utf-8")
    text = " ".join(backprop("run", path, "--gradcheck").stdout.split())
    assert "There is no derivative by w1 and b1" in text
    assert "All other" not in text
