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


def test_what_is_spelt_like_a_name_of_the_file_means_that(backprop: Backprop) -> None:
    text = "inputs: {E: 2, J: 1}\nweights: {output: {out: {E: 0.1, J: 0.2}}}\ntarget: 1\n"
    run = backprop("run", "-", "--explain", "E", input=text)
    assert "E = 2" in run.stdout


def test_several_names_are_separated_by_commas(backprop: Backprop) -> None:
    run = backprop("run", DEFAULT, "--explain", "dE/dw1, net_h1")
    assert "Gradient for w1" in run.stdout
    assert "Weighted Sum z_h1" in run.stdout
