"""Every mistake of the catalogue, planted alone in a network where it shows, is named.

The figures are worked on paper from the formulas of the textbooks, with the mistake made.
"""

from typing import NamedTuple

import pytest

from backprop_cli import config
from backprop_cli.config.sheet.reading import parse_sheet
from backprop_cli.runs.checking.check import Checked, check
from backprop_cli.runs.checking.slips import SLIPS
from backprop_cli.runs.mistakes.catalogue import MISTAKES

# The document's network, its figures, and the lines of its backward pass.
DOCUMENT = """
inputs: [0.05, 0.10]
weights: {hidden: [[0.15, 0.20], [0.25, 0.30]], output: [[0.40, 0.45]]}
biases: {hidden: 0.35, output: 0.60}
target: 0.01
learning_rate: 0.5
rounding: 4
"""
FORWARD = """
z_h1 = 0.3775
z_h2 = 0.3925
a_h1 = 0.5933
a_h2 = 0.5969
z_out = 1.1059
y_hat = 0.7514
"""
BACKWARD = f"""{FORWARD}
dLoss/dy_hat = 0.7414
dy_hat/dz_out = 0.1868
dLoss/dz_out = 0.1385
dLoss/da_h1 = 0.0554
dLoss/da_h2 = 0.0623
da_h1/dz_h1 = 0.2413
da_h2/dz_h2 = 0.2406
"""
GRADIENTS = f"""{BACKWARD}
dLoss/dw5 = 0.0822
dLoss/db2 = 0.1385
"""

# One neuron, linear: ŷ = 0.5 * 2 = 1, Loss = 0.5, ∂Loss/∂w1 = (1 − 0) * 2 = 2.
ONE = """
inputs: [2]
weights: {output: [[0.5]]}
activation: linear
target: 0
learning_rate: 0.1
"""
# With a penalty, ∂Loss/∂w1 = 2 + 1 * 0.5.
PENALIZED = f"{ONE}penalty: {{l2: 1}}\n"
ENTROPY = ONE.replace("linear", "sigmoid") + "loss: binary_cross_entropy\n"
# The same twice: after the first update v = 2 and w1 = 0.3; then ŷ = 0.6 and ∂Loss/∂w1 = 1.2.
TWICE = """
examples: [{inputs: [2], target: 0}, {inputs: [2], target: 0}]
weights: {output: [[0.5]]}
activation: linear
optimizer: momentum
learning_rate: 0.1
"""
# Two outputs: ŷ = 1 and 2 for targets of 0.
TWO = """
inputs: [2]
weights: {output: [[0.5], [1]]}
activation: linear
target: [0, 0]
learning_rate: 0.1
"""


# Two examples in one update: with w = 1, ∂Loss/∂w is 1 * 1 of the first, 2 * 2 of the second.
BATCH = """
examples: [{inputs: [1], target: 0}, {inputs: [2], target: 0}]
weights: {output: [[1]]}
activation: linear
learning_rate: 0.1
batch_size: all
"""
# A cell of gates. By hand: i = sigmoid(1) = 0.7311, f = sigmoid(0.8) = 0.6900, o = sigmoid(1.2) =
# 0.7685, g = tanh(0.7) = 0.6044, c = f * 0.4 + i * g = 0.7179, h = o * tanh(c) = 0.4732.
CELL = """
inputs: {x: 1.0, h0: 0.5, c0: 0.4}
parameters: {wi: 0.5, wf: 0.3, wo: 0.7, wg: 0.2}
weights:
  gates:
    i: "sigmoid(wi * x + h0)"
    f: "sigmoid(wf * x + h0)"
    o: "sigmoid(wo * x + h0)"
    g: "tanh(wg * x + h0)"
  cell: {c: "f * c0 + i * g"}
  out: {h: "o * tanh(c)"}
target: {h: 1}
learning_rate: 0.1
"""
GATES = "i = 0.7311\nf = 0.6900\no = 0.7685\ng = 0.6044\n"
PARTS = "dLoss[1]/dw1 = 1\ndLoss[2]/dw1 = 4\n"


class Case(NamedTuple):
    """A mistake, the network, what is right on the sheet, and the line with the mistake."""

    mistake: str
    network: str
    before: str
    line: str
    example: int = 0


CASES = (
    Case("sign", DOCUMENT, FORWARD, "dLoss/dy_hat = -0.7414"),  # 0.01 − 0.7514
    Case("sign", DOCUMENT, GRADIENTS, "w5_new = 0.4411"),  # 0.40 + 0.5 * 0.0822
    Case("factor_left_out", DOCUMENT, FORWARD, "Loss = 0.5497"),  # 0.7414^2
    Case("factor_too_many", DOCUMENT, FORWARD, "dLoss/dy_hat = 1.4828"),  # 2 * 0.7414
    Case("not_squared", DOCUMENT, FORWARD, "Loss = 0.3707"),  # 0.5 * 0.7414
    Case("derivative_at_weighted_sum", DOCUMENT, FORWARD, "dy_hat/dz_out = -0.1171"),
    Case("derivative_applied_twice", DOCUMENT, FORWARD, "dy_hat/dz_out = 0.2178"),
    Case("activation_derivative_left_out", DOCUMENT, BACKWARD, "dLoss/dz_h1 = 0.0554"),
    Case("wrong_derivative", DOCUMENT, FORWARD, "dy_hat/dz_out = 0.4354"),  # 1 − 0.7514^2
    Case("chain_factor_left_out", DOCUMENT, BACKWARD, "dLoss/dw5 = 0.1385"),
    Case("path_left_out", DOCUMENT, f"{BACKWARD}dLoss/dz_h1 = 0.0134\n", "dLoss/db1 = 0.0134"),
    Case("new_weight_used", DOCUMENT, FORWARD, "dLoss/da_h1 = 0.0497"),  # 0.1385 * 0.3589
    Case("weight_of_another", DOCUMENT, FORWARD, "dLoss/da_h1 = 0.0623"),  # 0.1385 * 0.45
    Case("input_of_another", DOCUMENT, BACKWARD, "dLoss/dw5 = 0.0827"),  # 0.1385 * 0.5969
    Case("bias_left_out", DOCUMENT, "a_h1 = 0.5933\na_h2 = 0.5969\n", "z_out = 0.5059"),
    Case("bias_not_updated", DOCUMENT, GRADIENTS, "b2_new = 0.60"),
    Case("bias_value_used", DOCUMENT, BACKWARD, "dLoss/db2 = 0.0831"),  # 0.1385 * 0.60
    Case("term_left_out", DOCUMENT, "a_h1 = 0.5933\na_h2 = 0.5969\n", "z_out = 0.8373"),
    Case("activation_left_out", DOCUMENT, "z_h1 = 0.3775\n", "a_h1 = 0.3775"),
    Case("wrong_activation", DOCUMENT, "z_h1 = 0.3775\n", "a_h1 = 0.3605"),  # tanh
    Case("rate_left_out", DOCUMENT, GRADIENTS, "w5_new = 0.3178"),  # 0.40 − 0.0822
    Case("rate_twice", DOCUMENT, GRADIENTS, "w5_new = 0.37945"),  # 0.40 − 0.25 * 0.0822
    Case("weight_for_gradient", DOCUMENT, GRADIENTS, "w5_new = 0.2000"),  # 0.40 − 0.5 * 0.40
    Case("gradient_for_weight", DOCUMENT, GRADIENTS, "w5_new = 0.0411"),
    Case("arithmetic", DOCUMENT, BACKWARD, "dLoss/dw5 = 0.7414 * 0.1868 * 0.5933 = 0.0882"),
    Case("decimal_point", DOCUMENT, BACKWARD, "dLoss/dw5 = 0.00822"),
    Case("digits_swapped", DOCUMENT, "z_h1 = 0.3775\n", "a_h1 = 0.5393"),
    Case("misread_figure", DOCUMENT, BACKWARD, "dLoss/dw5 = 0.7414 * 0.1868 * 0.5983 = 0.0829"),
    Case("rounded_too_early", DOCUMENT, BACKWARD, "dLoss/dw5 = 0.0826"),  # 0.14 * 0.59
    Case("summed_for_averaged", f"{TWO}loss: mean_squared_error\n", "", "Loss = 5.00"),
    Case("averaged_for_summed", TWO, "", "Loss = 1.25"),  # (0.5 + 2) / 2
    Case("summed_for_averaged", BATCH, PARTS, "dL/dw1 = 5"),
    Case("term_left_out", PENALIZED, "dDataLoss/dw1 = 2.00\n", "dL/dw1 = 2.00"),
    Case("averaged_for_summed", f"{BATCH}reduction: sum\n", PARTS, "dL/dw1 = 2.5"),
    # ŷ = sigmoid(1) = 0.7311; with a target of 0 the gradient is ŷ itself, not ŷ * ŷ * (1 − ŷ).
    Case(
        "cancelled_twice",
        ENTROPY,
        "y_hat = 0.7311\n",
        "dLoss/dz_out = 0.1437",
    ),
    # −ln(1 − 0.7311) = 1.3133; −log10(0.2689) = 0.5704, −log2(0.2689) = 1.8948.
    Case("other_logarithm", ENTROPY, "y_hat = 0.7311\n", "Loss = 0.5704"),
    Case("other_logarithm", ENTROPY, "y_hat = 0.7311\n", "Loss = 1.8948"),
    # −log10(0.2689): the target is o1.
    Case(
        "other_logarithm",
        TWO.replace("linear", "softmax").replace("[0, 0]", "[1, 0]") + "loss: cross_entropy\n",
        "y_hat_o1 = 0.2689\ny_hat_o2 = 0.7311\n",
        "Loss = 0.5704",
    ),
    # ŷ = 0.2689 and 0.7311; ŷ1 * ŷ1 * (1 − ŷ1) is 0.0529, with the other's −ŷ2 * ŷ1 * ŷ2 −0.0909.
    Case(
        "cross_terms_left_out",
        TWO.replace("linear", "softmax"),
        "y_hat_o1 = 0.2689\ny_hat_o2 = 0.7311\n",
        "dLoss/dz_o1 = 0.0529",
    ),
    Case("input_of_another", CELL, GATES, "c = 0.7094"),  # i * c0 + f * g
    Case("input_of_another", CELL, f"{GATES}c = 0.7179\n", "h = 0.4501"),  # i * tanh(c)
    Case("weight_of_another", CELL, "", "i = 0.6900"),  # wf for wi
    Case("activation_left_out", CELL, f"{GATES}c = 0.7179\n", "h = 0.5517"),  # o * c
    Case("wrong_activation", CELL, GATES[:-11], "g = 0.6682"),  # sigmoid(0.7)
    Case("momentum_left_out", TWICE, "", "v_w1_new = 1.2000", example=1),  # not 0.9 * 2 + 1.2
    Case("old_state_used", TWICE, "v_w1_new = 3.0000\n", "w1_new = 0.1000", example=1),
    Case("bias_correction_left_out", f"{ONE}optimizer: adam\n", "", "m_hat_w1 = 0.2000"),
    Case("betas_swapped", f"{ONE}optimizer: adam\n", "", "m_w1_new = 0.0020"),  # 0.001 * 2
    # 0.1 * 2 / sqrt(4 + 1) in the place of 0.1 * 2 / (sqrt(4) + 1)
    Case(
        "epsilon_inside_root",
        f"{ONE}optimizer: {{name: adam, epsilon: 1}}\n",
        "",
        "step_w1 = 0.0894",
    ),
    # 0.1 * (2 + 0.1 * 0.5) in the place of 0.1 * 2
    Case(
        "decay_coupled",
        f"{ONE}optimizer: adamw\nweight_decay: 0.1\n",
        "",
        "m_w1_new = 0.2050",
    ),
    Case("wrong_t", f"{ONE}optimizer: adam\n", "", "m_hat_w1 = 1.0526"),  # 0.2 / (1 − 0.9^2)
)


def checked(case: Case) -> Checked:
    sheet = parse_sheet(f"{case.before}{case.line}\n", "sheet.txt")
    return check(config.parse(case.network, "network.yaml"), sheet, case.example)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.mistake}: {case.line}" for case in CASES])
def test_a_planted_mistake_is_found_where_it_is_and_named(case: Case) -> None:
    found = checked(case)
    assert [one.verdict.value for one in found.lines] == ["right"] * (len(found.lines) - 1) + [
        "wrong"
    ]
    assert case.mistake in found.mistakes(len(found.lines) - 1)


def test_every_row_of_the_catalogue_has_a_case() -> None:
    assert {case.mistake for case in CASES} == {*MISTAKES, *SLIPS}


@pytest.mark.parametrize("case", CASES, ids=[f"{case.mistake}: {case.line}" for case in CASES])
def test_a_mistake_is_told_in_a_sentence_without_gaps(case: Case) -> None:
    found = checked(case)
    causes = found.causes[len(found.lines) - 1]
    sentence = next(one.sentence for one in causes if one.mistake == case.mistake)
    assert "{" not in sentence
    assert "(" not in sentence or ")" in sentence
    assert sentence[0].islower() or sentence.startswith("ŷ")


def test_two_mistakes_with_one_figure_are_both_named_and_the_line_that_tells_them_apart() -> None:
    """0.7414 * 0.5933 = 0.4399 is ∂Loss/∂w5 without ∂ŷ/∂z_out: as a factor of 1, or as a relu's."""
    sheet = f"{FORWARD}dLoss/dy_hat = 0.7414\ndLoss/dw5 = 0.4399\n"
    found = check(config.parse(DOCUMENT, "network.yaml"), parse_sheet(sheet, "sheet.txt"))
    at = found.first_wrong
    assert at is not None
    assert len(found.causes[at]) > 1
    assert "activation_derivative_left_out" in found.mistakes(at)
    assert found.teller.get(at) is None or found.teller[at].startswith("d")


def test_where_a_skipped_line_tells_two_mistakes_apart_it_is_named() -> None:
    """∂Loss/∂w5 = −0.0822: the sign is in ∂Loss/∂ŷ, or in the product."""
    sheet = f"{FORWARD}dLoss/dw5 = -0.0822\n"
    found = check(config.parse(DOCUMENT, "network.yaml"), parse_sheet(sheet, "sheet.txt"))
    at = found.first_wrong
    assert at is not None
    assert found.mistakes(at)[0] == "sign"
    assert found.teller[at] in ("dLoss/dz_out", "dLoss/dy_hat", "dy_hat/dz_out", "dz_out/dw5")
