"""A sheet's lines get the verdicts that a careful teacher would give them."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from time import process_time

import pytest
from support.program import CONFIGS
from support.student.measured import outcome
from support.student.working import right_sheet

from backprop_cli import config
from backprop_cli.config.sheet.reading import load_sheet, parse_sheet
from backprop_cli.runs.checking.check import Checked, check
from backprop_cli.runs.checking.entry import Verdict
from backprop_cli.runs.run import calculate

EXERCISE = CONFIGS / "default.yaml"
WORKED_EXAMPLE = Path(__file__).parents[1] / "data" / "worked_example_sheet.md"


def checked(text: str, file: Path = EXERCISE) -> Checked:
    return check(config.load(str(file)), parse_sheet(text, "sheet.txt"))


def verdicts(found: Checked) -> list[str]:
    return [one.verdict.value for one in found.lines]


def mistakes(found: Checked) -> list[str]:
    """What is said of the first wrong line, the likeliest first."""
    at = found.first_wrong
    assert at is not None
    return [cause.mistake for cause in found.causes[at]]


FORWARD = """
z_h1 = 0.3775
z_h2 = 0.3925
a_h1 = 0.5933
a_h2 = 0.5969
z_out = 1.1059
y_hat = 0.7514
"""


def test_the_documents_own_figures_are_right_but_for_its_slips_and_what_follows() -> None:
    """The document as a sheet: 0.0555 and 0.00135 for ∂Loss/∂w2, 0.2407, and what rests on them."""
    found = check(config.load(str(EXERCISE)), load_sheet(str(WORKED_EXAMPLE)))
    assert len(found.lines) >= 60
    assert not found.unknown
    wrong = {
        (one.entry.quantity, str(one.entry.written.figure))
        for one in found.lines
        if one.verdict.value == "wrong"
    }
    assert wrong == {("∂Loss/∂w2", "0.00135"), ("∂a_h2/∂z_h2", "0.2407")}
    follow = {one.entry.quantity for one in found.lines if one.verdict.value == "follows"}
    assert follow == {"∂Loss/∂w2", "∂a_h2/∂z_h2", "w2_new"}
    assert not {"unclear"} & {*verdicts(found)}
    assert mistakes(found)[0] == "misread_figure"  # 0.0555 for 0.0554


def test_a_right_sheet_has_only_right_lines() -> None:
    assert {*verdicts(checked(FORWARD))} == {"right"}


@pytest.mark.parametrize("decimals", [2, 3, 5, 8])
def test_fewer_or_more_digits_are_as_right(decimals: int) -> None:
    exact = {"z_h1": 0.3775, "a_h1": 0.5932699921, "y_hat": 0.7513650696, "Loss": 0.2748110832}
    text = "\n".join(f"{name} = {value:.{decimals}f}" for name, value in exact.items())
    assert {*verdicts(checked(text))} == {"right"}


def test_what_rests_on_an_earlier_slip_follows() -> None:
    """z_out without its bias is 0.5933 * 0.40 + 0.5969 * 0.45 = 0.5059, whose sigmoid is 0.6238."""
    text = FORWARD.replace("1.1059", "0.5059").replace("0.7514", "0.6238")
    found = checked(f"{text}dLoss/dy_hat = 0.6138\n")
    assert verdicts(found) == ["right"] * 4 + ["wrong", "follows", "follows"]
    assert mistakes(found)[0] == "bias_left_out"


def test_a_wild_early_figure_makes_nothing_right_that_is_not() -> None:
    found = checked("y_hat = 0.9\ndLoss/dy_hat = 0.89\ndLoss/dw5 = 5\n")
    assert verdicts(found) == ["wrong", "follows", "wrong"]


def test_a_line_after_a_slip_may_be_right_again() -> None:
    assert verdicts(checked("z_h1 = 0.5\na_h1 = 0.5933\n")) == ["wrong", "right"]


def test_lines_may_come_in_any_order() -> None:
    text = "\n".join(reversed(FORWARD.split("\n")))
    assert {*verdicts(checked(text))} == {"right"}
    wrong = checked("dLoss/dy_hat = 0.6138\ny_hat = 0.6238\n")
    assert verdicts(wrong) == ["follows", "wrong"]


def test_a_figure_that_is_cut_off_is_right_with_a_remark() -> None:
    """y_hat is 0.751365…: three decimals are 0.751, four cut off 0.7513."""
    (one,) = checked("y_hat = 0.7513").lines
    assert (one.verdict.value, one.remark) == ("right", "cut off instead of rounded")


def test_a_half_rounded_to_even_is_right_with_a_remark(tmp_path: Path) -> None:
    """0.25 * 0.5 = 0.125, half up 0.13, half even 0.12."""
    file = tmp_path / "half.yaml"
    file.write_text(
        "inputs: [0.25]\nweights: {output: [[0.5]]}\nactivation: linear\n"
        "target: 1\nlearning_rate: 1\n"
    )
    (one,) = checked("z_out = 0.12", file).lines
    assert one.verdict.value == "right"
    assert "even" in one.remark


def test_coarse_figures_are_unclear_and_not_wrong() -> None:
    """From 0.0, which may be anything up to 0.05, any product up to 0.02 may come."""
    text = "dLoss/dz_out = 0.0\ndLoss/da_h1 = 0.0123\ndLoss/dw5 = 0.0822\n"
    assert verdicts(checked(text)) == ["wrong", "unclear", "right"]


def test_a_gradient_may_be_worked_by_another_grouping() -> None:
    """From a wrong ŷ of 0.8100: δ = 0.8 * 0.81 * 0.19 = 0.1231, times 0.5933 at once 0.0730."""
    text = "y_hat = 0.8100\ndelta_out = 0.1231\ndL/dw5 = 0.8 * 0.1539 * 0.5933 = 0.0730\n"
    assert verdicts(checked(text)) == ["wrong", "follows", "follows"]


def test_what_follows_from_a_slip_on_no_line_follows() -> None:
    """With z for a in ∂ŷ/∂z_out, 1.1059 * (1 − 1.1059) = −0.1171: δ is −0.0868, and on it goes."""
    text = f"{FORWARD}delta_out = -0.0868\ndL/dw5 = -0.0515\ndL/dw6 = -0.0518\n"
    found = checked(text)
    assert verdicts(found)[6:] == ["wrong", "follows", "follows"]
    assert mistakes(found)[0] == "derivative_at_weighted_sum"


@pytest.mark.parametrize(
    ("names", "quantity"),
    [
        (("dL/dw5", "dE/dw5", "dC/dw_5", "∂Loss/∂w5", "grad_w5", "dw5", "DLoss/DW5"), "∂Loss/∂w5"),
        (("delta_h1", "δ_h1", "dL/dz_h1", "dLoss/dnet_h1"), "∂Loss/∂z_h1"),
        (("net_h1", "in_h1", "z_h1", "Z_H1", "zh1"), "z_h1"),
        (("out_h1", "a_h1", "h1"), "a_h1"),
        (("E", "L", "J", "C", "Loss", "cost", "E_total"), "Loss"),
        (("w5_new", "w5+", "w5'", "new w5", "w_5^{new}", "w5 new"), "w5_new"),
        (("b1_new", "b1+"), "b1_new"),
        (("ŷ", "y_hat", "yhat", r"\hat{y}", "prediction", "Predicted Output (y_hat)"), "y_hat"),
        (("dy_hat/dz_out", "∂ŷ/∂z_out", "da_out/dnet_out"), "∂y_hat/∂z_out"),
        (("dL/db1_from_h1",), "∂Loss/∂b1_from_h1"),
    ],
)
def test_quantities_go_by_the_names_of_courses(names: Sequence[str], quantity: str) -> None:
    figure = calculate(config.load(str(EXERCISE))).working.figure(quantity)
    lines = checked("".join(f"{name} = {figure}\n" for name in names)).lines
    assert [one.entry.quantity for one in lines] == [quantity] * len(names)


ADAM = """
inputs: [2]
weights: {output: [[0.5]]}
activation: linear
target: 0
learning_rate: 0.1
optimizer: adam
"""


@pytest.mark.parametrize(
    ("names", "quantity"),
    [
        (("m_w1", "m(w1)", "m1", "m", "m_t", "m_dw1", "M_{dw1}"), "m_w1_new"),
        (("v_w1", "v(w1)", "v1", "v", "v_t", "V_dw1"), "v_w1_new"),
        (("m_hat", "m\u0302", "m\u0302_t", "m_hat(w1)", r"\hat{m}_t", "mhat1"), "m_hat_w1"),
        (("g", "g_t", "dw1"), "∂Loss/∂w1"),
        (("z", "net", "weighted sum"), "z_out"),
    ],
)
def test_an_optimizers_memory_goes_by_the_names_of_papers(
    names: Sequence[str], quantity: str
) -> None:
    exercise = config.parse(ADAM, "adam.yaml")
    for name in names:
        (one,) = check(exercise, parse_sheet(f"{name} = 77", "sheet.txt")).lines
        assert one.entry.quantity == quantity, name


def test_a_function_of_a_weighted_sum_is_its_activation() -> None:
    found = checked(
        "z_h1 = 0.3775\nσ(z_h1) = 0.5933\nsigmoid(net_h2) = 0.5969\nσ'(z_h1) = 0.2413\n"
    )
    assert [one.entry.quantity for one in found.lines] == ["z_h1", "a_h1", "a_h2", "∂a_h1/∂z_h1"]
    assert {*verdicts(found)} == {"right"}


SOFTMAX = """
inputs: [1, 2]
weights: {hidden: [[0.1, 0.2], [0.3, -0.1]], output: [[0.2, 0.1], [0, 0.4], [0.3, 0.3]]}
activation: {hidden: relu, output: softmax}
target: [0, 1, 0]
loss: cross_entropy
learning_rate: 1
"""


def test_what_a_softmax_is_worked_by_goes_by_its_formula() -> None:
    """exp(0.11) = 1.1163, exp(0.04) = 1.0408, exp(0.18) = 1.1972, their sum 3.3543."""
    text = "exp(z_o1) = 1.1163\ne^z_o2 = 1.0408\nsum of exp = 3.3543\np1 = 0.3328\n"
    found = check(config.parse(SOFTMAX, "softmax.yaml"), parse_sheet(text, "sheet.txt"))
    assert verdicts(found) == ["right"] * 4
    assert not found.unknown


def test_a_wrong_loss_of_an_output_is_not_taken_for_the_exp_of_its_softmax() -> None:
    """E_o2 = −ln(0.3103) = 1.1702, while e_o2 = exp(0.04) = 1.0408."""
    exercise = config.parse(SOFTMAX, "softmax.yaml")
    for text, meant in {
        "E_o2 = 1.1": "Loss_o2",
        "E_o2 = 1.1702": "Loss_o2",
        "E_o2 = 1.0408": "e_o2",
        "e_o2 = 1.1": "e_o2",
    }.items():
        (one,) = check(exercise, parse_sheet(text, "sheet.txt")).lines
        assert one.entry.quantity == meant, text


def test_a_left_out_factor_is_named_once() -> None:
    """0.3103 * (1 − 0.3103) = 0.2140 is ∂Loss/∂z_o2 without ∂Loss/∂ŷ_o2 = −1 / 0.3103."""
    text = "p1 = 0.3328\np2 = 0.3103\np3 = 0.3569\ndL/dz_o2 = 0.2140\n"
    found = check(config.parse(SOFTMAX, "softmax.yaml"), parse_sheet(text, "sheet.txt"))
    assert mistakes(found) == ["chain_factor_left_out"]


BATCH = """
examples:
  - {inputs: [0.5, 1], target: 1}
  - {inputs: [1, 0.25], target: 0}
  - {inputs: [0, 2], target: 1}
batch_size: all
weights: {hidden: [[0.5, 0.25], [-1, 0.5]], output: [[0.5, 2]]}
activation: linear
learning_rate: 1
"""
# By hand: z_h1 = 0.5 x1 + 0.25 x2, z_h2 = −x1 + 0.5 x2, ŷ = 0.5 a_h1 + 2 a_h2, dz = ŷ − y.
IN_COLUMNS = """
X = [[0.5, 1, 0], [1, 0.25, 2]]
Y = [[1, 0, 1]]
Z1 = [[0.5, 0.5625, 0.5], [0, -0.875, 1]]
A2 = [[0.25, -1.46875, 2.25]]
dZ2 = [[-0.75, -1.46875, 1.25]]
dZ1 = [[-0.375, -0.734375, 0.625], [-1.5, -2.9375, 2.5]]
"""
IN_ROWS = "Z1 = [[0.5, 0], [0.5625, -0.875], [0.5, 1]]\nA2 = [[0.25], [-1.46875], [2.25]]\n"


@pytest.mark.parametrize(("text", "count"), [(IN_COLUMNS, 27), (IN_ROWS, 9)])
def test_in_an_array_of_a_batch_each_example_has_a_column_or_a_row(text: str, count: int) -> None:
    exercise = config.parse(BATCH, "batch.yaml")
    found = check(exercise, parse_sheet(text, "sheet.txt"))
    assert (verdicts(found), found.unknown) == (["right"] * count, ())
    examples = {int(one.entry.quantity[-2]) for one in found.lines}
    assert examples == {1, 2, 3}
    slip = check(exercise, parse_sheet(text.replace("0.5625", "0.5626"), "sheet.txt"))
    (wrong,) = [one.entry for one in slip.lines if one.verdict is Verdict.WRONG]
    assert wrong.quantity == "z_h1[2]"


def test_a_list_of_one_is_the_quantity_that_it_is_named_by() -> None:
    (one,) = checked("w5.grad = tensor([0.0822])").lines
    assert (one.entry.quantity, one.verdict.value) == ("∂Loss/∂w5", "right")


def test_a_list_of_gradients_is_one_though_it_names_parameters() -> None:
    """0.0822 and 0.0827 are ∂Loss/∂w5 and ∂Loss/∂w6; 0.0067 is a slip in ∂Loss/∂w1 = 0.00067."""
    found = checked("Gradients: w5: 0.0822, w6: 0.0827\nw1 = 0.0067\nw3 = 0.00075\n")
    assert [one.entry.quantity for one in found.lines][:2] == ["∂Loss/∂w5", "∂Loss/∂w6"]
    assert verdicts(found) == ["right", "right", "wrong", "right"]
    assert found.lines[2].entry.quantity == "∂Loss/∂w1"


def test_a_name_of_two_quantities_means_what_like_names_mean() -> None:
    """Of z1, z2, z3 of a softmax of three outputs, after two hidden neurons."""
    exercise = config.parse(SOFTMAX, "softmax.yaml")
    # h is 0.5 and 0.1, so z is 0.11, 0.04, 0.18; 0.4 * 0.5 in the place of 0.4 * 0.1 gives 0.20.
    found = check(exercise, parse_sheet("z1 = 0.11\nz2 = 0.20\nz3 = 0.18\n", "sheet.txt"))
    assert [one.entry.quantity for one in found.lines] == ["z_o1", "z_o2", "z_o3"]
    assert verdicts(found) == ["right", "wrong", "right"]


def test_a_name_that_is_none_is_told_with_the_nearest() -> None:
    found = checked("z_h9 = 1\nz_h1 = 0.3775")
    ((written, near),) = found.unknown
    assert (written.line, found.unread) == (1, 1)
    assert "z_h1" in near


def test_what_is_missing_is_named() -> None:
    found = checked(FORWARD)
    assert "dLoss/dw5" in found.missing
    assert "z_h1" not in found.missing
    assert "a_out" not in found.missing  # it is on the sheet as y_hat


# By the chain rule, from the document's figures: w5 enters ŷ by 0.1868 * 0.5933, w1 enters a_h1 by
# 0.2413 * 0.05, and z_out by 0.40 times that.
PRODUCTS = """
dy_hat/dw5 = 0.1868 * 0.5933 = 0.1108
∂a_h1/∂w1 = 0.0121
da_out/dw5 = 0.1108
dz_out/dw1 = 0.40 * 0.2413 * 0.05 = 0.00483
"""


def test_derivatives_that_no_gradient_needs_are_judged_like_others() -> None:
    found = checked(PRODUCTS)
    assert not found.unknown
    assert verdicts(found) == ["right"] * 4
    # Without the input, what is left is the derivative by the weighted sum.
    wrong = checked("dz_out/da_h1 = 0.40\nda_h1/dw1 = 0.2413\n")
    assert verdicts(wrong) == ["right", "wrong"]
    assert "chain_factor_left_out" in mistakes(wrong)


@pytest.mark.parametrize("name", ["dz_h1/dw1_new", "ddLoss/dw1/dw2", "dw1/dz_out", "dz_h1/dη"])
def test_what_is_no_derivative_of_the_forward_pass_is_no_quantity(name: str) -> None:
    assert [one.name for one, _ in checked(f"{name} = 0.5\n").unknown] == [name]


def test_derivatives_are_understood_in_networks_of_any_kind() -> None:
    # By hand: of a softmax, ∂ŷ_1/∂w is ŷ_1 (1 − ŷ_1) x for a weight of its own neuron, and
    # −ŷ_1 ŷ_2 x for one of another; with weighted sums of 0, ŷ is a half.
    text = "inputs: [3]\nweights: {output: [[0], [0]]}\nactivation: softmax\ntarget: [1, 0]\n"
    exercise = config.parse(f"{text}loss: cross_entropy\nlearning_rate: 1\n", "softmax.yaml")
    sheet = parse_sheet("dy_hat_o1/dw1 = 0.75\ndy_hat_o1/dw2 = -0.75\n", "sheet.txt")
    assert verdicts(check(exercise, sheet)) == ["right", "right"]


@pytest.mark.parametrize(
    "seed", ["a/right/50", "a/right/2499", "b/right/1620", "b/right/2282", "1/right/7487"]
)
def test_no_line_of_one_who_cuts_off_or_keeps_small_numbers_shorter_is_called_wrong(
    seed: str,
) -> None:
    sheet = right_sheet(Random(seed))
    assert outcome(sheet).verdicts["wrong"] == 0, sheet.text


@pytest.mark.parametrize(
    "line", ["; ; " * 200, "|" * 800, "w99 = " + "(" * 800, "w99 =" + " " * 800 + "x"]
)
def test_a_thousand_long_lines_of_signs_are_read_quickly(line: str) -> None:
    """At first each began a search through all that follow: more than a minute."""
    start = process_time()
    found = checked(f"{line}\n" * 1000 + "z_h1 = 0.3775\n")
    assert process_time() - start < 2.5  # 0.3 seconds on a machine that has nothing else to do
    assert verdicts(found) == ["right"]


def test_a_thousand_lines_take_no_more_than_about_a_second_however_many_are_wrong() -> None:
    names = [
        "z_h1",
        "a_h1",
        "z_h2",
        "a_h2",
        "z_out",
        "y_hat",
        "Loss",
        "dLoss/dw1",
        "dLoss/dw5",
        "w1_new",
        "dz_out/dw1",
    ]
    random = Random(1)
    text = "".join(f"{random.choice(names)} = {random.random():.4f}\n" for _ in range(1000))
    start = process_time()
    found = checked(text)
    assert process_time() - start < 2.5  # 0.7 seconds on a machine that has nothing else to do
    assert len(found.lines) == 1000
    assert found.count(Verdict.WRONG) > 100
