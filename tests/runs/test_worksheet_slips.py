"""A mistake that is planted in a solution is found in what is printed, at its line."""

import json
from pathlib import Path

import pytest
from support.program import CONFIGS, DEFAULT, Backprop

from backprop_cli import config
from backprop_cli.config.sheet.reading import parse_sheet
from backprop_cli.lesson.slip_key import slip_key
from backprop_cli.lesson.worksheet import NOTHING, Head, sheet
from backprop_cli.network.exercise import Exercise
from backprop_cli.render.terminal.console import plain_text
from backprop_cli.runs.checking.check import check
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import Run, calculate
from backprop_cli.runs.worksheets.drawing import drawn
from backprop_cli.runs.worksheets.slip import Slip, slipped

HEAD = Head(1, "")
SHAPES = ("default", "mazur", "relu", "softmax", "recurrent", "3blue1brown", "convolution", "xor")


def shipped(name: str) -> Exercise:
    return config.load(str(CONFIGS / f"{name}.yaml"))


def planted(exercise: Exercise, seed: int) -> tuple[Run, Slip]:
    run = calculate(drawn(exercise, seed), Plan(shown_only=True))
    slip = slipped(run, seed)
    assert slip is not None
    return run, slip


@pytest.mark.parametrize("name", SHAPES)
def test_check_finds_the_slip_in_what_is_printed(name: str) -> None:
    exercise = shipped(name)
    for seed in range(5):
        run, slip = planted(exercise, seed)
        text = plain_text(sheet(slip.run, HEAD, NOTHING))
        checked = check(run.exercise, parse_sheet(text, "sheet.txt"))
        first = checked.first_wrong
        assert first is not None, (seed, slip)
        assert checked.lines[first].entry.quantity == slip.quantity, seed
        assert slip.mistake in checked.mistakes(first), (seed, slip.mistake)


def test_the_figures_before_the_slip_are_right_and_some_later_ones_follow_from_it() -> None:
    followed = 0
    for seed in range(20):
        run, slip = planted(shipped("default"), seed)
        names = [step.defines.name for step in run.working.derivation.steps]
        differing = [
            name for name in names if run.working.values[name] != slip.run.working.values[name]
        ]
        assert slip.quantity in differing
        rest_on_it = [
            step.defines.name
            for step in run.working.derivation.steps
            if run.working.derivation.by_name[slip.quantity]
            in run.working.derivation.needed_for([step.defines.name])
        ]
        assert {*differing} <= {*rest_on_it}
        followed += len(differing) > 1
    assert followed == 20


def test_the_same_seed_plants_the_same_slip_and_seeds_plant_many_kinds() -> None:
    exercise = shipped("default")
    found = [planted(exercise, seed)[1] for seed in range(30)]
    assert planted(exercise, 3)[1][1:] == found[3][1:]
    assert len({slip.mistake for slip in found}) >= 8
    assert len({slip.quantity for slip in found}) >= 12


def test_the_key_names_the_line_and_the_mistake_and_has_the_right_solution() -> None:
    run, slip = planted(shipped("default"), 2)
    text = plain_text(slip_key(run, HEAD, slip))
    assert slip.quantity.replace("y_hat", "ŷ") in text.split("The mistake")[1].split("\n\n")[0]
    assert f"called {slip.mistake}" in text
    assert check(run.exercise, parse_sheet(text, "key.txt")).first_wrong is None


def test_a_class_of_solutions_each_with_a_slip(backprop: Backprop, tmp_path: Path) -> None:
    made = backprop(
        *("worksheet", DEFAULT, "--count", "3", "--seed", "7", "--slip", "-o", "class"),
        cwd=tmp_path,
    )
    assert (made.returncode, made.stdout) == (0, "")
    for sheet_file in sorted((tmp_path / "class").glob("sheet-*.txt")):
        run = backprop("check", sheet_file, "--format", "json")
        assert run.returncode == 1, "something is wrong"
        found = json.loads(run.stdout)
        assert (found["wrong"], found["unread"], found["missing"]) == (1, 0, [])


def test_a_slip_leaves_nothing_blank(backprop: Backprop, tmp_path: Path) -> None:
    run = backprop("worksheet", "--slip", "--blank", "tables", "-o", "class", cwd=tmp_path)
    assert (run.returncode, run.stderr.count("\n")) == (2, 1)
    assert "--blank tables: with --slip nothing is left blank" in run.stderr
    assert not (tmp_path / "class").exists()
