"""``backprop check`` as its users start it."""

import json
from pathlib import Path

import pytest
from support.program import DEFAULT, Backprop, OnTerminal

WRONG = "z_h1 = 0.3775\na_h1 = 0.5933\nz_out = 0.5059\ny_hat = 0.6238\n"


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.txt"
    path.write_text(WRONG, encoding="utf-8")
    return path


def test_it_ends_with_1_where_something_is_wrong_and_0_where_nothing_is(
    backprop: Backprop, sheet: Path
) -> None:
    assert backprop("check", DEFAULT, sheet).returncode == 1
    assert backprop("check", "-", input="z_h1 = 0.3775\n").returncode == 0


def test_it_prints_one_object_for_programs(backprop: Backprop, sheet: Path) -> None:
    found = json.loads(backprop("check", DEFAULT, sheet, "--format", "json").stdout)
    assert {*found} == {
        *("lines", "first_wrong", "right", "follows", "wrong", "unclear", "missing", "unread")
    }
    assert (found["first_wrong"], found["right"], found["wrong"], found["follows"]) == (3, 2, 1, 1)
    third = found["lines"][2]
    assert {*third} == {"line", "name", "figure", "verdict", "expected", "true", "mistakes"}
    assert third["mistakes"][0] == "bias_left_out"
    assert third["expected"] == 1.1059
    assert third["true"] == pytest.approx(1.10590596705977)


def test_the_answer_is_on_the_first_screen(on_terminal: OnTerminal, sheet: Path) -> None:
    screen = on_terminal("check", DEFAULT, sheet, width=80).text.split("\n")
    first = "\n".join(screen[:24])
    assert "Line 3" in first
    assert "the bias was left out" in first
    assert "1.1059" in first
    assert all(len(line) <= 80 for line in screen)


def test_marks_are_told_apart_without_colour_and_in_ascii(backprop: Backprop, sheet: Path) -> None:
    text = backprop("check", sheet, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}).stdout
    assert text.isascii()
    for verdict in ("right", "wrong", "follows"):
        assert verdict in text


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"nothing\n", b"\x00" * 100])
def test_a_sheet_that_cannot_be_read_ends_with_2(
    backprop: Backprop, tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(content)
    run = backprop("check", path)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.split(":")[0].endswith("odd.txt")
    assert "Traceback" not in run.stderr


def test_a_remark_on_every_line_is_made_once(backprop: Backprop) -> None:
    text = "z_h1 = 0,3775\nz_h2 = 0,3925\na_h1 = 0,5933\na_h2 = 0,5969\n"
    said = backprop("check", "-", input=text).stdout
    assert said.count("the comma was read as a decimal point") == 1
    assert "Of 4 lines: the comma" in said
    one = backprop("check", "-", input="z_h1 = 0,3775\n").stdout
    assert "right (the comma was read as a decimal point)" in one


def test_of_many_names_that_are_none_and_lines_without_a_number_every_line_is_told(
    backprop: Backprop,
) -> None:
    of_none = "".join(f"foo{at} = 1\n" for at in range(1, 14))
    text = backprop("check", DEFAULT, "-", input=f"z_h1 = 0.3775\n{of_none}a_h1 = nan\n").stdout
    said = " ".join(text.split())
    assert "Line 4: foo3 is not a quantity of this network; the nearest are" in said
    assert "Lines 5, 6, 7, 8, 9, 10, 11, 12 and 2 more: no quantity of this network has" in said
    assert "Line 15: no number could be read." in said


def test_no_escape_code_of_a_sheet_reaches_the_terminal(backprop: Backprop) -> None:
    run = backprop(
        "check", "-", input="z_h1 = 0.9\n\x1b[31mz_h2\x1b[0m = 0.5\nz_h\x1b]0;x\x07 = 2\n"
    )
    assert "\x1b" not in run.stdout + run.stderr


def test_a_wrong_line_is_worked_with_the_numbers_that_stand_in_it(
    backprop: Backprop, tmp_path: Path
) -> None:
    text = DEFAULT.read_text(encoding="utf-8")
    inputs = text.replace("x1: 0.05", "x1: 0.55").replace("x2: 0.10", "x2: 0.83")
    (tmp_path / "mine.yaml").write_text(inputs, encoding="utf-8")
    # Of the two inputs the other was taken: 0.0134 * 0.83 is 0.011122, not 0.00737.
    run = backprop(
        *("check", "mine.yaml", "-"), input="dL/dz_h2 = 0.0134\ndL/dw4 = 0.00737\n", cwd=tmp_path
    )
    (line,) = [one for one in run.stdout.splitlines() if "0.0134 *" in one]
    assert line.split()[-3:] == ["0.83", "≈", "0.0111"]
    assert "another neuron was used: x1 instead of x2" in " ".join(run.stdout.split())
