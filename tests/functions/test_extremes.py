"""Predictions very near to 0 or 1, drawn: what is computed from them is right to ten digits."""

import pytest
from support.extremes import EXTREMES, check_extreme


@pytest.mark.parametrize("kind", EXTREMES)
@pytest.mark.drawn(3)
def test_the_loss_and_its_gradients_are_right_wherever_float64_holds_them(
    kind: str, seed: int
) -> None:
    for one in range(seed * 3, seed * 3 + (1 if kind == "wide softmax" else 3)):
        check_extreme(EXTREMES[kind](one), one)
