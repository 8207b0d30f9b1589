"""A target column of classes, above all of class numbers: which output stands for which."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.program import Backprop
from support.scripts import losses_of

from backprop_cli.config.load import load
from backprop_cli.errors import ConfigError
from backprop_cli.network.exercise import Exercise

ROWS = ("0.1,0.9", "0.8,0.2", "0.5,0.6", "0.9,0.1", "0.2,0.8", "0.4,0.5")
LABELS = (2, 0, 1, 0, 2, 1)
MATRIX = "[[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6]]"


def written(folder: Path, labels: object = LABELS, output: str = MATRIX, more: str = "") -> Path:
    """A configuration beside a CSV file with a class in each row."""
    assert isinstance(labels, tuple)
    rows = "".join(f"{row},{label}\n" for row, label in zip(ROWS, labels, strict=False))
    (folder / "t.csv").write_text(f"a,b,label\n{rows}", encoding="utf-8")
    path = folder / "c.yaml"
    path.write_text(
        "data: {file: t.csv, inputs: [a, b], target: label}\n"
        f"weights: {{output: {output}}}\nlearning_rate: 0.5\n{more}",
        encoding="utf-8",
    )
    return path


def found(folder: Path, *given: object, **more: str) -> Exercise:
    return load(str(written(folder, *given, **more)))  # type: ignore[arg-type]


def refused(folder: Path, *given: object, **more: str) -> str:
    with pytest.raises(ConfigError) as caught:
        found(folder, *given, **more)
    return str(caught.value).replace(f"{folder}/", "")


def classes_by_output(exercise: Exercise) -> Mapping[str, set[int]]:
    """The rows' labels at which each output's target is 1, at all others it is 0."""
    outputs = [output.name for output in exercise.network.outputs]
    stands: dict[str, set[int]] = {name: set() for name in outputs}
    for row, example in enumerate(exercise.examples):
        assert sorted(example.targets) == [*[0] * (len(outputs) - 1), 1]
        stands[outputs[example.targets.index(1)]].add(row)
    return stands


def rows_of(labels: tuple[object, ...], label: object) -> set[int]:
    return {row for row, one in enumerate(labels) if one == label}


# --- which output stands for which class -----------------------------------------------------


def named(*names: str) -> str:
    return f"{{{', '.join(f'{name}: [0.1, 0.2]' for name in names)}}}"


@pytest.mark.parametrize(
    ("labels", "output", "expected"),
    [
        # A matrix's outputs are called by the classes.
        (LABELS, MATRIX, {"c_0": 0, "c_1": 1, "c_2": 2}),
        ((1, 3, 2, 3, 1), MATRIX, {"c_1": 1, "c_2": 2, "c_3": 3}),
        ((10, 9, 100), MATRIX, {"c_9": 9, "c_10": 10, "c_100": 100}),
        ((-1, 1, 1), "[[1, 2], [3, 4]]", {"c_minus_1": -1, "c_1": 1}),
        ((1, 0, 1), "[[1, 2], [3, 4]]", {"c_0": 0, "c_1": 1}),
        # Outputs of other names stand for the classes in ascending order,
        (LABELS, named("o1", "o2", "o3"), {"o1": 0, "o2": 1, "o3": 2}),
        (LABELS, named("setosa", "versicolor", "virginica"), {"setosa": 0, "virginica": 2}),
        ((2, 3, 1), named("o1", "o2", "o3"), {"o1": 1, "o2": 2, "o3": 3}),
        # but for those that end in the classes' numbers, in whatever order they stand.
        (LABELS, named("digit_2", "digit_0", "digit_1"), {"digit_2": 2, "digit_0": 0}),
        (LABELS, named("c_2", "c_1", "c_0"), {"c_2": 2, "c_1": 1, "c_0": 0}),
        ((-1, 1, 1), named("c_1", "c_minus_1"), {"c_1": 1, "c_minus_1": -1}),
        ((1, 0, 1), named("no0", "yes1"), {"no0": 0, "yes1": 1}),
    ],
)
def test_numbers_are_classes_where_there_is_an_output_for_each(
    tmp_path: Path, labels: tuple[int, ...], output: str, expected: Mapping[str, int]
) -> None:
    stands = classes_by_output(found(tmp_path, labels, output))
    assert {name: stands[name] for name in expected} == {
        name: rows_of(labels, label) for name, label in expected.items()
    }


def test_a_number_is_one_class_however_it_is_typed(tmp_path: Path) -> None:
    stands = classes_by_output(found(tmp_path, ("2.0", "0", "1e0", "-0", "2", "1.00")))
    assert stands == {"c_0": {1, 3}, "c_1": {2, 5}, "c_2": {0, 4}}


def test_with_a_single_output_0_and_1_are_numbers(tmp_path: Path) -> None:
    exercise = found(tmp_path, (1, 0, 1), "[[0.1, 0.2]]")
    assert [output.name for output in exercise.network.outputs] == ["out"]
    assert [example.targets for example in exercise.examples] == [(1,), (0,), (1,)]
    assert exercise.classifies


# --- what is refused -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "output", "expected"),
    [
        (
            (0, 1, 0),
            MATRIX,
            "the column label holds 2 different numbers, and there are 3 outputs; give each class "
            "an output of its own, or name a column for each output",
        ),
        (
            (0, 1, 2, 3),
            named("c_0", "c_1", "c_2"),
            "the column label holds 4 different numbers, and there are 3 outputs; give each class",
        ),
        (
            (5, 5, 5),
            MATRIX,
            "the column label holds one number only, and there are 3 outputs; give each",
        ),
        (
            (0, 0.5, 1),
            MATRIX,
            "the column label holds numbers, and there are 3 outputs; name a column for each "
            "output, or number the classes 0, 1, 2, … (0.5 is not one)",
        ),
        (("1e30", 0, 1), MATRIX, "the column label holds numbers, and there are 3 outputs; name"),
    ],
)
def test_other_numbers_are_no_classes_of_several_outputs(
    tmp_path: Path, labels: tuple[object, ...], output: str, expected: str
) -> None:
    message = refused(tmp_path, labels, output)
    assert message.startswith(f"c.yaml:1:45: data.target: {expected}")


def test_a_cell_that_is_no_number_is_still_told_from_a_class(tmp_path: Path) -> None:
    message = refused(tmp_path, (0, 1, "two"))
    assert message == "t.csv:4: label: two is not a number; write one such as 0.5 or 1e-3"


@pytest.mark.parametrize("output", ["[[1, 2], [3, 4]]", named("a", "cat")])
@pytest.mark.parametrize(
    ("label", "which"),
    [("a", "an input"), ("w1", "a weight"), ("z_cat", "the weighted sum of cat")],
)
def test_a_class_whose_name_is_taken_is_to_be_renamed_in_the_data_file(
    tmp_path: Path, label: str, which: str, output: str
) -> None:
    # Writing out other names would not help: outputs are called by the classes.
    message = refused(tmp_path, (label, "cat"), output.replace("a:", f"{label}:"))
    assert message == (
        f"c.yaml:1:45: data.target: a class is called {label}, which is already {which}; "
        "choose another name there"
    )


def test_an_output_called_after_a_class_number_can_be_called_otherwise(tmp_path: Path) -> None:
    path = written(tmp_path)
    table = (tmp_path / "t.csv").read_text(encoding="utf-8").replace("a,b", "c_0,b")
    (tmp_path / "t.csv").write_text(table, encoding="utf-8")
    text = path.read_text(encoding="utf-8").replace("[a, b]", "[c_0, b]")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"already an input; write out names of your own$"):
        load(str(path))
    path.write_text(text.replace(MATRIX, named("o1", "o2", "o3")), encoding="utf-8")
    load(str(path))


# --- through everything ----------------------------------------------------------------------

SOFTMAX = "activation: softmax\nloss: cross_entropy\nbatch_size: 2\nshuffle: true\nseed: 3\n"


def test_class_numbers_are_worked_like_the_same_classes_with_names(
    backprop: Backprop, tmp_path: Path
) -> None:
    printed = []
    for label in ("{}", "c_{}"):
        folder = tmp_path / f"of {label[0]}"
        folder.mkdir()
        path = written(folder, tuple(label.format(one) for one in LABELS), more=SOFTMAX)
        runs = [
            backprop("run", path, "--example", "3"),
            backprop("run", path, "--epochs", "20", "--brief"),
            backprop("run", path, "--epochs", "20", "--format", "json"),
        ]
        assert [run.returncode for run in runs] == [0, 0, 0]
        printed.append([run.stdout for run in runs])
    numbers, names = printed
    assert numbers == names
    assert "Accuracy: 6 of 6 are classified correctly" in numbers[1]
    answer = json.loads(numbers[2])
    assert answer["accuracy"] == 1.0
    assert [one["target"].index(1) for one in answer["examples"]] == [*LABELS]


def test_a_report_says_what_outputs_stand_for_that_are_not_called_by_it(
    backprop: Backprop, tmp_path: Path
) -> None:
    said = "The outputs o1, o2, o3 stand for the classes 0, 1, 2 of the column label."
    path = written(tmp_path, output=named("o1", "o2", "o3"), more=SOFTMAX)
    assert said in backprop("run", path, "--epochs", "2").stdout
    assert "stand for" not in backprop("run", written(tmp_path, more=SOFTMAX)).stdout


@pytest.mark.parametrize("output", [MATRIX, named("o1", "o2", "o3"), named("c_2", "c_0", "c_1")])
def test_training_goes_on_from_a_saved_network_of_class_numbers(
    backprop: Backprop, tmp_path: Path, output: str
) -> None:
    path = written(tmp_path, output=output, more=SOFTMAX)
    at_once, saved = tmp_path / "once.yaml", tmp_path / "saved.yaml"
    state = tmp_path / "state.yaml"
    for arguments in (
        (path, "--epochs", "9", "--save", at_once),
        (path, "--epochs", "4", "--save", saved),
        (saved, "--epochs", "5", "--save", saved, "--force"),
        (path, "--epochs", "4", "--checkpoint", state),
        ("--resume", state, "--epochs", "9", "--checkpoint", state),
    ):
        assert backprop("run", *arguments).returncode == 0
    texts = [file.read_text(encoding="utf-8") for file in (at_once, saved, state)]
    assert texts[0] == texts[1] == texts[2]


def many_rows() -> tuple[str, tuple[str, ...]]:
    """Sixty rows, more than are written out in a script; classes typed in several ways."""
    ways = ("2", "0.0", "1", "0", "2.00", "1e0")
    rows = [f"{at % 7 / 7},{at % 11 / 11},{ways[at % 6]}" for at in range(60)]
    return "a,b,label\n" + "\n".join(rows) + "\n", ways


@pytest.mark.parametrize("output", [MATRIX, named("o1", "o2", "o3"), named("c_2", "c_0", "c_1")])
def test_an_exported_script_takes_class_numbers_for_the_same_classes(
    backprop: Backprop, tmp_path: Path, output: str
) -> None:
    path = written(tmp_path, output=output, more=SOFTMAX)
    script = tmp_path / "script.py"
    for table in ((tmp_path / "t.csv").read_text(encoding="utf-8"), many_rows()[0]):
        (tmp_path / "t.csv").write_text(table, encoding="utf-8")
        exported = backprop(
            *("export", path, "--to", "numpy", "--epochs", "5", "--force", "-o", script)
        )
        assert exported.returncode == 0
        done = subprocess.run(
            [sys.executable, script], capture_output=True, text=True, cwd="/", check=True
        )
        ours = json.loads(
            backprop("run", path, "--exact", "--epochs", "5", "--format", "json").stdout
        )
        losses = losses_of(done.stdout)
        assert [*losses] == [0, 1, 2, 5]
        expected = dict(map(tuple, ours["history"]))
        assert [*losses.values()] == pytest.approx(
            [expected[at] for at in losses], rel=1e-12, abs=0
        )
    assert "read_columns" in script.read_text(encoding="utf-8")
