"""Formulas and names as each medium sets them, as a book prints them."""

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from backprop_cli.algebra.expression import (
    ONE,
    Call,
    Choice,
    Derivative,
    Expression,
    Largest,
    Marked,
    Number,
    Relation,
    Sum,
    Symbol,
    partial,
)
from backprop_cli.algebra.latex import LATEX, PLAIN_LATEX, latex_name
from backprop_cli.algebra.latex_characters import in_text
from backprop_cli.algebra.mathml import mathml, pieces

X, Y, Z = Symbol("x1"), Symbol("y_hat"), Symbol("z_h1")

# What a book prints for each, by hand.
FORMULAS: list[tuple[Expression, str]] = [
    (X * Symbol("w1") + Symbol("b1"), "x_{1} \\cdot w_{1} + b_{1}"),
    (ONE / (ONE + Call("exp", -Z)), "\\frac{1}{1 + \\exp(-z_{h1})}"),
    ((Symbol("y_true") - Y) ** 2, "(y_{\\mathrm{true}} - \\hat{y})^{2}"),
    (X * (X - Number(Decimal("-0.50"))), "x_{1} \\cdot (x_{1} - (-0.50))"),
    (partial("Loss", "w1"), "\\partial \\mathrm{Loss}/\\partial w_{1}"),
    (Choice(Z, Z, Number(Decimal(0))), "z_{h1}\\text{ if } z_{h1} > 0\\text{, else } 0"),
    (Largest((X, Z)), "\\max(x_{1}, z_{h1})"),
    (Relation(X, "≈", Number(Decimal("1.2e-10"))), "x_{1} \\approx 1.2 \\cdot 10^{-10}"),
    (
        Derivative(Call("relu", Z), Symbol("slope"), "∂"),
        "\\frac{\\partial \\mathrm{relu}(z_{h1})}{\\partial \\mathrm{slope}}",
    ),
    (Call("sigmoid′", Z), "\\mathrm{sigmoid}'(z_{h1})"),
    (Call("sqrt", Symbol("2π")), "\\mathrm{sqrt}(\\mathrm{2}{\\pi})"),
]


@pytest.mark.parametrize(("formula", "expected"), FORMULAS)
def test_a_formula_in_latex_is_what_a_book_prints(formula: Expression, expected: str) -> None:
    assert " ".join(PLAIN_LATEX.write(formula).split()) == expected


@pytest.mark.parametrize("formula", [formula for formula, _ in FORMULAS])
def test_a_formula_in_mathml_is_well_formed_and_loses_nothing_in_pieces(
    formula: Expression,
) -> None:
    whole = ElementTree.fromstring(f"<math>{mathml(formula)}</math>")
    in_pieces = ElementTree.fromstring(f"<math>{''.join(pieces(formula))}</math>")
    assert "".join(in_pieces.itertext()) == "".join(whole.itertext())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("w12", "w_{12}"),
        ("z_h1", "z_{h1}"),
        ("δ_h1", "\\delta_{h1}"),
        ("w_ij", "w_{\\mathrm{ij}}"),
        ("y_hat_o1", "\\hat{y}_{o1}"),
        ("y_true_o1", "y_{\\mathrm{true}, o1}"),
        ("w1_new", "w_{1}^{\\text{new}}"),
        ("m_hat_w1", "\\hat{m}_{w_{1}}"),
        ("b1_from_h1", "b_{1, \\text{from h1}}"),
        ("learning_rate", "\\text{learning\\_rate}"),
        ("größe", '\\text{gr\\"{o}\\ss{}e}'),
        ("Loss[2]", "\\mathrm{Loss}_{\\text{[2]}}"),
    ],
)
def test_a_name_is_a_letter_with_its_index(name: str, expected: str) -> None:
    assert latex_name(name) == expected


def test_a_fraction_too_wide_for_a_line_is_written_in_one_line() -> None:
    total = Sum(tuple(Symbol(f"e_o{at}") for at in range(9)))
    assert "\\frac" not in PLAIN_LATEX.write(Symbol("e_o1") / total)
    assert PLAIN_LATEX.write(Symbol("e_o1") / total).startswith("e_{o1} / (e_{o0} + ")


def test_a_factor_has_its_colour() -> None:
    assert LATEX.write(Marked(X, 7)) == "\\factor{1}{x_{1}}"
    assert mathml(Marked(X, 7)).startswith('<mrow class="factor f1">')


def test_a_sign_that_begins_a_piece_is_set_apart_as_within_a_formula() -> None:
    assert pieces(X - Z)[1].startswith('<mo form="infix" lspace="0">−</mo>')
    assert pieces(X * Z)[1].startswith('<mo form="infix" lspace="0">·</mo>')


def test_letters_that_not_every_tex_has_are_told_by_their_number() -> None:
    assert in_text("é重") == "\\'{e}\\unichar{91CD}{重}"
