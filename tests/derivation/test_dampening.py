"""Momentum with (1 − β), by hand: from v = 0, v = 0.9 * v + 0.1 * gradient."""

from pathlib import Path

import pytest

from backprop_cli import config
from backprop_cli.config.writing.saved import configuration_text
from backprop_cli.errors import ConfigError
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate
from backprop_cli.training.trainer import Trainer

# y = w1 * 1, Loss = 0.5 * (0 − w1)^2: the gradient is w1 itself.
TEXT = """\
inputs: [1]
weights: {output: {out: [2]}}
activation: linear
target: 0
learning_rate: 0.5
"""
DAMPENED = "optimizer: {name: momentum, momentum: 0.9, dampening: 0.9}\n"


def parse(optimizer: str) -> Exercise:
    return config.parse(TEXT + optimizer, "dampened.yaml")


def test_the_first_step_is_a_tenth_of_the_gradient() -> None:
    values = calculate(parse(DAMPENED), Plan(exact=True)).working.values
    # v = 0.9 * 0 + 0.1 * 2 = 0.2; w1 = 2 - 0.5 * 0.2 = 1.9
    assert values["v_w1_new"] == pytest.approx(0.2, rel=1e-15, abs=0)
    assert values["w1_new"] == pytest.approx(1.9, rel=1e-15, abs=0)


def test_two_updates_of_training_are_as_worked_by_hand() -> None:
    trainer = Trainer(parse(DAMPENED))
    trainer.advance(2, ())
    # v = 0.9 * 0.2 + 0.1 * 1.9 = 0.37; w1 = 1.9 - 0.5 * 0.37 = 1.715
    assert trainer.numbers["w1"] == pytest.approx(1.715, rel=1e-15, abs=0)


def test_dampening_is_saved_and_read_back() -> None:
    exercise = parse(DAMPENED)
    text = configuration_text(exercise, {}, exercise.trained, Path("saved.yaml"))
    assert config.parse(text, "saved.yaml") == exercise


def test_no_dampening_is_momentum_as_it_was() -> None:
    plain = Trainer(parse("optimizer: {name: momentum, momentum: 0.9}\n"))
    without = Trainer(parse("optimizer: {name: momentum, momentum: 0.9, dampening: 0}\n"))
    for trainer in (plain, without):
        trainer.advance(5, ())
    assert plain.numbers == without.numbers


@pytest.mark.parametrize(
    ("optimizer", "complaint"),
    [
        ("{name: momentum, dampening: 1}", "optimizer.dampening: this is at least 0 and is less"),
        ("{name: nesterov, dampening: 0.5}", "nesterov has no such setting; it has momentum"),
    ],
)
def test_another_dampening_is_refused(optimizer: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f"optimizer: {optimizer}\n")
    assert complaint in str(caught.value)
