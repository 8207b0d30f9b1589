"""The command line: what is asked for is what is printed, written or refused."""

import json
import math
import os
import re
import resource
import stat
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from support.program import DEEP, DEFAULT, Backprop, Run, one_spaced

TEXT = DEFAULT.read_text(encoding="utf-8")
TOO_LARGE = """\
inputs: [1e300]
weights: {output: [[1e300]]}
target: 0
learning_rate: 0.5
"""


def complaint(run: Run, code: int = 2) -> str:
    """The line that a refused run prints, all of it to standard error.

    Of a file, the line at fault and its caret may follow, and how many other faults there are.
    """
    assert run.returncode == code
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
    first, *rest = run.stderr.splitlines()
    assert first.isprintable()
    assert all(line.isprintable() and line.startswith(("  ", "There ")) for line in rest)
    assert len(rest) <= 3
    return first


@pytest.fixture(scope="module")
def full(backprop: Backprop) -> Run:
    return backprop("run", "configs/default.yaml")


# --- where the configuration comes from ---------------------------------------------------------


def test_a_run_works_the_file_that_is_named(full: Run) -> None:
    assert full.returncode == 0
    assert full.stderr == ""
    assert "∂Loss/∂w1 = 0.7414 * 0.1868 * 0.40 * 0.2413 * 0.05 ≈ 0.00067" in full.stdout


def test_without_a_file_the_shipped_configuration_is_worked(
    backprop: Backprop, full: Run, tmp_path: Path
) -> None:
    assert backprop("run", cwd=tmp_path) == full


def test_a_dash_reads_standard_input(backprop: Backprop, full: Run) -> None:
    assert backprop("run", "-", input=TEXT) == full


def test_a_pipe_may_be_named_in_place_of_a_file(
    backprop: Backprop, full: Run, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(TEXT,), daemon=True)
    writer.start()
    run = backprop("run", pipe)
    writer.join(timeout=10)
    assert run == full


def test_a_closed_standard_input_is_refused_in_one_line(backprop: Backprop) -> None:
    line = complaint(backprop("run", "-", preexec=lambda: os.close(0)))
    assert line == "<stdin>: this cannot be opened; name a file"


# --- --brief ------------------------------------------------------------------------------------


def test_brief_prints_the_tables_and_their_headings_only(backprop: Backprop, full: Run) -> None:
    brief = backprop("run", "--brief").stdout
    rows = [line for line in brief.splitlines() if line.lstrip().startswith(tuple("│╭├╰"))]
    assert rows == [
        line for line in full.stdout.splitlines() if line.lstrip().startswith(tuple("│╭├╰"))
    ]
    others = [line.strip() for line in brief.splitlines() if line not in rows and line.strip()]
    assert [line for line in others if set(line) != {"─"}] == [
        "Summary of Gradients for Hidden Layer and Output Layer",
        "Weight & BIAS Update Tables",
        "Weight updates",
        "Bias updates",
    ]


# --- --explain ----------------------------------------------------------------------------------

# A line of each derivation; the figures are the document's.
DERIVATIONS = {
    "x1": "x1 = 0.05",
    "z_h1": "z_h1 = x1 * w1 + x2 * w2 + b1 = 0.05 * 0.15 + 0.10 * 0.20 + 0.35 = 0.3775",
    "a_h1": "a_h1 = sigmoid(z_h1) = sigmoid(0.3775) ≈ 0.5933",
    "y_hat": "ŷ = a_out = 0.7514",
    "Loss": "Loss = 0.5 * (y_true − ŷ)^2 = 0.5 * (0.01 − 0.7514)^2 ≈ 0.2748",
    "dLoss/dz_h1": "0.0554 * 0.2413 ≈ 0.0134 ∂Loss/∂z_h1",
    "b1": "∂Loss/∂b1 = ∂Loss/∂b1_from_h1 + ∂Loss/∂b1_from_h2 = 0.0134 + 0.0150 = 0.0284",
    "w1_new": "w1_new = w1 − learning_rate * ∂Loss/∂w1 = 0.15 − 0.5 * 0.00067 = 0.149665 ≈ 0.1497",
}


@pytest.fixture(scope="module")
def explained(backprop: Backprop) -> Mapping[str, str]:
    """Each derivation, as printed when it is asked for alone."""
    runs = {name: backprop("run", "--explain", name) for name in DERIVATIONS}
    assert {(run.returncode, run.stderr) for run in runs.values()} == {(0, "")}
    return {name: run.stdout for name, run in runs.items()}


@pytest.mark.parametrize(("name", "line"), DERIVATIONS.items())
def test_any_quantity_can_be_explained(explained: Mapping[str, str], name: str, line: str) -> None:
    assert line in one_spaced(explained[name])


def test_several_explanations_come_in_the_order_asked_for_and_nothing_else_does(
    backprop: Backprop, explained: Mapping[str, str]
) -> None:
    names = ["b1", "x1", "w1_new", "b1"]
    run = backprop("run", *(arg for name in names for arg in ("--explain", name)))
    assert run.stdout == "\n".join(explained[name] for name in names)


def test_an_explained_weight_reads_as_it_does_in_the_full_run(
    backprop: Backprop, full: Run
) -> None:
    assert backprop("run", "--explain", "w5").stdout in full.stdout


def test_a_derivative_can_be_asked_for_by_the_name_it_is_printed_under(
    backprop: Backprop,
) -> None:
    printed = ("∂Loss/∂z_h1", "∂z_out/∂w5", "ŷ", "∂Loss/∂ŷ", "∂ŷ/∂z_out")
    typed = ("dLoss/dz_h1", "dz_out/dw5", "y_hat", "dLoss/dy_hat", "dy_hat/dz_out")
    as_printed, as_typed = (
        backprop("run", *(arg for name in names for arg in ("--explain", name)))
        for names in (printed, typed)
    )
    assert as_typed.returncode == 0
    assert as_printed == as_typed


@pytest.mark.parametrize(
    ("name", "near"), [("w7", "w6"), ("z_h3", "z_h2"), ("losss", "Loss"), ("w1x", "w1")]
)
def test_an_unknown_quantity_is_refused_with_the_nearest_names(
    backprop: Backprop, name: str, near: str
) -> None:
    line = complaint(backprop("run", "--explain", "w1", "--explain", name))
    assert line.startswith("default: --explain ")  # not the path of an installation
    assert near in re.split("[ ,]+", line)


# --- training -----------------------------------------------------------------------------------


def test_training_reports_the_loss_from_epoch_0_to_the_last(backprop: Backprop) -> None:
    run = backprop("run", "--epochs", "4", "--exact", "--brief")
    rows = {int(epoch): loss for epoch, loss in re.findall(r"│ (\d+) +│ +([\d.]+) │", run.stdout)}
    assert (min(rows), max(rows)) == (0, 4)
    losses = trained(4)["losses"]
    assert rows == {epoch: f"{losses[epoch]:.4f}" for epoch in rows}


def test_at_shows_the_working_of_a_later_epoch(backprop: Backprop) -> None:
    asked = ("--exact", "--epochs", "5", "--at", "3", "--explain", "a_h1", "--explain", "w5_new")
    at_3 = backprop("run", *asked)
    third = trained(2)["forward"]
    z, a = f"{third['z_h1']:.4f}", f"{third['a_h1']:.4f}"
    assert f"a_h1 = sigmoid(z_h1) = sigmoid({z}) ≈ {a}" in one_spaced(at_3.stdout)
    assert f"≈ {trained(3)['parameters']['w5']:.4f}" in at_3.stdout


def test_at_the_last_epoch_is_allowed_and_beyond_it_refused(backprop: Backprop) -> None:
    assert backprop("run", "--epochs", "3", "--at", "3", "--explain", "x1").returncode == 0
    line = complaint(backprop("run", "--epochs", "3", "--at", "4"))
    assert "--at 4" in line
    assert "--epochs 4" in line
    assert "--at 2" in complaint(backprop("run", "--at", "2"))


@pytest.mark.parametrize(
    ("text", "options", "times"),
    [
        (TEXT, ("--epochs", "200"), 1),
        (TEXT, (), 0),
        (TEXT, ("--epochs", "2"), 0),  # so few are worked by hand
        (TEXT, ("--epochs", "2", "--exact"), 1),
        (TEXT.replace("rounding: 4", "#"), ("--epochs", "2"), 0),
    ],
)
def test_only_a_training_run_of_a_rounded_file_says_that_it_carries_full_precision(
    backprop: Backprop, text: str, options: tuple[str, ...], times: int
) -> None:
    run = backprop("run", "-", "--brief", *options, input=text)
    assert run.returncode == 0
    assert run.stdout.count("full precision") == times


@pytest.mark.parametrize(
    "options",
    [
        ("--epochs", "0"),
        ("--epochs", "many"),
        ("--at", "0"),
        ("--decimals", "16"),
        ("--format", "xml"),
        ("--explian", "w1"),
        ("other.yaml",),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(
    backprop: Backprop, options: tuple[str, ...]
) -> None:
    run = backprop("run", DEFAULT, *options)
    assert run.returncode == 2
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
    assert options[-1] in run.stderr or options[0] in run.stderr


# --- precision ----------------------------------------------------------------------------------


def test_rounded_arithmetic_carries_the_rounded_figures_and_exact_arithmetic_does_not(
    backprop: Backprop,
) -> None:
    # 0.5 * 0.1385 rounds to 0.0693 and leaves 0.5307; the exact result is 0.53075.
    rounded = backprop("run", "--explain", "b2_new").stdout
    exact = backprop("run", "--explain", "b2_new", "--exact").stdout
    assert rounded.rstrip().endswith("0.60 − 0.0693 = 0.5307")
    assert exact.rstrip().endswith("0.5308")


@pytest.mark.parametrize(
    ("options", "printed"),
    [
        (("--exact", "--decimals", "6"), f"{1 / (1 + math.exp(-0.3775)):.6f}"),
        (("--exact", "--decimals", "12"), f"{1 / (1 + math.exp(-0.3775)):.12f}"),
        (("--decimals", "6"), f"{1 / (1 + math.exp(-0.3775)):.6f}"),
        # z_h1 = 0.3775 is carried as 0.38, of which the sigmoid is 0.5939.
        (("--decimals", "2"), f"{1 / (1 + math.exp(-0.38)):.2f}"),
    ],
)
def test_decimals_says_how_many_are_printed_and_carried(
    backprop: Backprop, options: tuple[str, ...], printed: str
) -> None:
    run = backprop("run", "--explain", "a_h1", *options)
    assert run.stdout.rstrip().endswith(f"≈ {printed}")


# --- --format json ------------------------------------------------------------------------------


def trained(epochs: int) -> dict[str, Any]:
    """The document's network after some epochs, computed here without the program.

    The forward pass, the gradients and the parameters are those of the state that is reached.
    """
    x1, x2, target, rate = 0.05, 0.10, 0.01, 0.5
    w1, w2, w3, w4, w5, w6, b1, b2 = 0.15, 0.20, 0.25, 0.30, 0.40, 0.45, 0.35, 0.60
    losses = []
    for epoch in range(epochs + 1):
        z_h1, z_h2 = x1 * w1 + x2 * w2 + b1, x1 * w3 + x2 * w4 + b1
        a_h1, a_h2 = 1 / (1 + math.exp(-z_h1)), 1 / (1 + math.exp(-z_h2))
        z_out = a_h1 * w5 + a_h2 * w6 + b2
        y = 1 / (1 + math.exp(-z_out))
        losses.append((y - target) ** 2 / 2)
        out = (y - target) * y * (1 - y)
        h1, h2 = out * w5 * a_h1 * (1 - a_h1), out * w6 * a_h2 * (1 - a_h2)
        gradients = {
            "w1": h1 * x1,
            "w2": h1 * x2,
            "w3": h2 * x1,
            "w4": h2 * x2,
            "w5": out * a_h1,
            "w6": out * a_h2,
            "b1": h1 + h2,
            "b2": out,
        }
        parameters = dict(zip(gradients, (w1, w2, w3, w4, w5, w6, b1, b2), strict=True))
        if epoch < epochs:
            w1, w2, w3, w4, w5, w6, b1, b2 = (
                parameters[name] - rate * gradient for name, gradient in gradients.items()
            )
    forward = {"z_h1": z_h1, "a_h1": a_h1, "z_h2": z_h2, "a_h2": a_h2, "z_out": z_out}
    return {
        "forward": {**forward, "a_out": y, "y_hat": y},
        "gradients": gradients,
        "parameters": parameters,
        "losses": losses,
    }


@pytest.fixture(scope="module")
def rounded_json(backprop: Backprop) -> dict[str, Any]:
    run = backprop("run", "--format", "json")
    assert run.stderr == ""
    found: dict[str, Any] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module")
def exact_json(backprop: Backprop) -> str:
    return backprop("run", "--format", "json", "--exact", "--epochs", "7").stdout


KEYS = ["forward", "loss", "gradients", "input_gradients", "rounding"]
KEYS += ["before", "after", "epochs", "history"]


def test_json_has_the_figures_of_the_document(rounded_json: dict[str, Any]) -> None:
    exact = rounded_json["exact"]
    assert exact["forward"] == pytest.approx(trained(0)["forward"], rel=1e-13, abs=0)
    assert exact["gradients"] == pytest.approx(trained(0)["gradients"], rel=1e-12, abs=0)
    assert {key: part for key, part in rounded_json.items() if key != "exact"} == {
        "forward": {
            "z_h1": 0.3775,
            "a_h1": 0.5933,
            "z_h2": 0.3925,
            "a_h2": 0.5969,
            "z_out": 1.1059,
            "a_out": 0.7514,
            "y_hat": 0.7514,
        },
        "loss": 0.2748,
        "gradients": {
            "w1": 0.00067,
            "w2": 0.00134,
            "w3": 0.00075,
            "w4": 0.0015,
            "w5": 0.0822,
            "w6": 0.0827,
            "b1": 0.0284,
            "b2": 0.1385,
        },
        # The document has none; 0.0134 * 0.15 + 0.0150 * 0.25 and 0.0134 * 0.20 + 0.0150 * 0.30.
        "input_gradients": {"x1": 0.00576, "x2": 0.00718},
        "before": {
            "w1": 0.15,
            "w2": 0.2,
            "w3": 0.25,
            "w4": 0.3,
            "w5": 0.4,
            "w6": 0.45,
            "b1": 0.35,
            "b2": 0.6,
        },
        "after": {
            "w1": 0.149665,
            "w2": 0.19933,
            "w3": 0.249625,
            "w4": 0.29925,
            "w5": 0.3589,
            "w6": 0.40865,
            "b1": 0.3358,
            "b2": 0.5307,
        },
        "rounding": 4,
        "epochs": 1,
        "history": [[0, 0.2748], [1, pytest.approx(0.2578, abs=0.0001)]],
    }


def test_json_is_one_object_on_one_line_with_the_keys_in_order(exact_json: str) -> None:
    assert exact_json.count("\n") == 1
    assert list(json.loads(exact_json)) == KEYS


def test_json_agrees_with_training_by_hand(exact_json: str) -> None:
    found = json.loads(exact_json)
    first, last = trained(0), trained(7)
    assert found["epochs"] == 7
    assert found["forward"] == pytest.approx(first["forward"], rel=1e-13, abs=0)
    assert found["gradients"] == pytest.approx(first["gradients"], rel=1e-12, abs=0)
    assert found["before"] == first["parameters"]
    assert found["after"] == pytest.approx(last["parameters"], rel=1e-13, abs=0)
    assert [epoch for epoch, _ in found["history"]] == list(range(8))
    assert [loss for _, loss in found["history"]] == pytest.approx(last["losses"], rel=1e-13, abs=0)
    assert found["loss"] == found["history"][0][1]


def test_json_floats_are_floats_with_all_their_digits(exact_json: str) -> None:
    numbers: list[str] = []

    def remember(text: str) -> float:
        numbers.append(text)
        return float(text)

    found = json.loads(exact_json, parse_float=remember)
    assert [repr(float(text)) for text in numbers] == numbers
    values = [found["loss"], *(loss for _, loss in found["history"])]
    for key in ("forward", "gradients", "before", "after"):
        values += found[key].values()
    assert {type(value) for value in values} == {float}
    assert {type(epoch) for epoch, _ in found["history"]} == {type(found["epochs"])} == {int}


def test_history_of_a_long_run_is_thinned_out_but_keeps_both_ends(backprop: Backprop) -> None:
    found = json.loads(backprop("run", "--format", "json", "--epochs", "20000").stdout)
    epochs = [epoch for epoch, _ in found["history"]]
    assert (epochs[0], epochs[-1]) == (0, 20000)
    assert epochs == sorted(set(epochs))
    assert len(epochs) < 2000


def test_json_is_not_mixed_with_what_only_text_can_show(backprop: Backprop) -> None:
    assert "--brief" in complaint(backprop("run", "--format", "json", "--brief"))


# --- -o FILE ------------------------------------------------------------------------------------

MINE = b"my own notes\r\n\xff"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    """A file of the user's, alone in its folder."""
    path = tmp_path / "notes.txt"
    path.write_bytes(MINE)
    return path


def assert_alone(path: Path) -> None:
    """No temporary file was left behind."""
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("options", [(), ("--format", "json"), ("--explain", "w1")])
def test_a_file_holds_what_a_pipe_would_have_received(
    backprop: Backprop, tmp_path: Path, options: tuple[str, ...]
) -> None:
    path = tmp_path / "working.txt"
    run = backprop("run", "-o", path, *options)
    assert run == Run("", "", 0)
    assert path.read_bytes().decode() == backprop("run", *options).stdout
    assert_alone(path)


def test_a_new_file_has_the_permissions_that_the_user_asks_new_files_to_have(
    backprop: Backprop, tmp_path: Path
) -> None:
    path = tmp_path / "working.txt"
    backprop("run", "-o", path, preexec=lambda: (os.umask(0o027), None)[1])
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_an_existing_file_is_left_as_it_is(backprop: Backprop, notes: Path) -> None:
    line = complaint(backprop("run", "-o", notes))
    assert str(notes) in line
    assert "--force" in line
    assert notes.read_bytes() == MINE
    assert_alone(notes)


def test_force_replaces_an_existing_file_and_keeps_its_permissions(
    backprop: Backprop, notes: Path, full: Run
) -> None:
    notes.chmod(0o600)
    assert backprop("run", "-o", notes, "--force") == Run("", "", 0)
    assert notes.read_text(encoding="utf-8") == full.stdout
    assert stat.S_IMODE(notes.stat().st_mode) == 0o600
    assert_alone(notes)


def test_a_run_that_fails_writes_no_file(backprop: Backprop, tmp_path: Path) -> None:
    path = tmp_path / "working.txt"
    complaint(backprop("run", "-", "-o", path, input="inputs: 1\n"))
    complaint(backprop("run", "-o", path, "--explain", "w7"))
    complaint(backprop("run", "-", "-o", path, input=TOO_LARGE), code=1)
    complaint(backprop("run", "-", "-o", path, "--format", "json", input=TOO_LARGE), code=1)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_fails_leaves_the_old_file_even_with_force(
    backprop: Backprop, notes: Path
) -> None:
    complaint(backprop("run", "-", "-o", notes, "--force", input=TOO_LARGE), code=1)
    assert notes.read_bytes() == MINE
    assert_alone(notes)


def test_where_the_writing_itself_fails_the_old_file_is_left(
    backprop: Backprop, notes: Path
) -> None:
    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    # Without this the limit would cut off what Python caches of the program itself.
    env = {"PYTHONDONTWRITEBYTECODE": "1"}
    complaint(backprop("run", "-o", notes, "--force", env=env, preexec=no_room), code=1)
    assert notes.read_bytes() == MINE
    assert_alone(notes)


def test_a_folder_that_is_not_there_is_not_made(backprop: Backprop, notes: Path) -> None:
    for path in (notes.parent / "none" / "working.txt", notes / "working.txt", notes.parent):
        assert str(path) in complaint(backprop("run", "-o", path))
    assert_alone(notes)


def test_a_folder_that_cannot_be_written_to_is_complained_about(
    backprop: Backprop, tmp_path: Path
) -> None:
    folder = tmp_path / "locked"
    folder.mkdir()
    if os.geteuid() == 0:
        folder = Path("/proc")  # even the superuser makes no files here
    else:
        folder.chmod(0o500)
    run = backprop("run", "-o", folder / "working.txt")
    assert str(folder) in complaint(run, run.returncode)
    assert run.returncode in (1, 2)


def test_a_link_is_written_through(backprop: Backprop, notes: Path, full: Run) -> None:
    folder = notes.parent / "links"
    folder.mkdir()
    link = folder / "link"
    link.symlink_to(notes)
    complaint(backprop("run", "-o", link))
    assert notes.read_bytes() == MINE
    assert backprop("run", "-o", link, "--force").returncode == 0
    assert link.is_symlink()
    assert notes.read_text(encoding="utf-8") == full.stdout
    assert_alone(link)


def test_a_link_to_no_file_yet_makes_the_file(
    backprop: Backprop, tmp_path: Path, full: Run
) -> None:
    link = tmp_path / "link"
    link.symlink_to("working.txt")
    assert backprop("run", "-o", link).returncode == 0
    assert link.is_symlink()
    assert (tmp_path / "working.txt").read_text(encoding="utf-8") == full.stdout


@pytest.fixture
def null(tmp_path: Path) -> Path:
    """A null device: one that may be lost where the tests have the right to replace it."""
    if os.geteuid() != 0:
        return Path(os.devnull)
    try:
        os.mknod(tmp_path / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
        (tmp_path / "null").write_text("")
    except OSError as error:
        pytest.skip(f"no device can be made here: {error}")
    return tmp_path / "null"


def test_a_device_is_written_to_and_not_replaced(backprop: Backprop, null: Path) -> None:
    assert backprop("run", "-o", null, "--force") == Run("", "", 0)
    assert stat.S_ISCHR(null.stat().st_mode)


def test_a_named_pipe_is_written_to_and_not_replaced(
    backprop: Backprop, tmp_path: Path, full: Run
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    received: list[str] = []
    reader = threading.Thread(
        target=lambda: received.append(pipe.read_text(encoding="utf-8")), daemon=True
    )
    reader.start()
    run = backprop("run", "-o", pipe, "--force")
    reader.join(timeout=10)
    assert run == Run("", "", 0)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert received == [full.stdout]


def test_standard_output_can_be_named_as_the_file(backprop: Backprop, full: Run) -> None:
    assert backprop("run", "-o", "/dev/stdout", "--force") == full


# --- help, version, schema, completion ----------------------------------------------------------

OPTIONS = ["--explain", "--epochs", "--at", "--brief", "--exact", "--decimals", "--format"]


def test_help_shows_the_options_and_an_example(backprop: Backprop) -> None:
    top, run = backprop("-h"), backprop("run", "-h")
    assert top.returncode == run.returncode == 0
    for word in ("--version", "--help", "-h", "run", "schema", "Example", "--explain w1"):
        assert word in top.stdout
    for word in (*OPTIONS, "--output", "-o", "--force", "--help", "-h", "Example", "mine.yaml"):
        assert word in run.stdout
    assert backprop("--help") == top
    assert backprop("run", "--help") == run


def test_the_bare_program_shows_its_help(backprop: Backprop) -> None:
    bare = backprop()
    assert "Usage" in bare.stdout + bare.stderr
    assert "Traceback" not in bare.stderr


def test_version_is_one_line(backprop: Backprop) -> None:
    run = backprop("--version")
    assert (run.returncode, run.stderr) == (0, "")
    assert re.fullmatch(r"backprop \d+\.\d+\.\d+\S*\n", run.stdout)


def test_schema_describes_every_key(backprop: Backprop) -> None:
    run = backprop("schema")
    assert (run.returncode, run.stderr) == (0, "")
    schema = json.loads(run.stdout)
    assert schema["type"] == "object"
    assert set(schema["properties"]) >= {
        "inputs",
        "weights",
        "biases",
        "target",
        "learning_rate",
        "rounding",
        "order",
        "activation",
        "loss",
    }
    # Without a learning rate, everything up to the gradients is worked; nothing is without weights.
    validator, least = Draft202012Validator(schema), {"inputs": [1], "weights": {"o": [[1]]}}
    assert validator.is_valid(least)
    assert validator.is_valid({"inputs": [1], "Weight": {"o": [[1]]}})
    assert not validator.is_valid({"inputs": [1]})
    assert all("description" in described for described in schema["properties"].values())


AS_BACKPROP = (
    sys.executable,
    "-c",
    "import runpy, sys; sys.argv[0] = 'backprop'; "
    "runpy.run_module('backprop_cli', run_name='__main__')",
)


@pytest.fixture(scope="module")
def completed(backprop: Backprop) -> Callable[..., list[str]]:
    """What bash offers for the last of the words typed so far."""

    def complete(*words: str | Path) -> list[str]:
        env = {
            "_BACKPROP_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(map(str, ("backprop", *words))),
            "COMP_CWORD": str(len(words)),
        }
        run = backprop(env=env, program=AS_BACKPROP)
        assert run.stderr == ""
        return run.stdout.split()

    return complete


def test_completion_offers_the_quantities_of_the_shipped_configuration(
    completed: Callable[..., list[str]],
) -> None:
    assert completed("run", "--explain", "z_") == ["z_h1", "z_h2", "z_out"]


@pytest.mark.parametrize("between", [(), ("--brief",), ("--explain", "w1")])
def test_completion_offers_the_quantities_of_the_file_given(
    completed: Callable[..., list[str]], networks: Mapping[str, Path], between: tuple[str, ...]
) -> None:
    offered = completed("run", networks["deep"], *between, "--explain", "z_")
    assert offered == ["z_h1", "z_h2", "z_h3", "z_h4", "z_h5", "z_h6", "z_o1", "z_o2", "z_o3"]


def test_completion_offers_nothing_where_the_file_cannot_be_read(
    completed: Callable[..., list[str]], tmp_path: Path
) -> None:
    assert completed("run", tmp_path / "none.yaml", "--explain", "w") == []


def test_completion_offers_the_options(completed: Callable[..., list[str]]) -> None:
    assert completed("run", "--ex") == ["--explain", "--example", "--exact"]


# --- what is refused ----------------------------------------------------------------------------

BAD = {
    "an empty file": "",
    "an unknown key": f"{TEXT}lerning_rate: 1\n",
    "a key given twice": f"{TEXT}target: 1\n",
    "an escape code": TEXT.replace("x1", "x\x1b[31m1"),
    "a missing key": TEXT.replace("target: 0.01", ""),
    "a name that is markup": TEXT.replace("  x1:", '  "[red]x1":'),
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_bad_configuration_is_one_line_on_standard_error(
    backprop: Backprop, text: str, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    assert complaint(backprop("run", path)).startswith(f"{path}:")


def test_a_complaint_has_file_line_column_key_and_mend(backprop: Backprop, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    text = TEXT.replace("{x1: 0.15, x2: 0.20}", "{x1: 0.15, x3: 0.20}")
    path.write_text(text, encoding="utf-8")
    line = next(n for n, line in enumerate(text.splitlines(), 1) if "x3" in line)
    column = text.splitlines()[line - 1].index("x3") + 1
    assert complaint(backprop("run", path)) == (
        f"{path}:{line}:{column}: weights.hidden.h1.x3: "
        "there is no input called x3; the inputs are x1, x2"
    )


def test_a_path_that_is_no_readable_file_is_refused(backprop: Backprop, tmp_path: Path) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00\x01")
    for path, why in (
        (tmp_path, f"{tmp_path}: this is a directory"),
        (tmp_path / "none.yaml", f"{tmp_path}/none.yaml: there is no such file"),
        (binary / "x", f"{binary}/x: the file cannot be read: Not a directory"),
        (binary, f"{binary}:1:1: the byte 0xff is not UTF-8"),
        (Path("a\x1b[31mb"), "a\\x1b[31mb: there is no such file"),
    ):
        assert complaint(backprop("run", path)).startswith(why)


def test_numbers_that_leave_the_range_end_the_run_with_exit_code_1(backprop: Backprop) -> None:
    for options in ((), ("--format", "json"), ("--epochs", "3"), ("--explain", "w1")):
        line = complaint(backprop("run", "-", *options, input=TOO_LARGE), code=1)
        assert "z_out" in line or "Loss" in line


def test_a_deep_network_can_be_run_in_every_way(backprop: Backprop) -> None:
    for options in (("--brief",), ("--epochs", "2"), ("--exact",)):
        run = backprop("run", "-", *options, input=DEEP)
        assert (run.returncode, run.stderr) == (0, "")
        assert run.stdout


def test_a_complaint_never_goes_to_standard_output(backprop: Backprop) -> None:
    run = backprop("run", "none.yaml", preexec=lambda: os.close(2))
    assert (run.stdout, run.returncode) == ("", 2)
