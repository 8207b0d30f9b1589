"""Predictions very near to 0 or 1, drawn: what is computed from them is right to ten digits.

``tests/benchmarks/drawn.py`` draws as many as one likes.
"""

import pytest
from support.extremes import EXTREMES, check_extreme


@pytest.mark.parametrize("kind", EXTREMES)
def test_the_loss_and_its_gradients_are_right_wherever_float64_holds_them(kind: str) -> None:
    for seed in range(3 if "wide" in kind else 8):
        check_extreme(EXTREMES[kind](seed), seed)
