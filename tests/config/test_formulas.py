"""Formulas as people type them: what they mean, and what is answered to mistakes in them."""

import math
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_cli.algebra.expression import (
    Call,
    Expression,
    Largest,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from backprop_cli.algebra.paper import MINUS, written
from backprop_cli.config.shape.formula import DEEPEST, LONGEST, Formula, FormulaError, read_formula

X, Y, Z = 2.0, -3.0, 0.5
FUNCTIONS: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "abs": abs,
    "tanh": math.tanh,
    "sigmoid": lambda z: 1 / (1 + math.exp(-z)),
    "relu": lambda z: max(z, 0.0),
}


def value(expression: Expression) -> float:
    """An evaluation of its own, apart from the program's arithmetic."""
    match expression:
        case Number(number):
            return float(number)
        case Symbol(name):
            return {"x": X, "y": Y, "z": Z}[name]
        case Sum(terms):
            return sum(map(value, terms))
        case Product(factors):
            return math.prod(map(value, factors))
        case Quotient(above, below):
            return value(above) / value(below)
        case Power(base, exponent):
            return value(base) ** (exponent if isinstance(exponent, int) else value(exponent))
        case Negative(operand):
            return -value(operand)
        case Largest(among):
            return max(map(value, among))
        case Call(function, argument):
            return FUNCTIONS[function](value(argument))
    raise AssertionError(expression)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + y * z", X + Y * Z),
        ("(x + y) * z", (X + Y) * Z),
        ("x - y - z", X - Y - Z),
        ("x - (y - z)", X - (Y - Z)),
        ("x / y / z", X / Y / Z),
        ("x / (y / z)", X / (Y / Z)),
        ("x * y / z", X * Y / Z),
        ("-x^2", -(X**2)),
        ("(-x)^2", X**2),
        ("2^-2", 0.25),
        ("2^3^2", 512.0),
        ("x ** 2", X**2),
        ("x^0.5", math.sqrt(X)),
        ("x^1 + y^0", X + 1),
        ("2 * -y", -2 * Y),
        ("+x", X),
        ("1e-3 + .5 + 5.", 5.501),
        ("x − y · z × 2 ÷ 4", X - Y * Z * 2 / 4),
        ("exp(ln(x)) + sqrt(abs(y))", X + math.sqrt(3)),
        ("min(x, y, z) + max(x, y, z)", Y + X),
        ("tanh(x * z) - sigmoid(y)", math.tanh(X * Z) - 1 / (1 + math.exp(3))),
        ("relu(y) + relu(x)", X),
        ("-x² + (x - y)³ * 2²", -(X**2) + (X - Y) ** 3 * 4),
        ("1 + x²", 1 + X**2),
    ],
)
def test_a_formula_is_read_as_mathematics_reads_it(text: str, expected: float) -> None:
    assert value(read_formula(text).expression) == pytest.approx(expected, rel=1e-14, abs=0)


def test_the_names_of_a_formula_are_known_with_their_places() -> None:
    assert read_formula("exp(x1) + h_2 * x1").names == {"x1": 4, "h_2": 10}


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("", 0, "nothing is written here"),
        ("  ", 2, "nothing is written here"),
        ("x +", 3, "this formula ends too early"),
        ("x * * y", 4, "a number or a name is missing before *"),
        ("(x + y", 0, "the ( that is opened here is not closed"),
        ("x + y)", 5, "this ) closes nothing"),
        ("2x", 1, "an operator is missing before x; write 2 * x"),
        ("softmax(x)", 0, "write exp(x1) / (exp(x1) + exp(x2))"),
        ("sum(x, y)", 0, "write the terms with + between them"),
        ("x y", 2, "an operator is missing before y"),
        ("(x y)", 3, "an operator or a ) is missing before y"),
        ("log(x)", 0, "there is no function called log; write ln"),
        ("sgmoid(x)", 0, "there is no function called sgmoid; did you mean sigmoid?"),
        ("f(x)", 0, "there is no function called f; there are exp, ln, sqrt"),
        ("x(y)", 0, "there is no function called x"),
        ("__import__('os')", 11, "means nothing in a formula"),
        ("x; y", 1, "';' means nothing in a formula"),
        ("x, y", 1, "a comma stands between the arguments of min and max alone"),
        ("exp(x, y)", 0, "exp takes one argument"),
        ("min(x)", 0, "min takes two arguments or more"),
        ("x[0]", 1, "'[' means nothing in a formula"),
        ("1e999", 0, "1e999 is too large or too small"),
        ("1e-99999999999999999999", 0, "is too large or too small"),
        ("x" * (LONGEST + 1), 0, f"this formula has {LONGEST + 1} characters; write at most"),
        ("(" * 200 + "x" + ")" * 200, DEEPEST, "this formula is nested too deep"),
        ("-" * 200 + "x", DEEPEST, "this formula is nested too deep"),
        ("x" + "^x" * 200, None, "this formula is nested too deep"),
    ],
)
def test_a_mistake_is_told_at_its_place(text: str, at: int | None, message: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_formula(text)
    assert message in str(caught.value)
    assert at is None or caught.value.at == at


def formulas() -> st.SearchStrategy[str]:
    names = st.sampled_from(["x", "y", "z", "2", "0.5", "1e-3"])

    def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        pair = st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner)
        return (
            pair.map(" ".join)
            | pair.map(lambda parts: f"({' '.join(parts)})")
            | inner.map(lambda part: f"-{part}")
            | inner.map(lambda part: f"({part})^2")
            | inner.map(lambda part: f"tanh({part})")
            | st.tuples(inner, inner).map(lambda parts: f"max({parts[0]}, {parts[1]})")
        )

    return st.recursive(names, grown, max_leaves=8).filter(lambda text: len(text) <= LONGEST)


@settings(max_examples=300, deadline=None)
@given(formulas())
def test_a_formula_that_is_written_is_read_as_the_same(text: str) -> None:
    expression = read_formula(text).expression
    again = read_formula(written(expression).replace(MINUS, "-")).expression
    assert again == expression


def formula_or_mistake(text: str) -> Formula | FormulaError:
    try:
        return read_formula(text)
    except FormulaError as error:
        return error


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=list("xyz012.e+-*/^(), √exp")) | st.text(max_size=30))
def test_whatever_is_typed_a_formula_or_a_complaint_comes_out(text: str) -> None:
    found = formula_or_mistake(text)
    if isinstance(found, FormulaError):
        assert 0 <= found.at <= len(text)
        assert str(found).isprintable()
    else:
        assert set(found.names.values()) <= set(range(len(text)))


def test_numbers_keep_their_digits() -> None:
    assert read_formula("0.10").expression == Number(Decimal("0.10"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ReLU", "relu"),
        ("logistic", "sigmoid"),
        ("silu", "swish"),
        ("Exp", "exp"),
        ("σ", "sigmoid"),
    ],
)
def test_functions_go_by_their_other_names(typed: str, meant: str) -> None:
    assert read_formula(f"{typed}(x)").expression == read_formula(f"{meant}(x)").expression
