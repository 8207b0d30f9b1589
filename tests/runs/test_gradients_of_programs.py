"""The gradients of someone's own program, array by array: one mistake is named once, not 20 times.

The network is Mazur's (https://mattmazur.com/2015/03/17/a-step-by-step-backpropagation-example/);
its gradients are worked here apart from the program, in a few lines.
"""

import json
import math
from collections.abc import Callable, Sequence

import pytest
from support.program import CONFIGS

from backprop_cli import config
from backprop_cli.config.sheet.reading import parse_sheet
from backprop_cli.lesson.blocks import Paragraph
from backprop_cli.lesson.reports.marked_sheet import marked_sheet
from backprop_cli.runs.checking.check import Checked, check

X, T, RATE = (0.05, 0.10), (0.01, 0.99), 0.5
W1, W2 = ((0.15, 0.20), (0.25, 0.30)), ((0.40, 0.45), (0.50, 0.55))
B1, B2 = 0.35, 0.60

Matrix = list[list[float]]


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def layer(rows: Sequence[Sequence[float]], bias: float, into: Sequence[float]) -> list[float]:
    return [sigmoid(sum(w * x for w, x in zip(row, into, strict=True)) + bias) for row in rows]


H = layer(W1, B1, X)
OUT = layer(W2, B2, H)
DELTA2 = [(out - target) * out * (1 - out) for out, target in zip(OUT, T, strict=True)]
DW2: Matrix = [[delta * h for h in H] for delta in DELTA2]


def first_layer(weights: Sequence[Sequence[float]]) -> Matrix:
    """The gradient of the first layer's weights, the error signals sent back by some weights."""
    back = [sum(DELTA2[k] * weights[k][j] for k in range(2)) for j in range(2)]
    return [[back[j] * H[j] * (1 - H[j]) * x for x in X] for j in range(2)]


DW1 = first_layer(W2)
NEW_W2: Matrix = [[W2[k][j] - RATE * DW2[k][j] for j in range(2)] for k in range(2)]


def every(change: Callable[[float], float], rows: Matrix) -> Matrix:
    return [[change(one) for one in row] for row in rows]


def turned(rows: Matrix) -> Matrix:
    return [list(column) for column in zip(*rows, strict=True)]


def checked(**arrays: Matrix) -> Checked:
    sheet = parse_sheet(json.dumps(arrays), "grads.json")
    return check(config.load(str(CONFIGS / "mazur.yaml")), sheet)


def test_right_arrays_are_right() -> None:
    found = checked(dW1=DW1, dW2=DW2)
    assert {one.verdict.value for one in found.lines} == {"right"}
    assert len(found.lines) == 8
    assert DW1[0][0] == pytest.approx(0.000438568, abs=1e-9)  # as the article has it


@pytest.mark.parametrize(
    ("arrays", "mistake"),
    [
        ({"dW1": turned(DW1), "dW2": DW2}, "weight_of_another"),
        ({"dW1": DW1, "dW2": turned(DW2)}, "weight_of_another"),
        ({"dW2": every(lambda one: 2 * one, DW2)}, "factor_too_many"),
        ({"dW2": every(lambda one: one / 2, DW2)}, "averaged_for_summed"),  # over two outputs
        ({"dW2": every(lambda one: -one, DW2)}, "sign"),
        ({"dW1": first_layer(NEW_W2), "dW2": DW2}, "new_weight_used"),
        ({"dW1": DW2}, "weight_of_another"),  # one layer off
    ],
    ids=["transposed", "transposed 2", "twice", "averaged", "sign", "updated weight", "layer off"],
)
def test_one_mistake_is_named_for_the_whole_array(arrays: dict[str, Matrix], mistake: str) -> None:
    found = checked(**arrays)
    wrong = [at for at, one in enumerate(found.lines) if one.verdict.value != "right"]
    (group,) = found.together
    assert group.mistake == mistake
    assert [*group.lines] == wrong
    assert all(mistake in found.mistakes(at) for at in wrong)
    said = [str(one.text) for one in marked_sheet(found) if isinstance(one, Paragraph)]
    assert sum("One mistake gives all of them" in one for one in said) == 1
