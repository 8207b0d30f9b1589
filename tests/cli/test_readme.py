"""README and the help pages tell the truth: what they show is run, and prints what they say."""

import json
import re
import shlex
import sys
from html import unescape
from pathlib import Path

import pytest
from PIL import Image
from support.commands import PAGES, README, first_exercise, python_of, run_in, shown, workspace
from support.pictures import PICTURES, page, path, screen, style
from support.program import CONFIGS, DEFAULT, Backprop

BY_NAME = {page.stem: page for page in (README, *PAGES)}


@pytest.mark.parametrize("name", BY_NAME)
def test_every_command_of_a_page_runs_and_prints_what_the_page_says(
    name: str, tmp_path: Path
) -> None:
    folder = workspace(tmp_path)
    for one in shown(BY_NAME[name]):
        run = run_in(folder, one.command)
        if one.prints is None:
            assert (run.returncode, one.command) == (0, one.command), run.stderr
        else:
            assert (run.stdout or run.stderr) == one.prints


@pytest.mark.parametrize("name", [name for name, page in BY_NAME.items() if python_of(page)])
def test_the_python_of_a_page_runs(name: str, tmp_path: Path) -> None:
    folder = workspace(tmp_path)
    run = run_in(folder, f"{sys.executable} -c {shlex.quote(python_of(BY_NAME[name]))}")
    assert (run.stderr, run.returncode) == ("", 0)


def test_the_pages_show_commands() -> None:
    counts = {name: len(shown(page)) for name, page in BY_NAME.items()}
    assert counts["README"] >= 20
    assert sum(counts.values()) >= 60
    assert [one.command for one in shown(README) if one.prints] == ["backprop run mistaken.yaml"]


def test_the_readme_can_be_read_at_once() -> None:
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 200


def test_the_first_exercise_of_the_readme_is_the_worked_example(
    backprop: Backprop, tmp_path: Path
) -> None:
    assert len(first_exercise().splitlines()) == 5
    mine = tmp_path / "mine.yaml"
    mine.write_text(f"{first_exercise()}rounding: 4\n", encoding="utf-8")
    assert backprop("run", mine, "--explain", "w1") == backprop("run", "--explain", "w1")


def test_the_readme_leads_to_every_page() -> None:
    linked = re.findall(r"\]\(backprop_cli/help/(\S+)\.md\)", README.read_text(encoding="utf-8"))
    assert sorted({*linked, "new"}) == [page.stem for page in PAGES]


def test_the_configuration_that_is_explained_is_the_shipped_one() -> None:
    without_comment = DEFAULT.read_text(encoding="utf-8").partition("\n")[2]
    assert f"```yaml\n{without_comment}```" in BY_NAME["configuration"].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "at_least"),
    [
        *(("run", 22), ("sweep", 9), ("activation", 5), ("new", 5), ("examples", 2)),
        *(("export", 4), ("worksheet", 8), ("check", 6)),
    ],
)
def test_every_option_is_on_a_page(name: str, at_least: int, backprop: Backprop) -> None:
    told = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    help_text = backprop(name, "--help", env={"COLUMNS": "200"}).stdout
    options = set(re.findall(r"(--[a-z]+(?:-[a-z]+)*)", help_text)) - {"--help"}
    assert len(options) >= at_least
    assert [option for option in sorted(options) if f"`{option}" not in told] == []


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_what_a_terminal_shows(name: str) -> None:
    svg = path(f"{name}.svg").read_text(encoding="utf-8")
    in_picture = "".join(re.findall(r"<text class[^>]*>([^<]*)</text>", svg))
    on_screen = screen(*PICTURES[name]).plain
    assert _words(in_picture.replace("&#160;", " ")) == _words(f"backprop{on_screen}")


def test_the_picture_of_the_network_is_what_is_drawn(backprop: Backprop, tmp_path: Path) -> None:
    backprop("draw", "--gradients", "-o", tmp_path / "x.svg")
    assert path("network.svg").read_text(encoding="utf-8") == (tmp_path / "x.svg").read_text(
        "utf-8"
    )


def test_the_picture_of_the_page_shows_what_the_page_says_and_how() -> None:
    with Image.open(path("page.png")) as picture:
        in_picture = json.loads(picture.info["shown"])
        assert picture.info["style"] == style(), "support.pictures draws it anew"
    on_page = unescape(_words(re.sub("<[^>]*>", "", page())))
    assert len(in_picture) > 30
    assert [piece for piece in in_picture if piece not in on_page] == []


def _words(text: str) -> str:
    return "".join(text.split())


def test_the_examples_say_in_their_first_line_what_they_are() -> None:
    firsts = [file.read_text(encoding="utf-8").split("\n")[0] for file in CONFIGS.glob("*.yaml")]
    assert all(re.fullmatch(r"# \w.{10,56}\.", first) for first in firsts), firsts
