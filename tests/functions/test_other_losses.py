"""The losses beside the squared errors and cross-entropies: values, settings, kinks, complaints.

The figures of the network with a skip connection were worked by hand.
"""

from pathlib import Path

import mpmath  # type: ignore[import-untyped]
import pytest

from backprop_cli import config
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.config.writing.saved import configuration_text
from backprop_cli.errors import ConfigError
from backprop_cli.functions.losses import LOSSES, Y_HAT, Y_TRUE
from backprop_cli.lesson.reasons import reason
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate

SKIP = """\
inputs: {x: 1.5}
parameters: {p: 0.4, q: 0.7, s: 0.3, u: -0.6}
weights:
  hidden: {h: {x: p}}
  second: {k: {h: q}}
  output: {y: {k: s, h: u}}
activation: {hidden: relu, second: relu, output: linear}
learning_rate: 0.1
"""


def skip(loss: str, target: str) -> Exercise:
    return config.parse(f"{SKIP}loss: {loss}\ntarget: {target}\n", "skip.yaml")


@pytest.mark.parametrize("exact", [True, False])
def test_the_absolute_error_of_a_skip_connection_is_as_worked_by_hand(exact: bool) -> None:
    values = calculate(skip("mae", "2"), Plan(exact=exact)).working.values
    expected = {
        "y_hat": -0.234,
        "Loss": 2.234,
        "∂Loss/∂p": 0.585,
        "∂Loss/∂q": -0.18,
        "∂Loss/∂s": -0.42,
        "∂Loss/∂u": -0.6,
    }
    assert {name: float(values[name]) for name in expected} == pytest.approx(
        expected, rel=1e-14, abs=0
    )


def test_where_prediction_and_target_are_equal_the_derivative_is_0_and_that_is_said() -> None:
    working = calculate(skip("mae", "-0.2340")._replace(rounding=4)).working
    step = working.derivation.by_name["∂Loss/∂y_hat"]
    assert working.values["∂Loss/∂y_hat"] == 0
    assert "there is no derivative" in str(reason(working, step))


@pytest.mark.parametrize(
    ("delta", "loss", "slope"),
    [
        # 2.234 from the target: 0.5 * (2.234 - 0.25) = 0.992, and 2.234^2 / 2 = 2.495378.
        ("0.5", 0.992, -0.5),
        ("3", 2.495378, -2.234),
    ],
)
def test_the_setting_of_huber_says_where_the_straight_line_begins(
    delta: str, loss: float, slope: float
) -> None:
    exercise = skip(f"{{name: huber, delta: {delta}}}", "2")
    values = calculate(exercise, Plan(exact=True)).working.values
    found = [values["Loss"], values["∂Loss/∂y_hat"]]
    assert found == pytest.approx([loss, slope], rel=1e-14, abs=0)


def test_a_setting_of_a_loss_is_saved_with_it() -> None:
    exercise = skip("{name: huber, delta: 0.5}", "2")
    text = configuration_text(exercise, {}, exercise.trained, Path("saved.yaml"))
    assert "loss: {name: huber, delta: 0.5}\n" in text
    assert config.parse(text, "saved.yaml").network == exercise.network


@pytest.mark.parametrize("error", ["1e-9", "-3e-5", "0.4", "-1", "1.5", "30", "-2000"])
def test_log_cosh_keeps_its_digits_near_its_target_and_far_away(error: str) -> None:
    row = LOSSES["log_cosh"]
    assert row.computed is not None
    values = {Y_HAT.name: float(error), Y_TRUE.name: 0.0}
    with mpmath.workdps(60):
        expected = float(mpmath.log(mpmath.cosh(mpmath.mpf(float(error)))))
    assert Exact().evaluate(row.computed, values) == pytest.approx(expected, rel=1e-13, abs=0)


@pytest.mark.parametrize(
    ("loss", "target", "complaint"),
    [
        ("hinge", "0", "target: hinge takes the targets -1 and 1 alone"),
        ("{name: huber, delta: 0}", "2", "loss.delta: this is greater than 0, such as 1, not 0"),
        ("{name: huber, delt: 1}", "2", "loss.delt: there is no such key; did you mean delta?"),
        ("{name: l1, delta: 1}", "2", "mean_absolute_error has no such setting; it has none"),
        ("[mae]", "2", "a loss is one name, or a name and its settings in a mapping"),
    ],
)
def test_what_a_loss_does_not_take_is_refused_at_its_place(
    loss: str, target: str, complaint: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        skip(loss, target)
    assert complaint in str(caught.value)
