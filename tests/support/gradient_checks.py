"""The gradient check as tests ask for it: what it finds wrong, and how much it works."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from backprop_cli.derivation.steps import Step
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.gradient_check import check_gradients
from backprop_cli.training.stepwise import stepwise


def failing(exercise: Exercise) -> set[str]:
    """The parameters whose gradients the check finds wrong."""
    return {check.parameter for check in check_gradients(exercise) if not check.passes}


def steps_worked(exercise: Exercise) -> int:
    """How often a step is worked in float64 in the check of an exercise that is right."""
    count = 0

    def counting(steps: Sequence[Step]) -> list[Callable[[Mapping[str, float]], float]]:
        def counted(function: Callable[[Any], float]) -> Callable[[Any], float]:
            def call(values: Any) -> float:
                nonlocal count
                count += 1
                return function(values)

            return call

        return [counted(function) for function in stepwise(steps)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backprop_cli.runs.gradient_check.stepwise", counting)
        assert failing(exercise) == set()
    return count
