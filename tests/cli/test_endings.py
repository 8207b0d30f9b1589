"""Why training ends: its last epoch, a low loss, no improvement, divergence, Ctrl-C, SIGTERM."""

import os
import signal
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

import pytest
from support.program import (
    DEFAULT,
    PATIENCE,
    PROGRAM,
    ROOT,
    Backprop,
    can_be_interrupted,
    environment,
)

from backprop_cli.cli.signals import interruption
from backprop_cli.config.load import load, parse
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import Run, calculate
from backprop_cli.training.endings import DivergedError, Ending, Limits, Reason
from backprop_cli.training.trainer import Trainer
from backprop_cli.training.watch import Watch

# One linear neuron: y_hat = 2 w1, Loss = 0.5 * (y_hat − 3)^2. An update takes w1 − 1.5 times
# (1 − 4 * learning_rate), and so the loss times the square of that.
LINEAR = """\
inputs: [2]
weights: {output: [[1]]}
target: 3
learning_rate: RATE
activation: linear
"""


def linear(rate: str) -> Exercise:
    return parse(LINEAR.replace("RATE", rate), "linear.yaml")


def ended(run: Run) -> Ending:
    """Where and why its training ended."""
    assert run.training is not None
    return run.training.ending


def trained(exercise: Exercise, epochs: int, limits: Limits = Limits()) -> Run:  # noqa: B008
    return calculate(exercise, Plan(epochs=epochs, limits=limits))


def test_without_limits_training_ends_with_the_last_epoch() -> None:
    ending = ended(trained(load(str(DEFAULT)), 30))
    assert (ending.reason, ending.epoch) == (Reason.ALL_EPOCHS, 30)


@pytest.mark.parametrize("epochs", [1000, 1_000_000])
def test_training_ends_in_the_first_epoch_whose_loss_is_low_enough(epochs: int) -> None:
    # The loss is 0.5 * 0.36^epoch: 0.5, 0.18, 0.0648, 0.0233, 0.0084, …
    calculation = trained(linear("0.1"), epochs, Limits(until_loss=0.01))
    assert (ended(calculation).reason, ended(calculation).epoch) == (
        Reason.LOSS_REACHED,
        4,
    )
    epoch, loss = calculation.history[-1]
    assert epoch == 4
    assert loss == pytest.approx(0.5 * 0.36**4)


def test_a_loss_that_is_low_enough_from_the_start_ends_training_there() -> None:
    calculation = trained(linear("0.1"), 50, Limits(until_loss=0.5))
    assert calculation.epochs == 0
    assert calculation.after["w1"] == 1


def test_training_ends_when_a_hundred_epochs_improve_the_loss_too_little() -> None:
    losses = dict(trained(load(str(DEFAULT)), 1000).history)
    gains = [losses[at] - losses[at + 100] for at in range(0, 1000, 100)]
    tolerance = (gains[4] + gains[5]) / 2  # between the gain up to epoch 500 and that up to 600
    calculation = trained(load(str(DEFAULT)), 1000, Limits(tolerance=tolerance))
    assert (ended(calculation).reason, ended(calculation).epoch) == (
        Reason.NO_IMPROVEMENT,
        600,
    )
    assert ended(calculation).figure == gains[5]


@pytest.mark.parametrize("epochs", [10, 1_000_000])
def test_a_loss_a_thousand_times_above_its_start_ends_training_in_that_epoch(epochs: int) -> None:
    # With rate 1 the loss is 0.5 * 9^epoch: 9^3 is 729, 9^4 is 6561.
    with pytest.raises(DivergedError) as caught:
        trained(linear("1"), epochs)
    assert caught.value.epoch == 4
    assert str(caught.value) == (
        "training diverged: the loss stands at 3280, over 1000 times the 0.5 that it began with, "
        "and w1 at -39, in epoch 4; try a smaller learning rate than 1, such as --lr 0.1"
    )


def test_a_loss_that_rises_less_is_told_and_not_stopped(backprop: Backprop) -> None:
    # With rate 0.51 the loss is 0.5 * 1.0816^epoch: after 20 epochs 4.8 times the first.
    run = backprop("run", "-", "--epochs", "20", input=LINEAR.replace("RATE", "0.51"))
    assert run.returncode == 0
    told = (
        "The loss did not fall steadily. It rose 20 times between recorded epochs: first from "
        "epoch 0 to epoch 1."
    )
    assert told in " ".join(run.stdout.split())


def test_what_ended_training_is_printed(backprop: Backprop) -> None:
    for options, expected in (
        (("--epochs", "9"), "Training stopped after epoch 9, as asked."),
        (("--epochs", "9", "--until-loss", "0.01"), "its loss of 0.00840 is low enough."),
        # From epoch 0 to 100 it falls by 0.5, from 100 to 200 by 0.5 * 0.36^100.
        (("--epochs", "900", "--tolerance", "1e-9"), "epoch 200: over the last 100 epochs"),
    ):
        run = backprop("run", "-", *options, input=LINEAR.replace("RATE", "0.1"))
        assert expected in " ".join(run.stdout.split())


def test_divergence_is_one_line_with_exit_code_1(backprop: Backprop) -> None:
    run = backprop("run", "-", "--epochs", "500", input=LINEAR.replace("RATE", "1"))
    assert (run.stdout, run.returncode, run.stderr.count("\n")) == ("", 1, 1)
    assert run.stderr.startswith("<stdin>: training diverged: the loss stands at 3280")


@pytest.mark.parametrize("after", [1, 7, 16])
def test_an_interrupted_training_ends_between_two_epochs(after: int) -> None:
    seen: list[int] = []
    watch = Watch(
        report=lambda going: seen.append(going.epoch), interrupted=lambda: len(seen) >= after
    )
    calculation = calculate(load(str(DEFAULT)), Plan(epochs=10**9), watch=watch)
    assert ended(calculation).reason is Reason.INTERRUPTED
    assert ended(calculation).epoch == calculation.history[-1][0] == seen[-1]
    again = calculate(load(str(DEFAULT)), Plan(calculation.epochs, exact=True, trains=True))
    assert calculation.after == again.after


def test_only_the_first_signal_is_noted_and_one_that_is_ignored_stays_ignored() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # as in a shell's background job
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        with interruption() as noted:
            assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
            assert not noted()
            os.kill(os.getpid(), signal.SIGTERM)
            assert noted() == signal.SIGTERM
            assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
        assert noted() == signal.SIGTERM
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_a_checkpoint_is_made_every_so_many_epochs() -> None:
    made: list[int] = []
    watch = Watch(checkpoint=lambda going: made.append(going.epoch), every=70)
    trainer = Trainer(load(str(DEFAULT)))
    trainer.advance(500, record=range(501), watch=watch)
    assert made == [70, 140, 210, 280, 350, 420, 490]


def test_a_long_training_is_looked_at_ninety_times_for_every_power_of_ten() -> None:
    looks: list[int] = []
    watch = Watch(report=lambda going: looks.append(going.epoch))
    Trainer(load(str(DEFAULT))).advance(200_000, watch=watch)
    assert looks[:100] == list(range(1, 101))
    assert set(looks) >= {110, 990, 1100, 9900, 11_000, 99_000, 110_000, 200_000}
    # Those, and where a tenth of a second has gone by.
    assert len(looks) < 100 + 90 + 90 + 90 + 10 + 60


@pytest.mark.parametrize("epochs", [60, 1000, 1001, 200_000])
def test_divergence_does_not_depend_on_how_many_epochs_are_run(epochs: int) -> None:
    # The loss is 0.5 * 1.21^epoch: a thousand times as much after 37 epochs.
    with pytest.raises(DivergedError) as caught:
        trained(linear("0.525"), epochs)
    assert caught.value.epoch == 37
    for limits in (Limits(until_loss=1e-30), Limits(tolerance=1e-9)):
        with pytest.raises(DivergedError) as caught:
            trained(linear("0.525"), epochs, limits)
        assert caught.value.epoch == 37


def test_the_rate_of_the_command_line_stands_in_the_place_of_the_files(backprop: Backprop) -> None:
    given = backprop("run", "-", "--format", "json", input=LINEAR.replace("RATE", "0.25")).stdout
    run = backprop(
        "run", "-", "--lr", "0.25", "--format", "json", input=LINEAR.replace("RATE", "0.1")
    )
    assert run.stdout == given
    shown = backprop("run", "--lr", "0.10", "--explain", "w5_new").stdout
    assert "= 0.40 − 0.10 * 0.0822" in shown


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--lr", "0"), "--lr: a learning rate is greater than 0"),
        (("--lr", "fast"), "--lr: fast is not a number"),
        (("--epochs", "5", "--until-loss", "nan"), "--until-loss: nan is not finite"),
        (("--epochs", "5", "--tolerance", "1,5"), "--tolerance: '1,5' has a comma"),
    ],
)
def test_a_mistake_in_an_option_is_one_line_and_exit_code_2(
    backprop: Backprop, options: tuple[str, ...], complaint: str
) -> None:
    run = backprop("run", *options)
    assert (run.stdout, run.returncode, run.stderr.count("\n")) == ("", 2, 1)
    assert complaint in run.stderr


# --- several rates -----------------------------------------------------------------------------


def test_a_sweep_compares_the_losses_of_its_rates(backprop: Backprop) -> None:
    run = backprop(
        "sweep", "-", "--lr", "0.1, 0.25,1", "--epochs", "3", input=LINEAR.replace("RATE", "9")
    )
    text = " ".join(run.stdout.split())
    assert run.returncode == 0
    assert "Losses, from 0.5000 before training" in text
    assert f"│ 0.1 │ 3 │ {0.5 * 0.36**3:.4f} │" in text
    assert "│ 0.25 │ 3 │ 0.0000 │ 0.0000 │ 1 │" in text  # at once where it belongs
    assert "Learning rate 0.25 has the lowest final loss, 0.0000." in text
    assert "rate 0.1" in text.rpartition("└")[2]


def test_a_rate_that_diverges_is_a_row_of_a_sweep(backprop: Backprop) -> None:
    run = backprop("sweep", "-", "--lr", "0.1,1", input=LINEAR.replace("RATE", "9"))
    assert run.returncode == 0
    assert "diverged in epoch 4" in run.stdout
    all_bad = backprop("sweep", "-", "--lr", "1,2", input=LINEAR.replace("RATE", "9"))
    assert "Every learning rate diverged; try smaller ones." in all_bad.stdout


@pytest.mark.parametrize("rates", ["", "0.1,", "0.1,x", "0.1,0.10", "-1"])
def test_rates_that_are_none_are_refused(backprop: Backprop, rates: str) -> None:
    run = backprop("sweep", f"--lr={rates}")
    assert (run.stdout, run.returncode, run.stderr.count("\n")) == ("", 2, 1)


# --- curves ------------------------------------------------------------------------------------


def test_the_loss_is_drawn_if_asked_for(backprop: Backprop) -> None:
    run = backprop("run", "--epochs", "500", "--plot")
    curve = run.stdout.partition("Loss by epoch, on a logarithmic scale")[2]
    assert "0.001" in curve
    assert curve.count("•") > 50
    assert "Loss by epoch," not in backprop("run", "--epochs", "500").stdout


def test_a_curve_is_written_to_a_picture(backprop: Backprop, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    file = tmp_path / "loss.svg"
    options = ("--picture", file)
    run = backprop("run", "--epochs", "20", *options)
    assert (run.returncode, run.stderr) == (0, "")
    assert "</svg>" in file.read_text(encoding="utf-8")
    again = backprop("run", "--epochs", "20", *options)
    assert (again.stdout, again.returncode) == ("", 2)
    assert "exists already" in again.stderr


def test_a_run_that_will_take_long_is_told_once_how_it_would_be_faster(tmp_path: Path) -> None:
    # With numba on the path there would be nothing to tell.
    if find_spec("numba"):
        pytest.skip("numba is installed")
    told = "install numba makes it many times faster"
    assert stderr_of_a_long_run(tmp_path, told).count(told) == 1
    assert stderr_of_a_long_run(tmp_path, "", "--quiet") == ""


def stderr_of_a_long_run(folder: Path, sign: str, *options: str) -> str:
    """What a run without end says until Ctrl-C, a second after it has said ``sign``."""
    checkpoint = folder / f"{len(options)}.yaml"
    process = subprocess.Popen(
        [
            *(*PROGRAM, "run", "--epochs", "100000000000", "--every", "10"),
            *("--checkpoint", str(checkpoint), *options),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
        preexec_fn=can_be_interrupted,
    )
    assert process.stderr is not None
    try:
        first = process.stderr.readline() if sign else b""
        deadline = time.monotonic() + PATIENCE
        while not checkpoint.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        return (first + process.communicate(timeout=PATIENCE)[1]).decode()
    finally:
        process.kill()
        process.communicate()
