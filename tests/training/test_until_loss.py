"""Training until a loss is reached ends just where looking after every epoch would end it."""

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.networks import (
    BY_GRADIENT,
    activated,
    fully_connected,
    optimized,
    trainings,
    with_examples,
)
from support.pairs import every_pair
from support.program import DEFAULT, Backprop

from backprop_cli.arithmetic.working import WorkingError
from backprop_cli.config.load import load, parse
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.optimizers import state_names
from backprop_cli.network.exercise import Batches, Example, Exercise, Figure, Trained
from backprop_cli.training.compiled import Compiled, State
from backprop_cli.training.endings import DivergedError, Ending, Limits, Reason
from backprop_cli.training.engines import NUMBA, PYTHON
from backprop_cli.training.loop import CompiledLoop
from backprop_cli.training.trainer import Trainer
from backprop_cli.training.watch import Watch

EXAMPLES = [
    Example((Decimal("0.7"), Decimal("-0.4")), (Decimal(0), Decimal(1))),
    Example((Decimal("-1.1"), Decimal("0.6")), (Decimal(1), Decimal(0))),
    Example((Decimal("0.2"), Decimal("0.9")), (Decimal(0), Decimal(1))),
    Example((Decimal("1.5"), Decimal("1.25")), (Decimal(1), Decimal(0))),
    Example((Decimal("-0.3"), Decimal("-0.8")), (Decimal(0), Decimal(1))),
]
BATCHES = {
    "one example": None,
    "one to an update": Batches(1),
    "two to an update, then one": Batches(2),
    "all to an update": Batches(5),
    "shuffled": Batches(2, shuffle=True, seed=3),
    "shuffled, all to an update": Batches(5, shuffle=True, seed=4),
}
LAST = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}
EPOCHS = 30


def exercise_of(loss: str, optimizer: str, form: str) -> Exercise:
    """A 2-3-2 network whose targets suit every loss."""
    exercise = activated(fully_connected(2, (3, 2)), ["tanh", LAST.get(loss, "sigmoid")])
    exercise = exercise._replace(network=replace(exercise.network, loss=loss))
    numbers = {**exercise.numbers, "learning_rate": Decimal("0.05")}
    numbers |= dict(zip(("y_true_o1", "y_true_o2"), EXAMPLES[0].targets, strict=True))
    exercise = optimized(exercise._replace(numbers=numbers), optimizer, "0.01")
    batches = BATCHES[form]
    return with_examples(exercise, EXAMPLES, batches) if batches else exercise


def initial(exercise: Exercise) -> State:
    return tuple(float(exercise.numbers[name]) for name in state_names(exercise.network))


def bits(numbers: Sequence[Figure]) -> list[str]:
    return [float(number).hex() for number in numbers]


def check_every_limit(exercise: Exercise, engine: str) -> None:
    """Train until each of the losses that come by, and to just below it.

    The losses and states to end with are those of an epoch at a time, by the loop without a limit,
    which other tests hold against the working.
    """
    by_one, at_once = (
        CompiledLoop(exercise, Compiled(exercise, name)) for name in (PYTHON, engine)
    )
    states = [initial(exercise)]
    for epoch in range(1, EPOCHS + 1):
        states.append(by_one.trained(states[-1], epoch, 1)[1])
    losses = [by_one.loss(state) for state in states]
    assert len(set(losses)) > EPOCHS / 2
    for loss in losses:
        for limit in (loss, math.nextafter(loss, -math.inf)):
            reached = (at for at in range(1, EPOCHS) if losses[at] <= limit)
            expected = next(reached, EPOCHS)
            done, state = at_once.trained(states[0], 1, EPOCHS, limit)
            assert done == expected, limit
            assert bits(state) == bits(states[expected])
            assert at_once.loss(state).hex() == losses[expected].hex()


@pytest.mark.parametrize(
    ("loss", "optimizer", "form"), every_pair([*LOSSES], BY_GRADIENT, [*BATCHES])
)
def test_the_loop_ends_with_the_first_epoch_that_reaches_the_loss(
    loss: str, optimizer: str, form: str
) -> None:
    check_every_limit(exercise_of(loss, optimizer, form), PYTHON)


@pytest.mark.numba
@pytest.mark.parametrize(
    ("loss", "optimizer", "form"),
    [
        *(("half_squared_error", "sgd", form) for form in BATCHES),
        *((loss, "sgd", "all to an update") for loss in LOSSES),
        *(("cross_entropy", optimizer, "two to an update, then one") for optimizer in BY_GRADIENT),
    ],
)
def test_by_numba_it_ends_there_as_well(loss: str, optimizer: str, form: str) -> None:
    check_every_limit(exercise_of(loss, optimizer, form), NUMBA)


# --- the training around it ------------------------------------------------------------------


def after(exercise: Exercise, epochs: int) -> Exercise:
    """The exercise, with so many epochs said to be done: it is judged less often then."""
    return exercise._replace(trained=Trained(epochs))


def outcome(trainer: Trainer, stops: Sequence[int], limit: float) -> object:
    """Train from stop to stop: how it ends, or in which epoch and with what it diverges."""
    ending: Ending | None = None
    try:
        for stop in stops:
            ending = trainer.advance(stop, (), Limits(until_loss=limit))
            if ending is not None:
                break
    except DivergedError as error:
        return error.epoch, str(error)
    loss = trainer.loss()
    return ending, trainer.epoch, loss.hex(), bits([*trainer.numbers.values()])


def check_against_single_epochs(exercise: Exercise, epochs: int, limit: float) -> object:
    """Train at once and an epoch at a time, with the same outcome."""
    start = exercise.trained.epochs
    at_once = outcome(Trainer(exercise), [start + epochs], limit)
    by_one = outcome(Trainer(exercise), range(start + 1, start + epochs + 1), limit)
    assert at_once == by_one
    return at_once


@settings(max_examples=100, deadline=None)
@given(trainings(), st.integers(0, 24), st.sampled_from([1, 30, 1000, 10**9]))
def test_whatever_is_trained_ends_as_if_it_was_looked_at_after_every_epoch(
    exercise: Exercise, epoch: int, faster: int
) -> None:
    exercise = after(exercise, 100)
    try:
        trainer = Trainer(exercise)
        trainer.advance(100 + epoch)
    except (DivergedError, WorkingError):
        assume(False)
    limit = trainer.loss()
    rate = exercise.numbers["learning_rate"] * faster
    quick = exercise._replace(numbers={**exercise.numbers, "learning_rate": Decimal(rate)})
    check_against_single_epochs(quick, 25, limit)


@pytest.mark.parametrize("engine", [PYTHON, pytest.param(NUMBA, marks=pytest.mark.numba)])
def test_a_loss_that_does_not_exist_now_and_then_is_passed_over(engine: str) -> None:
    # The decay turns w1 round with every epoch, to −0.9 times what it was. Where it is below 0,
    # so is the prediction, which has no logarithm then; the gradient exists all the same.
    exercise = parse(
        "inputs: [1]\nweights: {output: [[0.5]]}\ntarget: 0\nactivation: sigmoid\n"
        "loss: binary_cross_entropy\nlearning_rate: 1e-12\nweight_decay: 1.9e12\n",
        "turning.yaml",
    )
    layers = tuple(layer._replace(activation="linear") for layer in exercise.network.layers)
    exercise = after(exercise._replace(network=replace(exercise.network, layers=layers)), 101)
    limit = -math.log(1 - 0.5 * 0.9**6) + 1e-6  # of epoch 107; 102, 104 and 106 have none
    trainer = Trainer(exercise, CompiledLoop(exercise, Compiled(exercise, engine)))
    assert trainer.advance(102) is None
    assert math.isnan(trainer.loss())
    ending = trainer.advance(109, (), Limits(until_loss=limit))
    assert ending is not None
    assert (ending.epoch, ending.reason) == (107, Reason.LOSS_REACHED)
    assert ending.figure == pytest.approx(limit, abs=2e-6)
    check_against_single_epochs(exercise, 8, limit)


@pytest.mark.parametrize("until", [0, 1, 99, 100, 101, 104, 109, 110, 5309])
def test_the_state_that_is_ended_with_is_that_of_the_epoch(until: int) -> None:
    reference = Trainer(load(str(DEFAULT)))
    reference.advance(until)
    trainer = Trainer(load(str(DEFAULT)))
    ending = trainer.advance(6000, range(0, 6000, 30), Limits(until_loss=reference.loss()))
    assert ending == Ending(until, Reason.LOSS_REACHED, reference.loss())
    assert bits([*trainer.numbers.values()]) == bits([*reference.numbers.values()])
    trainer.conclude()
    assert trainer.history[-1] == (until, reference.loss())
    assert [epoch for epoch, _ in trainer.history] == sorted({*range(0, until, 30), until})


def test_a_loss_that_is_reached_with_the_last_epoch_is_reached_and_one_that_is_not_is_not() -> None:
    reference = Trainer(load(str(DEFAULT)))
    reference.advance(1234)
    loss = reference.loss()
    for limit, expected in (
        (loss, Ending(1234, Reason.LOSS_REACHED, loss)),
        (math.nextafter(loss, 0), None),
    ):
        trainer = Trainer(load(str(DEFAULT)))
        assert trainer.advance(1234, (), Limits(until_loss=limit)) == expected
        assert trainer.epoch == 1234


def test_the_loop_is_not_left_to_look_at_the_loss() -> None:
    looks: list[int] = []
    watch = Watch(report=lambda going: looks.append(going.epoch))
    trainer = Trainer(load(str(DEFAULT)))
    trainer.advance(100_000, (), Limits(until_loss=1e-9), watch)
    assert len(looks) < 100 + 90 + 90 + 90 + 60  # where it is judged, and every tenth of a second


def test_checkpoints_are_made_on_the_way_to_a_loss_and_not_beyond_it() -> None:
    made: list[int] = []
    watch = Watch(checkpoint=lambda going: made.append(going.epoch), every=70)
    reference = Trainer(load(str(DEFAULT)))
    reference.advance(381)
    trainer = Trainer(load(str(DEFAULT)))
    ending = trainer.advance(2000, (), Limits(until_loss=reference.loss()), watch)
    assert ending is not None
    assert (ending.epoch, made) == (381, [70, 140, 210, 280, 350])


def test_a_loss_is_reached_in_the_same_epoch_across_a_resumption(
    backprop: Backprop, tmp_path: Path
) -> None:
    whole, part = tmp_path / "whole.yaml", tmp_path / "part.yaml"
    options = ("--until-loss", "0.0021", "--every", "45")
    backprop("run", DEFAULT, "--epochs", "3000", *options, "--checkpoint", whole)
    stopped = yaml.safe_load(whole.read_text(encoding="utf-8"))["trained"]["epochs"]
    assert 100 < stopped < 3000
    backprop("run", DEFAULT, "--epochs", str(stopped - 33), *options, "--checkpoint", part)
    run = backprop("run", "--resume", part, "--epochs", "3000", *options, "--checkpoint", part)
    assert f"Training stopped after epoch {stopped}: its loss of 0.00210" in run.stdout
    assert part.read_bytes() == whole.read_bytes()
