"""A parameter that is used several times is shown with all its places."""

from support.graph_texts import CELL, SKIP
from support.program import Backprop

# A kernel over six inputs: k0 stands at five places.
LONG_KERNEL = """\
inputs: [1, 2, 3, 4, 5, 6]
parameters: {k0: 0.1, k1: -0.2, b: 0.5}
weights:
  convolution:
    c1: {x1: k0, x2: k1}
    c2: {x2: k0, x3: k1}
    c3: {x3: k0, x4: k1}
    c4: {x4: k0, x5: k1}
    c5: {x5: k0, x6: k1}
  sum: {s: c1 + c2 + c3 + c4 + c5}
  output: {y: {s: 0.3}}
biases: {convolution: b, output: b}
activation: tanh
target: 1
"""


def test_a_weight_is_given_with_every_edge_that_it_stands_at(backprop: Backprop) -> None:
    lines = backprop("run", "-", input=CELL).stdout.splitlines()
    assert "    U = 0.6      (x1 → s1, x2 → s2)" in lines
    assert "    V = 1.2      (s1 → y1, s2 → y2)" in lines
    (heading,) = (line for line in lines if line.startswith("Step-by-step Gradient for U"))
    assert heading.endswith(" x1 → s1, x2 → s2")
    assert max(map(len, lines[:20])) <= 80


def test_of_many_places_the_first_and_the_last_are_shown(backprop: Backprop) -> None:
    found = backprop("run", "-", input=LONG_KERNEL).stdout
    assert "k0 = 0.1       (x1 → c1, x2 → c2, …, x5 → c5)" in found


def test_a_bias_of_two_layers_belongs_to_both(backprop: Backprop) -> None:
    found = backprop("run", "-", input=LONG_KERNEL).stdout
    assert "1. For Convolution and Output Bias (b)" in found


def test_layers_are_spoken_of_in_the_plural_and_only_where_they_have_weights(
    backprop: Backprop,
) -> None:
    found = backprop("run", "-", input=LONG_KERNEL).stdout
    assert "Summary of Gradients for Convolution Layer and Output Layer" in found
    assert "in the t1 and t2 layers is tanh:" in backprop("run", "-", input=CELL).stdout


def test_no_single_layer_is_named_as_the_one_that_a_shared_weight_belongs_to(
    backprop: Backprop,
) -> None:
    """U stands in both steps of the cell; the weights of the skip connection in one each."""
    assert (
        "The error goes back through"
        not in backprop("run", "-", input=CELL)
        .stdout.partition("Gradient for U")[2]
        .partition("Gradient for W")[0]
    )
    assert "The error goes back through the second layer to its weights." in (
        backprop("run", "-", input=SKIP).stdout
    )
