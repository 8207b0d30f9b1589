"""Numbers within bounds hold every result that a figure's rounding can lead to, and little more."""

import math
from decimal import Decimal
from random import Random

import pytest

from backprop_cli.algebra.expression import ONE, Call, Choice, Expression, Number, Symbol
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.intervals import Bounds, Form, between, bounds_of, evaluate, point

X, Y = Symbol("x"), Symbol("y")
ONE_POINT = Bounds(1, 1)


def form(expression: Expression, x: Bounds, y: Bounds = ONE_POINT) -> Form:
    forms = {"x": between(x, "x"), "y": between(y, "y")}
    return evaluate(expression, forms.__getitem__)


def test_a_figure_stands_for_all_numbers_that_are_rounded_to_it() -> None:
    assert bounds_of(Decimal("0.1385")) == pytest.approx((0.13845, 0.13855))
    assert bounds_of(Decimal("0.40")) == pytest.approx((0.395, 0.405))
    assert bounds_of(Decimal("1.2e-5")) == pytest.approx((1.15e-5, 1.25e-5))
    assert bounds_of(Decimal("120")) == pytest.approx((119.5, 120.5))


def test_two_figures_that_share_only_an_end_do_not_meet_but_a_point_may_lie_on_one() -> None:
    assert not Bounds(0.1, 0.2).meets(Bounds(0.2, 0.3))
    assert Bounds(0.2, 0.2).meets(Bounds(0.2, 0.3))
    assert Bounds(0.1, 0.21).meets(Bounds(0.2, 0.3))


def test_one_number_that_stands_twice_in_a_formula_stays_one_number() -> None:
    """a * (1 − a) at 0.5969 ± 0.00005: its slope is 1 − 2a, so it moves by 0.0000097."""
    found = form(X * (ONE - X), bounds_of(Decimal("0.5969"))).bounds
    assert found.radius == pytest.approx(0.00005 * 0.1938, rel=0.01, abs=0)


EXPRESSIONS = (
    X * Y + X,
    (X - Y) / (Y * Y + ONE),
    Call("sigmoid", X * Y),
    Call("tanh", X) ** 2,
    Call("exp", X) / (Call("exp", X) + Call("exp", Y)),
    Call("ln", X * X + ONE),
    Choice(X, X * Y, Number(Decimal("0.1")) * X),
    Call("gelu", X - Y),
    Call("relu", X),
)


@pytest.mark.parametrize("expression", EXPRESSIONS, ids=str)
def test_bounds_hold_the_results_for_all_numbers_within(expression: Expression) -> None:
    random = Random(3)
    for _ in range(200):
        x, y = random.uniform(-2, 2), random.uniform(-2, 2)
        width = random.choice((1e-12, 5e-5, 0.005, 0.05))
        found = form(expression, Bounds(x - width, x + width), Bounds(y - width, y + width)).bounds
        for _ in range(20):
            at = {"x": x + width * random.uniform(-1, 1), "y": y + width * random.uniform(-1, 1)}
            assert found.holds(Exact().evaluate(expression, at))


def test_a_division_by_what_may_be_0_is_anything() -> None:
    assert not form(ONE / X, Bounds(-0.1, 0.1)).is_bounded
    assert not form(Call("ln", X), Bounds(0.0, 0.1)).is_bounded
    assert not math.isfinite(form(X * (ONE / Y), Bounds(0, 1), Bounds(-1, 1)).bounds.high)


def test_a_number_that_is_known_exactly_has_no_radius() -> None:
    found = evaluate(Call("sigmoid", X), {"x": point(0.3775)}.__getitem__)
    assert found.radius == 0
    assert found.centre == pytest.approx(0.593269992, abs=1e-9)
