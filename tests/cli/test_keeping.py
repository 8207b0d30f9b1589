"""What training has come to outlasts an interrupt, a kill, and a disk that is full."""

import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from support.program import DEFAULT, PROGRAM, ROOT, Backprop, can_be_interrupted, environment

XOR = ROOT / "configs" / "xor.yaml"
OPTIMIZERS = ("sgd", "{name: momentum, momentum: 0.8}", "adam")


def network(folder: Path, optimizer: str = "sgd") -> Path:
    """XOR with shuffled batches of two and an optimizer, in a file of its own."""
    path = folder / "xor.yaml"
    more = f"\noptimizer: {optimizer}\nbatch_size: 2\nshuffle: true\nseed: 5\n"
    text = XOR.read_text(encoding="utf-8").replace("learning_rate: 0.5", "learning_rate: 0.001")
    text = text.replace("binary_cross_entropy", "half_squared_error")  # which never saturates
    path.write_text(text + more, encoding="utf-8")
    return path


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_four_hundred_epochs_saved_and_six_hundred_more_are_a_thousand(
    backprop: Backprop, tmp_path: Path, optimizer: str
) -> None:
    given = network(tmp_path, optimizer)
    whole, part, rest = (tmp_path / name for name in ("whole.yaml", "part.yaml", "rest.yaml"))
    for source, epochs, target in ((given, 1000, whole), (given, 400, part), (part, 600, rest)):
        run = backprop("run", source, "--epochs", str(epochs), "--save", target)
        assert (run.returncode, run.stderr) == (0, "")
    assert rest.read_bytes() == whole.read_bytes()
    assert yaml.safe_load(whole.read_text(encoding="utf-8"))["trained"]["epochs"] == 1000
    assert "Training stopped after epoch 1000" in run.stdout


@pytest.mark.parametrize("option", ["--save", "--checkpoint", "-o"])
def test_through_a_link_that_leads_to_nothing_yet_a_file_is_written_or_it_is_said_why_not(
    backprop: Backprop, tmp_path: Path, option: str
) -> None:
    ending = ".txt" if option == "-o" else ".yaml"
    link, lost = (tmp_path / f"{name}{ending}" for name in ("link", "lost"))
    link.symlink_to(tmp_path / "home.yaml")
    lost.symlink_to(tmp_path / "gone" / "home.yaml")
    run = backprop("run", DEFAULT, "--epochs", "3", option, link)
    assert (run.stderr, run.returncode) == ("", 0)
    assert link.is_symlink()
    assert tmp_path.joinpath("home.yaml").read_text(encoding="utf-8") != ""
    run = backprop("run", DEFAULT, "--epochs", "3", option, lost)
    said = f"{lost}: there is no folder {tmp_path}/gone, to which this link leads\n"
    assert (run.stdout, run.stderr, run.returncode) == ("", said, 2)


def test_also_a_single_epoch_is_saved_in_full_precision(backprop: Backprop, tmp_path: Path) -> None:
    one, two, both = (tmp_path / name for name in ("one.yaml", "two.yaml", "both.yaml"))
    assert backprop("run", DEFAULT, "--save", one).returncode == 0
    assert backprop("run", one, "--save", two).returncode == 0
    assert backprop("run", DEFAULT, "--epochs", "2", "--save", both).returncode == 0
    assert two.read_bytes() == both.read_bytes()


def test_a_tolerance_is_measured_across_a_resumption(backprop: Backprop, tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.yaml", tmp_path / "part.yaml"
    options = ("--tolerance", "2e-4")  # what the hundred epochs to 500 bring, and those after not
    backprop("run", DEFAULT, "--epochs", "2000", *options, "--save", whole)
    stopped = yaml.safe_load(whole.read_text(encoding="utf-8"))["trained"]["epochs"]
    assert stopped % 100 == 0
    # Taken up within the last hundred.
    cut = str(stopped - 50)
    backprop("run", DEFAULT, "--epochs", cut, *options, "--checkpoint", part)
    run = backprop("run", "--resume", part, "--epochs", "2000", *options, "--checkpoint", part)
    assert f"Training stopped after epoch {stopped}: over the last 100 epochs" in run.stdout
    assert part.read_bytes() == whole.read_bytes()


@pytest.mark.drawn(2)
def test_a_training_killed_at_any_moment_goes_on_to_the_same_end(
    backprop: Backprop, tmp_path: Path, seed: int
) -> None:
    given, checkpoint = network(tmp_path, "adam"), tmp_path / "checkpoint.yaml"
    whole, end = tmp_path / "whole.yaml", tmp_path / "end.yaml"
    epochs = ("--epochs", "20000")
    keep = ("--checkpoint", str(checkpoint), "--every", "200")
    moments = random.Random(seed)
    kills, done = 0, 0
    while kills < 3:
        start = ("--resume", str(checkpoint)) if checkpoint.exists() else (str(given),)
        process = subprocess.Popen(
            [*PROGRAM, "run", *start, *epochs, *keep],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=environment(),
            cwd=ROOT,
        )
        time.sleep(moments.uniform(0.3, 0.9))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
        if checkpoint.exists():
            saved = yaml.safe_load(checkpoint.read_text(encoding="utf-8"))["trained"]["epochs"]
            assert saved >= done
            assert saved % 200 == 0
            done = saved
        if done >= 20000:
            break
    left_behind = [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert len(left_behind) <= kills  # a temporary file at most for every kill
    if done < 20000:
        start = ("--resume", str(checkpoint)) if checkpoint.exists() else (str(given),)
        run = backprop("run", *start, *epochs, "--save", end)
        assert (run.returncode, run.stderr) == (0, "")
    else:
        end = checkpoint
    assert backprop("run", given, *epochs, "--save", whole).returncode == 0
    assert end.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_training_is_saved_as_far_as_it_came(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    saved, checkpoint = tmp_path / "saved.yaml", tmp_path / "checkpoint.yaml"
    process = subprocess.Popen(
        [
            *(*PROGRAM, "run", str(XOR), "--epochs", "1000000000"),
            *("--save", str(saved), "--checkpoint", str(checkpoint), "--every", "10"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
        preexec_fn=can_be_interrupted,
    )
    deadline = time.monotonic() + 30
    while not checkpoint.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=30)
    assert (stderr, process.returncode) == (b"", code)
    (epoch,) = re.findall(r"interrupted after epoch (\d+)", stdout.decode())
    assert saved.read_bytes() == checkpoint.read_bytes()
    assert yaml.safe_load(saved.read_text(encoding="utf-8"))["trained"]["epochs"] == int(epoch)


@pytest.mark.parametrize("option", ["--save", "--checkpoint"])
def test_an_existing_file_is_only_replaced_with_force(
    backprop: Backprop, tmp_path: Path, option: str
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("mine", encoding="utf-8")
    run = backprop("run", "--epochs", "5", option, file)
    assert (run.stdout, run.returncode) == ("", 2)
    assert "the file exists already" in run.stderr
    assert file.read_text(encoding="utf-8") == "mine"
    assert backprop("run", "--epochs", "5", option, file, "--force").returncode == 0
    assert "epochs: 5" in file.read_text(encoding="utf-8")


def test_a_file_that_cannot_be_written_is_one_line_and_the_working_is_printed_all_the_same(
    backprop: Backprop,
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no device that is always full")
    run = backprop("run", "--epochs", "5", "--save", "/dev/full")
    assert run.returncode == 1
    message = "/dev/full: No space left on device; the trained network is not saved\n"
    assert run.stderr == message
    assert "Training stopped after epoch 5" in run.stdout


def test_training_goes_on_where_a_checkpoint_cannot_be_written(backprop: Backprop) -> None:
    run = backprop("run", "--epochs", "300", "--checkpoint", "/dev/full")
    assert run.stderr.splitlines() == [
        "/dev/full: No space left on device; training goes on without checkpoints",
        "/dev/full: No space left on device; the last checkpoint is not written",
    ]
    assert run.returncode == 1
    assert "Loss by epoch" in run.stdout


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--resume", "FILE", "--epochs", "3"), "--epochs 3: 5 epochs are done already"),
        (("--resume", "FILE"), "--epochs 1: 5 epochs are done already"),
        (("CONFIG", "--resume", "FILE"), "goes on from its own configuration: leave CONFIG out"),
        (("--explain", "w1", "--save", "new.yaml"), "shows derivations alone: leave --save out"),
        (("--resume", "none.yaml"), "none.yaml: there is no such file"),
        (
            ("--resume", "FILE", "--epochs", "9", "--at", "5"),
            "this run goes from epoch 6 to epoch 9",
        ),
    ],
)
def test_options_that_mean_nothing_together_are_refused(
    backprop: Backprop, tmp_path: Path, options: tuple[str, ...], complaint: str
) -> None:
    file = tmp_path / "saved.yaml"
    backprop("run", "--epochs", "5", "--save", file)
    given = [{"FILE": str(file), "CONFIG": str(DEFAULT)}.get(option, option) for option in options]
    run = backprop("run", *given)
    assert (run.stdout, run.returncode, run.stderr.count("\n")) == ("", 2, 1)
    assert complaint in run.stderr


SIGNALLED_WHILE_SAVING = """\
import os, signal, sys
from backprop_cli.cli import keeping
name = sys.argv.pop()
written = keeping.configuration_text
def signalled(exercise, numbers, *more):
    if numbers:
        os.kill(os.getpid(), signal.Signals[name])
    return written(exercise, numbers, *more)
keeping.configuration_text = signalled
from backprop_cli.cli.entry import main
main()
"""


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_a_signal_while_the_trained_network_is_written_does_not_lose_it(
    backprop: Backprop, tmp_path: Path, name: str, code: int
) -> None:
    script, saved = tmp_path / "signalled.py", tmp_path / "saved.yaml"
    script.write_text(SIGNALLED_WHILE_SAVING, encoding="utf-8")
    done = backprop(
        *("run", ROOT / "configs" / "xor.yaml", "--epochs", "20", "--brief", "--save", saved, name),
        program=(sys.executable, str(script)),
        preexec=can_be_interrupted,
    )
    assert (done.stderr, done.returncode) == ("", code)
    assert "Training: 20 epochs" in done.stdout
    assert backprop("run", saved, "--brief").returncode == 0
