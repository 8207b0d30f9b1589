"""Worksheets on paper: what sets them takes them, blanks and pictures included."""

import re
import shutil
import subprocess
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import html5lib
import pytest
from support.program import CONFIGS

from backprop_cli.config import load
from backprop_cli.lesson.blocks import Lesson, NewPage, Picture
from backprop_cli.lesson.worksheet import RESULTS, Head, key, sheet
from backprop_cli.render.html.page import page
from backprop_cli.render.latex import document
from backprop_cli.render.markdown import markdown
from backprop_cli.render.terminal.console import plain_text
from backprop_cli.runs.worksheets.sheets import worksheets

NAMES = ("default", "mazur", "softmax", "convolution", "recurrent")
# A student may be called anything.
STUDENT = "Ω <b>$x$</b> \\input{x} #_% 重"


@cache
def lessons(name: str) -> tuple[Lesson, Lesson]:
    """A sheet and its key."""
    (made,) = worksheets(load(str(CONFIGS / f"{name}.yaml")), 7, 1)
    head = Head(1, "7K2Q-0D4M-9XAB", STUDENT)
    return sheet(made.run, head, RESULTS), key(made.run, head, RESULTS)


def blanks(text: str, blank: str) -> int:
    return text.count(blank)


@pytest.mark.parametrize("name", NAMES)
def test_tex_sets_sheets_and_keys_without_an_overfull_line(name: str, tmp_path: Path) -> None:
    engine = shutil.which("pdflatex")
    if engine is None:
        pytest.skip("pdflatex is not installed")
    both = (*lessons(name)[0], NewPage(), *lessons(name)[1])
    (tmp_path / "x.tex").write_text(document(both), encoding="utf-8")
    command = (engine, "-interaction=nonstopmode", "-halt-on-error", "x.tex")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    log = (tmp_path / "x.log").read_text(encoding="utf-8", errors="replace")
    wide = re.findall(r"Overfull \\hbox \((\d+\.\d+)pt too wide\)", log)
    assert max(map(float, wide), default=0.0) <= 5.0


@pytest.mark.parametrize("name", NAMES)
def test_a_parser_of_html5_takes_a_page_of_sheets(name: str) -> None:
    text = page((*lessons(name)[0], NewPage(), *lessons(name)[1]), steps=False)
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    assert parser.errors == []
    assert "<script" not in text
    assert "<b>" not in text
    assert text.count("<svg") == 2


@pytest.mark.skipif(find_spec("typst") is None, reason="Typst is not installed")
@pytest.mark.parametrize("name", NAMES)
def test_typst_sets_sheets_and_keys_the_same_again_to_the_byte(name: str) -> None:
    from backprop_cli.render.pdf import pdf

    one, other = pdf(lessons(name)[0]), pdf((*lessons(name)[0], NewPage(), *lessons(name)[1]))
    assert one.startswith(b"%PDF")
    assert one == pdf(lessons(name)[0]), "the same again, to the byte"
    assert len(other) > len(one)


@pytest.mark.parametrize("name", NAMES)
def test_every_medium_leaves_the_same_lines_blank(name: str) -> None:
    lesson = lessons(name)[0]
    text = plain_text(lesson)
    count = len(re.findall("_{12}", text))
    assert count >= 10
    assert len(re.findall(r"\\underline\{\\hspace", document(lesson))) == count
    assert len(re.findall(r"\\underline\{\\hspace", markdown(lesson))) == count
    assert page(lesson, steps=False).count('class="blank"') == count


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_on_a_sheet_shows_what_is_given_and_no_result(name: str) -> None:
    (picture,) = [block for block in lessons(name)[0] if isinstance(block, Picture)]
    shown = {line.quantity for node in picture.diagram.nodes for line in node.lines}
    assert not [quantity for quantity in shown if quantity.startswith(("z_", "a_", "Loss"))]
    assert shown > {""}


def test_the_student_is_named_on_the_sheet_alone() -> None:
    made, its_key = lessons("default")
    assert STUDENT in plain_text(made)
    assert STUDENT not in plain_text(its_key)
