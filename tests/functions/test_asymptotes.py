"""Functions far from 0 and next to it: what they come near to, they never reach.

The expected values come from mpmath, in as many digits as exp(−z^2) takes next to 1.
"""

from decimal import Decimal

import mpmath  # type: ignore[import-untyped]
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.reference import FUNCTIONS

from backprop_cli.algebra.expression import Call, Number
from backprop_cli.arithmetic.exactness import equal
from backprop_cli.arithmetic.figures import rounded
from backprop_cli.arithmetic.rounded import FORMULA_DIGITS, Rounded
from backprop_cli.functions.activations import ACTIVATIONS

NEAR = ["1e-300", "1e-20", "0.001", "0.3", "1", "5", "12.25", "37.5", "40", "52.9", "54", "200"]
FAR = ["700", "744", "800", "1399", "1401", "3000", "50000", "1e6", "1e15", "1e300"]
POINTS = [sign + size for size in NEAR + FAR for sign in ("", "-")]


def test_every_activation_is_checked() -> None:
    assert FUNCTIONS.keys() == ACTIVATIONS.keys()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_rounded_arithmetic_knows_every_activation_wherever_float64_does(name: str) -> None:
    for point in POINTS:
        with mpmath.workdps(60):
            expected = FUNCTIONS[name](mpmath.mpf(point))
            value = Rounded().call(Call(name, Number(Decimal(point))), Decimal(point))
            found = mpmath.mpf(str(value))
            tolerance = abs(expected) * mpmath.mpf("1e-15") + mpmath.mpf("1e-330")
            assert abs(found - expected) <= tolerance, point


def is_transcendental(name: str, point: str) -> bool:
    """Whether exp of a number other than 0 enters, so that the value is no decimal number.

    (Lindemann and Weierstrass, 1885.)
    """
    smooth = (
        *("sigmoid", "tanh", "softplus", "swish", "gelu"),
        *("bipolar_sigmoid", "scaled_tanh", "mish"),
    )
    return name in smooth or (name in ("elu", "selu") and point.startswith("-"))


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_equals_no_figure_that_it_only_comes_near_to(name: str) -> None:
    rounded(Decimal("0.123456789"), 4)  # what was rounded elsewhere does not matter
    for point in POINTS:
        call = Call(name, Number(Decimal(point)))
        for figure in ("0", "1", "-1", "0.5", point):
            same = False
            if not is_transcendental(name, point):
                with mpmath.workdps(700):
                    same = FUNCTIONS[name](mpmath.mpf(point)) == mpmath.mpf(figure)
            assert equal(call, Number(Decimal(figure))) == same, (point, figure)


@settings(max_examples=40, deadline=None)
@example(Decimal("52.1"))  # where what is left of the distribution is still above 1e-600
@example(Decimal("-52.1"))
@given(st.decimals(-60, 60, places=3))
def test_the_normal_distribution_and_its_density_have_all_the_digits_that_are_asked_for(
    z: Decimal,
) -> None:
    with mpmath.workdps(1250):
        at = mpmath.mpf(str(z))
        for name, expected in (("Φ", mpmath.ncdf(at)), ("φ", mpmath.npdf(at))):
            value = Rounded().call(Call(name, Number(z)), z)
            found = mpmath.mpf(str(value))
            near = min(abs(expected), abs(1 - expected)) if name == "Φ" else expected
            assert abs(found - expected) <= near * mpmath.mpf("1e-45") + mpmath.mpf("1e-600"), name


def test_beyond_its_last_digits_the_normal_distribution_is_still_right_to_three() -> None:
    for point in ("53.5", "60", "200", "1000"):
        with mpmath.workdps(30):
            expected = mpmath.ncdf(-mpmath.mpf(point))
            value = Rounded().call(Call("Φ", Number(-Decimal(point))), -Decimal(point))
            assert abs(mpmath.mpf(str(value)) / expected - 1) < 5e-4


def test_at_0_nothing_is_rounded() -> None:
    for name, figure in (("sigmoid", "0.5"), ("tanh", "0"), ("swish", "0"), ("gelu", "0")):
        assert equal(Call(name, Number(Decimal(0))), Number(Decimal(figure)))
    assert equal(Call("Φ", Number(Decimal(0))), Number(Decimal("0.5")))


def test_softplus_keeps_its_digits_far_below_0() -> None:
    value = Rounded().call(Call("softplus", Number(Decimal(-200))), Decimal(-200))
    assert str(Rounded().result(value)) == "1.4E-87"


def test_what_float64_has_as_0_is_0() -> None:
    value = Rounded().call(Call("softplus", Number(Decimal(-1000))), Decimal(-1000))
    assert 0 < value < Decimal("1e-400")
    assert Rounded().result(value) == 0


def test_the_digits_of_a_formula_are_enough_for_the_largest_argument_that_is_covered() -> None:
    tanh = Rounded().call(Call("tanh", Number(Decimal(1400))), Decimal(1400))
    assert 0 < 1 - tanh < Decimal(10) ** -1000
    assert len(tanh.as_tuple().digits) <= FORMULA_DIGITS
