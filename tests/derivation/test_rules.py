"""Every rule of differentiation gives the limit of differences, taken in fifty digits."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import mpmath  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import graphs
from support.graphs import value
from support.reference import FUNCTIONS

from backprop_cli.algebra.expression import (
    ONE,
    Call,
    Choice,
    Expression,
    Largest,
    Negative,
    Number,
    Symbol,
)
from backprop_cli.algebra.paper import written
from backprop_cli.derivation.rules import ELEMENTARY, RULES, derivatives

X, Y = Symbol("x"), Symbol("y")
HALF = Number(Decimal("0.5"))


def limit(expression: Expression, at: Mapping[str, Any], by: str) -> Any:
    """The limit of differences of an expression's values."""
    step = mpmath.mpf("1e-20")
    before, after = ({**at, by: at[by] + moved} for moved in (-step, step))
    return (value(expression, after) - value(expression, before)) / (2 * step)


FORMULAS = [
    X + Y,
    X - Y - X,
    X * Y,
    X * X * Y,
    (X + Y) * (X - Y),
    X / Y,
    ONE / X,
    (X - Y) / (X + Y),
    X / Number(Decimal(3)),
    X**2,
    (X * Y) ** 3,
    X**HALF,
    X**Y,
    Number(Decimal(2)) ** Y,
    (X + Y) ** (X * Y),
    -(X * Y),
    -Negative(X),
    Largest((X, Y)),
    Largest((Y, X, X * Y)),
    Choice(X - Y, X * Y, X / Y),
    Choice(X - Y, X, Y),
    *(Call(name, X) for name in graphs.ELEMENTARY),
    *(Call(name, X * Y) for name in graphs.ELEMENTARY),
    *(Call(name, X - Y) for name in ("abs", *FUNCTIONS) if name != "parametric_relu"),
    X * Call("sigmoid", X) * Y,
    (X - Y) / Call("sqrt", X**2 + HALF),
]
POINTS = [("1.25", "0.75"), ("0.3", "2.5"), ("3.5", "0.125")]


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("formula", FORMULAS, ids=str)
def test_a_derivative_is_the_limit_of_differences(
    formula: Expression, point: tuple[str, str]
) -> None:
    with mpmath.workdps(50):
        at = dict(zip("xy", map(mpmath.mpf, point), strict=True))
        found = derivatives(formula, at)
        for name in at:
            derived = value(found[name], at) if name in found else 0
            assert abs(derived - limit(formula, at, name)) < 1e-15, name


def test_every_kind_of_expression_and_every_elementary_function_has_a_rule_that_is_tried() -> None:
    kinds = {type(formula) for formula in FORMULAS}
    assert set(RULES) <= kinds
    assert set(ELEMENTARY) == set(graphs.ELEMENTARY)


@st.composite
def formulas(draw: st.DrawFn) -> Expression:
    """Smooth formulas of x and y without poles in the middle of the first quadrant."""
    leaves = st.sampled_from([X, Y, HALF, ONE])

    def larger(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        return st.one_of(
            st.tuples(inner, inner).map(lambda two: two[0] + two[1]),
            st.tuples(inner, inner).map(lambda two: two[0] - two[1]),
            st.tuples(inner, inner).map(lambda two: two[0] * two[1]),
            st.tuples(inner, inner).map(lambda two: two[0] / (ONE + two[1] ** 2)),
            inner.map(lambda one: Call("tanh", one)),
            inner.map(lambda one: Call("sqrt", ONE + one**2)),
            inner.map(lambda one: -one),
        )

    return draw(st.recursive(leaves, larger, max_leaves=12))


@given(formulas())
def test_a_derivative_of_any_formula_is_the_limit_of_differences(formula: Expression) -> None:
    with mpmath.workdps(50):
        at = {"x": mpmath.mpf("0.75"), "y": mpmath.mpf("1.25")}
        found = derivatives(formula, at)
        for name in at:
            derived, expected = (
                value(found[name], at) if name in found else 0,
                limit(formula, at, name),
            )
            assert abs(derived - expected) < 1e-20 * (1 + abs(expected)), name


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (X * Y, "y"),
        (X + Y, "1"),
        (Y - X, "−1"),
        (X**2 * Y, "2 * x * y"),
        ((X - Y) / Number(Decimal(2)), "1 / 2"),
        (Y / X, "−(y / x^2)"),
        (Y * -X, "−y"),
        (Call("sigmoid", X), "sigmoid(x) * (1 − sigmoid(x))"),
        (Call("exp", Y * X), "exp(y * x) * y"),
    ],
)
def test_a_derivative_is_written_as_a_teacher_writes_it(formula: Expression, expected: str) -> None:
    assert written(derivatives(formula, {"x"})["x"]) == expected


def test_where_two_parts_are_the_largest_the_first_counts() -> None:
    at = {"x": mpmath.mpf(2), "y": mpmath.mpf(2)}
    found = derivatives(Largest((X, Y)), at)
    assert (value(found["x"], at), value(found["y"], at)) == (1, 0)
