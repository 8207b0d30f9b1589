"""How numbers are worked, rounded and written.

The figures of the document's network are the document's own (in three places, where the document
slips, what its own factors give). Everything else is checked against exact fractions, Python's
reading of the written formula, or mpmath.
"""

import math
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import mpmath  # type: ignore[import-untyped]
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.networks import exercises
from support.program import DEFAULT

from backprop_cli.algebra.expression import (
    ONE,
    Call,
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    substitute,
)
from backprop_cli.algebra.paper import on_paper, written
from backprop_cli.arithmetic.evaluation import Arithmetic
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.exactness import equal
from backprop_cli.arithmetic.figures import rounded
from backprop_cli.arithmetic.rounded import Rounded
from backprop_cli.arithmetic.working import Working, WorkingError, work
from backprop_cli.config.load import load, parse
from backprop_cli.derivation.derive import derive
from backprop_cli.derivation.steps import Kept
from backprop_cli.functions.activations import configured
from backprop_cli.network.exercise import Exercise
from backprop_cli.network.structure import Network
from backprop_cli.runs.run import calculate

DOCUMENT = DEFAULT

X, Y, Z = Symbol("x"), Symbol("y"), Symbol("z")


def n(digits: str) -> Number:
    return Number(Decimal(digits))


def worked(arithmetic: Arithmetic[Any], **numbers: str) -> Working[Any]:
    """The document's network, with some of its numbers changed."""
    exercise = load(str(DOCUMENT))
    changed = {name: Decimal(number) for name, number in numbers.items()}
    return work(derive(exercise.network), {**exercise.numbers, **changed}, arithmetic)


# --- the document's figures ------------------------------------------------------------------

DOCUMENT_FIGURES = {
    "z_h1": "0.3775",
    "z_h2": "0.3925",
    "a_h1": "0.5933",
    "a_h2": "0.5969",
    "z_out": "1.1059",
    "y_hat": "0.7514",
    "Loss": "0.2748",
    "∂Loss/∂y_hat": "0.7414",
    "∂y_hat/∂z_out": "0.1868",
    "∂Loss/∂z_out": "0.1385",
    "∂z_out/∂w5": "0.5933",
    "∂Loss/∂w5": "0.0822",
    "∂z_out/∂w6": "0.5969",
    "∂Loss/∂w6": "0.0827",
    "∂z_out/∂a_h1": "0.40",
    "∂Loss/∂a_h1": "0.0554",
    "∂a_h1/∂z_h1": "0.2413",
    "∂Loss/∂z_h1": "0.0134",
    "∂z_h1/∂w1": "0.05",
    "∂Loss/∂w1": "0.00067",
    "∂z_h1/∂w2": "0.10",
    "∂Loss/∂w2": "0.00134",  # the document slips to 0.00135; 0.0134 * 0.10 is this
    "∂Loss/∂a_h2": "0.0623",
    "∂a_h2/∂z_h2": "0.2406",  # the document slips to 0.2407; 0.5969 * 0.4031 is 0.24061039
    "∂Loss/∂z_h2": "0.0150",
    "∂Loss/∂w4": "0.00150",
    "∂Loss/∂w3": "0.00075",
    "∂Loss/∂b2": "0.1385",
    "∂Loss/∂b1_from_h1": "0.0134",
    "∂Loss/∂b1_from_h2": "0.0150",
    "∂Loss/∂b1": "0.0284",
    "w6_new": "0.40865",
    "w5_new": "0.35890",
    "w4_new": "0.29925",
    "w3_new": "0.249625",
    "w2_new": "0.19933",  # follows from the slip in ∂Loss/∂w2
    "w1_new": "0.149665",
    "step_b2": "0.0693",
    "b2_new": "0.5307",
    "step_b1": "0.0142",
    "b1_new": "0.3358",
}


@pytest.mark.parametrize(("name", "figure"), DOCUMENT_FIGURES.items())
def test_rounded_arithmetic_gives_the_document_s_figures(name: str, figure: str) -> None:
    assert on_paper(worked(Rounded()).figure(name)) == figure


def test_a_rounded_line_is_what_the_next_line_uses() -> None:
    values = worked(Rounded()).values
    assert values["a_h1"] == Decimal("0.5933")  # float64 has 0.59326999
    assert values["∂Loss/∂z_h1"] == Decimal("0.0134")
    assert values["∂Loss/∂w1"] == Decimal("0.0134") * Decimal("0.05")


def test_a_new_weight_is_not_rounded_and_shows_at_least_five_decimals() -> None:
    working = worked(Rounded(), w1="0.1234567", w5="1", learning_rate="1")
    assert working.values["w1_new"] == Decimal("0.1234567") - working.values["∂Loss/∂w1"]
    assert on_paper(working.figure("w1_new")).startswith("0.12")
    assert len(on_paper(working.figure("w1_new"))) == len("0.1234567")
    assert re.fullmatch(r"[−0-9]+\.[0-9]{5}", on_paper(working.figure("w5_new")))


def test_a_bias_takes_two_rounded_lines() -> None:
    # 0.5 * 0.1385 = 0.06925, a tie: unrounded, 0.60 − 0.06925 = 0.53075 would round to 0.5308.
    working = worked(Rounded())
    assert working.values["step_b2"] == Decimal("0.0693")
    assert working.values["b2_new"] == Decimal("0.5307")


@pytest.mark.parametrize("arithmetic", [Exact(), Rounded()])
def test_typed_digits_are_kept(arithmetic: Arithmetic[Any]) -> None:
    working = worked(arithmetic, x1="0.050", w5="0.400000", b2="3", x2="-1.10")
    for name, digits in {"x1": "0.050", "w5": "0.400000", "b2": "3", "x2": "−1.10"}.items():
        assert on_paper(working.figure(name)) == digits
    # Also where a line only passes the number on.
    assert on_paper(working.figure("∂z_h1/∂w1")) == "0.050"
    assert on_paper(working.figure("∂z_out/∂a_h1")) == "0.400000"
    assert on_paper(working.figure("∂z_out/∂b2")) == "1"


def test_exact_arithmetic_is_float64_and_rounds_only_what_it_prints() -> None:
    working = worked(Exact())
    # Mazur's article publishes this first output, for the same numbers, as 0.75136507.
    assert f"{working.values['y_hat']:.8f}" == "0.75136507"
    assert on_paper(working.figure("y_hat")) == "0.7514"
    assert on_paper(worked(Exact(8)).figure("y_hat")) == "0.75136507"


# --- rounding --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0.06925", "0.0693"),  # the document's own tie
        ("0.12345", "0.1235"),  # half up, where half to even would also go up
        ("0.12365", "0.1237"),  # and where half to even would go down
        ("0.12364999", "0.1236"),
        ("-0.12365", "−0.1237"),
        ("0.5", "0.5000"),
        ("3", "3.0000"),
        ("0.01", "0.0100"),
        ("0.00999", "0.00999"),  # a magnitude under 0.01 keeps five
        ("0.00134", "0.00134"),
        ("0.0015", "0.00150"),
        ("0.000671", "0.00067"),
        ("0.0000671", "0.000067"),  # and more where two significant digits need them
        ("-0.0000671", "−0.000067"),
        ("0.00000000671", "0.0000000067"),
        ("1.25e-20", "1.3e−20"),
        ("0", "0.0000"),
        ("-0.0", "0.0000"),
    ],
)
def test_four_decimals_are_kept_and_more_of_small_magnitudes(value: str, expected: str) -> None:
    assert on_paper(rounded(Decimal(value), 4)) == expected
    assert on_paper(Exact().figure(float(value))) == expected


@given(
    st.fractions(-3, 3) | st.fractions(Fraction(-1, 50), Fraction(1, 50)),
    st.integers(-20, 3),
    st.integers(1, 15),
)
@example(Fraction(1, 8), 0, 2)
@example(Fraction(-1, 8), 0, 2)
def test_rounding_is_half_up_in_exact_fractions(
    mantissa: Fraction, exponent: int, decimals: int
) -> None:
    value = Decimal(mantissa.numerator) / Decimal(mantissa.denominator).scaleb(-exponent)
    exactly = Fraction(value)
    kept = decimals
    if value and abs(exactly) < Fraction(1, 100):
        kept += 1
        while abs(exactly) * 10**kept < 10:  # until two significant digits are kept
            kept += 1
    unit = Fraction(1, 10**kept)
    upwards = math.floor(abs(exactly) / unit + Fraction(1, 2)) * unit
    assert Fraction(rounded(value, decimals)) == (upwards if value > 0 else -upwards)


# --- equal or nearly equal -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "exactly"),
    [
        # Lines of the document, with its own signs where it has them right.
        (n("0.7514") - n("0.01"), n("0.7414"), True),
        (n("0.7414") * n("0.1868"), n("0.1385"), False),
        (n("0.1385") * n("0.40"), n("0.0554"), True),
        (n("0.0554") * n("0.2413"), n("0.0134"), False),
        (n("0.0134") * n("0.05"), n("0.00067"), True),
        (n("0.0150") * n("0.10"), n("0.00150"), True),
        (n("0.0134") + n("0.0150"), n("0.0284"), True),
        (n("0.5") * n("0.1385"), n("0.0693"), False),
        (n("0.60") - n("0.0693"), n("0.5307"), True),
        (n("0.25") - n("0.5") * n("0.00075"), n("0.249625"), True),
        (n("0.5") * (n("0.01") - n("0.7514")) ** 2, n("0.2748"), False),
        (n("0.40"), n("0.4"), True),
        (Call("sigmoid", n("0")), n("0.5000"), True),
        (Call("sigmoid", n("0.3775")), n("0.5933"), False),
        # In float64 each of these would come out the other way.
        (n("0.1") + n("0.2"), n("0.3"), True),
        (n("1e16") + n("1"), n("1e16"), False),
        (n("1e300") * n("1e300") - n("1e-300"), n("1e600"), False),
    ],
)
def test_a_line_is_equal_only_if_its_figures_make_it_exactly_true(
    left: Expression, right: Expression, exactly: bool
) -> None:
    assert equal(left, right) is exactly


# --- extremes --------------------------------------------------------------------------------

EXTREMES = ("0", "-20", "-30.5", "709.5", "-709.5", "-745", "1000", "-1000", "1e300", "-1e300")


@pytest.mark.parametrize("z", EXTREMES)
def test_the_sigmoid_is_finite_however_large_its_argument(z: str) -> None:
    with mpmath.workdps(60):
        expected = 1 / (1 + mpmath.exp(-mpmath.mpf(z))) if abs(float(z)) < 1e6 else float(z) > 0
    value = Exact().call(Call("sigmoid", Symbol("z")), float(z))
    assert math.isclose(value, float(expected), rel_tol=1e-14, abs_tol=5e-324)
    by_hand = Rounded().result(Rounded().call(Call("sigmoid", Symbol("z")), Decimal(z)))
    assert by_hand.is_finite()
    assert math.isclose(float(by_hand), float(expected), rel_tol=0.05, abs_tol=5e-324)


@settings(max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False) | st.floats(-800, 800))
def test_the_sigmoid_is_accurate_for_every_finite_argument(z: float) -> None:
    value = Exact().call(Call("sigmoid", Symbol("z")), z)
    assert 0 <= value <= 1
    if abs(z) < 1e6:
        with mpmath.workdps(40):
            expected = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        assert math.isclose(value, float(expected), rel_tol=1e-14, abs_tol=1e-323)
    else:
        assert value == (1 if z > 0 else 0)


@pytest.mark.parametrize("arithmetic", [Exact(), Rounded()])
@pytest.mark.parametrize(
    ("quantity", "numbers"),
    [
        ("z_h1", {"x1": "1e200", "w1": "1e200"}),
        ("z_h2", {"x2": "-1e200", "w4": "1e200"}),
        ("z_out", {"w5": "1.7e308", "w6": "1.7e308"}),
        ("Loss", {"y_true": "1e200"}),
        ("w1_new", {"x1": "1e100", "w1": "0", "y_true": "1e100", "learning_rate": "1e300"}),
    ],
)
def test_a_result_beyond_float64_is_refused_by_name(
    arithmetic: Arithmetic[Any], quantity: str, numbers: dict[str, str]
) -> None:
    with pytest.raises(WorkingError, match=rf"^{quantity}: .*too large") as caught:
        worked(arithmetic, **numbers)
    assert caught.value.quantity == quantity


@pytest.mark.parametrize("arithmetic", [Exact(), Rounded()])
def test_a_step_of_a_bias_beyond_float64_is_refused_by_name(arithmetic: Arithmetic[Any]) -> None:
    exercise = load(str(DOCUMENT))
    shape = exercise.network
    network = Network(shape.inputs, shape.layers, frozen=frozenset(shape.weights))
    extreme = {"y_true": Decimal("1e150"), "learning_rate": Decimal("1e300")}
    with pytest.raises(WorkingError, match=r"^step_b1: .*too large"):
        work(derive(network), {**exercise.numbers, **extreme}, arithmetic)


magnitudes = st.builds(
    lambda mantissa, exponent: Decimal(mantissa).scaleb(exponent),
    st.integers(-99, 99),
    st.sampled_from((-320, -300, -160, -20, -2, -1, 0, 1, 2, 20, 150, 160, 300)),
)


@settings(max_examples=150, deadline=None)
@given(exercises(most_layers=3, most_wide=2, most_inputs=2), st.data())
def test_finite_numbers_give_a_finite_answer_or_the_name_of_what_left_the_range(
    exercise: Exercise, data: st.DataObject
) -> None:
    extreme = {name: data.draw(magnitudes, label=name) for name in exercise.numbers}
    derivation = derive(exercise.network)

    def outcome(arithmetic: Arithmetic[Any]) -> Working[Any] | str:
        try:
            return work(derivation, extreme, arithmetic)
        except WorkingError as error:
            return error.quantity

    for found in (outcome(Exact()), outcome(Rounded())):
        if isinstance(found, str):
            assert found in derivation.by_name
            continue
        for name, value in found.values.items():
            assert math.isfinite(value)
            assert PAPER.fullmatch(on_paper(found.figure(name)))


# --- on paper --------------------------------------------------------------------------------

PAPER = re.compile(r"−?[0-9]+(\.[0-9]+)?(e−?[0-9]+)?")


@pytest.mark.parametrize(
    ("digits", "expected"),
    [
        ("0.10", "0.10"),
        ("0.600", "0.600"),
        ("5", "5"),
        ("-0.05", "−0.05"),
        ("1e-3", "0.001"),
        ("1E+2", "100"),
        ("0.00", "0.00"),
        ("0.000000001", "0.000000001"),
        ("1.2e-10", "1.2e−10"),
        ("-1.2e-10", "−1.2e−10"),
        ("123456789012345", "123456789012345"),
        ("3.4e20", "3.4e20"),
    ],
)
def test_a_number_is_written_with_every_digit_and_a_true_minus(digits: str, expected: str) -> None:
    assert on_paper(Decimal(digits)) == expected


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_what_is_written_on_paper_is_the_number(digits: Decimal) -> None:
    text = on_paper(digits)
    assert PAPER.fullmatch(text)
    assert Decimal(text.replace("−", "-")) == digits


# --- formulas on a line ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (n("0.5") * (Symbol("y_true") - Symbol("y_hat")) ** 2, "0.5 * (y_true − ŷ)^2"),
        (X * (ONE - X), "x * (1 − x)"),
        (ONE / (ONE + Call("exp", -Z)), "1 / (1 + exp(−z))"),
        (X * Y + Z, "x * y + z"),
        (X - Y * Z, "x − y * z"),
        (X - (Y + Z), "x − (y + z)"),
        (X - (Y - Z), "x − (y − z)"),
        (X - (-Y), "x − (−y)"),
        (-(X + Y), "−(x + y)"),
        (-(X * Y), "−(x * y)"),
        (-(X**2), "−x^2"),
        ((-X) ** 2, "(−x)^2"),
        ((X**2) ** 3, "(x^2)^3"),
        ((-X) * Y, "−x * y"),
        (X * (-Y), "x * (−y)"),
        (X / (Y * Z), "x / (y * z)"),
        ((X / Y) / Z, "x / y / z"),
        (X / (Y / Z), "x / (y / z)"),
        (Sum((-X, Y)), "−x + y"),
        (X * Sum((-Y, Z)), "x * (−y + z)"),
    ],
)
def test_a_formula_is_written_with_the_parentheses_it_needs(
    expression: Expression, expected: str
) -> None:
    assert written(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (n("-0.5") * n("0.2") + n("1"), "−0.5 * 0.2 + 1"),
        (n("0.2") * n("-0.5"), "0.2 * (−0.5)"),
        (n("1") + n("-0.5"), "1 + (−0.5)"),
        (n("1") - n("-0.5"), "1 − (−0.5)"),
        (n("1") + n("-0.5") * n("2"), "1 + (−0.5) * 2"),
        (n("-3") ** 2, "(−3)^2"),
        (-n("-3"), "−(−3)"),
        (Call("sigmoid", n("-3")), "sigmoid(−3)"),
    ],
)
def test_a_negative_number_after_an_operator_stands_in_parentheses(
    expression: Expression, expected: str
) -> None:
    assert written(expression) == expected


def expressions(*, powers: bool = True) -> st.SearchStrategy[Expression]:
    """Sums, products, powers, negatives and quotients by a number that divides exactly."""
    divisors = st.sampled_from(("2", "-4", "5", "0.8", "-10")).map(n)

    def larger(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        several = st.lists(parts, min_size=2, max_size=4).map(tuple)
        kinds: list[st.SearchStrategy[Expression]] = [
            st.builds(Sum, several),
            st.builds(Product, several),
            st.builds(Negative, parts),
            st.builds(Quotient, parts, divisors),
            st.builds(lambda left, right: left - right, parts, parts),
        ]
        if powers:
            kinds.append(st.builds(Power, parts, st.integers(2, 3)))
        return st.one_of(kinds)

    numbers = st.decimals(-5, 5, places=2).map(Number)
    return st.recursive(numbers | st.sampled_from((X, Y, Z)), larger, max_leaves=8)


def read_by_python(text: str, values: Mapping[str, Fraction]) -> Fraction:
    """What Python makes of a written formula, its numbers taken as exact fractions."""
    code = text.replace("−", "-").replace("^", "**")
    code = re.sub(r"(?<!\*\*)\b[0-9]+(\.[0-9]+)?(e-?[0-9]+)?", r"F('\g<0>')", code)
    return Fraction(eval(code, {"F": Fraction}, dict(values)))


@settings(max_examples=400, deadline=None)
@given(expressions(), st.tuples(*[st.decimals(-5, 5, places=1)] * 3))
def test_a_written_formula_means_what_is_evaluated(
    expression: Expression, at: tuple[Decimal, ...]
) -> None:
    values = dict(zip("xyz", at, strict=True))
    meant = read_by_python(written(expression), {k: Fraction(v) for k, v in values.items()})
    assert Fraction(Rounded().evaluate(expression, values)) == meant


@settings(max_examples=200, deadline=None)
@given(expressions(), st.tuples(*[st.decimals(-5, 5, places=1)] * 3))
def test_the_line_with_the_numbers_put_in_means_the_same(
    expression: Expression, at: tuple[Decimal, ...]
) -> None:
    values = dict(zip("xyz", at, strict=True))

    numbers = substitute(expression, {name: Number(value) for name, value in values.items()})
    meant = read_by_python(written(numbers), {})
    assert Fraction(Rounded().evaluate(expression, values)) == meant


@settings(max_examples=200, deadline=None)
@given(expressions(powers=False), st.tuples(*[st.floats(-5, 5)] * 3))
def test_exact_arithmetic_is_python_s_own_to_the_last_bit(
    expression: Expression, at: tuple[float, ...]
) -> None:
    values = dict(zip("xyz", at, strict=True))
    code = written(expression).replace("−", "-")
    expected = float(eval(code, {}, dict(values)))
    assert Exact().evaluate(expression, values).hex() == expected.hex()


# --- what an optimizer keeps -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("decimals", "value", "kept"),
    [
        (4, "1.38514", "1.3851"),
        (4, "0.138514", "0.1385"),
        (4, "0.0138514", "0.01385"),
        (4, "0.00138514", "0.001385"),
        (4, "0.0000191845", "0.00001918"),
        (2, "0.0138514", "0.014"),
        (1, "0.0438514", "0.044"),
        (4, "-0.01385499", "-0.01385"),
    ],
)
def test_a_small_running_quantity_has_as_many_digits_as_decimals_are_kept_or_two(
    decimals: int, value: str, kept: str
) -> None:
    assert Rounded(decimals).result(Decimal(value), Kept.RUNNING) == Decimal(kept)
    assert Exact(decimals).figure(float(value), Kept.RUNNING) == Decimal(kept)


@pytest.mark.parametrize("decimals", [1, 2, 4])
def test_by_hand_adam_s_first_step_is_the_learning_rate(decimals: int) -> None:
    # m_hat / sqrt(v_hat) is g / |g| there, but for what is rounded on the way.
    text = """\
inputs: [1]
weights: {output: [[0.2]]}
biases: {output: 0.03}
target: 0
learning_rate: 0.5
activation: linear
optimizer: {name: adam, beta1: 0.5}
"""
    exercise = parse(f"{text}rounding: {decimals}\n", "adam.yaml")
    values = calculate(exercise).working.values
    assert abs(values["w1_new"] + Decimal("0.3")) <= Decimal(10) ** -decimals / 2 + Decimal("0.03")
    assert abs(values["b1_new"] + Decimal("0.47")) <= Decimal(10) ** -decimals + Decimal("0.03")


# --- = and ≈ where a function is near a figure -----------------------------------------------


@pytest.mark.parametrize(
    ("function", "point", "relation"),
    [
        ("sigmoid", "0", "="),
        ("sigmoid", "-3000", "≈"),
        ("sigmoid", "-2e6", "≈"),
        ("sigmoid", "-1e7", "≈"),
        ("sigmoid", "1e7", "≈"),
        ("softplus", "-3000", "≈"),
        ("softplus", "-4000", "≈"),
        ("softplus", "4000", "≈"),
        ("tanh", "0", "="),
        ("tanh", "1e6", "≈"),
        ("elu", "-1e6", "≈"),
        ("elu", "2.5", "="),
        ("gelu", "0", "="),
        ("gelu", "-60", "≈"),
        ("swish", "0", "="),
        ("swish", "-1e7", "≈"),
        ("selu", "2", "≈"),
        ("selu", "0", "="),
    ],
)
def test_a_function_that_only_comes_near_to_a_figure_is_not_equal_to_it(
    function: str, point: str, relation: str
) -> None:
    called = Call(function, Number(Decimal(point)))
    figure = Number(Rounded().result(Rounded().evaluate(called, {})))
    assert equal(called, figure) is (relation == "=")
    formula = substitute(configured(function).formula, {Z.name: called.argument})
    assert equal(Rounded().chosen(formula, {}), figure) is (relation == "=")
