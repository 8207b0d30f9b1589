"""Every activation and loss: right values, right gradients, the same in training.

The expected values come from mpmath in sixty digits, by formulas written down anew.
"""

import math
from decimal import ROUND_HALF_UP, Decimal
from itertools import cycle

import mpmath  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import reference
from support.differences import DIGITS, STEP, network_of
from support.networks import BIAS_FORMS
from support.pairs import every_pair
from support.reference import FUNCTIONS

from backprop_cli import config
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.figures import rounded
from backprop_cli.arithmetic.rounded import Rounded
from backprop_cli.arithmetic.working import WorkingError, work
from backprop_cli.derivation.derive import derive
from backprop_cli.functions.activation import Z
from backprop_cli.functions.activations import ACTIVATIONS, SELU_ALPHA, SELU_SCALE, configured
from backprop_cli.functions.losses import LOSSES
from backprop_cli.runs.gradient_check import check_gradients
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate
from backprop_cli.shipped import shipped_configuration
from backprop_cli.training.endings import DivergedError
from backprop_cli.training.trainer import Trainer


def test_every_function_and_loss_is_tested_here() -> None:
    assert set(FUNCTIONS) == set(ACTIVATIONS)
    assert set(reference.LOSSES) == set(LOSSES)


# --- values ----------------------------------------------------------------------------------

POINTS = [
    sign * float(f"{digits}e{exponent}")
    for sign in (1, -1)
    for digits in ("1", "3.7")
    for exponent in (-300, -100, -20, -9, -5, -3, -2, -1, 0, 1, 2, 3, 20, 100, 300)
]


SATURATING = ("sigmoid", "tanh", "bipolar_sigmoid", "scaled_tanh")
FAR_OUT = (*SATURATING, "swish", "softplus", "gelu", "mish")


def check_value(name: str, z: float) -> None:
    value = Exact().evaluate(configured(name).applied(Z), {"z": z})
    with mpmath.workdps(DIGITS):
        if name in FAR_OUT and abs(z) > 1e4:
            one = math.copysign(1.0, z)
            limits = {
                "tanh": one,
                "bipolar_sigmoid": one,
                "scaled_tanh": 1.7159 * one,
                "sigmoid": float(z > 0),
            }
            expected = limits.get(name, max(z, 0.0))
        else:
            expected = float(FUNCTIONS[name](mpmath.mpf(z)))
    # selu's is larger than z itself, and may be larger than any float64.
    assert math.isfinite(value) or (name, value) == ("selu", expected)
    if abs(expected) >= 2.3e-308:  # below, a float64 is subnormal
        assert math.isclose(value, expected, rel_tol=1e-12), (name, z)
    else:
        assert abs(value) <= 2.3e-308, (name, z)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_function_is_right_to_twelve_digits_for_any_finite_argument(name: str) -> None:
    for z in (*POINTS, 0.0, -36.5, -38.0, -708.0, -709.5, -745.0, 709.5):
        check_value(name, z)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_derivative_is_right_to_twelve_digits_where_its_formula_does_not_cancel(
    name: str,
) -> None:
    """a * (1 − a) and 1 − a^2 lose digits as a comes near 1: there to the last bit of that 1."""
    row, exact, function = configured(name), Exact(), FUNCTIONS[name]
    tolerance = {"abs_tol": 3e-16} if name in SATURATING else {"rel_tol": 1e-12}
    places = [sign * at / 16 for at in range(1, 16 * 14) for sign in (1, -1)]
    kinks = (3.0, -3.0) if name == "hard_sigmoid" else ()
    for z in (*places, *(z for z in POINTS if 1e-9 <= abs(z) <= 10)):
        if z in kinks:
            continue
        a = exact.evaluate(row.applied(Z), {"z": z})
        found = exact.evaluate(row.derivative, {"z": z, "a": a})
        with mpmath.workdps(120):
            step = mpmath.mpf("1e-50")
            above, below = function(mpmath.mpf(z) + step), function(mpmath.mpf(z) - step)
            expected = float((above - below) / (2 * step))
        assert math.isclose(found, expected, **tolerance), (name, z)


@given(st.sampled_from(sorted(ACTIVATIONS)), st.floats(allow_nan=False, allow_infinity=False))
def test_a_function_is_right_wherever_it_is_asked(name: str, z: float) -> None:
    check_value(name, z)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("z", ["-12.5", "-3.21", "-0.6", "-0.004", "0.004", "0.3775", "2", "9.9"])
def test_by_hand_a_function_is_rounded_from_its_true_value(name: str, z: str) -> None:
    by_hand = Rounded(4)
    value = by_hand.result(by_hand.evaluate(configured(name).applied(Z), {"z": Decimal(z)}))
    with mpmath.workdps(DIGITS):
        true = Decimal(mpmath.nstr(FUNCTIONS[name](mpmath.mpf(z)), 45))
    assert value == rounded(true, 4)
    assert value == true.quantize(value, ROUND_HALF_UP)


@pytest.mark.parametrize(
    ("name", "value", "slope"),
    [("relu", 0, 0), ("leaky_relu", 0, 0.01), ("elu", 0, 1), ("binary_step", 1, 0), ("sign", 0, 0)],
)
def test_at_zero_the_conventions_are_the_usual_ones(name: str, value: float, slope: float) -> None:
    row, exact = configured(name), Exact()
    assert exact.evaluate(row.applied(Z), {"z": 0.0}) == value
    assert exact.evaluate(row.derivative, {"z": 0.0, "a": float(value)}) == slope


# --- gradients -------------------------------------------------------------------------------


def outputs_for(loss: str) -> tuple[str, ...]:
    """The output activations that a loss goes with: some want predictions between 0 and 1."""
    wants_probabilities = loss in ("binary_cross_entropy", "cross_entropy")
    return ("sigmoid", "softmax") if wants_probabilities else (*ACTIVATIONS, "softmax")


EVERY_ACTIVATION = [*ACTIVATIONS, "softmax"]
# Every pair but that of a hidden and an output function, which meet only through weighted sums;
# every function is in both layers of some network.
COMBINATIONS = [
    (hidden, output, loss, form)
    for (output, loss, form), hidden in zip(
        every_pair(
            EVERY_ACTIVATION,
            [*LOSSES],
            BIAS_FORMS,
            allowed=lambda output, loss, _form: output in outputs_for(loss),
        ),
        cycle(reversed(EVERY_ACTIVATION)),
        strict=False,
    )
] + [(name, name, "squared_error", "one per neuron") for name in EVERY_ACTIVATION]


@pytest.mark.parametrize(("hidden", "output", "loss", "form"), COMBINATIONS)
def test_every_gradient_of_every_combination_is_right_to_ten_digits(
    hidden: str, output: str, loss: str, form: str
) -> None:
    exercise = network_of(hidden, output, loss, form)
    values = work(derive(exercise.network), exercise.numbers, Exact()).values
    with mpmath.workdps(DIGITS):
        numbers = {name: mpmath.mpf(str(number)) for name, number in exercise.numbers.items()}
        assert math.isclose(
            values["Loss"], float(reference.loss(exercise.network, numbers)), rel_tol=1e-12
        )
        for name in exercise.network.parameters:
            above = reference.loss(exercise.network, {**numbers, name: numbers[name] + STEP})
            below = reference.loss(exercise.network, {**numbers, name: numbers[name] - STEP})
            expected = float((above - below) / (2 * STEP))
            found = values[f"∂Loss/∂{name}"]
            assert math.isclose(found, expected, rel_tol=1e-10, abs_tol=1e-14), name


@pytest.mark.parametrize(("hidden", "output", "loss", "form"), COMBINATIONS)
def test_training_is_the_working_to_the_last_bit(
    hidden: str, output: str, loss: str, form: str
) -> None:
    exercise = network_of(hidden, output, loss, form)
    derivation = derive(exercise.network)
    trainer = Trainer(exercise)
    numbers: dict[str, Decimal | float] = {**exercise.numbers}
    for epoch in range(1, 4):
        values = work(derivation, numbers, Exact()).values
        assert trainer.history[-1] == (epoch - 1, values["Loss"])
        numbers |= {name: values[f"{name}_new"] for name in exercise.network.parameters}
        trainer.advance(epoch, [epoch])
        assert trainer.numbers == {name: numbers[name] for name in exercise.network.parameters}


# --- softmax and cross-entropy ---------------------------------------------------------------


def test_with_softmax_and_cross_entropy_the_parts_come_to_prediction_minus_target() -> None:
    exercise = config.load(str(shipped_configuration("softmax.yaml")))
    values = calculate(exercise, Plan(exact=True)).working.values
    for name in ("o1", "o2", "o3"):
        difference = values[f"y_hat_{name}"] - float(exercise.numbers[f"y_true_{name}"])
        assert math.isclose(values[f"∂Loss/∂z_{name}"], difference, rel_tol=1e-12)


def test_a_softmax_of_huge_weighted_sums_is_finite() -> None:
    text = shipped_configuration("softmax.yaml").read_text(encoding="utf-8")
    exercise = config.parse(text.replace("[0.7, 0.1]", "[1e300, 0.1]"), "softmax.yaml")
    # o1 takes all. By hand: o2 is the right one, and the gradient by a weighted sum is ŷ − y.
    values = calculate(exercise, Plan(exact=True)).working.values
    assert [values[f"∂Loss/∂z_{name}"] for name in ("o1", "o2", "o3")] == [1, -1, 0]
    assert values["Loss"] == values["z_o1"] - values["z_o2"]


# --- where a loss does not exist -------------------------------------------------------------

SATURATED = """\
inputs: [1]
weights: {output: [[60]]}
activation: relu
target: 0.5
learning_rate: 1
loss: binary_cross_entropy
"""


def test_the_logarithm_of_nothing_is_said_with_its_neuron() -> None:
    with pytest.raises(WorkingError, match=r"^Loss: at neuron out ln\(−59"):
        calculate(config.parse(SATURATED, "saturated.yaml"))


def test_training_into_saturation_is_said_not_a_traceback() -> None:
    exercise = config.parse(
        SATURATED.replace("60", "0.1").replace("rate: 1", "rate: 1000"), "saturated.yaml"
    )
    with pytest.raises(DivergedError, match="in epoch"):
        calculate(exercise, Plan(epochs=50))


# --- the gradient check ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["default", "mazur", "hmkcode", "3blue1brown", "relu", "softmax"])
def test_the_gradient_check_passes_on_every_shipped_configuration(name: str) -> None:
    checks = check_gradients(config.load(str(shipped_configuration(f"{name}.yaml"))))
    assert [check.parameter for check in checks if not check.passes] == []
    assert max(check.disagreement for check in checks) > 0


def test_the_gradient_check_finds_a_wrong_derivative(monkeypatch: pytest.MonkeyPatch) -> None:
    right = ACTIVATIONS["sigmoid"]
    wrong = {**ACTIVATIONS, "sigmoid": right._replace(derivative=ACTIVATIONS["tanh"].derivative)}
    monkeypatch.setattr("backprop_cli.functions.activations.ACTIVATIONS", wrong)
    checks = check_gradients(config.load(str(shipped_configuration("default.yaml"))))
    assert not any(check.passes for check in checks)


# --- hmkcode and 3Blue1Brown -----------------------------------------------------------------


def test_hmkcodes_published_figures_are_reproduced() -> None:
    """https://hmkcode.com/ai/backpropagation-step-by-step/ prints two or three decimals."""
    calculation = calculate(config.load(str(shipped_configuration("hmkcode.yaml"))))
    values = calculation.working.values
    assert f"{values['y_hat']:.3f}" == "0.191"
    assert f"{values['Loss']:.3f}" == "0.327"
    after = [f"{calculation.after[f'w{number}']:.2f}" for number in range(1, 7)]
    assert after == ["0.12", "0.23", "0.13", "0.10", "0.17", "0.17"]
    following = work(calculation.working.derivation, calculation.after, Exact())
    assert f"{following.values['y_hat']:.2f}" == "0.26"


def test_the_chains_gradients_are_the_lessons_formulas() -> None:
    """∂C/∂w(L) = a(L−1) σ′(z(L)) 2(a(L) − y), and so on back, as the lesson derives them."""
    exercise = config.load(str(shipped_configuration("3blue1brown.yaml")))
    values = calculate(exercise).working.values
    number = {name: float(value) for name, value in exercise.numbers.items()}

    def sigmoid(z: float) -> float:
        return 1 / (1 + math.exp(-z))

    a0 = number["a0"]
    z1 = number["w1"] * a0 + number["b1"]
    z2 = number["w2"] * sigmoid(z1) + number["b2"]
    z3 = number["w3"] * sigmoid(z2) + number["b3"]
    a1, a2, a3 = map(sigmoid, (z1, z2, z3))
    by_z3 = a3 * (1 - a3) * 2 * (a3 - number["y_true"])
    by_z2 = a2 * (1 - a2) * number["w3"] * by_z3
    by_z1 = a1 * (1 - a1) * number["w2"] * by_z2
    expected = {"w3": a2 * by_z3, "b3": by_z3, "w2": a1 * by_z2, "w1": a0 * by_z1, "b1": by_z1}
    for name, gradient in expected.items():
        assert math.isclose(values[f"∂Loss/∂{name}"], gradient, rel_tol=1e-12), name


# --- relu, sigmoid and binary cross-entropy, by hand -----------------------------------------

# Worked with a pocket calculator, rounding half up to four decimals after every line:
#   z_h1 = 1 * 0.50 + 2 * (-0.25) + 0.10 = 0.1        a_h1 = 0.1, as 0.1 > 0
#   z_h2 = 1 * (-0.50) + 2 * 0.10 - 0.20 = -0.5       a_h2 = 0, as -0.5 is not
#   z_out = 0.1 * 2.00 + 0 * 1.00 = 0.2               y_hat = 1 / (1 + 0.818731) = 0.549834
#   Loss = -ln(0.5498) = 0.598201
#   dLoss/dy_hat = (0.5498 - 1) / (0.5498 * 0.4502) = -0.4502 / 0.24751996 = -1.818843
#   dy_hat/dz_out = 0.5498 * 0.4502 = 0.247520
#   dLoss/dz_out = -1.8188 * 0.2475 = -0.450153
#   dLoss/dw5 = -0.4502 * 0.1 = -0.04502              dLoss/dw6 = -0.4502 * 0 = 0
#   dLoss/da_h1 = -0.4502 * 2.00 = -0.9004            dLoss/da_h2 = -0.4502 * 1.00 = -0.4502
#   dLoss/dz_h1 = -0.9004 * 1                         dLoss/dz_h2 = -0.4502 * 0 = 0
#   dLoss/dw1 = -0.9004 * 1                           dLoss/dw2 = -0.9004 * 2 = -1.8008
#   w1_new = 0.50 + 0.1 * 0.9004 = 0.59004            w2_new = -0.25 + 0.1 * 1.8008 = -0.06992
BY_HAND = {
    "z_h1": "0.1000",
    "a_h1": "0.1000",
    "z_h2": "-0.5000",
    "a_h2": "0.0000",
    "z_out": "0.2000",
    "y_hat": "0.5498",
    "Loss": "0.5982",
    "∂Loss/∂y_hat": "-1.8188",
    "∂y_hat/∂z_out": "0.2475",
    "∂Loss/∂z_out": "-0.4502",
    "∂Loss/∂w5": "-0.0450",
    "∂Loss/∂w6": "0.0000",
    "∂Loss/∂a_h1": "-0.9004",
    "∂a_h1/∂z_h1": "1",
    "∂a_h2/∂z_h2": "0",
    "∂Loss/∂w1": "-0.9004",
    "∂Loss/∂w2": "-1.8008",
    "∂Loss/∂w3": "0.0000",
    "∂Loss/∂w4": "0.0000",
    "∂Loss/∂b1": "-0.9004",
    "∂Loss/∂b2": "0.0000",
    "w1_new": "0.59004",
    "w2_new": "-0.06992",
}


@pytest.mark.parametrize(("name", "figure"), BY_HAND.items())
def test_the_relu_example_is_as_worked_by_hand(name: str, figure: str) -> None:
    working = calculate(config.load(str(shipped_configuration("relu.yaml")))).working
    assert str(working.figure(name)) == figure


def test_the_constants_of_selu_are_its_authors_to_the_last_bit() -> None:
    """Klambauer et al. (2017), equation 14: mean 0 and variance 1 are kept."""
    with mpmath.workdps(40):
        e, pi, root = mpmath.e, mpmath.pi, mpmath.sqrt
        near, far = mpmath.erfc(1 / root(2)), mpmath.erfc(root(2))
        alpha = -root(2 / pi) / (near * root(e) - 1)
        inner = 2 * far * e**2 + pi * near**2 * e - 2 * (2 + pi) * near * root(e) + pi + 2
        scale = (1 - near * root(e)) * root(2 * pi) / root(inner)
        assert (float(SELU_ALPHA.value), float(SELU_SCALE.value)) == (float(alpha), float(scale))
