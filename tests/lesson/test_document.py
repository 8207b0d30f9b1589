"""The document's worked example: its figures one by one, and its layout from top to bottom.

Every expected figure is written down from the document, not from the program. Three of the
document's figures are slips; they stand in SLIPS with the arithmetic that shows each.
"""

import subprocess
import sys
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

import pytest
from support.lessons import cells, titles

from backprop_cli import config
from backprop_cli.algebra.paper import on_paper, text_of, written
from backprop_cli.lesson import whole as lesson
from backprop_cli.lesson.blocks import Heading, Table
from backprop_cli.lesson.parameters import old_value
from backprop_cli.runs.run import Run, calculate
from backprop_cli.shipped import shipped_configuration


@cache
def calculation() -> Run:
    return calculate(config.load(str(shipped_configuration("default.yaml"))))


# name of a quantity -> the figure that the document prints for it
FIGURES = {
    "x1": "0.05",
    "x2": "0.10",
    "w1": "0.15",
    "w2": "0.20",
    "w3": "0.25",
    "w4": "0.30",
    "w5": "0.40",
    "w6": "0.45",
    "b1": "0.35",
    "b2": "0.60",
    "y_true": "0.01",
    "learning_rate": "0.5",
    "z_h1": "0.3775",
    "z_h2": "0.3925",
    "a_h1": "0.5933",
    "a_h2": "0.5969",
    "z_out": "1.1059",
    "a_out": "0.7514",
    "y_hat": "0.7514",
    "Loss": "0.2748",
    "∂Loss/∂y_hat": "0.7414",
    "∂y_hat/∂z_out": "0.1868",
    "∂z_out/∂w5": "0.5933",
    "∂z_out/∂w6": "0.5969",
    "∂Loss/∂w5": "0.0822",
    "∂Loss/∂w6": "0.0827",
    "∂z_out/∂a_h1": "0.40",
    "∂z_out/∂a_h2": "0.45",
    "∂a_h1/∂z_h1": "0.2413",
    "∂a_h2/∂z_h2": "0.2407",
    "∂z_h1/∂w1": "0.05",
    "∂z_h1/∂w2": "0.10",
    "∂z_h2/∂w3": "0.05",
    "∂z_h2/∂w4": "0.10",
    "∂Loss/∂z_out": "0.1385",
    "∂Loss/∂a_h1": "0.0554",
    "∂Loss/∂a_h2": "0.0623",
    "∂Loss/∂z_h1": "0.0134",
    "∂Loss/∂z_h2": "0.0150",
    "∂Loss/∂w1": "0.00067",
    "∂Loss/∂w2": "0.00135",
    "∂Loss/∂w3": "0.00075",
    "∂Loss/∂w4": "0.00150",
    "∂z_out/∂b2": "1",
    "∂Loss/∂b2": "0.1385",
    "∂z_h1/∂b1": "1",
    "∂Loss/∂b1_from_h1": "0.0134",
    "∂Loss/∂b1_from_h2": "0.0150",
    "∂Loss/∂b1": "0.0284",
    "step_b1": "0.0142",
    "step_b2": "0.0693",
    "w1_new": "0.149665",
    "w2_new": "0.199325",
    "w3_new": "0.249625",
    "w4_new": "0.29925",
    "w5_new": "0.35890",
    "w6_new": "0.40865",
    "b1_new": "0.3358",
    "b2_new": "0.5307",
}

# The document's slips: the quantity, and what its own line comes to. The third is carried into
# w2's new value. (In the line for w2 the document also writes 0.0555 for the 0.0554 of the line
# before it; the quantity itself, ∂Loss/∂a_h1, it has right.)
SLIPS = {
    "∂a_h2/∂z_h2": "0.2406",  # 0.5969 * 0.4031 = 0.24061039
    "∂Loss/∂w2": "0.00134",  # 0.0134 * 0.10 = 0.00134
    "w2_new": "0.19933",  # 0.20 - 0.5 * 0.00134 = 0.19933
}


@pytest.mark.parametrize("name", FIGURES)
def test_each_figure_is_the_documents_but_for_its_slips(name: str) -> None:
    assert on_paper(calculation().working.figure(name)) == SLIPS.get(name, FIGURES[name])


def test_the_slips_are_the_documents_not_ours() -> None:
    """Each slip's line, worked by hand in decimals here, gives our figure and not its own."""
    places = Decimal("0.0001")
    slope = (Decimal("0.5969") * Decimal("0.4031")).quantize(places, ROUND_HALF_UP)
    assert str(slope) == SLIPS["∂a_h2/∂z_h2"] != FIGURES["∂a_h2/∂z_h2"]
    assert Decimal("0.0134") * Decimal("0.10") == Decimal(SLIPS["∂Loss/∂w2"])
    assert Decimal("0.20") - Decimal("0.5") * Decimal("0.00134") == Decimal(SLIPS["w2_new"])
    assert (Decimal("0.1385") * Decimal("0.40")).quantize(places) == Decimal("0.0554")


@pytest.fixture(scope="module")
def printed() -> str:
    command = [sys.executable, "-m", "backprop_cli", "run", "configs/default.yaml"]
    root = shipped_configuration("default.yaml").parent.parent
    done = subprocess.run(command, capture_output=True, check=True, cwd=root)
    return done.stdout.decode("utf-8")


def squeezed(text: str) -> str:
    """Text with one space for any run of them, so that columns do not matter."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines())


# The document's lines in its order, as this project writes them: − for minus, * between factors
# (the document's forward pass has lost its multiplication signs), = where a line is exact.
LINES = """
x1 = 0.05
x2 = 0.10
w1 = 0.15 (x1 → h1)
w2 = 0.20 (x2 → h1)
w3 = 0.25 (x1 → h2)
w4 = 0.30 (x2 → h2)
w5 = 0.40 (h1 → out)
w6 = 0.45 (h2 → out)
b1 = 0.35 (for hidden layer neurons)
b2 = 0.60 (for output layer)
y_true = 0.01
z_h1 = x1 * w1 + x2 * w2 + b1 = 0.05 * 0.15 + 0.10 * 0.20 + 0.35 = 0.3775
z_h2 = x1 * w3 + x2 * w4 + b1 = 0.05 * 0.25 + 0.10 * 0.30 + 0.35 = 0.3925
a_h1 = sigmoid(z_h1) = sigmoid(0.3775) ≈ 0.5933
a_h2 = sigmoid(z_h2) = sigmoid(0.3925) ≈ 0.5969
z_out = a_h1 * w5 + a_h2 * w6 + b2 = 0.5933 * 0.40 + 0.5969 * 0.45 + 0.60 ≈ 1.1059
a_out = sigmoid(z_out) = sigmoid(1.1059) ≈ 0.7514
ŷ = a_out = 0.7514
Loss = 0.5 * (y_true − ŷ)^2 = 0.5 * (0.01 − 0.7514)^2 ≈ 0.2748
1. ∂Loss/∂ŷ = ŷ − y_true = 0.7514 − 0.01 = 0.7414
2. ∂ŷ/∂z_out = ŷ * (1 − ŷ) = 0.7514 * (1 − 0.7514) = 0.7514 * 0.2486 ≈ 0.1868
3. ∂z_out/∂w5 = a_h1 = 0.5933
∂Loss/∂w5 = 0.7414 * 0.1868 * 0.5933 ≈ 0.0822
∂z_out/∂w6 = a_h2 = 0.5969
∂Loss/∂w6 = 0.7414 * 0.1868 * 0.5969 ≈ 0.0827
3. ∂z_out/∂a_h1 = w5 = 0.40
4. ∂a_h1/∂z_h1 = a_h1 * (1 − a_h1) = 0.5933 * (1 − 0.5933) = 0.5933 * 0.4067 ≈ 0.2413
5. ∂z_h1/∂w1 = x1 = 0.05
0.7414 * 0.1868 ≈ 0.1385 ∂Loss/∂z_out
0.1385 * 0.40 = 0.0554 ∂Loss/∂a_h1
0.0554 * 0.2413 ≈ 0.0134 ∂Loss/∂z_h1
0.0134 * 0.05 = 0.00067 ∂Loss/∂w1
∂z_h1/∂w2 = x2 = 0.10
0.0134 * 0.10 = 0.00134 ∂Loss/∂w2
∂Loss/∂w2 = 0.7414 * 0.1868 * 0.40 * 0.2413 * 0.10 ≈ 0.0554 * 0.2413 * 0.10 ≈ 0.00134
4. ∂a_h2/∂z_h2 = a_h2 * (1 − a_h2) = 0.5969 * (1 − 0.5969) = 0.5969 * 0.4031 ≈ 0.2406
5. ∂z_h2/∂w4 = x2 = 0.10
0.1385 * 0.45 ≈ 0.0623 ∂Loss/∂a_h2
0.0623 * 0.2406 ≈ 0.0150 ∂Loss/∂z_h2
0.0150 * 0.10 = 0.00150 ∂Loss/∂w4
∂z_h2/∂w3 = x1 = 0.05
0.0150 * 0.05 = 0.00075 ∂Loss/∂w3
∂Loss/∂b2 = 0.7414 * 0.1868 * 1 ≈ 0.1385
∂Loss/∂b1_from_h1 = 0.7414 * 0.1868 * 0.40 * 0.2413 * 1 ≈ 0.0134
∂Loss/∂b1_from_h2 = 0.7414 * 0.1868 * 0.45 * 0.2406 * 1 ≈ 0.0150
∂Loss/∂b1 = ∂Loss/∂b1_from_h1 + ∂Loss/∂b1_from_h2 = 0.0134 + 0.0150 = 0.0284
w5_new = w5 − learning_rate * ∂Loss/∂w5 = 0.40 − 0.5 * 0.0822 = 0.3589
w6_new = w6 − learning_rate * ∂Loss/∂w6 = 0.45 − 0.5 * 0.0827 = 0.40865 ≈ 0.4087
w4_new = w4 − learning_rate * ∂Loss/∂w4 = 0.30 − 0.5 * 0.00150 = 0.29925 ≈ 0.2993
w3_new = w3 − learning_rate * ∂Loss/∂w3 = 0.25 − 0.5 * 0.00075 = 0.249625 ≈ 0.2496
w2_new = w2 − learning_rate * ∂Loss/∂w2 = 0.20 − 0.5 * 0.00134 = 0.19933 ≈ 0.1993
w1_new = w1 − learning_rate * ∂Loss/∂w1 = 0.15 − 0.5 * 0.00067 = 0.149665 ≈ 0.1497
b1_new = b1 − learning_rate * ∂Loss/∂b1 = 0.35 − 0.5 * 0.0284 = 0.35 − 0.0142 = 0.3358
b2_new = b2 − learning_rate * ∂Loss/∂b2 = 0.60 − 0.5 * 0.1385 ≈ 0.60 − 0.0693 = 0.5307
""".strip().splitlines()


def test_the_documents_lines_can_be_ticked_off_from_top_to_bottom(printed: str) -> None:
    lines = iter(squeezed(printed).splitlines())
    missing = [line for line in LINES if line not in lines]  # `in` moves the iterator on
    assert missing == []


HEADINGS = [
    "Forward & Backpropagation",
    "Network Architecture",
    "1. Initial Values",
    "1.1 Inputs:",
    "1.2 Weights:",
    "Input to Hidden Layer:",
    "Hidden to Output Layer:",
    "1.3 Biases:",
    "Actual Target Output:",
    "2. Forward Propagation",
    "Step 1: Hidden Layer",
    "Step 2: Output Layer",
    "Predicted Output (y_hat):",
    "Compute Loss (Error)",
    "3. Backward Propagation",
    "Step-by-step Gradient for w5",
    "Step-by-step Gradient for w6",
    "Step-by-step Gradient for w1",
    "Hidden to Input Layer Gradients",
    "Step-by-step Gradient for w2",
    "Step-by-step Gradient for w4",
    "Step-by-step Gradient for w3",
    "ALL Gradient Calculation Completed",
    "Bias Gradient Calculation",
    "1. For Output Bias (b2)",
    "2. For Hidden Bias (b1)",
    "Part 1: Gradient from h1",
    "Known values:",
    "Part 2: Gradient from h2",
    "Known values:",
    "Total Gradient for b1",
    "Weight and Bias Updates",
    "Weight Updation Formula",
    "Bias Updation Formula",
    "Update b2:",
    "Weight & BIAS Update Tables",
    "Summary",
]


def test_the_headings_are_the_documents_in_its_order() -> None:
    blocks = lesson.full(calculation())
    headings = iter([text_of(block.text) for block in blocks if isinstance(block, Heading)])
    assert [heading for heading in HEADINGS if heading not in headings] == []


def tables() -> list[Table]:
    return [block for block in lesson.full(calculation()) if isinstance(block, Table)]


def test_the_gradient_table_is_the_documents_cell_by_cell() -> None:
    table = tables()[0]
    assert text_of(table.title).startswith("Summary of Gradients for Hidden Layer")
    assert titles(table) == ("Weight", "Gradient (dL/dw)")
    assert cells(table) == (
        ("w1", "≈ 0.00067"),
        ("w2", "≈ 0.00134"),  # the document: 0.00135, a slip
        ("w3", "≈ 0.00075"),
        ("w4", "≈ 0.00150"),
        ("w5", "≈ 0.0822"),
        ("w6", "≈ 0.0827"),
    )


def test_the_weight_table_is_the_documents_cell_by_cell() -> None:
    table = tables()[1]
    assert titles(table) == ("Weight", "Old Value", "Gradient (dL/dw)", "New Value")
    assert cells(table) == (
        ("w6", "0.45", "0.0827", "0.40865"),
        ("w5", "0.40", "0.0822", "0.35890"),
        ("w4", "0.30", "0.00150", "0.29925"),
        ("w3", "0.25", "0.00075", "0.249625"),
        ("w2", "0.20", "0.00134", "0.19933"),  # the document: 0.00135, 0.199325
        ("w1", "0.15", "0.00067", "0.149665"),
    )


def test_the_bias_table_is_the_documents_cell_by_cell() -> None:
    table = tables()[2]
    assert titles(table) == ("Bias", "Old Value", "Gradient (dL/db)", "New Value")
    assert cells(table) == (
        ("b2", "0.600", "0.1385", "0.5307"),
        ("b1", "0.350", "0.0284", "0.3358"),
    )


EXPLANATION_OF_W1 = """\
Step-by-step Gradient for w1                                             x1 → h1
  ∂Loss   ∂Loss     ∂ŷ     ∂z_out   ∂a_h1   ∂z_h1
  ───── = ───── · ────── · ────── · ───── · ─────
   ∂w1     ∂ŷ     ∂z_out   ∂a_h1    ∂z_h1    ∂w1

  1. ∂Loss/∂ŷ     = ŷ − y_true        = 0.7514 − 0.01                           = 0.7414
                    because Loss = 0.5 * (y_true − ŷ)^2
  2. ∂ŷ/∂z_out    = ŷ * (1 − ŷ)       = 0.7514 * (1 − 0.7514) = 0.7514 * 0.2486 ≈ 0.1868
                    out uses sigmoid, whose derivative is a * (1 − a)
  3. ∂z_out/∂a_h1 = w5                                                          = 0.40
                    because z_out = a_h1 * w5 + a_h2 * w6 + b2
  4. ∂a_h1/∂z_h1  = a_h1 * (1 − a_h1) = 0.5933 * (1 − 0.5933) = 0.5933 * 0.4067 ≈ 0.2413
                    h1 uses sigmoid, whose derivative is a * (1 − a)
  5. ∂z_h1/∂w1    = x1                                                          = 0.05
                    because z_h1 = x1 * w1 + x2 * w2 + b1

  Step by step
    0.7414 * 0.1868 ≈ 0.1385       ∂Loss/∂z_out
    0.1385 * 0.40   = 0.0554       ∂Loss/∂a_h1
    0.0554 * 0.2413 ≈ 0.0134       ∂Loss/∂z_h1
    0.0134 * 0.05   = 0.00067      ∂Loss/∂w1

  Finally
    ∂Loss/∂w1 = 0.7414 * 0.1868 * 0.40 * 0.2413 * 0.05 ≈ 0.00067
"""


def test_the_explanation_of_w1_line_by_line() -> None:
    command = [sys.executable, "-m", "backprop_cli", "run", "--explain", "w1"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stdout.decode("utf-8") == EXPLANATION_OF_W1


def test_an_old_bias_is_shown_with_three_decimals_also_below_zero() -> None:
    text = shipped_configuration("default.yaml").read_text(encoding="utf-8")
    exercise = config.parse(text.replace("hidden: 0.35", "hidden: -0.5"), "default.yaml")
    network, working = exercise.network, calculate(exercise).working
    assert written(old_value(network, working, "b1")) == "−0.500"
    assert written(old_value(network, working, "w1")) == "0.15"
