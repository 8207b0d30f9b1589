"""Equations, reasons, prose and tables where there is little room."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from support.program import DEFAULT, OnTerminal, cells

from backprop_cli.algebra.expression import (
    ZERO,
    Choice,
    Expression,
    Largest,
    Number,
    Relation,
    Sum,
    Symbol,
)
from backprop_cli.algebra.prose import Prose, prose
from backprop_cli.lesson.blocks import Equation, Equations, Role, Side
from backprop_cli.render.terminal.equations import equation_lines
from backprop_cli.render.terminal.page import Page, wrapped

A, B, W1, X1 = Symbol("a"), Symbol("b"), Symbol("w1"), Symbol("x1")


def row(left: str, *formulas: Expression) -> Equation:
    sides = (Side(formula, Role.SYMBOLS, "=") for formula in formulas)
    return Equation(None, (Side(Symbol(left), Role.QUANTITY), *sides))


def n(digits: str) -> Number:
    return Number(Decimal(digits))


def lines(block: Equations, limit: int | None) -> list[str]:
    found = equation_lines(block, Page(limit or 80, limit, unicode=True), 2)
    return ["".join(span.text for span in line) for line in found]


def test_one_row_that_is_too_wide_leaves_the_others_in_their_columns() -> None:
    wide = row("dddd", Sum((A * B,) * 6), n("0.25"))
    short = [row("a", X1 * W1, n("0.5")), row("bbb", Symbol("w5"), n("0.40"))]
    assert lines(Equations((short[0], wide, short[1])), 40) == [
        "  a    = x1 * w1 = 0.5",
        "  dddd = a * b + a * b + a * b + a * b",
        "         + a * b + a * b",
        "       = 0.25",
        "  bbb  = w5      = 0.40",
    ]


def test_the_results_of_broken_rows_stand_in_the_column_of_the_others(
    on_terminal: OnTerminal,
) -> None:
    shown = on_terminal("run", "--explain", "w1", width=80).text.splitlines()
    derived = shown[shown.index(next(line for line in shown if line.startswith("  1. "))) :][:15]
    # The document's five factors.
    ends = [line for line in derived if re.search(r"[=≈] (0.7414|0.1868|0.40|0.2413|0.05)$", line)]
    assert len(ends) == 5
    assert len({max(line.rfind("="), line.rfind("≈")) for line in ends}) == 1


def test_a_result_for_whose_column_there_is_no_room_follows_directly() -> None:
    wide = row("d", Sum((A * B,) * 4), Sum((A,) * 9), n("0.25"))
    assert lines(Equations((row("a", X1 * W1, n("0.123456")), wide)), 40) == [
        "  a = x1 * w1 = 0.123456",
        "  d = a * b + a * b + a * b + a * b",
        "    = a + a + a + a + a + a + a + a + a",
        "    = 0.25",
    ]
    assert lines(Equations((row("a", X1 * W1, n("0.123456")), wide)), 46) == [
        "  a = x1 * w1 = 0.123456",
        "  d = a * b + a * b + a * b + a * b",
        "    = a + a + a + a + a + a + a + a + a = 0.25",
    ]


def test_in_a_pipe_too_the_rows_that_fit_keep_their_columns() -> None:
    wide = row("d", Sum((A * B,) * 30), n("0.25"))
    found = lines(
        Equations((row("a", X1 * W1, n("0.5")), wide, row("b", Symbol("w5"), n("0.4")))), None
    )
    assert found[0] == "  a = x1 * w1 = 0.5"
    assert found[2] == "  b = w5      = 0.4"
    assert len(found) == 3


def test_a_long_choice_is_broken_before_its_parts_and_a_list_after_its_commas() -> None:
    true, prediction = Symbol("y_true_o1"), Symbol("y_hat_o1")
    choice = row("d", Choice(true, -(true / prediction), ZERO), ZERO)
    assert lines(Equations((choice,)), 40) == [
        "  d = −(y_true_o1 / ŷ_o1)",
        "      if y_true_o1 > 0, else 0",
        "    = 0",
    ]
    largest = row("d", Largest(tuple(map(Symbol, ("z_setosa", "z_versicolor", "z_virginica")))))
    assert lines(Equations((largest,)), 40) == [
        "  d = max(z_setosa, z_versicolor,",
        "      z_virginica)",
    ]


def test_many_rows_are_laid_out_as_fast_as_few() -> None:
    rows = tuple(row("a", Symbol("x" * (at % 400)), n("0.5")) for at in range(2000))
    assert len(lines(Equations(rows), None)) == 2000


@pytest.mark.parametrize("width", [40, 50, 60, 80])
def test_reasons_stay_on_the_page(on_terminal: OnTerminal, width: int) -> None:
    for name in ("w1", "b1"):
        screen = on_terminal("run", DEFAULT, "--explain", name, width=width)
        assert screen.returncode == 0
        assert [line for line in screen.text.splitlines() if cells(line) > width] == []


LINE = Relation(Symbol("y"), "=", Symbol("mx") + B)
SQUARE = n("0.5") * (A - B) ** 2
DIFFERENCE = Relation(A, "≈", B - Symbol("c"))


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        (prose("as the line ", LINE, " does"), 14, ["as the line", "y = mx + b", "does"]),
        (prose("as the line ", LINE, "."), 11, ["as the line", "y = mx + b."]),
        (prose("Loss is ", SQUARE, " here"), 18, ["Loss is", "0.5 * (a − b)^2", "here"]),
        (prose("so ", DIFFERENCE), 9, ["so", "a ≈ b − c"]),
        (prose("so ", DIFFERENCE), 8, ["so a ≈ b", "− c"]),  # it does not fit on any line
        (
            prose("relu: ", Choice(Symbol("z"), Symbol("z"), ZERO), "."),
            12,
            ["relu: z", "if z > 0,", "else 0."],
        ),
    ],
)
def test_a_formula_within_prose_is_not_broken(text: Prose, width: int, expected: list[str]) -> None:
    assert list(wrapped(text, Page(width, width, unicode=True), width)) == expected


def test_a_figure_longer_than_the_page_goes_on_in_the_next_line(
    on_terminal: OnTerminal, tmp_path: Path
) -> None:
    digits = "0." + "123456789" * 20
    path = tmp_path / "mine.yaml"
    text = DEFAULT.read_text(encoding="utf-8")
    path.write_text(text.replace("x1: 0.15", f"x1: {digits}"), encoding="utf-8")
    screen = on_terminal("run", path, "--brief", width=60)
    assert screen.returncode == 0
    assert "…" not in screen.text
    assert [line for line in screen.text.splitlines() if cells(line) > 60] == []
    cell = screen.text.partition("Weight updates")[2].partition("w1")[2].partition("╰")[0]
    assert digits in "".join(re.findall("[0-9.]", cell))
