"""`backprop help`: pages by topic, and the shipped examples by name."""

import re
from pathlib import Path

import pytest
from support.commands import PAGES
from support.program import CONFIGS, DEFAULT, Backprop, OnTerminal, cells

# --- help ------------------------------------------------------------------------------------


def test_without_a_topic_every_topic_is_listed_with_a_line(backprop: Backprop) -> None:
    lines = backprop("help").stdout.splitlines()
    for page in PAGES:
        (line,) = [line for line in lines if line.split()[:1] == [page.stem]]
        assert len(line.split()) > 3


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_plain_text_in_a_pipe(page: Path, backprop: Backprop) -> None:
    run = backprop("help", page.stem)
    assert (run.returncode, run.stderr) == (0, "")
    assert "\x1b" not in run.stdout
    assert not re.search(r"^#|\*\*|^\||```", run.stdout, re.MULTILINE), "Markdown is left"
    # Nothing of the page is lost: every word of its prose and of its tables is there.
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    words = set(re.findall(r"[^\W\d_]{3,}", text))
    assert words <= set(re.findall(r"[^\W\d_]{3,}", run.stdout))


def test_a_page_is_coloured_and_fits_on_a_terminal(on_terminal: OnTerminal) -> None:
    screen = on_terminal("help", "training", width=80)
    assert "\x1b[" in screen.raw
    assert "\x1b[4" not in screen.raw, "no background is set"
    assert max(cells(line) for line in screen.text.splitlines()) <= 80


def test_a_terminal_without_utf8_gets_ascii(backprop: Backprop) -> None:
    run = backprop("help", "activations", env={"LC_ALL": "C"})
    assert run.stdout.isascii()
    assert "sigmoid           1 / (1 + exp(-z))" in run.stdout


@pytest.mark.parametrize(
    ("topic", "page"),
    [("exit codes", "exit-codes"), ("Exit-Codes", "exit-codes"), ("exit_codes", "exit-codes")],
)
def test_a_topic_may_be_typed_in_several_ways(topic: str, page: str, backprop: Backprop) -> None:
    assert backprop("help", *topic.split()) == backprop("help", page)


def test_a_command_is_a_topic(backprop: Backprop) -> None:
    assert "--gradcheck" in backprop("help", "run").stdout


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("rouding", "there is no help on rouding; did you mean rounding?"),
        ("adamw", "there is no help on adamw; the word is on the pages optimizers, saving"),
        ("qqqq", "there is no help on qqqq; backprop help lists the topics"),
        ("", "there is no help on ''; backprop help lists the topics"),
        ("\x1b[1m", "there is no help on \\x1b[1m; backprop help lists the topics"),
    ],
)
def test_a_topic_that_is_none_is_answered_with_the_nearest(
    asked: str, said: str, backprop: Backprop
) -> None:
    run = backprop("help", asked)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(said)


# --- the examples ----------------------------------------------------------------------------


def test_the_examples_are_listed_with_what_they_are(backprop: Backprop) -> None:
    printed = backprop("examples").stdout
    assert max(map(cells, printed.splitlines())) <= 80
    for path in CONFIGS.glob("*.yaml"):
        (row,) = re.findall(rf"│ {path.stem} +│ (.*?) +│", printed)
        assert path.read_text(encoding="utf-8").startswith(f"# {row}.\n")


def test_an_example_is_run_by_its_name_wherever_one_is(backprop: Backprop, tmp_path: Path) -> None:
    for command in (("run",), ("sweep", "--lr", "0.1"), ("export", "--to", "numpy")):
        by_name = backprop(*command, "mazur", cwd=tmp_path)
        assert by_name.returncode == 0
        assert by_name == backprop(*command, CONFIGS / "mazur.yaml", cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_that_name_goes_before_an_example(backprop: Backprop, tmp_path: Path) -> None:
    (tmp_path / "mazur").write_text((CONFIGS / "hmkcode.yaml").read_text(encoding="utf-8"))
    run = backprop("run", "mazur", cwd=tmp_path)
    assert run == backprop("run", "hmkcode", cwd=tmp_path)


def test_a_file_that_is_nearly_named_is_offered(backprop: Backprop, tmp_path: Path) -> None:
    (tmp_path / "homework.yaml").write_text("", encoding="utf-8")
    run = backprop("run", "homwork.yaml", cwd=tmp_path)
    assert run.stderr == "homwork.yaml: there is no such file; did you mean homework.yaml?\n"
    assert run.returncode == 2


def test_an_empty_file_is_answered_with_a_command_that_gives_one(
    backprop: Backprop, tmp_path: Path
) -> None:
    (tmp_path / "mine.yaml").write_text("", encoding="utf-8")
    told = backprop("run", "mine.yaml", cwd=tmp_path).stderr
    assert told.startswith("mine.yaml:1:1: the file is empty; backprop examples default prints one")
    assert backprop("examples", "default", cwd=tmp_path).stdout == DEFAULT.read_text("utf-8")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("mazurr", "mazur"), ("mazur.yaml", "mazur"), ("configs/default.yaml", "default")],
)
def test_an_example_that_is_nearly_named_is_offered(
    typed: str, meant: str, backprop: Backprop, tmp_path: Path
) -> None:
    run = backprop("run", typed, cwd=tmp_path)
    said = f"{typed}: there is no such file; did you mean the example {meant}?\n"
    assert (run.returncode, run.stdout, run.stderr) == (2, "", said)


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.stem)
def test_an_example_is_written_whole_and_runs(
    path: Path, backprop: Backprop, tmp_path: Path
) -> None:
    assert backprop("examples", path.stem).stdout == path.read_text(encoding="utf-8")
    run = backprop("examples", path.stem, "-o", "my file.yaml", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, "")
    assert "my file.yaml" in run.stderr
    assert run.stderr.endswith("written. Next: backprop run 'my file.yaml'\n")
    assert backprop("run", "my file.yaml", "--brief", cwd=tmp_path).returncode == 0


def test_no_file_is_replaced_by_an_example_or_by_its_data(
    backprop: Backprop, tmp_path: Path
) -> None:
    (tmp_path / "iris.csv").write_text("mine")
    run = backprop("examples", "iris", "-o", "flowers.yaml", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (2, "")
    assert "iris.csv: the file exists already" in run.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["iris.csv"]
    assert backprop("examples", "iris", "-o", "f.yaml", "--force", cwd=tmp_path).returncode == 0
    assert (tmp_path / "iris.csv").read_text(encoding="utf-8").startswith("sepal_length")


def test_an_example_that_is_none_is_answered_with_the_nearest(backprop: Backprop) -> None:
    run = backprop("examples", "mazr")
    assert (run.returncode, run.stdout) == (2, "")
    assert "the nearest names are mazur" in run.stderr
