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
