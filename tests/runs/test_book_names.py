"""Sheets in the names and signs of well-known textbooks and pages are read as they are meant."""

from support.program import CONFIGS

from backprop_cli import config
from backprop_cli.config.sheet.reading import parse_sheet
from backprop_cli.runs.checking.check import Checked, check
from backprop_cli.runs.checking.record import record

# Han and Kamber, "Data Mining: Concepts and Techniques", the example of the backpropagation
# chapter, with the figures of its tables.
NUMBERED_UNITS = """
inputs: {1: 1, 2: 0, 3: 1}
weights:
  hidden: {4: {1: 0.2, 2: 0.4, 3: -0.5}, 5: {1: -0.3, 2: 0.1, 3: 0.2}}
  output: {6: {4: -0.3, 5: -0.2}}
biases: {hidden: {4: -0.4, 5: 0.2}, output: {6: 0.1}}
target: 1
learning_rate: 0.9
"""
ITS_TABLES = """
Net input I4 = 0.2 + 0 - 0.5 - 0.4 = -0.7
O4 = 0.332
I5 = 0.1
O5 = 0.525
I6 = (-0.3)(0.332) - (0.2)(0.525) + 0.1 = -0.105
O6 = 0.474
Err6 = (0.474)(1 - 0.474)(1 - 0.474) = 0.1311
Err5 = (0.525)(1 - 0.525)(0.1311)(-0.2) = -0.0065
Err4 = (0.332)(1 - 0.332)(0.1311)(-0.3) = -0.0087
w46 = -0.3 + (0.9)(0.1311)(0.332) = -0.261
w56 = -0.138
w14 = 0.192
w_{1,5} = -0.306
w35 = 0.194
theta6 = 0.1 + (0.9)(0.1311) = 0.218
θ5 = 0.194
θ_4 = -0.408
"""
# The figures of https://mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example/
OF_ITS_OWN_LOSSES = """
E_{o1} = 0.274811083
E_{o2} = 0.023560026
E_{total} = 0.298371109
∂E_{o1}/∂net_{o1} = 0.74136507 * 0.186815602 = 0.138498562
∂E_{o1}/∂out_{h1} = 0.138498562 * 0.40 = 0.055399425
∂E_{o2}/∂out_{h1} = -0.019049119
∂E_{total}/∂out_{h1} = 0.055399425 + -0.019049119 = 0.036350306
"""


def checked(text: str, yaml: str = "") -> Checked:
    exercise = (
        config.parse(yaml, "own.yaml") if yaml else config.load(str(CONFIGS / "default.yaml"))
    )
    return check(exercise, parse_sheet(text, "sheet.txt"))


def verdicts(found: Checked) -> list[str]:
    return [one.verdict.value for one in found.lines]


def test_the_tables_of_a_book_with_numbered_units_are_right() -> None:
    found = checked(ITS_TABLES, NUMBERED_UNITS)
    assert not found.unknown
    assert verdicts(found) == ["right"] * 17


def test_an_error_signal_keeps_its_figure_and_is_told_from_the_derivative() -> None:
    found = checked(ITS_TABLES, NUMBERED_UNITS)
    error = next(line for line in record(found)["lines"] if line["name"] == "dLoss/dz_5")
    assert error["figure"] == -0.0065
    remarks = [one.entry.written.remark for one in found.lines]
    assert sum("target − output" in remark for remark in remarks) == 3


def test_an_error_signal_with_the_wrong_sign_is_a_slip_where_the_gradient_has_it_too() -> None:
    """0.7414 * 0.1868 = 0.1385; times 0.5933 it is 0.0822."""
    found = checked("δ_out = -0.1385\ndL/dw5 = -0.0822\n")
    assert verdicts(found)[0] == "wrong"


def test_error_signals_with_both_signs_are_not_turned() -> None:
    found = checked("δ_out = 0.1385\nδ_h1 = -0.0134\n")
    assert verdicts(found) == ["right", "wrong"]


def test_a_unit_is_not_taken_for_another_by_its_position() -> None:
    """Unit 3 is the first neuron: sigmoid(0.5) = 0.6225; unit 4 sigmoid(0.6225) = 0.6508."""
    yaml = "inputs: {1: 1}\nweights: {hidden: {2: {1: 0.5}}, output: {3: {2: 1}}}\ntarget: 1\n"
    assert verdicts(checked("a2 = 0.6225\nout_3 = 0.6508\n", yaml)) == ["right", "right"]
    assert verdicts(checked("a2 = 0.6508\n", yaml)) == ["wrong"]


def test_the_loss_of_each_output_has_a_name_and_derivatives() -> None:
    yaml = (CONFIGS / "mazur.yaml").read_text(encoding="utf-8")
    found = checked(OF_ITS_OWN_LOSSES, yaml)
    assert not found.unknown
    assert verdicts(found) == ["right"] * 7


def test_outputs_go_by_their_number() -> None:
    """Softmax of 0.6, 0.1 and −0.2: 1.8221, 1.1052 and 0.8187 of 3.7460."""
    yaml = (
        "inputs: [1, 2]\nweights: {output: [[0.1, 0.2], [0.3, -0.1], [-0.2, 0.05]]}\n"
        "biases: {output: [0.1, 0, -0.1]}\nactivation: softmax\nloss: cross_entropy\n"
        "target: [0, 1, 0]\n"
    )
    found = checked("p1 = 0.4864\ny_2 = 0.2950\nout3 = 0.2186\n", yaml)
    assert [one.entry.quantity for one in found.lines] == ["y_hat_o1", "y_hat_o2", "y_hat_o3"]
    assert verdicts(found) == ["right"] * 3


def test_a_weight_with_a_new_figure_is_the_updated_one() -> None:
    """0.40 − 0.5 * 0.0822 = 0.3589; 0.60 − 0.5 * 0.1385 ≈ 0.5307."""
    found = checked("w5 = 0.40\nw5 = 0.40 - 0.5 * 0.0822 = 0.3589\nb2 ← 0.5307\nw1 <- 0.149665\n")
    assert [one.entry.quantity for one in found.lines] == ["w5", "w5_new", "b2_new", "w1_new"]
    assert verdicts(found) == ["right"] * 4


def test_an_update_with_a_slip_is_held_against_the_update() -> None:
    """0.40 + 0.5 * 0.0822 = 0.4411: the sign is the other way round."""
    found = checked("dL/dw5 = 0.0822\nw5 = 0.4411\n")
    assert verdicts(found) == ["right", "wrong"]
    assert found.lines[1].entry.quantity == "w5_new"
    assert "sign" in found.mistakes(1)


def test_a_given_number_that_was_copied_wrongly_is_no_update() -> None:
    found = checked("w5 = 0.04\n")
    assert found.lines[0].entry.quantity == "w5"
    assert verdicts(found) == ["wrong"]


def test_the_memory_of_an_optimizer_is_that_after_its_update() -> None:
    """Adam with g = −1: m = 0.9 * 0 + 0.1 * (−1) = −0.1 and v = 0.001 * 1."""
    yaml = (
        "inputs: [1]\nweights: {output: [[1]]}\nactivation: linear\ntarget: 2\n"
        "learning_rate: 0.1\noptimizer: adam\n"
    )
    found = checked("m_w1 = -0.1\nv_w1 = 0.001\nm_hat_w1 = -1\nw1 = 1.1\n", yaml)
    assert verdicts(found) == ["right"] * 4
    slip = checked("m_w1 = 0.1\n", yaml)
    assert slip.lines[0].entry.quantity == "m_w1_new"
    assert verdicts(slip) == ["wrong"]


def test_a_letter_is_as_good_as_its_name() -> None:
    """gamma * 3 + beta at 2 and 1 is 7; with target 5, ∂Loss/∂gamma is 2 * 3."""
    yaml = "inputs: {x: 3}\nparameters: {gamma: 2, beta: 1}\nweights: {g: {mu: gamma * x + beta}}\n"
    found = checked(
        "μ = 7\n∂L/∂γ = 6\n\\frac{\\partial L}{\\partial\\beta} = 2\n", f"{yaml}target: 5\n"
    )
    assert not found.unknown
    assert verdicts(found) == ["right"] * 3
