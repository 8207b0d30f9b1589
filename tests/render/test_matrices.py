"""Equations of matrices on a terminal: brackets, lines below each other, and the page's width."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from support.program import OnTerminal, cells
from support.shipped import PRINTED, figures, lesson_of

from backprop_cli.algebra.expression import Number, Symbol
from backprop_cli.algebra.matrices import Matrix, MatrixProduct, column
from backprop_cli.lesson.blocks import Equation, Role, Side
from backprop_cli.render.terminal.matrices import matrix_lines
from backprop_cli.render.terminal.page import Page

WIDE, NARROW, ASCII = Page(80, None, True), Page(40, 40, True), Page(80, 80, False)


def laid(equation: Equation, page: Page) -> list[str]:
    return ["".join(span.text for span in line) for line in matrix_lines(equation, page, 2)]


def numbers(*rows: str) -> Matrix:
    return Matrix(tuple(tuple(Number(Decimal(n)) for n in row.split()) for row in rows))


def equation(*sides: Matrix | MatrixProduct) -> Equation:
    rest = (Side(side, Role.NUMBERS, "=") for side in sides)
    return Equation(Symbol("Z1"), (Side(Symbol("Z1"), Role.QUANTITY), *rest))


THREE = numbers("0.15 -0.2", "12 3", "4 5")
PRODUCT = MatrixProduct((THREE, numbers("0.05", "0.10")))


def test_rows_stand_below_each_other_and_signs_beside_the_middle_one() -> None:
    assert laid(equation(PRODUCT, numbers("1", "-10", "2")), WIDE) == [
        "       ⎡0.15  −0.2⎤          ⎡  1⎤",
        "  Z1 = ⎢  12     3⎥ ⎡0.05⎤ = ⎢−10⎥",
        "       ⎣   4     5⎦ ⎣0.10⎦   ⎣  2⎦",
    ]


def test_a_matrix_of_one_row_takes_one_line() -> None:
    assert laid(equation(numbers("0.40 0.45")), WIDE) == ["  Z1 = [0.40  0.45]"]


def test_a_terminal_without_utf8_gets_brackets_of_ascii() -> None:
    missing = Matrix(((Number(Decimal("-1")), Symbol("·")), (Symbol("·"), Symbol("w1"))))
    assert laid(equation(missing), ASCII) == ["  Z1 = [-1   .]", "       [ .  w1]"]


def test_what_is_too_wide_goes_on_below_its_relation() -> None:
    two = numbers("0.12345 0.12345", "1 2")
    assert laid(equation(two, two, two), NARROW) == [
        "  Z1 = ⎡0.12345  0.12345⎤",
        "       ⎣      1        2⎦",
        "     = ⎡0.12345  0.12345⎤",
        "       ⎣      1        2⎦",
        "     = ⎡0.12345  0.12345⎤",
        "       ⎣      1        2⎦",
    ]


def test_the_columns_of_a_matrix_wider_than_the_page_go_on_below() -> None:
    found = laid(equation(numbers("0.1111 " * 9, "0.2222 " * 9)), NARROW)
    assert found == [
        "  Z1 = ⎡0.1111  0.1111  0.1111  0.1111",
        "       ⎣0.2222  0.2222  0.2222  0.2222",
        "        0.1111  0.1111  0.1111  0.1111",
        "        0.2222  0.2222  0.2222  0.2222",
        "        0.1111⎤",
        "        0.2222⎦",
    ]


def test_an_empty_page_of_any_width_holds_a_vector() -> None:
    assert laid(equation(column([Symbol("x1"), Symbol("x2")])), Page(8, 8, True))


@pytest.mark.parametrize("name", ["default", "mazur", "softmax", "xor", "iris", "houses"])
@pytest.mark.parametrize("width", [80, 60])
def test_every_line_fits_on_a_terminal(name: str, width: int, on_terminal: OnTerminal) -> None:
    text = on_terminal("run", name, "--notation", "matrix", width=width).text
    assert max(map(cells, text.splitlines())) <= width
    if (command := f"run {name} --notation matrix") in PRINTED:
        assert not [figure for figure in figures(lesson_of(command)[0]) if figure not in text]


@pytest.mark.parametrize("name", ["default", "mazur", "softmax", "recurrent", "relu"])
def test_every_line_with_delta_fits_on_a_terminal(name: str, on_terminal: OnTerminal) -> None:
    text = on_terminal("run", name, "--notation", "delta", width=80).text
    assert max(map(cells, text.splitlines())) <= 80


def many(outputs: int) -> Iterator[str]:
    """A network of one hidden neuron that feeds many outputs, and many inputs."""
    yield f"inputs: [{', '.join(f'0.{at:02}' for at in range(1, 16))}]\n"
    yield f"weights: {{hidden: [[{', '.join(f'0.{at:02}' for at in range(1, 16))}]], "
    yield f"output: [{', '.join(f'[0.{at:02}]' for at in range(1, outputs + 1))}]}}\n"
    yield f"target: [{', '.join('1' for _ in range(outputs))}]\n"
    yield "activation: gelu\nlearning_rate: 0.5\nrounding: 4\n"


def test_sums_too_long_for_a_column_have_lines_of_their_own(
    on_terminal: OnTerminal, tmp_path: Path
) -> None:
    path = tmp_path / "many.yaml"
    path.write_text("".join(many(12)), encoding="utf-8")
    text = on_terminal("run", path, "--notation", "matrix", "--only", "gradients", width=80).text
    assert max(map(cells, text.splitlines())) <= 80
    assert "∂Loss/∂a_h1 = ∂Loss/∂z_o1 * w16 + ∂Loss/∂z_o2 * w17" in text
