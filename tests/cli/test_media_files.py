"""What a command writes is decided by the ending of its file, or by --format."""

import json
import re
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest
from support.program import CONFIGS, ROOT, Backprop, OnTerminal, cells, one_spaced

SHEET = ROOT / "tests" / "data" / "sheet_with_slips.txt"

# How a file of each format begins.
BEGINNINGS: Mapping[str, str] = {
    "x.txt": "Forward & Backpropagation\n═",
    "x": "Forward & Backpropagation\n═",
    "x.md": "# Forward \\& Backpropagation\n",
    "x.tex": "\\documentclass",
    "x.html": "<!DOCTYPE html>",
    "x.HTM": "<!DOCTYPE html>",
    "x.json": '{"forward"',
}


@pytest.mark.parametrize(("name", "beginning"), BEGINNINGS.items())
def test_the_ending_of_a_file_decides_what_is_written(
    backprop: Backprop, tmp_path: Path, name: str, beginning: str
) -> None:
    run = backprop("run", "-o", tmp_path / name)
    assert (run.stdout, run.stderr, run.returncode) == ("", "", 0)
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(beginning)


def test_a_fragment_is_latex_without_a_document_around_it(
    backprop: Backprop, tmp_path: Path
) -> None:
    assert backprop("run", "--fragment", "-o", tmp_path / "x.tex").stderr == ""
    text = (tmp_path / "x.tex").read_text(encoding="utf-8")
    assert "\\usepackage{amsmath,amssymb,booktabs,longtable,xcolor}" in text.split("\n")[1]
    assert not re.search(
        r"^[^%]*\\(documentclass|usepackage|begin\{document\})", text, re.MULTILINE
    )
    for command in (("activation", "relu"), ("sweep", "--lr", "1"), ("check", SHEET)):
        run = backprop(*command, "--format", "latex", "--fragment")
        assert "\\begingroup" in run.stdout
        assert "\\documentclass" not in run.stdout


@pytest.mark.parametrize(
    "asked", [(), ("--format", "html"), ("--format", "json"), ("-o", "x.md"), ("-o", "x.pdf")]
)
def test_a_fragment_of_anything_but_latex_is_refused(
    backprop: Backprop, tmp_path: Path, asked: tuple[str, ...]
) -> None:
    run = backprop("run", "--fragment", *asked, cwd=tmp_path)
    assert (run.returncode, run.stdout, list(tmp_path.iterdir())) == (2, "", [])
    assert run.stderr == "--fragment goes with --format latex or a file that ends in .tex\n"


def test_format_is_stronger_than_the_ending(backprop: Backprop, tmp_path: Path) -> None:
    assert backprop("run", "--format", "markdown", "-o", tmp_path / "x.txt").returncode == 0
    assert (tmp_path / "x.txt").read_text(encoding="utf-8").startswith("# Forward")


def test_an_ending_that_is_none_is_refused_with_those_that_are(
    backprop: Backprop, tmp_path: Path
) -> None:
    run = backprop("run", "-o", tmp_path / "x.docx")
    assert run.returncode == 2
    assert "ends in .docx cannot be written; the endings are .txt, .md" in run.stderr
    assert not (tmp_path / "x.docx").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("run", "--explain", "w1"),
        ("run", "--gradcheck"),
        ("run", "--brief"),
        ("run", "--epochs", "20", "--plot", "--quiet"),
        ("sweep", "--lr", "0.1,0.5", "--epochs", "5"),
        ("activation", "sigmoid", "0.3", "--plot"),
        ("activation", "softmax", "1", "2"),
        ("activation",),
    ],
)
@pytest.mark.parametrize("as_format", ["markdown", "latex", "html"])
def test_every_command_that_prints_a_lesson_takes_every_format(
    backprop: Backprop, command: tuple[str, ...], as_format: str
) -> None:
    run = backprop(*command, "--format", as_format)
    assert (run.stderr, run.returncode) == ("", 0)
    assert len(run.stdout) > 200


def test_a_page_steps_through_a_solution_and_shows_a_report_at_once(backprop: Backprop) -> None:
    for command in (("activation", "relu", "1"), ("check", SHEET), ("sweep", "--lr", "1")):
        shown = backprop(*command, "--format", "html").stdout
        assert ("<script>" in shown, 'class="sheet"' in shown) == (False, True), command
    assert "<script>" in backprop("run", "--explain", "w1", "--format", "html").stdout


def test_an_explanation_as_json_has_every_step_with_its_parts(backprop: Backprop) -> None:
    run = backprop("run", "--explain", "w5", "--format", "json")
    steps = {step["quantity"]: step for step in json.loads(run.stdout)["derivations"]}
    # The document's figures.
    assert steps["dy_hat/dz_out"]["formula"] == "ŷ * (1 − ŷ)"
    assert steps["dy_hat/dz_out"]["numbers"] == ["0.7514 * (1 − 0.7514)", "0.7514 * 0.2486"]
    assert steps["dLoss/dw5"]["result"] == 0.0822
    assert steps["dLoss/dy_hat"]["result"] == 0.7414
    assert "sigmoid" in steps["dy_hat/dz_out"]["reason"]


@pytest.mark.parametrize(
    ("config", "name"),
    [("default", "w1"), ("default", "b1"), ("recurrent", "U"), ("softmax", "w1")],
)
def test_an_explanation_as_json_is_enough_to_write_what_is_printed(
    backprop: Backprop, config: str, name: str
) -> None:
    command = ("run", config, "--explain", name)
    printed = [
        re.sub(r"^\d+\. ", "", line) for line in one_spaced(backprop(*command).stdout) if line
    ]
    steps = json.loads(backprop(*command, "--format", "json").stdout)["derivations"]
    lines = [step["written"] for step in steps]
    lines += [" ".join(step["reason"].split()) for step in steps if step["reason"]]
    for step in steps:
        if step["numbers"] or step["result"] is not None:
            beside = [line for line in printed if line.startswith(step["written"])]
            assert beside, step
    # No line of numbers is printed that is not there; a product of derivatives is drawn, not typed.
    for line in printed:
        if re.search(r" [=≈] [−0-9.(]", line):
            assert any(line.startswith(one) for one in lines), line


@pytest.mark.skipif(find_spec("typst") is not None, reason="Typst is installed")
def test_without_typst_a_pdf_is_refused_before_anything_is_worked(
    backprop: Backprop, tmp_path: Path
) -> None:
    run = backprop("run", "-o", tmp_path / "x.pdf")
    assert run.returncode == 2
    assert "Typst, which is not installed" in run.stderr


# --- the picture of a network ----------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(path.name for path in CONFIGS.glob("*.yaml")))
def test_every_shipped_network_is_drawn_with_its_gradients(
    backprop: Backprop, tmp_path: Path, name: str
) -> None:
    picture = tmp_path / "x.svg"
    run = backprop("draw", CONFIGS / name, "--gradients", "-o", picture)
    assert (run.stdout, run.stderr, run.returncode) == ("", "", 0)
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_a_drawing_has_the_document_s_figures(backprop: Backprop) -> None:
    text = backprop("draw", "--gradients").stdout
    for figure in ("z = 0.3775", "a = 0.5933", "w5 = 0.40", "∂ = 0.0822", "0.2748"):
        assert figure in text


def test_a_drawing_fits_the_terminal(on_terminal: OnTerminal) -> None:
    screen = on_terminal("draw", width=80)
    assert max(map(cells, screen.text.splitlines())) <= 80


def test_after_epochs_the_trained_network_is_drawn(backprop: Backprop) -> None:
    after = json.loads(backprop("run", "--epochs", "100", "--format", "json").stdout)["after"]
    text = backprop("draw", "--epochs", "100").stdout
    assert f"w5 = {after['w5']:.4f}".replace("-", "−") in text


def test_a_network_is_drawn_to_an_svg_alone(backprop: Backprop, tmp_path: Path) -> None:
    run = backprop("draw", "-o", tmp_path / "x.png")
    assert (run.returncode, "drawn to an .svg or a .txt file" in run.stderr) == (2, True)
