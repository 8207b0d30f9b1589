"""What a lesson says beside the document's lines: where it must hold back, and what it must add."""

import re
from pathlib import Path

import pytest
from support.lessons import texts
from support.program import ROOT, Backprop, one_spaced

from backprop_cli import config
from backprop_cli.algebra.paper import text_of
from backprop_cli.api.templates import template
from backprop_cli.lesson import whole as lesson
from backprop_cli.lesson.blocks import Equations
from backprop_cli.lesson.explanation import explain_any
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate

DOCUMENT = (ROOT / "configs" / "default.yaml").read_text(encoding="utf-8")
XOR = (ROOT / "configs" / "xor.yaml").read_text(encoding="utf-8")


def exercise(text: str) -> Exercise:
    return config.parse(text, "mine.yaml")


# --- given values ----------------------------------------------------------------------------


def test_before_a_later_update_the_values_are_not_initial_and_not_exact() -> None:
    plan = Plan(epochs=3, at=3, exact=True)
    found = texts(lesson.full(calculate(exercise(DOCUMENT), plan)))
    assert "1. Values before This Update" in found
    assert "1. Initial Values" not in found
    assert any(text.startswith("w1 ≈ 0.149") for text in found)
    assert "x1 = 0.05" in found


def test_a_later_example_starts_from_values_that_are_not_initial() -> None:
    found = texts(lesson.full(calculate(exercise(XOR), Plan(example=1, exact=True))))
    assert "1. Values before This Update" in found
    assert any(re.match("w[0-9] ≈ ", text) for text in found)


def test_the_first_working_starts_from_the_initial_values_as_typed() -> None:
    for text in (DOCUMENT, XOR):
        found = texts(lesson.full(calculate(exercise(text))))
        assert "1. Initial Values" in found
        assert [text for text in found if re.match("[wb][0-9]+ ≈", text)] == []


# --- digits without end ----------------------------------------------------------------------


@pytest.mark.parametrize("tiny", ["1e-30", "1e-300"])
def test_a_new_weight_prints_no_endless_digits_and_carries_them(tiny: str) -> None:
    calculation = calculate(exercise(DOCUMENT.replace("x1: 0.05", f"x1: {tiny}")))
    working, found = calculation.working, texts(tuple(explain_any(calculation, "w1_new")))
    assert found[1].endswith(" ≈ 0.1500")
    assert len(working.values["w1_new"].as_tuple().digits) > 30
    assert str(working.figure("w1_new")) == "0.15000"


def test_an_update_after_it_puts_in_what_is_printed() -> None:
    text = XOR.replace("{x1: 0, x2: 1}", "{x1: 1e-30, x2: 1}")
    assert "rounding: 4" in text
    calculation = calculate(exercise(text), Plan(example=3))
    assert any(len(str(number)) > 30 for number in calculation.working.given.values())
    for row in texts(lesson.full(calculation)):
        assert re.search(r"[0-9.]{24}", row) is None


# --- sums that are not derived ---------------------------------------------------------------


@pytest.mark.parametrize("sizes", [(4, 7, 6, 5, 4), (4, 8, 8, 8, 3)])
def test_numbers_that_an_explanation_does_not_derive_are_named_with_the_way_to_ask(
    sizes: tuple[int, ...],
) -> None:
    found = calculate(exercise(template(sizes, "sigmoid", "half_squared_error", 2)))
    said = texts(tuple(explain_any(found, "w1")))
    named = [text for text in said if text.startswith("Taken as known here: ")]
    assert len(named) == 1
    asked = re.search(r"--explain (\S+)", named[0])
    assert asked
    assert asked[1] in {f"dLoss/dz_{n.name}" for n in found.exercise.network.neurons}
    derived = {text.split(" ")[0] for text in said}
    used = {name for text in said for name in re.findall(r"∂Loss/∂z_\w+", text)}
    listed = set(re.findall(r"∂Loss/∂\w+", named[0]))
    assert {name for name in used - derived if name != "∂Loss/∂z_h1"} - listed <= set()


@pytest.mark.parametrize("sizes", [(2, 3, 2), (4, 6, 5, 2)])
def test_an_explanation_of_few_parts_takes_nothing_as_known(sizes: tuple[int, ...]) -> None:
    found = calculate(exercise(template(sizes, "sigmoid", "half_squared_error", 2)))
    assert "Taken as known" not in "".join(texts(tuple(explain_any(found, "w1"))))


# --- updates and the summary -----------------------------------------------------------------


def summary(text: str) -> str:
    return next(t for t in texts(lesson.full(calculate(exercise(text)))) if "Update step" in t)


def test_the_summary_promises_no_more_than_an_update_does() -> None:
    assert summary(DOCUMENT).endswith("; small enough steps lower the loss")
    assert "optimizer" in summary(DOCUMENT + "optimizer: adam\n")
    held = ", ".join([f"w{n}" for n in range(1, 7)] + ["b1", "b2"])
    assert summary(DOCUMENT + f"frozen: [{held}]\n").endswith("every parameter is held fixed")


def test_what_is_held_fixed_has_no_updation_formula() -> None:
    held = ", ".join(f"w{n}" for n in range(1, 7))
    found = texts(lesson.full(calculate(exercise(DOCUMENT + f"frozen: [{held}]\n"))))
    assert "Weight Updation Formula" not in found
    assert "Held fixed: w1, w2, w3, w4, w5 and w6." in found
    after = found[found.index("Bias Updation Formula") :]
    assert "The learning rate is 0.5." in after


# --- the document's general formulas ---------------------------------------------------------


def test_the_general_formulas_stand_once_in_a_whole_working() -> None:
    found = texts(lesson.full(calculate(exercise(DOCUMENT))))
    for text in ("y = Wx + b", "y = W1 * x1 + W2 * x2 + b", "d/dx (x * c) = c (for constant c)"):
        assert found.count(text) == 1
    at = found.index("y = Wx + b")
    assert found.index("2. Forward Propagation") < at < found.index("Step 2: Output Layer")
    rule = found.index("d/dx (x * c) = c (for constant c)")
    assert found.index("3. Backward Propagation") < rule
    assert rule < found.index("Step-by-step Gradient for w5")


# --- choices ---------------------------------------------------------------------------------


def test_of_a_choice_the_branch_that_holds_is_shown_and_why(backprop: Backprop) -> None:
    run = backprop("run", "configs/softmax.yaml", "--explain", "dLoss/dz_o1")
    lines = [text for text in one_spaced(run.stdout) if "if y_true" in text and "∂" in text]
    assert lines
    for text in lines:
        assert text.count(" if ") == 1
        assert re.search(r"\(since [01] (> 0|≤ 0)\)$", text)
    holding = [text for text in lines if "since 1" in text]
    assert all(re.search(r"else 0 = −\(1 / 0\.\d+\) ≈ −\d", text) for text in holding)
    assert all("else 0 = 0 " in text for text in lines if text not in holding)


def test_a_choice_that_is_a_number_is_that_number() -> None:
    text = DOCUMENT + "activation: {hidden: relu}\n"
    lines = texts(tuple(explain_any(calculate(exercise(text)), "∂a_h1/∂z_h1")))
    assert "∂a_h1/∂z_h1 = 1 if z_h1 > 0, else 0 = 1 (since 0.3775 > 0)" in lines
    negative = text.replace("hidden: 0.35", "hidden: -0.35")
    lines = texts(tuple(explain_any(calculate(exercise(negative)), "∂a_h1/∂z_h1")))
    assert any(text.endswith("else 0 = 0 (since −0.3225 ≤ 0)") for text in lines)


def test_a_trained_slope_goes_by_its_own_name_in_what_is_said_of_0() -> None:
    text = DOCUMENT + "activation: {hidden: parametric_relu}\n"
    # The convention is said where it matters: where the weighted sum is 0.
    at_zero = text.replace("x1: 0.05", "x1: 0").replace("x2: 0.10", "x2: 0")
    text = at_zero.replace("hidden: 0.35", "hidden: 0")
    blocks = tuple(explain_any(calculate(exercise(text)), "∂a_h1/∂z_h1"))
    reasons = [
        text_of(row.reason)
        for block in blocks
        if isinstance(block, Equations)
        for row in block.rows
    ]
    assert any(reason.endswith("only if s1 = 1; s1 is taken") for reason in reasons)


def test_every_file_in_configs_is_worked_without_a_cut_figure(backprop: Backprop) -> None:
    for path in sorted(Path(ROOT / "configs").glob("*.yaml")):
        run = backprop("run", path)
        assert (run.stderr, run.returncode) == ("", 0)
        assert re.search("[0-9]…", run.stdout) is None
