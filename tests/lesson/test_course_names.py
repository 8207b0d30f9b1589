"""--explain takes the names that courses have for quantities."""

import pytest
from support.program import DEFAULT, Backprop

# What each means on the document's network, by the textbooks' definitions of these names.
MEANINGS = {
    "dL/dw1": "dLoss/dw1",
    "dE/dw1": "dLoss/dw1",
    "dC/dw_5": "dLoss/dw5",
    "∂J/∂w5": "dLoss/dw5",
    "grad_w1": "dLoss/dw1",
    "delta_h1": "dLoss/dz_h1",
    "net_h1": "z_h1",
    "out_h1": "a_h1",
    "E": "Loss",
    "J": "Loss",
    "W1": "w1",
    "loss": "Loss",
    "new w5": "w5_new",
    "x1->h1": "w1",
    "h2 → out": "w6",
}


@pytest.mark.parametrize(("name", "meaning"), MEANINGS.items())
def test_a_name_of_a_course_means_the_quantity(backprop: Backprop, name: str, meaning: str) -> None:
    asked, meant = (backprop("run", DEFAULT, "--explain", one) for one in (name, meaning))
    assert (asked.stdout, asked.stderr, asked.returncode) == (meant.stdout, "", 0)


@pytest.mark.parametrize("name", ["E_o2", "E2", "error_o2", "L_o2", "loss o2"])
def test_each_output_has_an_error_of_its_own(backprop: Backprop, name: str) -> None:
    # Mazur, "A step by step backpropagation example": E_o2 = 0.023560026, here rounded by hand.
    asked = backprop("run", "mazur", "--explain", name, "--exact", "--decimals", "6")
    assert "Loss_o2 = " in asked.stdout
    assert "≈ 0.023560" in asked.stdout


def test_what_is_spelt_like_a_name_of_the_file_means_that(backprop: Backprop) -> None:
    text = "inputs: {E: 2, J: 1}\nweights: {output: {out: {E: 0.1, J: 0.2}}}\ntarget: 1\n"
    run = backprop("run", "-", "--explain", "E", input=text)
    assert "E = 2" in run.stdout


def test_several_names_are_separated_by_commas(backprop: Backprop) -> None:
    run = backprop("run", DEFAULT, "--explain", "dE/dw1, net_h1")
    assert "Gradient for w1" in run.stdout
    assert "Weighted Sum z_h1" in run.stdout


BATCH = """\
examples: [{inputs: [0.5, 1], target: 1}, {inputs: [1, 0.3], target: 0}]
batch_size: all
weights: {h: {h1: {x1: 0.3, x2: 0.1}}, o: {y: {h1: 0.4}}}
learning_rate: 0.1
"""
PENALIZED = f"{BATCH}penalty: {{l2: 0.1}}\n"
OF_EXAMPLE_2 = ("dL[2]/dw1", "dE[2]/dw1", "dLoss[2]/dw1", "dJ_2/dw1", "dL2/dw1", "dL/dw1[2]")


@pytest.mark.parametrize("name", OF_EXAMPLE_2)
@pytest.mark.parametrize(
    ("text", "meaning"), [(BATCH, "dLoss[2]/dw1"), (PENALIZED, "dDataLoss[2]/dw1")]
)
def test_the_loss_of_an_example_has_a_derivative_whether_or_not_there_is_a_penalty(
    backprop: Backprop, text: str, meaning: str, name: str
) -> None:
    asked, meant = (backprop("run", "-", "--explain", one, input=text) for one in (name, meaning))
    assert (asked.stdout, asked.stderr, asked.returncode) == (meant.stdout, "", 0)
    # By hand: ŷ = 0.5579, a_h1 = 0.5818, and 0.5579 * 0.2466 * 0.4 * 0.2433 * 1 = 0.0134.
    assert asked.stdout.rstrip().endswith("0.0134")


@pytest.mark.parametrize("text", [BATCH, BATCH.replace("batch_size: all\n", "")])
@pytest.mark.parametrize("name", ["dL_2/dz_h1", "z_h1[2]", "delta_h1[2]", "x1[2]"])
def test_what_is_of_another_example_is_never_answered_with_the_one_that_is_shown(
    backprop: Backprop, text: str, name: str
) -> None:
    asked = backprop("run", "-", "--explain", name, input=text)
    assert (asked.stdout, asked.returncode) == ("", 2)
    assert (
        f"{name}: this is about example 2, and example 1 is shown; add --example 2" in asked.stderr
    )
    shown, plain = (
        backprop("run", "-", "--example", "2", "--explain", one, input=text)
        for one in (name, name.replace("[2]", "").replace("_2/", "/"))
    )
    assert (shown.stdout, shown.stderr, shown.returncode) == (plain.stdout, "", 0)


def test_of_several_outputs_the_number_of_a_loss_is_that_of_an_output(backprop: Backprop) -> None:
    """o2's loss does not depend on the weights of o1, in no example."""
    text = BATCH.replace("target: 1", "target: [1, 0]").replace("target: 0", "target: [0, 1]")
    text = text.replace("o: {y: {h1: 0.4}}", "o: [[0.4], [0.3]]")
    asked = backprop("run", "-", "--explain", "dL2/dw3", input=text)
    assert "Loss_o2 does not depend on w3" in asked.stdout
    assert asked.stdout.rstrip().endswith("∂Loss_o2/∂w3 = 0")
    second = backprop("run", "-", "--explain", "dL[2]/dw3", input=text)
    assert "Example 2 of the batch" in second.stdout


def test_the_strength_of_a_penalty_keeps_its_name(backprop: Backprop) -> None:
    asked = backprop("run", "-", "--explain", "L2", input=PENALIZED)
    assert "l2 = 0.1" in asked.stdout
