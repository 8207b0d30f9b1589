"""Derivatives, and softmax, for any finite argument, as a run and `backprop activation` work them.

The expected figures are differences of `reference`'s functions in mpmath, in as many digits as the
argument takes. (That the functions themselves are right to twelve digits for any finite argument
is in `test_functions`.)
"""

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import product
from typing import Any

import mpmath  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.networks import activated, biased, fully_connected, with_examples
from support.reference import FUNCTIONS

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import work
from backprop_cli.derivation.derive import derive_passes
from backprop_cli.functions.activations import ACTIVATIONS, configured
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.lesson.reports.function_plot import function_at
from backprop_cli.network.exercise import Batches, Example
from backprop_cli.training.compiled import Compiled

TOLERANCE = 1e-12
LAST_BIT_OF_1 = 2.0**-52
SUBNORMAL = 2.3e-308  # below this a float64 has fewer digits

# Where the derivative's formula takes nearly equal numbers from each other: beside the least value
# of swish and gelu, where the derivative is 0.
CANCELS: Mapping[str, Callable[[float], bool]] = {
    "swish": lambda z: abs(z + 1.27846454276) < 1e-3,
    "gelu": lambda z: abs(z + 0.75179152469) < 1e-3,
}

SIZES = [
    *(5e-324, 1e-310, 1e-300, 1e-100, 1e-20, 1e-9, 1e-5, 0.001, 0.3, 0.7517, 0.7518, 1.0, 1.2784),
    *(1.2785, 2.0, 3.7, 4.5, 8.0, 9.0, 12.0, 17.0, 19.0, 20.0, 36.5, 37.0, 37.7, 38.5, 40.0, 100.0),
    *(355.0, 372.0, 700.0, 708.3, 708.5, 709.0, 709.5, 709.8, 710.0, 744.0, 745.0, 746.0, 1000.0),
    *(1e5, 1e10, 1e100, 1e154, 1e155, 1e300, 1.7e308),
]
POINTS = [sign * size for size in SIZES for sign in (1.0, -1.0)]


def true_derivative(name: str, z: float) -> float:
    """By differences so small that no kink lies between, in digits that tell a from 1."""
    size = abs(z)
    digits = 120 + int(abs(math.log10(size))) + int(min(size, 1000))
    with mpmath.workdps(digits):
        at = mpmath.mpf(z)
        step = abs(at) * mpmath.mpf("1e-40") / max(1, min(size, 1000))
        return float((FUNCTIONS[name](at + step) - FUNCTIONS[name](at - step)) / (2 * step))


def agree(found: float, expected: float, *, cancels: bool = False) -> bool:
    if abs(expected) < SUBNORMAL:
        return abs(found) <= (LAST_BIT_OF_1 if cancels else SUBNORMAL)
    absolute = LAST_BIT_OF_1 if cancels else 0.0
    return math.isclose(found, expected, rel_tol=TOLERANCE, abs_tol=absolute)


def check_derivative(name: str, z: float) -> None:
    _, found = function_at(configured(name), z)
    cancels = name in CANCELS and CANCELS[name](z)
    assert agree(found, true_derivative(name, z), cancels=cancels), (name, z)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_derivative_is_right_to_twelve_digits_or_where_it_cancels_to_the_last_bit_of_1(
    name: str,
) -> None:
    for z in POINTS:
        check_derivative(name, z)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(sorted(ACTIVATIONS)),
    st.floats(allow_nan=False, allow_infinity=False).filter(bool) | st.floats(-40, 40).filter(bool),
)
def test_a_derivative_is_right_wherever_it_is_asked(name: str, z: float) -> None:
    check_derivative(name, z)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_run_and_its_training_work_the_same_value_and_derivative_to_the_last_bit(
    name: str,
) -> None:
    exercise = activated(biased(fully_connected(1, (1,)), "none"), [name])
    exercise = exercise._replace(numbers={**exercise.numbers, "w1": Decimal(1)})
    examples = [Example((z,), (0.5,)) for z in POINTS]
    exercise = with_examples(exercise, examples, Batches())
    network, passes = exercise.network, derive_passes(exercise.network)
    gradients = Compiled(exercise).gradients
    state = tuple(float(exercise.numbers[name]) for name in network.parameters)
    for at, z in enumerate(POINTS):
        a, slope = function_at(configured(name), z)
        if abs(a) > 1e150:  # the loss is its square
            continue
        values = work(passes, exercise.given(at), Exact()).values
        assert (values["y_hat"], values["∂y_hat/∂z_out"]) == (a, slope), z
        expected = (values["Loss"], *(values[f"∂Loss/∂{name}"] for name in network.parameters))
        assert gradients(state, [examples[at].floats]) == expected, z


# --- softmax ---------------------------------------------------------------------------------

SUMS = [0.0, 1e-300, -1e-9, 0.3, -2.0, 9.0, -37.0, 700.0, -710.0, 745.0, 1000.5, -1e300, 1.7e308]


def true_softmax(sums: Sequence[float]) -> list[Any]:
    """The shares 1 / (exp(z_1 − z_i) + … + exp(z_n − z_i)), in digits that tell one from 1."""

    def exp(z: Any) -> Any:
        return mpmath.exp(max(min(z, 1000), -1000))  # farther out, float64 has 0

    return [1 / mpmath.fsum(exp(mpmath.mpf(other) - z) for other in sums) for z in sums]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_softmax_and_its_derivatives_are_right_for_any_weighted_sums(count: int) -> None:
    exercise = activated(biased(fully_connected(1, (count,)), "none"), [SOFTMAX])
    network, passes = exercise.network, derive_passes(exercise.network)
    for sums in product(SUMS if count < 3 else SUMS[::2], repeat=count):
        numbers = {**exercise.numbers, "x1": 1.0, **dict(zip(network.weights, sums, strict=True))}
        values = work(passes, numbers, Exact()).values
        with mpmath.workdps(700):
            true = true_softmax(sums)
            for (of, a), (by, b) in product(zip(network.outputs, true, strict=True), repeat=2):
                name = network.prediction(of)
                assert agree(values[name], float(a)), (sums, name)
                slope = a * (1 - a) if of == by else -a * b
                found = values[f"∂{name}/∂{by.weighted_sum}"]
                assert agree(found, float(slope)), (sums, name, by.name)
