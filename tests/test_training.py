"""Training is the working, epoch after epoch, to the last bit."""

import io
import keyword
import math
import re
import tokenize
import tracemalloc
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import exercises, fully_connected

from backprop_cli.arithmetic import Exact
from backprop_cli.compiler import loss_source, training_source
from backprop_cli.config import load
from backprop_cli.derivation import derive
from backprop_cli.limits import DivergedError, Watch
from backprop_cli.network import LOSS, Edge, Exercise, Layer, Network, Neuron
from backprop_cli.training import Trainer, recorded_epochs, well_chosen
from backprop_cli.working import work

DOCUMENT = Path(__file__).parents[1] / "configs" / "default.yaml"


def trainer_of(exercise: Exercise) -> Trainer:
    return Trainer(exercise)


def document() -> Exercise:
    return load(str(DOCUMENT))


def with_numbers(exercise: Exercise, **numbers: str) -> Exercise:
    changed = {name: Decimal(number) for name, number in numbers.items()}
    return Exercise(exercise.network, {**exercise.numbers, **changed})


def bits(numbers: dict[str, float]) -> dict[str, str]:
    """Floats in a form that tells apart all that differ in any bit, 0 and −0 among them."""
    return {name: number.hex() for name, number in numbers.items()}


def check_that_training_is_the_working(exercise: Exercise, epochs: int) -> None:
    """Train, and work the same epochs step by step; both must agree to the last bit."""
    network, derivation = exercise.network, derive(exercise.network)
    trainer = trainer_of(exercise)
    parameters = {name: float(exercise.numbers[name]) for name in network.parameters}
    losses = []
    for epoch in range(epochs + 1):
        trainer.advance(epoch, record=range(1, epochs + 1))
        assert bits(trainer.numbers) == bits(parameters), f"after epoch {epoch}"
        values = work(derivation, {**exercise.numbers, **parameters}, Exact()).values
        losses.append((epoch, values[LOSS].hex()))
        parameters = {name: values.get(f"{name}_new", parameters[name]) for name in parameters}
    assert [(epoch, loss.hex()) for epoch, loss in trainer.history] == losses


# --- training and working --------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(exercises())
def test_training_agrees_with_the_working_to_the_last_bit(exercise: Exercise) -> None:
    check_that_training_is_the_working(exercise, epochs=4)


def test_training_the_document_s_network_is_its_working() -> None:
    check_that_training_is_the_working(document(), epochs=200)


@pytest.mark.parametrize(
    ("inputs", "widths"),
    [
        (120, (3, 1)),  # weighted sums of 121 terms
        (49, (2, 1)),  # exactly 50 with the bias
        (50, (2, 1)),  # and one more
        (2, (3, 60)),  # 60 losses in a sum, and 60 parts in the gradient of a shared bias
        (5000, (2, 1)),  # 10,000 weights, and more terms than Python compiles in one expression
        (1, (101, 1)),  # an activation whose neuron is one of very many
    ],
)
def test_long_sums_are_trained_in_the_order_in_which_they_are_worked(
    inputs: int, widths: tuple[int, ...]
) -> None:
    check_that_training_is_the_working(fully_connected(inputs, widths), epochs=3)


@pytest.mark.parametrize("frozen", [{"w1"}, {"w5", "b2"}, {"w1", "w2", "w3", "w4", "w5", "w6"}])
def test_training_with_frozen_parameters_is_the_working(frozen: set[str]) -> None:
    exercise = fully_connected(2, (2, 1), frozen=frozenset(frozen))
    check_that_training_is_the_working(exercise, epochs=5)


@pytest.mark.parametrize("depth", [30, 150])
@pytest.mark.parametrize("trained", [None, "w1"])
def test_a_deep_network_trains_whatever_is_frozen(depth: int, trained: str | None) -> None:
    network = fully_connected(1, (1,) * depth).network
    frozen = frozenset(network.parameters) - {trained} if trained else frozenset()
    check_that_training_is_the_working(fully_connected(1, (1,) * depth, frozen), epochs=2)


@settings(max_examples=50, deadline=None)
@given(exercises())
def test_frozen_parameters_keep_every_bit(exercise: Exercise) -> None:
    trainer = trainer_of(exercise)
    trainer.advance(7)
    for name in exercise.network.frozen:
        assert trainer.numbers[name].hex() == float(exercise.numbers[name]).hex()


def test_a_network_with_everything_frozen_does_not_change() -> None:
    network = fully_connected(2, (2, 1)).network
    trainer = trainer_of(fully_connected(2, (2, 1), frozenset(network.parameters)))
    before = trainer.numbers
    trainer.advance(10, record=[10])
    assert trainer.numbers == before
    assert [epoch for epoch, _ in trainer.history] == [0, 10]
    assert trainer.history[0][1] == trainer.history[1][1]


def test_the_loss_falls_every_epoch_on_the_document_s_network() -> None:
    trainer = trainer_of(document())
    trainer.advance(1000, recorded_epochs(1000))
    losses = [loss for _, loss in trainer.history]
    assert len(losses) == 1001
    assert all(after < before for before, after in pairwise(losses))


# --- the loop --------------------------------------------------------------------------------


@settings(max_examples=50, deadline=None)
@given(exercises(), st.sets(st.integers(1, 40), min_size=1, max_size=5))
def test_training_in_pieces_is_training_at_once(exercise: Exercise, pieces: set[int]) -> None:
    record = recorded_epochs(max(pieces))
    whole, stepwise = trainer_of(exercise), trainer_of(exercise)
    whole.advance(max(pieces), record)
    for piece in sorted(pieces):
        stepwise.advance(piece, record)
    assert stepwise.epoch == whole.epoch
    assert bits(stepwise.numbers) == bits(whole.numbers)
    assert stepwise.history == whole.history


def test_advancing_to_where_training_stands_records_nothing_twice() -> None:
    trainer = trainer_of(document())
    for _ in range(2):
        trainer.advance(3, recorded_epochs(3))
    assert [epoch for epoch, _ in trainer.history] == [0, 1, 2, 3]


@pytest.mark.parametrize("record", [(), (2, 5), range(11), (5, 20)])
def test_the_loss_is_recorded_after_the_epochs_asked_for(record: Sequence[int]) -> None:
    trainer = trainer_of(document())
    trainer.advance(10, record)
    assert [epoch for epoch, _ in trainer.history] == sorted({0} | set(record) & set(range(11)))


def test_progress_is_reported_in_order_and_up_to_the_last_epoch() -> None:
    reported: list[int] = []
    watch = Watch(report=lambda trainer: reported.append(trainer.epoch))
    trainer_of(document()).advance(5000, watch=watch)
    assert reported[-1] == 5000
    assert reported == sorted(set(reported))


# --- memory ----------------------------------------------------------------------------------


@pytest.mark.parametrize("epochs", [0, 1, 2, 999, 1000])
def test_up_to_a_thousand_epochs_every_loss_is_recorded(epochs: int) -> None:
    assert recorded_epochs(epochs) == list(range(epochs + 1))


@given(st.integers(1, 10**15))
def test_few_epochs_are_recorded_however_many_are_run(epochs: int) -> None:
    recorded = recorded_epochs(epochs)
    assert len(recorded) <= 1001
    assert recorded[0] == 0
    assert recorded[-1] == epochs
    assert recorded == sorted(set(recorded))


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [
        (1, [0, 1]),
        (2, [0, 1, 2]),
        (4, [0, 1, 2, 4]),
        (5, [0, 1, 2, 5]),
        (10, [0, 1, 2, 5, 10]),
        (60, [0, 1, 2, 5, 10, 20, 50, 60]),
        (1000, [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]),
    ],
)
def test_well_chosen_epochs_are_ones_twos_and_fives_and_the_last(
    epochs: int, expected: list[int]
) -> None:
    assert well_chosen(epochs) == expected


def test_a_hundred_thousand_epochs_keep_a_short_history_of_a_falling_loss() -> None:
    trainer = trainer_of(document())
    trainer.advance(100_000, recorded_epochs(100_000))
    losses = [loss for _, loss in trainer.history]
    assert len(losses) <= 1001
    assert trainer.history[-1][0] == 100_000
    assert losses == sorted(losses, reverse=True)


def test_memory_does_not_grow_with_the_number_of_epochs() -> None:
    trainer = trainer_of(document())
    trainer.advance(100)
    tracemalloc.start()
    try:
        trainer.advance(1_000)
        _, after_few = tracemalloc.get_traced_memory()
        trainer.advance(20_000)
        _, after_many = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # One float kept for each epoch would be 456,000 bytes.
    assert after_many < after_few + 10_000


# --- divergence ------------------------------------------------------------------------------


def test_a_weight_that_leaves_float64_ends_training_and_is_named_with_its_epoch() -> None:
    # One update moves b2 by about 1e160 * 1e150, beyond 1.8e308.
    trainer = trainer_of(with_numbers(document(), y_true="1e150", learning_rate="1e160"))
    with pytest.raises(
        DivergedError, match=r"diverged: \w+ left the range of float64 in epoch 1;"
    ) as caught:
        trainer.advance(1)
    assert caught.value.epoch == 1


def test_a_loss_that_is_infinite_at_the_start_is_epoch_0() -> None:
    with pytest.raises(
        DivergedError, match=r"diverged: Loss left the range of float64 in epoch 0$"
    ) as caught:
        trainer_of(with_numbers(document(), y_true="1e200"))
    assert caught.value.epoch == 0


def test_a_parameter_that_is_no_longer_finite_ends_training_in_the_epoch_in_which_it_left() -> None:
    # After the first update the weights are infinite, and zero times infinity is not a number.
    exercise = with_numbers(document(), y_true="1e150", learning_rate="1e170", x1="0", x2="1e20")
    with pytest.raises(DivergedError, match=r"in epoch 1;") as caught:
        trainer_of(exercise).advance(1000, record=[5, 10])
    assert caught.value.epoch == 1


@settings(max_examples=100, deadline=None)
@given(exercises(most_layers=3, most_wide=3), st.integers(0, 300), st.integers(0, 300))
def test_training_ends_with_finite_numbers_or_says_that_it_diverged(
    exercise: Exercise, rate: int, target: int
) -> None:
    extreme = {
        "learning_rate": f"1e{rate}",
        **{exercise.network.target(o): f"1e{target}" for o in exercise.network.outputs},
    }
    try:
        trainer = trainer_of(with_numbers(exercise, **extreme))
        trainer.advance(3, recorded_epochs(3))
    except DivergedError:
        return
    assert all(map(math.isfinite, trainer.numbers.values()))
    assert all(math.isfinite(loss) for _, loss in trainer.history)


# --- the generated code ----------------------------------------------------------------------


def test_the_generated_code_holds_none_of_the_user_s_names() -> None:
    unusual = ("import_os", "lambda", "exp", "p0", "v0", "epochs")
    hidden = tuple(
        Neuron(name, (Edge("eval", f"w_{name}"), Edge("parameters", f"weight_{name}")), "exec")
        for name in unusual
    )
    out = Neuron("__builtins__", tuple(Edge(name, f"last_{name}") for name in unusual), "print")
    network = Network(("eval", "parameters"), (Layer("os", hidden), Layer("sys", (out,))))
    given_names = (*network.inputs, *network.parameters, "y_true", "learning_rate")
    numbers = {name: Decimal(at * 7 % 11 - 5) / 4 for at, name in enumerate(given_names)}
    exercise = Exercise(network, numbers)

    code = training_source(exercise) + loss_source(exercise)
    for name in (*network.parameters, "import_os", "lambda", "eval", "__builtins__"):
        assert name not in code
    check_that_training_is_the_working(exercise, epochs=3)


@settings(max_examples=25, deadline=None)
@given(exercises())
def test_an_epoch_computes_each_activation_at_most_once(exercise: Exercise) -> None:
    train = training_source(exercise)
    assert train.count("1.0 + exp(-") <= len(list(exercise.network.neurons))


@settings(max_examples=25, deadline=None)
@given(exercises())
def test_the_generated_code_holds_only_its_own_words(exercise: Exercise) -> None:
    own = re.compile(r"[psv]\d+|exp|train|loss|epochs|state|batches|examples|range|_")
    code = training_source(exercise) + loss_source(exercise)
    words = {
        token.string
        for token in tokenize.generate_tokens(io.StringIO(code).readline)
        if token.type == tokenize.NAME and not keyword.iskeyword(token.string)
    }
    assert all(own.fullmatch(word) for word in words), words
