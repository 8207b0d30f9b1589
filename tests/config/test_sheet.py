"""A sheet is read in every form that people have."""

import json
from decimal import Decimal
from random import Random

import pytest

from backprop_cli.algebra.sheet import Written
from backprop_cli.config.sheet.reading import parse_sheet
from backprop_cli.errors import ConfigError


def read(text: str) -> list[tuple[str, str]]:
    return [(one.name, str(one.figure)) for one in lines(text)]


def lines(text: str) -> tuple[Written, ...]:
    return parse_sheet(text, "sheet.txt").lines


@pytest.mark.parametrize(
    ("line", "name", "figure"),
    [
        ("z_h1 = 0.3775", "z_h1", "0.3775"),
        ("z_h1 = 0.05 * 0.15 + 0.35 = 0.3775", "z_h1", "0.3775"),
        ("dL/dw5 ≈ 0.7414 * 0.1868 * 0.5933 ≈ 0.0822", "dL/dw5", "0.0822"),
        ("net_h1: 0.3775", "net_h1", "0.3775"),
        ("- **w5_new** = 0.40 − 0.5 × 0.0822 = 0.3589", "w5_new", "0.3589"),
        ("3. `a_h1 ~= 0.5933`", "a_h1", "0.5933"),
        (r"$$\frac{\partial L}{\partial w_5} \approx 0.0822$$", "∂ L/∂ w_5", "0.0822"),
        (r"\frac{\partial \text{Loss}}{\partial w_5} = 8.2 \times 10^{-2}", None, "0.082"),
        ("w5 = 0.40  (h1 → out)", "w5", "0.40"),
        ("E = 1/2 * (0.01 - 0.7514)**2 = 0.2748", "E", "0.2748"),
        ("w5+ = .3589", "w5+", "0.3589"),
        ("a = -1.5e-3.", "a", "-0.0015"),
        ("| z_h1 | 0.3775 |", "z_h1", "0.3775"),
        ("z_h1,0.3775", "z_h1", "0.3775"),
    ],
)
def test_a_line_gives_its_name_and_its_last_number(
    line: str, name: str | None, figure: str
) -> None:
    ((found_name, found),) = read(line)
    assert found == figure
    assert name is None or found_name == name


@pytest.mark.parametrize(
    "line",
    [
        "# Forward pass",
        "y = mx + b",
        "∂Loss/∂w4 = 0.7414 * 0.1868 * 0.45",
        "0.7414 * 0.1868 ≈ 0.1385",
        "The learning rate is small.",
        "Loss = 0.5 * (y_true - y_hat)^2",
        "|---|---|",
        "https://example.org/a=1",
    ],
)
def test_what_is_no_figure_of_a_quantity_is_passed_over(line: str) -> None:
    assert read(f"z_h1 = 1\n{line}\n") == [("z_h1", "1")]


def test_a_line_that_begins_with_a_relation_goes_on_with_the_one_before() -> None:
    text = "b2_new = b2 - lr * dL/db2\n\n= 0.60 - 0.0693\n\n≈ 0.5307\n"
    (found,) = lines(text)
    assert (found.name, found.figure, found.line) == ("b2_new", Decimal("0.5307"), 5)
    assert len(found.working) == 1


def test_several_statements_may_stand_on_one_line() -> None:
    assert read("z1 = 0.3, z2 = 0.4; a_h1 = 0.59 → da = 0.24") == [
        ("z1", "0.3"),
        ("z2", "0.4"),
        ("a_h1", "0.59"),
        ("da", "0.24"),
    ]


def test_a_table_names_its_quantities_by_its_headings() -> None:
    table = """
| Weight | Old Value | Gradient (dL/dw) | New Value |
|--------|----------:|------------------|-----------|
| w6     | 0.45      | ≈ 0.0827         | 0.40865   |
"""
    expected = [("w6", "0.45"), ("dLoss/dw6", "0.0827"), ("w6_new", "0.40865")]
    assert read(table) == expected
    assert read("Parameter,Old,Gradient,New\nw6,0.45,0.0827,0.40865\n") == expected
    assert read("Weight\tOld Value\tGradient\tNew Value\nw6\t0.45\t0.0827\t0.40865") == expected


def test_json_as_the_program_prints_it_is_a_sheet() -> None:
    text = '{"forward": {"z_h1": 0.3775}, "loss": 0.27, "gradients": {"w1": 4e-4}, "epochs": 1}'
    assert read(text) == [("z_h1", "0.3775"), ("loss", "0.27"), ("dLoss/dw1", "0.0004")]


def test_arrays_give_a_figure_for_each_place() -> None:
    found = lines("dW1: [[1, 2], [3, 4.5]]\ndb1: [0.1, 0.2]\n")
    assert [(one.place.array, one.place.at) for one in found if one.place] == [
        *(("dW1", (row, column)) for row in (0, 1) for column in (0, 1)),
        ("db1", (0,)),
        ("db1", (1,)),
    ]


def test_a_comma_is_read_as_a_point_with_a_remark() -> None:
    (found,) = lines("z_h1 = 0,3775")
    assert (found.figure, found.remark) == (
        Decimal("0.3775"),
        "the comma was read as a decimal point",
    )


def test_a_formula_with_cases_gives_what_stands_behind_it() -> None:
    (line,) = parse_sheet("∂a_h1/∂z_h1 = 1 if z_h1 > 0, else 0 = 0   (since −0.11 ≤ 0)", "x").lines
    assert (line.name, line.figure) == ("∂a_h1/∂z_h1", Decimal(0))
    (line,) = parse_sheet("relu′(z) = 1 if z > 0, else 0\nz_h1 = 0.5", "x").lines
    assert line.name == "z_h1"


@pytest.mark.parametrize(
    "line",
    [
        *("Code: 7K2Q-0D4M-9XAB", "**Code:** `7K2Q-0D4M-9XAB`", "code : 7K2Q-0D4M-9XAB (mine)"),
        *(r"\par Code: \texttt{7K2Q-0D4M-9XAB}", "<p>Code: <code>7K2Q-0D4M-9XAB</code></p>"),
    ],
)
def test_the_code_of_a_worksheet_is_found(line: str) -> None:
    sheet = parse_sheet(f"Name: Ada\n{line}\nz_h1 = 0.5\n", "x")
    assert (sheet.code, len(sheet.lines)) == ("7K2Q-0D4M-9XAB", 1)


@pytest.mark.parametrize("line", ["Code: python", "Code: see below", "code = 7K2Q", "# code 1-2"])
def test_other_words_about_code_are_no_code(line: str) -> None:
    assert parse_sheet(f"{line}\nz_h1 = 0.5\n", "x").code == ""


PICTURE = """\
╭──────╮           ╭─────────────╮
│  x1  │ w1 = 0.21 │     h1      │  w5 = 0.30
│ 0.92 │⠣⡀     ⢀⠔⠁ │ z = −0.1075 │
╰──────╯           ╰─────────────╯
"""


def test_nothing_of_a_picture_is_a_line_and_a_table_is_one() -> None:
    assert read(f"{PICTURE}\nz_h1 = 0.5\n") == [("z_h1", "0.5")]
    table = "╭────────┬───────────╮\n│ Weight │ New Value │\n│ w5     │ 0.36      │\n"
    assert read(f"{PICTURE}\n{table}") == [("w5_new", "0.36")]


def test_of_a_latex_document_only_its_text_is_read() -> None:
    text = r"""\usepackage[margin=2cm]{geometry}
\begin{document}
\relpenalty=100 \binoppenalty=300
\put(1.0,2.0){\makebox(0,0)[b]{w1 = 0.21}}
\equationrow{$z_{h1}$}{${}= x_{1} \cdot w_{1} = 0.5 \cdot 0.6 = \mathbf{0.3}$}
\equationrow{$a_{h1}$}{${}= \mathrm{relu}(z_{h1}) = \underline{\hspace{6em}\rule{0pt}{2.6ex}}$}
\subsection*{Example 2}
\equationrow{$\mathrm{Loss}$}{${}\approx \mathbf{0.25}$}
"""
    found = lines(text)
    assert [(one.name, str(one.figure), one.example) for one in found] == [
        *(("z_h1", "0.3", None), ("Loss", "0.25", 2)),
    ]


def test_a_table_of_latex_is_one_and_aligned_rows_are_none() -> None:
    table = r"""Weight & Old Value & New Value \tabularnewline
\midrule\endhead
{$w_{5}$} & {$0.40$} & {$0.36$} \tabularnewline
"""
    assert read(table) == [("w_5", "0.40"), ("w_5_new", "0.36")]
    assert read(r"z_{h1} &= 0.1 \cdot 0.5 = 0.05 \\ a_{h1} &\approx 0.5125 \\\\") == [
        *(("z_h1", "0.05"), ("a_h1", "0.5125")),
    ]


def test_an_index_of_several_parts_is_one_name() -> None:
    line = r"\partial L/\partial b_{1, \text{from h1}} = \hat{y}_{o1} - y_{\mathrm{true}, o1} = 0.1"
    assert read(line) == [("∂ L/∂ b_1_from_h1", "0.1")]


def test_an_example_heading_holds_for_the_lines_under_it() -> None:
    found = lines("z_h1 = 1\n## Example 2\nz_h1 = 3\n")
    assert [one.example for one in found] == [None, 2]


@pytest.mark.parametrize("text", ["", "nothing here", "\x00\x01", "a" * 1_000_000, "w5 = nan"])
def test_a_sheet_without_a_figure_is_told_so(text: str) -> None:
    with pytest.raises(ConfigError, match="no line with a name and a figure"):
        parse_sheet(text, "sheet.txt")


def test_numbers_that_are_none_are_counted_as_unread() -> None:
    sheet = parse_sheet(f"w5 = nan\nw6 = {'9' * 10_000}\nw1 = 1\nw2 = inf", "sheet.txt")
    assert [one.name for one in sheet.lines] == ["w1"]
    assert len(sheet.unread) >= 2


PIECES = (
    *("w5", "=", "≈", "0.5", "-", "$", "\\frac{", "}", "{", "\\partial", "^", "(", ")", "|", ","),
    *(
        "*",
        "**",
        "\n",
        "\\",
        "\\\\",
        ":",
        "nan",
        "1e999",
        "\x1b[31m",
        "𝟙",
        "[",
        "]",
        '"',
        "\t",
        "é",
    ),
    *("gradients:", "dW1", "Weight | New", "=>", "→", "\\text{", "_", "\\hat{", "e", "-1e-400"),
)


def test_any_text_gives_figures_with_their_names_or_one_complaint() -> None:
    random, found, complaints = Random(11), list[Written](), list[str]()
    for _ in range(4_000):
        text = "".join(random.choice(PIECES) + random.choice(("", " ")) for _ in range(20))
        try:
            found += lines(text)
        except ConfigError as error:
            complaints.append(str(error))
    assert len(found) > 40
    assert [one for one in found if not (one.figure.is_finite() and one.name)] == []
    assert len(complaints) > 3_000
    assert {complaint.partition(": ")[0] for complaint in complaints} == {"sheet.txt"}


def figures(text: str) -> list[tuple[int, str, str]]:
    """Line, name and figure of all that is read."""
    return [(one.line, one.name, str(one.figure)) for one in parse_sheet(text, "sheet.txt").lines]


@pytest.mark.parametrize(
    "text",
    [
        "dW1 = [[1.5, 2], [3, 4]]",
        "dW1 = array([[1.5, 2.],\n       [3., 4.]])",
        "dW1: [[1.5 2. ]\n [3.  4. ]]",
        "dW1 = tensor([[1.5000, 2.0000], [3.0000, 4.0000]], dtype=torch.float64)",
        ">>> dW1\narray([[1.5, 2.],\n       [3., 4.]])",
        ">>> print(dW1)\n[[1.5 2. ]\n [3.  4. ]]",
        "In [3]: dW1\nOut[3]:\narray([[1.5, 2.],\n       [3., 4.]])",
        "In [3]: print(dW1)\n[[1.5 2. ]\n [3.  4. ]]",
        "dW1 =\n[[1.5 2. ]\n [3.  4. ]]",
        "dW1:\r\n tensor([[1.5, 2.],\r\n [3., 4.]])",
        "dW1 = dZ1 X^T = [[1.5, 2], [3, 4]]",
    ],
)
def test_arrays_are_read_as_programs_print_them(text: str) -> None:
    found = parse_sheet(text, "sheet.txt").lines
    assert [float(one.figure) for one in found] == [1.5, 2, 3, 4]
    places = [one.place for one in found]
    assert {place.array for place in places if place} == {"dW1"}
    assert [place.at for place in places if place] == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_an_array_with_rows_of_several_lengths_or_words_in_it_is_none() -> None:
    for body in ("[[1, 2], [3]]", "[1, two]", "[[[1]]]", "[", "[[1, 2]", "[]"):
        assert figures(f"dW1 = {body}\nz_h1 = 1") == [(2, "z_h1", "1")]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a_h1 = 59.33 %", (1, "a_h1", "0.5933")),
        ("~~z_h1 = 0.4~~ z_h1 = 0.5", (1, "z_h1", "0.5")),
        ("“z_h1” = 0.5", (1, "z_h1", "0.5")),
        ("z_h1;0,5", (1, "z_h1", "0.5")),
        (r"z_{h1} &= 0.5 \\", (1, "z_h1", "0.5")),
        ("loss: tensor(0.5, grad_fn=<MulBackward0>)", (1, "loss", "0.5")),
        ("z_h1 = np.float64(0.5)", (1, "z_h1", "0.5")),
        ("w5.grad = tensor([0.5])", (1, "grad_w5[1]", "0.5")),
        ("The prediction is 0.5.", (1, "The prediction", "0.5")),
        ("z_h1\u00a0=\u00a00.5", (1, "z_h1", "0.5")),
        ("- `net_h1` -> `0.5`", (1, "net_h1", "0.5")),
        ("z_h1 0.5", (1, "z_h1", "0.5")),
        ("dL/dw3 = 5·10⁻¹", (1, "dL/dw3", "0.5")),
    ],
)
def test_lines_are_read_as_people_copy_them(text: str, read: tuple[int, str, str]) -> None:
    assert figures(text) == [read]


def test_several_names_with_their_figures_may_stand_on_one_line() -> None:
    both = [(1, "z_h1", "0.5"), (1, "a_h1", "0.6")]
    for between in ("  ", " ", ", ", "; ", " ∴ ", " => ", " → "):
        assert figures(f"z_h1 = 0.5{between}a_h1 = 0.6") == both
    # What is multiplied without a sign is no second name.
    assert figures("w5_new = 0.4 - 0.5 dL/dw5 = 0.3589") == [(1, "w5_new", "0.3589")]


def test_words_with_a_number_are_no_figure() -> None:
    assert figures("Aufgabe 3\npage 12\nz_h1 = 1\nepoch 5") == [(3, "z_h1", "1")]


def test_a_notebook_is_read_by_its_cells_and_what_they_print() -> None:
    printed = {"output_type": "stream", "text": ["z_h2 = 2\n"]}
    shown = {"output_type": "execute_result", "data": {"text/plain": ["a_h1 = 3"]}}
    cells = [
        {"cell_type": "markdown", "source": ["# Mine\n", "z_h1 = 1\n"]},
        {"cell_type": "code", "source": "print(z)", "outputs": [printed, shown]},
    ]
    names = [name for _, name, _ in figures(json.dumps({"cells": cells, "nbformat": 4}))]
    assert names == ["z_h1", "z_h2", "a_h1"]


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("0.3775", [("z_h1", "0.3775")]),
        ("np.float64(0.3775)", [("z_h1", "0.3775")]),
        (["tensor([0.5,\n", "  0.6])"], [("z_h1[1]", "0.5"), ("z_h1[2]", "0.6")]),
        ("a_h1 = 3", [("a_h1", "3")]),
        ("<matplotlib.lines.Line2D at 0x7f>", []),
    ],
)
def test_what_a_notebook_shows_of_a_name_at_the_end_of_a_cell_is_its_value(
    shown: object, read: list[tuple[str, str]]
) -> None:
    output = {"output_type": "execute_result", "data": {"text/plain": shown}}
    cell = {"cell_type": "code", "source": ["import numpy\n", "z_h1"], "outputs": [output]}
    last = {"cell_type": "markdown", "source": "Loss = 1"}
    found = figures(json.dumps({"cells": [cell, last]}))
    assert [(name, figure) for _, name, figure in found] == [*read, ("Loss", "1")]


def test_under_a_heading_of_the_mean_no_example_is_meant() -> None:
    found = parse_sheet("Example 2\nz = 1\nMean of both:\nz = 2\n", "sheet.txt").lines
    assert [one.example for one in found] == [2, None]
