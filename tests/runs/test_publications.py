"""Slips of published pages, as sheets: each is found at its line, and what rests on it follows."""

from pathlib import Path

from support.program import CONFIGS

from backprop_cli import config
from backprop_cli.config.load import parse
from backprop_cli.config.sheet.reading import parse_sheet
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.checking.check import Checked, check


def verdicts(exercise: Exercise, text: str) -> list[str]:
    return [one.verdict.value for one in found(exercise, text).lines]


def found(exercise: Exercise, text: str) -> Checked:
    return check(exercise, parse_sheet(text, "sheet.txt"))


def worked_example() -> Exercise:
    return config.load(str(Path(CONFIGS, "default.yaml")))


def test_a_gradient_divided_by_the_activation_is_wrong() -> None:
    # 0.1385 / 0.5933 and 0.1385 / 0.5969, where the document has to multiply.
    text = """
a_h1 = 0.5933
a_h2 = 0.5969
dLoss/dz_out = 0.1385
dLoss/dw5 = 0.1385 / 0.5933 = 0.2334
dLoss/dw6 = 0.1385 / 0.5969 = 0.2320
"""
    assert verdicts(worked_example(), text) == [*["right"] * 3, "wrong", "wrong"]


def test_a_tanh_that_is_misread_is_wrong_and_the_rest_follows() -> None:
    # tanh(1.04621) is 0.7803; the figures after it were worked apart, from 0.7790.
    exercise = parse(
        "inputs: {x1: 1}\nweights: {hidden: {h1: {x1: 1.04621}}, output: {out: {h1: 0.5}}}\n"
        "activation: {hidden: tanh, output: linear}\ntarget: 1\nlearning_rate: 0.1\n",
        "tanh.yaml",
    )
    text = """
z_h1 = 1.04621
a_h1 = tanh(1.04621) = 0.7790
z_out = 0.3895
y_hat = 0.3895
Loss = 0.1864
dLoss/dw2 = -0.4756
dLoss/dw1 = -0.1200
"""
    assert verdicts(exercise, text) == ["right", "wrong", *["follows"] * 5]


def test_weights_for_error_signals_are_wrong() -> None:
    # A chain of one neuron each with weights 0.5, 1, 2: δ_out = ŷ − y = 1 − 0.25, δ_h2 = 2 δ_out,
    # δ_h1 = 1 δ_h2; the page gives the weights themselves.
    exercise = parse(
        "inputs: {x1: 1}\nweights: {hidden1: {h1: {x1: 0.5}}, hidden2: {h2: {h1: 1}}, "
        "output: {out: {h2: 2}}}\nactivation: linear\ntarget: 0.25\nlearning_rate: 0.1\n",
        "chain.yaml",
    )
    right = "y_hat = 1\ndelta_out = 0.75\ndelta_h2 = 1.5\ndelta_h1 = 1.5\n"
    assert verdicts(exercise, right) == ["right"] * 4
    page = "y_hat = 1\ndelta_out = 2.00\ndelta_h2 = 1.00\ndelta_h1 = 0.50\n"
    marked = found(exercise, page)
    assert [one.verdict.value for one in marked.lines] == ["right", "wrong", "wrong", "wrong"]
    assert marked.first_wrong == 1
