"""A run in which every gradient is 0 by construction says so, and what to do."""

import pytest
from support.program import DEFAULT, Backprop

NETWORK = """\
inputs: [1, 2]
weights: {{hidden: [[-0.5, -0.25], [-0.5, 0.125]], output: [[0.5, -0.25]]}}
activation: {{hidden: {hidden}, output: {output}}}
target: 1
learning_rate: 0.5
{more}
"""


@pytest.mark.parametrize(
    ("hidden", "output", "more", "said"),
    [
        ("sigmoid", "binary_step", "", "whatever the numbers are: binary_step has"),
        ("sign", "linear", "frozen: [w5, w6]", "whatever the numbers are: sign has"),
        # Both weighted sums are below 0: −1 and −0.25.
        ("relu", "linear", "frozen: [w5, w6]", "of this example is 0: relu is level at"),
        ("sign", "linear", "", None),
        ("relu", "linear", "", None),
        ("sigmoid", "sigmoid", "", None),
    ],
)
def test_it_says_so_only_where_no_error_can_go_back(
    backprop: Backprop, hidden: str, output: str, more: str, said: str | None
) -> None:
    text = NETWORK.format(hidden=hidden, output=output, more=more)
    done = backprop("run", "-", input=text)
    assert (done.returncode, done.stderr) == (0, "")
    shown = " ".join(done.stdout.split())
    assert ("Every gradient" in shown) is (said is not None)
    assert said is None or said in shown


def test_one_layer_of_steps_is_sent_to_the_perceptron_rule(backprop: Backprop) -> None:
    text = "inputs: [1]\nweights: {o: [[1]]}\ntarget: 0\nlearning_rate: 1\nactivation: step\n"
    done = backprop("run", "-", input=text)
    assert "or optimizer: perceptron" in " ".join(done.stdout.split())
    assert "Every gradient" not in backprop("run", DEFAULT).stdout
