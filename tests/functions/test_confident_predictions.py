"""A prediction next to 0 or 1, and what is computed from it: the loss, its gradients, derivatives.

The expected figures come from mpmath, by the textbook's formulas in so many digits that nothing of
1 − ŷ is lost.
"""

import json
import math
from itertools import product
from typing import Any

import mpmath  # type: ignore[import-untyped]
import pytest
from support.program import Backprop

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.config.load import parse
from backprop_cli.functions.activation import A, Z
from backprop_cli.functions.activations import configured
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.run import calculate
from backprop_cli.training.compiled import Compiled

DIGITS = 700
SIZES = ["0.001", "4.7", "9.3", "20", "36.9", "40", "300", "700", "720", "800"]
TARGETS = ("0", "1", "0.5", "0.999", "1e-9")


def confident(sums: tuple[str, ...], targets: tuple[str, ...], loss: str, how: str) -> Exercise:
    """Outputs with these weighted sums: an input of 1, and a weight for each."""
    rows = ", ".join(f"[{z}]" for z in sums)
    text = f"""\
inputs: [1]
weights: {{output: [{rows}]}}
target: [{", ".join(targets)}]
learning_rate: 0.5
loss: {loss}
activation: {how}
"""
    return parse(text, "confident.yaml")


def close(found: float, expected: Any) -> bool:
    return bool(abs(found - expected) <= 1e-10 * abs(expected) + mpmath.mpf("1e-300"))


def textbook(loss: str, target: Any, prediction: Any, rest: Any) -> tuple[Any, Any]:
    """The loss of one output and its derivative; ``rest`` is 1 − prediction."""
    if loss == "cross_entropy":
        if not target:
            return mpmath.mpf(0), mpmath.mpf(0)
        return -target * mpmath.log(prediction), -target / prediction
    value = -(target * mpmath.log(prediction) + (1 - target) * mpmath.log(rest))
    return value, (prediction - target) / (prediction * rest)


def check(exercise: Exercise, loss: Any, gradients: list[Any]) -> None:
    values = calculate(exercise).working.values
    names = [f"w{at}" for at, _ in enumerate(gradients, 1)]
    found = (values["Loss"], *(values[f"∂Loss/∂{name}"] for name in names))
    assert close(found[0], loss), (found[0], loss)
    for one, expected in zip(found[1:], gradients, strict=True):
        assert close(one, expected), (one, expected)
    assert tuple(Compiled(exercise).gradients(_weights(exercise), ())) == found


ONE_OUTPUT = [
    (how, loss, target, sign + z)
    for (how, signs), loss, z in product(
        (("sigmoid", ("", "-")), ("tanh", ("",))), ("binary_cross_entropy", "cross_entropy"), SIZES
    )
    for sign in signs
    for target in (TARGETS if loss == "binary_cross_entropy" else ("1",))
]


@pytest.mark.parametrize("how", ["sigmoid", "tanh"])
@pytest.mark.parametrize("loss", ["binary_cross_entropy", "cross_entropy"])
def test_the_loss_of_one_output_and_its_gradient_are_right_to_ten_digits(
    how: str, loss: str
) -> None:
    for one in ONE_OUTPUT:
        if one[:2] != (how, loss):
            continue
        _, _, target, size = one
        with mpmath.workdps(DIGITS):
            z, y = mpmath.mpf(float(size)), mpmath.mpf(float(target))
            if how == "sigmoid":
                a, rest = 1 / (1 + mpmath.exp(-z)), 1 / (1 + mpmath.exp(z))
                slope = a * rest
            else:
                a, rest = mpmath.tanh(z), 2 / (1 + mpmath.exp(2 * z))
                slope = rest * (1 + a)
            value, by_prediction = textbook(loss, y, a, rest)
            check(confident((size,), (target,), loss, how), value, [by_prediction * slope])


SUMS = [
    ("35", "0"),
    ("30", "0", "-3"),
    ("700", "0"),
    ("0", "-700", "1"),
    ("5", "4.9", "1"),
    ("9.3", "0", "0"),
    ("2", "1"),
    ("700", "700", "1"),
]
# Here some derivatives by predictions are no float64s.
SUMS_FAR_APART = [("720", "0"), ("0", "-800", "3"), ("1000", "999", "1"), ("0", "-1500", "-800")]
SPREADS = [
    ("1", "0", "0"),
    ("0", "1", "0"),
    ("0.5", "0.5", "0"),
    ("0.25", "0.75", "0"),
    ("0.001", "0.999", "0"),
]


@pytest.mark.parametrize(
    ("loss", "sums"),
    [*product(("binary_cross_entropy", "cross_entropy"), SUMS + SUMS_FAR_APART)],
)
def test_the_loss_of_a_softmax_and_its_gradients_are_right_to_ten_digits(
    loss: str, sums: tuple[str, ...]
) -> None:
    count = len(sums)
    for spread in SPREADS:
        targets = spread[:count]
        if sums[0] == sums[1] and targets[0] == targets[1]:
            continue  # what is left of a − y then is no more than the last bit of a
        with mpmath.workdps(DIGITS):
            exps = [mpmath.exp(mpmath.mpf(z)) for z in sums]
            total = sum(exps)
            shares = [one / total for one in exps]
            rests = [(sum(exps[:at]) + sum(exps[at + 1 :])) / total for at in range(count)]
            found = [
                textbook(loss, mpmath.mpf(float(y)), a, rest)
                for y, a, rest in zip(targets, shares, rests, strict=True)
            ]
            gradients = [
                sum(
                    found[of][1] * shares[of] * (rests[of] if of == by else -shares[by])
                    for of in range(count)
                )
                for by in range(count)
            ]
            value = sum(one for one, _ in found)
            check(confident(sums, targets, loss, "softmax"), value, gradients)


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_a_derivative_keeps_its_digits_where_the_function_comes_near_to_1(name: str) -> None:
    row, exact = configured(name), Exact()
    assert row.computed_derivative is not None
    for size in SIZES:
        for sign in (1, -1):
            z = sign * float(size)
            a = exact.evaluate(row.applied(Z), {"z": z})
            found = exact.evaluate(row.computed_derivative, {Z.name: z, A.name: a})
            with mpmath.workdps(DIGITS):
                at = mpmath.mpf(z)
                expected = (
                    1 / ((1 + mpmath.exp(-at)) * (1 + mpmath.exp(at)))
                    if name == "sigmoid"
                    else 1 / mpmath.cosh(at) ** 2
                )
                assert close(found, expected), (z, found)
                if abs(z) < 9 and name == "sigmoid":
                    assert found == a * (1 - a)  # as it is written


@pytest.mark.parametrize("sums", [("0", "800"), ("-720", "3"), ("1e200", "1e200")])
def test_a_wide_softmax_goes_back_from_a_prediction_of_next_to_nothing(
    sums: tuple[str, ...],
) -> None:
    # By hand: with cross-entropy, the gradient by a weighted sum is ŷ − y.
    targets = ("0.75", "0.25", *(["0"] * 12))
    exercise = confident((*sums, *(["-1"] * 12)), targets, "cross_entropy", "softmax")
    values = calculate(exercise).working.values
    found = tuple(values[f"∂Loss/∂w{at}"] for at in range(1, 15))
    for at, one in enumerate(found, 1):
        difference = values[f"y_hat_o{at}"] - float(targets[at - 1])
        assert close(one, difference)
    assert tuple(Compiled(exercise).gradients(_weights(exercise), ()))[1:] == found


def test_a_factor_that_float64_does_not_hold_is_printed_all_the_same(backprop: Backprop) -> None:
    # From mpmath: the derivative by the prediction is 1 + exp(800), that of sigmoid 1 / that.
    text = "inputs: [1]\nweights: {output: [[800]]}\ntarget: 0\nloss: binary_cross_entropy\n"
    done = backprop("run", "-", "--explain", "dLoss/dz_out", input=text)
    assert (done.stderr, done.returncode) == ("", 0)
    assert "≈ 2.7263746e347" in done.stdout
    assert "2.7263746e347 * 3.7e−348 ≈ 1.0000" in done.stdout
    assert "is the target" not in done.stdout
    data = json.loads(
        backprop("run", "-", "--explain", "dLoss/dz_out", "--format", "json", input=text).stdout
    )
    results = {one["quantity"]: one["result"] for one in data["derivations"]}
    assert (results["dLoss/dy_hat"], results["dLoss/dz_out"]) == (None, 1.0)


TWO_USES = """\
inputs: {x: 1}
weights: {hidden: {h: {x: 800}}, output: {o: {h: 0.5}}}
target: {h: 0, o: 1}
loss: binary_cross_entropy
"""


def test_a_sum_that_float64_does_not_hold_is_printed_all_the_same(backprop: Backprop) -> None:
    # By hand: of its own loss, h has the derivative 1 + exp(800) there, 2.72637…e347. Through its
    # weighted sum that comes to 1, and what o adds to nothing.
    done = backprop("run", "-", "--explain", "dLoss/dz_h", input=TWO_USES)
    assert (done.stderr, done.returncode) == ("", 0)
    assert "−0.1888 + 2.7263746e347 ≈ 2.7263746e347" in done.stdout
    assert "2.7263746e347 * 3.7e−348 ≈ 1.0000" in done.stdout


def test_a_mean_that_float64_does_not_hold_is_printed_all_the_same(backprop: Backprop) -> None:
    # From mpmath: 0.5 / (exp(−720) * (11 e + 1)) is 7.96201577…e310.
    rows, rest = "[720], [0]" + ", [1]" * 11, ", 0" * 11
    text = f"""\
inputs: [1]
weights: {{output: [{rows}]}}
target: [0.5, 0.5{rest}]
loss: binary_cross_entropy
activation: softmax
"""
    done = backprop("run", "-", "--explain", "dLoss/dz_o1", input=text)
    assert (done.stderr, done.returncode) == ("", 0)
    assert "nan" not in done.stdout
    assert "1.0000 * (7.9620158e310 − 7.9620158e310) ≈ 1.0000" in done.stdout


@pytest.mark.parametrize("z", ["1e5", "2e6", "1e7", "1e300"])
@pytest.mark.parametrize("more", ["", "rounding: 4\n"])
def test_however_far_a_factor_is_from_float64_the_solution_is_printed(
    backprop: Backprop, z: str, more: str
) -> None:
    text = f"inputs: [1]\nweights: {{output: [[{z}]]}}\ntarget: 0\nlearning_rate: 0.5\n{more}"
    done = backprop("run", "-", input=f"{text}loss: binary_cross_entropy\n")
    assert (done.stderr, done.returncode) == ("", 0)
    assert "nan" not in done.stdout
    assert "∂Loss/∂w1" in done.stdout


def test_a_derivative_whose_parts_leave_float64_is_printed_all_the_same(
    backprop: Backprop,
) -> None:
    # Of exp(a) / (exp(a) + exp(b)) the derivative by a is 1 / (2 + exp(a − b) + exp(b − a)), and
    # exp(400)^2 is no float64.
    text = """\
inputs: {x: 1}
parameters: {a: 400, b: 399}
weights: {output: {y: exp(a) / (exp(a) + exp(b))}}
target: 0
loss: binary_cross_entropy
"""
    done = backprop("run", "-", "--explain", "a", input=text)
    assert (done.stderr, done.returncode) == ("", 0)
    assert "nan" not in done.stdout
    derivative = 1 / (2 + math.exp(1) + math.exp(-1))
    (line,) = (one for one in done.stdout.splitlines() if "∂ŷ/∂a    =" in one)
    assert line.endswith(f"≈ {derivative:.4f}")


OF_NEURONS = """\
inputs: {{x: 1}}
weights: {{hidden: {{a: {{x: {z}}}, b: {{x: 2}}}}, output: {{y: "{formula}"}}}}
target: 1
loss: binary_cross_entropy
"""


@pytest.mark.parametrize(
    ("z", "formula", "said"),
    [
        (
            "-800",
            "a * b",
            "Loss: at neuron y ln(0.0) does not exist; if the prediction is not",
        ),
        (
            "-720",
            "a * b",
            "∂Loss/∂a_a: a prediction is so near to 0 or 1 that the derivative",
        ),
        ("1", "1 / (1 + exp(800 * x))", "709; sigmoid(z), for 1 / (1 + exp(-z)), holds for any z"),
    ],
)
def test_where_a_formula_is_to_blame_it_is_said_what_to_write(
    backprop: Backprop, z: str, formula: str, said: str
) -> None:
    done = backprop("run", "-", input=OF_NEURONS.format(z=z, formula=formula))
    assert (done.stdout, done.returncode) == ("", 1)
    assert said in done.stderr
    assert "sigmoid(" in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_is_said_to_be_written_is_right(backprop: Backprop) -> None:
    # By hand: −ln(sigmoid(−800) * sigmoid(2)) = 800 + ln(1 + exp(−2)).
    formula = "sigmoid(-800 * x) * sigmoid(2 * x)"
    text = OF_NEURONS.format(z="1", formula=formula)
    done = backprop("run", "-", "--format", "json", input=text)
    loss = json.loads(done.stdout)["loss"]
    assert loss == pytest.approx(800 + math.log1p(math.exp(-2)), rel=1e-14, abs=0)


def test_a_softmax_of_very_many_outputs_is_still_compiled() -> None:
    sums = tuple(map(str, [40, *([0] * 899)]))
    targets = ("1", *(["0"] * 899))
    exercise = confident(sums, targets, "cross_entropy", "softmax")
    loss = Compiled(exercise).loss(_weights(exercise), ())
    assert math.isclose(loss, 899 * math.exp(-40), rel_tol=1e-10)


def _weights(exercise: Exercise) -> tuple[float, ...]:
    return tuple(float(exercise.numbers[name]) for name in exercise.network.parameters)
