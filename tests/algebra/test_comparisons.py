"""Conditions and signs are written as a reader would write them."""

from decimal import Decimal

import pytest
from support.program import Backprop, one_spaced

from backprop_cli.algebra.expression import ONE, ZERO, Choice, Expression, Number, Symbol
from backprop_cli.algebra.paper import written

A, B = Symbol("a"), Symbol("b")
THREE = Number(Decimal(3))


@pytest.mark.parametrize(
    ("test", "or_zero", "condition"),
    [
        (A, False, "a > 0"),
        (A - B, True, "a ≥ b"),
        (A - B - B, False, "a − b − b > 0"),
        (A + B, False, "a + b > 0"),
        (-A, False, "a < 0"),
        (-A, True, "a ≤ 0"),
        (THREE - A, True, "a ≤ 3"),
        (A - (B + THREE), False, "a > b + 3"),
    ],
)
def test_two_sides_are_compared_with_each_other(
    test: Expression, or_zero: bool, condition: str
) -> None:
    assert written(Choice(test, ONE, ZERO, or_zero)) == f"1 if {condition}, else 0"


CIRCUIT = """\
inputs: {x: 3, y: -1}
weights:
  graph:
    m: max(x, y)
    n: -m
    f: exp(n)
"""


def test_a_gate_says_which_side_is_the_larger_and_minus_says_a_number_once(
    backprop: Backprop,
) -> None:
    lines = one_spaced(backprop("run", "-", input=CIRCUIT).stdout)
    assert "n = −m = −3.0000" in lines
    assert "2. ∂n/∂m = −1" in lines
    assert "3. ∂m/∂x = 1 if x ≥ y, else 0 = 1 (since 3 ≥ −1)" in lines
