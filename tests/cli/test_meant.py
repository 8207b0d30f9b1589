"""Command lines as people type them, and ways to see less."""

import json
from pathlib import Path

import pytest
from support.program import CONFIGS, DEFAULT, Backprop, OnTerminal

# --- what is plainly meant is done -----------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (("mazur",), ("run", "mazur")),
        ((DEFAULT, "--brief"), ("run", DEFAULT, "--brief")),
        (("explain", "w1"), ("run", "--explain", "w1")),
        (("explain", "mazur", "w1", "b1"), ("run", "mazur", "--explain", "w1", "--explain", "b1")),
        (
            ("explain", "w1", DEFAULT, "--decimals", "3"),
            ("run", DEFAULT, "--decimals", "3", "--explain", "w1"),
        ),
        (("--explain", "w1"), ("run", "--explain", "w1")),
        (("--explain=w1", "--exact"), ("run", "--explain=w1", "--exact")),
        (("run", "--explain", "w1,w2, b1"), ("run", *("--explain", "w1"), *("--explain", "w2"),
                                             *("--explain", "b1"))),
        (("train", "xor", "--epochs", "20"), ("run", "xor", "--epochs", "20")),
        (("gradcheck", "mazur"), ("run", "--gradcheck", "mazur")),
        (("solve", "mazur"), ("run", "mazur")),
        (("loss", "mazur"), ("run", "mazur", "--only", "loss")),
        (("version",), ("--version",)),
    ],
)  # fmt: skip
def test_what_is_plainly_meant_is_done(
    typed: tuple[str, ...], meant: tuple[str, ...], backprop: Backprop
) -> None:
    run = backprop(*typed)
    assert run.returncode == 0
    assert run == backprop(*meant)


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [
        (("rum", "mine.yaml"), "backprop run mine.yaml"),
        (("train",), "backprop run mine.yaml --epochs 1000"),
        (("train", "xor"), "backprop run xor --epochs 1000"),
        (("explain",), "backprop run mine.yaml --explain w1"),
        (("explain", "my file.yaml"), "backprop run 'my file.yaml' --explain w1"),
        (("exampels",), "backprop examples"),
    ],
)
def test_what_is_not_plain_is_answered_with_a_command(
    typed: tuple[str, ...], suggested: str, backprop: Backprop
) -> None:
    run = backprop(*typed)
    said = f"there is no command {typed[0]}; did you mean {suggested}?\n"
    assert (run.returncode, run.stdout, run.stderr) == (2, "", said)


def test_a_configuration_that_is_not_there_is_told_as_such(backprop: Backprop) -> None:
    run = backprop("nowhere.yaml")
    assert (run.returncode, run.stderr) == (2, "nowhere.yaml: there is no such file\n")


# --- less of it ------------------------------------------------------------------------------


def test_the_parts_are_the_whole_between_what_is_given_and_the_summary(backprop: Backprop) -> None:
    for path in (DEFAULT, CONFIGS / "houses.yaml"):
        parts = [
            backprop("run", path, "--only", part).stdout.strip()
            for part in ("forward", "loss", "gradients", "updates")
        ]
        whole = backprop("run", path).stdout
        assert all(len(part) > 100 for part in parts)
        places = [whole.find(part) for part in parts]
        assert -1 not in places
        assert places == sorted(places)
        between = whole[places[0] : places[3] + len(parts[3])]
        assert "".join("".join(parts).split()) == "".join(between.split())


def test_only_one_part_or_something_else(backprop: Backprop) -> None:
    for others in (("--brief",), ("--explain", "w1"), ("--format", "json"), ("--gradcheck",)):
        assert backprop("run", "--only", "loss", *others).returncode == 2


def test_the_perceptron_rule_has_errors_and_no_gradients(backprop: Backprop) -> None:
    text = (
        "inputs: [1, 2]\nweights: {output: [[0.5, -0.5]]}\ntarget: 1\nlearning_rate: 1\n"
        "activation: binary_step\noptimizer: perceptron\n"
    )
    assert "error" in backprop("run", "-", "--only", "loss", input=text).stdout
    run = backprop("run", "-", "--only", "gradients", input=text)
    assert (run.returncode, run.stdout) == (2, "")
    assert "here an update uses the error" in run.stderr
    assert json.loads(backprop("run", "-", "--format", "json", input=text).stdout)["error"]


def test_a_solution_longer_than_the_screen_ends_with_how_to_see_less(
    on_terminal: OnTerminal, backprop: Backprop, tmp_path: Path
) -> None:
    *_, less, more = on_terminal("run", height=24).text.rstrip("\n").split("\n")
    assert less == "See less: --brief, --explain w1, --only forward|loss|gradients|updates"
    assert more == "Try next: backprop draw, backprop run --epochs 100 --plot"
    *_, more = on_terminal("run", "mazur", height=24).text.splitlines()
    assert more == "Try next: backprop draw mazur, backprop run mazur --epochs 100 --plot"
    # Where the name of a file is too long for one line, none of the commands is broken.
    long = tmp_path / f"{'my-' * 9}homework.yaml"
    long.write_bytes(DEFAULT.read_bytes())
    *_, most, last = on_terminal("run", long.name, height=24, cwd=tmp_path).text.splitlines()
    assert most == f"Try next: backprop draw {long.name},"
    assert last == f"          backprop run {long.name} --epochs 100 --plot"
    assert "See less" not in on_terminal("run", "--only", "loss", height=24).text
    assert "See less" not in on_terminal("run", "--explain", "w1", height=24).text, (
        "that is less already"
    )
    assert "See less" not in on_terminal("run", height=1000).text, "it is all to be seen"
    assert "See less" not in backprop("run").stdout, "nor in a pipe"
    assert "See less" not in backprop("run", "--color", "always").stdout


def test_every_command_that_a_long_solution_ends_with_runs(
    on_terminal: OnTerminal, backprop: Backprop
) -> None:
    *_, less, more = on_terminal("run", "mazur", width=500, height=24).text.splitlines()
    for command in more.removeprefix("Try next: ").split(", "):
        assert backprop(*command.split()[1:]).returncode == 0
    for options in less.removeprefix("See less: ").split("|")[0].split(", "):
        assert backprop("run", "mazur", *options.split()).returncode == 0


# --- JSON says which arithmetic --------------------------------------------------------------


@pytest.mark.parametrize("more", [(), ("--epochs", "3", "--at", "2"), ("--epochs", "60")])
def test_json_says_how_its_figures_are_rounded_and_holds_them_unrounded(
    more: tuple[str, ...], backprop: Backprop
) -> None:
    by_hand = json.loads(backprop("run", "--format", "json", *more).stdout)
    exact = json.loads(backprop("run", "--exact", "--format", "json", *more).stdout)
    assert (by_hand["rounding"], exact["rounding"]) == (4, None)
    assert "exact" not in exact
    keys = ("forward", "loss", "gradients", "input_gradients")
    assert by_hand["exact"] == {key: exact[key] for key in keys}
    assert by_hand["loss"] != exact["loss"]


def test_json_of_an_epoch_that_is_not_rounded_says_so(backprop: Backprop) -> None:
    found = json.loads(backprop("run", "--epochs", "60", "--at", "50", "--format", "json").stdout)
    assert found["rounding"] is None
    assert "exact" not in found


def test_json_of_a_batch_holds_the_means_unrounded(backprop: Backprop) -> None:
    """By the textbook rule: the mean of w * x − y, times 2 x."""
    text = (CONFIGS / "houses.yaml").read_text(encoding="utf-8")
    run = backprop("run", "-", "--format", "json", input=f"{text}rounding: 1\n")
    found = json.loads(run.stdout)
    houses = ((2104, 399.9), (1600, 329.9), (2400, 369))
    expected = sum(2 * area * (0.18 * area - price) for area, price in houses) / 3
    assert found["rounding"] == 1
    assert found["exact"]["gradients"]["w1"] == pytest.approx(expected, rel=1e-12, abs=0)
