"""What stands in formulas is explained like any weight, and says what it comes from."""

import json
from decimal import Decimal, localcontext

import mpmath  # type: ignore[import-untyped]
import pytest
from support.program import Backprop, one_spaced

from backprop_cli.functions.elementary import ELEMENTARY

# y = g * (x + c) at x, g, c = 2, 3, 1 with target 8: y = 9, ∂Loss/∂y = 1, ∂y/∂g = x + c = 3.
FORMULA = """\
inputs: {x: 2}
parameters: {g: 3, c: 1}
weights: {output: {y: g * (x + c)}}
target: 8
learning_rate: 0.1
"""


def test_a_parameter_of_a_formula_stands_for_its_gradient(backprop: Backprop) -> None:
    asked = backprop("run", "-", "--explain", "g", input=FORMULA)
    by_gradient = backprop("run", "-", "--explain", "dLoss/dg", input=FORMULA)
    assert asked.stdout == by_gradient.stdout
    assert "∂Loss/∂g = 1.0000 * 3.0000 = 3.0000" in one_spaced(asked.stdout)


def test_of_a_batch_its_mean_stands_there_too(backprop: Backprop) -> None:
    """The other example, x = 0 with target 4: y = 3, ∂Loss/∂g = −1 * 1; the mean is 1."""
    batch = FORMULA.replace("inputs: {x: 2}\n", "").replace(
        "target: 8\n",
        "examples: [{inputs: {x: 2}, target: 8}, {inputs: {x: 0}, target: 4}]\nbatch_size: 2\n",
    )
    asked = one_spaced(backprop("run", "-", "--explain", "g", input=batch).stdout)
    assert any(line.endswith("= 1.0000") and "3.0000 + (−1.0000)" in line for line in asked)


def test_the_reason_names_the_formula_not_the_prediction(backprop: Backprop) -> None:
    asked = one_spaced(backprop("run", "-", "--explain", "g", input=FORMULA).stdout)
    assert "because y = g * (x + c)" in asked
    assert "because ŷ = y" not in asked


def test_an_input_stays_a_given_value(backprop: Backprop) -> None:
    assert "Given value x" in backprop("run", "-", "--explain", "x", input=FORMULA).stdout


def test_the_example_of_a_survey_of_differentiation_has_its_figures(backprop: Backprop) -> None:
    """ln(x1) + x1 x2 − sin(x2) at (2, 5) is 11.652, its derivatives are 5.5 and 1.716.

    Source: Baydin and others, "Automatic differentiation in machine learning: a survey", tables 2
    and 3, https://arxiv.org/abs/1502.05767
    """
    file = "inputs: {x1: 2, x2: 5}\nweights: {graph: {y: ln(x1) + x1*x2 - sin(x2)}}\n"
    found = json.loads(backprop("run", "-", "--format", "json", input=file).stdout)
    assert round(found["loss"], 3) == 11.652
    assert [round(one, 3) for one in found["input_gradients"].values()] == [5.5, 1.716]


@pytest.mark.parametrize("name", ["sin", "cos"])
@pytest.mark.parametrize(
    "z", ["0", "1e-30", "0.5", "-3", "3.1415926535897932", "123456.7", "-1e30"]
)
def test_sine_and_cosine_have_all_digits(name: str, z: str) -> None:
    """Against mpmath, also where nearly nothing is left of half turns."""
    with localcontext(prec=50), mpmath.workdps(150):
        found = mpmath.mpf(str(ELEMENTARY[name].decimal(Decimal(z))))
        expected = getattr(mpmath, name)(mpmath.mpf(z))
        assert abs(found - expected) <= abs(expected) * mpmath.mpf("1e-48")
