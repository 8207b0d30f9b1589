"""``backprop practice`` asks, answers at once, helps in three steps, and can be taken up again."""

from pathlib import Path

import pytest
from support.program import DEFAULT, Backprop, OnTerminal

RIGHT = ("0.3775", "0.3925", "0.5933", "0.5969", "1.1059", "0.7514")


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    return tmp_path / "mine.txt"


def test_an_answer_is_judged_at_once(backprop: Backprop, sheet: Path) -> None:
    run = backprop("practice", DEFAULT, "--sheet", sheet, input="0.3775\n0.4\nquit\n")
    assert run.returncode == 0
    assert run.stdout.index("Right") < run.stdout.index("z_h2")
    assert run.stdout.count("✗ Not yet") == 0 or "z_h2 = 0.4" in sheet.read_text()


def test_a_wrong_answer_is_explained_and_may_be_given_again(
    backprop: Backprop, sheet: Path
) -> None:
    """0.05 * 0.15 + 0.10 * 0.20 = 0.0275 is z_h1 without its bias."""
    run = backprop("practice", "--sheet", sheet, input="0.0275\n0.3775\nquit\n")
    assert "the bias was left out" in run.stdout
    assert sheet.read_text() == "z_h1 = 0.3775\n"


def test_a_hint_shows_the_formula_then_the_numbers_then_the_result(
    backprop: Backprop, sheet: Path
) -> None:
    run = backprop("practice", "--sheet", sheet, input="hint\nhint\nhint\nquit\n")
    formula, numbers, result = [
        line for line in run.stdout.splitlines() if "x1 * w1 + x2 * w2 + b1" in line
    ]
    assert formula.endswith("x1 * w1 + x2 * w2 + b1")
    assert numbers.endswith("0.05 * 0.15 + 0.10 * 0.20 + 0.35")
    assert result.endswith("= 0.3775")


def test_what_is_no_number_is_asked_for_again(backprop: Backprop, sheet: Path) -> None:
    run = backprop("practice", "--sheet", sheet, input="what?\n0.3775\nquit\n")
    assert "That is not a number" in run.stdout
    assert sheet.read_text() == "z_h1 = 0.3775\n"


def test_a_working_without_its_result_is_asked_to_be_finished(
    backprop: Backprop, sheet: Path
) -> None:
    typed = "0.05*0.15 + 0.10*0.20 + 0.35\n0.3775\nquit\n"
    run = backprop("practice", "--sheet", sheet, input=typed)
    assert "Type what it comes to" in run.stdout
    assert "not a number" not in run.stdout
    assert sheet.read_text() == "z_h1 = 0.3775\n"


def test_a_working_may_be_typed_with_its_result(backprop: Backprop, sheet: Path) -> None:
    answer = "0.05 * 0.15 + 0.10 * 0.20 + 0.35 = 0.3775\n"
    run = backprop("practice", "--sheet", sheet, input=f"{answer}quit\n")
    assert "Right" in run.stdout
    assert sheet.read_text() == f"z_h1 = {answer}"


def test_it_goes_on_where_it_was_left(backprop: Backprop, sheet: Path) -> None:
    backprop("practice", "--sheet", sheet, input="0.3775\n0.3925\n")
    run = backprop("practice", "--sheet", sheet, input="0.5933\nquit\n")
    asked = [line for line in run.stdout.splitlines() if line.startswith("Activation")]
    assert asked[0].startswith("Activation a_h1")
    assert sheet.read_text().count("\n") == 3


def test_it_ends_with_the_marked_sheet_which_check_reads_too(
    backprop: Backprop, sheet: Path
) -> None:
    answers = "".join(f"{figure}\n" for figure in RIGHT)
    run = backprop("practice", "--sheet", sheet, input=f"{answers}quit\n")
    assert "Nothing is wrong: 6 lines are right." in run.stdout
    checked = backprop("check", sheet)
    assert checked.returncode == 0
    assert "6 lines are right" in checked.stdout


def test_all_questions_answered_end_it(backprop: Backprop, tmp_path: Path) -> None:
    network = tmp_path / "one.yaml"
    network.write_text(
        "inputs: [2]\nweights: {output: [[0.5]]}\nactivation: linear\n"
        "target: 0\nlearning_rate: 0.1\n"
    )
    # z = 1, ŷ = 1 (linear), Loss = 0.5, ∂Loss/∂ŷ = 1, ∂Loss/∂z = 1, ∂Loss/∂w1 = 2, w1_new = 0.3
    answers = {"z_out": 1, "a_out": 1, "Loss": 0.5, "dLoss/dy_hat": 1, "dLoss/dz_out": 1}
    answers |= {"dLoss/dw1": 2, "w1_new": 0.3}
    run = backprop("practice", network, cwd=tmp_path, input="1\n1\n0.5\n1\n1\n2\n0.3\n1\n")
    assert run.returncode == 0
    kept = (tmp_path / "one-practice.txt").read_text().splitlines()
    assert [line.split(" = ")[0] for line in kept] == [*answers]
    assert "Nothing is wrong" in run.stdout


def test_standard_input_is_for_the_answers(backprop: Backprop) -> None:
    run = backprop("practice", "-", input="0.3775\n")
    assert run.returncode == 2
    assert "standard input" in run.stderr


def test_ctrl_c_ends_it_quietly_and_keeps_what_was_answered(
    on_terminal: OnTerminal, sheet: Path
) -> None:
    screen = on_terminal(
        "practice",
        "--sheet",
        sheet,
        # As a hand types it: when the question has been there for a moment.
        types=lambda seen, _process: "\x03" if "z_h1 = " in seen else "",
    )
    assert screen.returncode == 130
    assert "Traceback" not in screen.text
