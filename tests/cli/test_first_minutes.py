"""Someone's first ten minutes, at a terminal of 80 columns and 24 lines.

An exercise is made by questions, run and explained; slips of every kind are made and mended by what
the program answers; a topic is looked up. The exercise is the document's, so the figures are its.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.program import OnTerminal, Screen, cells, without_codes

WIDTH, HEIGHT = 80, 24
ANSWERS = (
    *("2-2-1", "sigmod", "sigmoid", "", "yes"),  # one function is mistyped, and asked for again
    *("0.05 0.10", "0.15 0.20 0.25 0.30 0.40 0.45", "shared", "0.35 0.60", "0.01", "0.5"),
    "homework",
)

# What is typed wrongly, and the cure that the answer holds.
SLIPS_OF_COMMANDS = {
    "homework.yaml": "",  # a file alone is run
    "rum homework.yaml": "did you mean backprop run homework.yaml?",
    "run homwork.yaml": "did you mean homework.yaml?",
    "run homework.yaml --expalin w1": "did you mean --explain?",
    "run homework.yaml --epochs ten": "a whole number",
    "run homework.yaml --explain w7": "the nearest names are",
    "help trainig": "did you mean training?",
}

# What is written wrongly in the file, in the place of what, and the cure at its place.
SLIPS_OF_FILES = (
    ("x1: 0.15", "x1:0.15", "a space is missing after the colon; write `x1: 0.15`"),
    ("learning_rate: 0.5", "learnin_rate: 0.5", "did you mean learning_rate?"),
    ("activation: sigmoid", "activation: sigmod", "did you mean sigmoid?"),
    ("  hidden: 0.35", "\thidden: 0.35", "there is a tab here"),
    ("h2: 0.45}", "h3: 0.45}", "there is no neuron called h3"),
)

Types = Callable[..., Screen]


@pytest.fixture
def types(on_terminal: OnTerminal, tmp_path: Path) -> Types:
    """Types a command at the terminal; whatever it shows fits its width."""

    def run(command: str, answers: tuple[str, ...] = ()) -> Screen:
        left = list(answers)

        def answer(received: str, _process: object) -> str | None:
            asked = len(re.findall(r"\]: ", without_codes(received)))
            if left and asked > len(answers) - len(left):
                return f"{left.pop(0)}\r"
            return None

        screen = on_terminal(
            *command.split(),
            width=WIDTH,
            height=HEIGHT,
            cwd=tmp_path,
            types=answer if answers else None,
        )
        assert not left, "every answer was asked for"
        shown = screen.text.replace("\r", "").splitlines()
        assert [line for line in shown if cells(line) > WIDTH] == []
        assert "Traceback" not in screen.text
        return screen

    return run


def test_the_first_ten_minutes(types: Types, tmp_path: Path) -> None:
    # An exercise without YAML.
    made = types("new", ANSWERS)
    assert "sigmod: there is no such function; the nearest names are sigmoid" in made.text
    assert made.text.endswith("homework.yaml is written. Next: backprop run homework.yaml\n")

    # The whole solution is longer than the screen, and says how to see less.
    whole = types("run homework.yaml")
    assert whole.returncode == 0
    *_, less, more, last = whole.text.splitlines()
    assert less == "See less: --brief, --explain w1, --only forward|loss|gradients|updates"
    assert more == "Try next: backprop draw homework.yaml,"
    assert last == "          backprop run homework.yaml --epochs 100 --plot"
    # Those ways are taken, and each is shorter.
    for way in ("--brief", "--explain w1", "--only forward"):
        part = types(f"run homework.yaml {way}")
        assert part.returncode == 0
        assert len(part.text.splitlines()) < len(whole.text.splitlines()) / 3
    # The document's figures.
    explained = types("run homework.yaml --explain w1").text
    for figure in ("0.7414", "0.1868", "0.40", "0.2413", "0.05", "0.00067"):
        assert figure in explained
    assert types("draw homework.yaml").returncode == 0

    # Commands as people mistype them.
    for typed, cure in SLIPS_OF_COMMANDS.items():
        answered = types(typed)
        assert cure in " ".join(answered.text.split()), typed
        assert answered.returncode == (2 if cure else 0), typed

    # Slips in the file, each told at its place, under the line itself.
    file = tmp_path / "homework.yaml"
    right = file.read_text(encoding="utf-8")
    for old, new, cure in SLIPS_OF_FILES:
        assert right.count(old) == 1, old
        file.write_text(right.replace(old, new), encoding="utf-8")
        answered = types("run homework.yaml")
        assert answered.returncode == 2
        assert re.match(r"homework\.yaml:\d+:\d+: ", answered.text), new
        assert cure in " ".join(answered.text.split()), new
        assert answered.text.rstrip().endswith("^"), "the place is pointed at"
    file.write_text(right, encoding="utf-8")

    # What takes more words is on a page of its own.
    assert "≈" in types("help rounding").text

    # The student's own figures.
    (tmp_path / "sheet.txt").write_text("z_h1 = 0.3775\na_h1 = 0.5933\n", encoding="utf-8")
    assert "Nothing is wrong: 2 lines are right." in types("check homework.yaml sheet.txt").text
