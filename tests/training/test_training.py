"""Training is the working, epoch after epoch, to the last bit."""

import io
import keyword
import math
import re
import tokenize
import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import reduce
from itertools import pairwise
from operator import add

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.networks import (
    BY_GRADIENT,
    activated,
    exercises,
    fully_connected,
    optimized,
    trainings,
    with_examples,
)
from support.pairs import every_pair
from support.program import DEFAULT

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import WorkingError, work
from backprop_cli.config.load import load, parse
from backprop_cli.derivation.derive import derive_passes
from backprop_cli.derivation.objective import FEW
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.optimizers import state_names
from backprop_cli.network.exercise import Batches, Example, Exercise, Figure
from backprop_cli.network.neurons import Edge, Layer, Neuron
from backprop_cli.network.structure import LOSS, Network
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate
from backprop_cli.runs.updates import Updates
from backprop_cli.training.endings import DivergedError
from backprop_cli.training.source import loss_source, training_source, until_source
from backprop_cli.training.trainer import Trainer, recorded_epochs, well_chosen
from backprop_cli.training.watch import Watch

DOCUMENT = DEFAULT


def trainer_of(exercise: Exercise) -> Trainer:
    return Trainer(exercise)


def document() -> Exercise:
    return load(str(DOCUMENT))


def with_numbers(exercise: Exercise, **numbers: str) -> Exercise:
    changed = {name: Decimal(number) for name, number in numbers.items()}
    return Exercise(exercise.network, {**exercise.numbers, **changed})


def bits(numbers: Mapping[str, Figure]) -> dict[str, str]:
    """Floats in a form that tells apart all that differ in any bit, 0 and −0 among them."""
    return {name: float(number).hex() for name, number in numbers.items()}


def loss_over_all(exercise: Exercise, state: Mapping[str, Figure]) -> float:
    """Over the examples, the mean or the sum of each one's worked loss, with a state's numbers."""
    network = exercise.network
    passes, total = derive_passes(network), -0.0
    for at in range(exercise.example_count):
        total += work(passes, {**exercise.given(at), **state}, Exact()).values[network.derived]
    if exercise.network.reduction == "mean":
        total /= exercise.example_count
    return total + penalty(exercise, state) if exercise.network.penalty else total


def penalty(exercise: Exercise, state: Mapping[str, Figure]) -> float:
    """0.5 * l2 * Σ w^2, or l1 * Σ |w|, in the order in which it is written."""
    network = exercise.network
    strength = float(exercise.numbers[network.penalty])
    names = (*network.weights, *(network.biases if network.penalizes_biases else ()))
    weights = [float(state[name]) for name in names]
    if network.penalty == "l2":
        return 0.5 * strength * reduce(add, (weight * weight for weight in weights))
    return strength * reduce(add, map(abs, weights))


def check_that_training_is_the_working(exercise: Exercise, epochs: int) -> None:
    """Train, and work the same updates step by step; both must agree to the last bit.

    That goes for the state after every update of every epoch, the optimizer's running quantities
    included, and for the loss before the first epoch and after each.
    """
    trainer = trainer_of(exercise)
    names = state_names(exercise.network)
    state: Mapping[str, Figure] = {name: float(exercise.numbers[name]) for name in names}
    losses, updates = [(0, loss_over_all(exercise, state).hex())], Updates(exercise)
    for epoch in range(1, epochs + 1):
        batches = exercise.batches.of_epoch(epoch, exercise.example_count)
        for at, batch in enumerate(batches, 1):
            state = updates.after(updates.work(state, batch, batch[-1], Exact()))
            if len(batches) > 1:
                assert bits(trainer.numbers_after(batches[:at])) == bits(state), (epoch, at)
        trainer.advance(epoch, record=[epoch])
        assert bits(trainer.numbers) == bits(state), f"after epoch {epoch}"
        losses.append((epoch, loss_over_all(exercise, state).hex()))
    assert [(epoch, loss.hex()) for epoch, loss in trainer.history] == losses


# --- training and working --------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
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
        (3500, (1,)),  # more terms than Python compiles in one expression
        (1, (101, 1)),  # an activation whose neuron is one of very many
    ],
)
def test_long_sums_are_trained_in_the_order_in_which_they_are_worked(
    inputs: int, widths: tuple[int, ...]
) -> None:
    check_that_training_is_the_working(fully_connected(inputs, widths), epochs=2)


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


@settings(max_examples=25, deadline=None)
@given(exercises())
def test_frozen_parameters_keep_every_bit(exercise: Exercise) -> None:
    trainer = trainer_of(exercise)
    trainer.advance(7)
    for name in exercise.network.frozen:
        assert float(trainer.numbers[name]).hex() == float(exercise.numbers[name]).hex()


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


# --- many examples, optimizers, slopes -------------------------------------------------------

EXAMPLES = [
    Example((Decimal("0.7"), Decimal("-0.4")), (Decimal("0.3"), Decimal("0.7"))),
    Example((Decimal("-1.1"), Decimal("0.6")), (Decimal(1), Decimal(0))),
    Example((Decimal("0.2"), Decimal("0.9")), (Decimal(0), Decimal(1))),
    Example((Decimal("1.5"), Decimal("1.25")), (Decimal("0.5"), Decimal("0.5"))),
    Example((Decimal("-0.3"), Decimal("-0.8")), (Decimal("0.25"), Decimal("0.75"))),
]
BATCHES = {
    "one example": None,
    "one to an update": Batches(1),
    "two to an update, then one": Batches(2),
    "all to an update": Batches(5),
    "shuffled": Batches(2, shuffle=True, seed=3),
    "shuffled, one to an update": Batches(1, shuffle=True, seed=4),
}
SETTINGS: Mapping[str, Mapping[str, str]] = {
    "sgd": {},
    "momentum": {"momentum": "0.5"},
    "dampened_momentum": {"momentum": "0.5", "dampening": "0.7"},
    "nesterov": {"momentum": "0.7"},
    "adam": {"beta1": "0.8", "beta2": "0.95", "epsilon": "1e-6"},
    "adamw": {"beta1": "0", "beta2": "0.9", "epsilon": "0.001"},
}
LAST = {"binary_cross_entropy": "sigmoid", "cross_entropy": "softmax"}


def with_batches(exercise: Exercise, form: str) -> Exercise:
    """An exercise of two inputs and two outputs with examples in one of the forms of BATCHES."""
    batches = BATCHES[form]
    return with_examples(exercise, EXAMPLES, batches) if batches else exercise


@pytest.mark.parametrize(
    ("optimizer", "set_otherwise", "decay", "form"),
    every_pair(BY_GRADIENT, [False, True], ["0", "0.1"], [*BATCHES]),
)
def test_training_by_any_optimizer_in_any_batches_is_the_working(
    optimizer: str, set_otherwise: bool, decay: str, form: str
) -> None:
    exercise = activated(fully_connected(2, (3, 2)), ["parametric_relu", "tanh"])
    settings = SETTINGS[optimizer] if set_otherwise else {}
    exercise = optimized(with_batches(exercise, form), optimizer, decay, **settings)
    check_that_training_is_the_working(exercise, epochs=3)


@pytest.mark.parametrize(
    ("activation", "loss", "form"),
    every_pair([*ACTIVATIONS, "softmax"], [*LOSSES], [*BATCHES]),
)
def test_training_any_activation_and_loss_in_any_batches_is_the_working(
    activation: str, loss: str, form: str
) -> None:
    exercise = fully_connected(2, (3, 2))
    exercise = activated(exercise, [activation, LAST.get(loss, activation)])
    exercise = exercise._replace(network=replace(exercise.network, loss=loss))
    first = dict(zip(("y_true_o1", "y_true_o2"), EXAMPLES[0].targets, strict=True))
    first["learning_rate"] = Decimal("0.05")
    exercise = exercise._replace(numbers={**exercise.numbers, **first})
    check_that_training_is_the_working(with_batches(exercise, form), epochs=2)


@settings(max_examples=100, deadline=None)
@given(trainings())
def test_training_whatever_can_be_configured_is_the_working(exercise: Exercise) -> None:
    try:
        check_that_training_is_the_working(exercise, epochs=2)
    except (WorkingError, DivergedError):
        assume(False)


@pytest.mark.parametrize("form", BATCHES)
@pytest.mark.parametrize("optimizer", BY_GRADIENT)
def test_what_is_frozen_is_trained_by_no_optimizer(optimizer: str, form: str) -> None:
    exercise = fully_connected(2, (2, 2, 2))
    exercise = activated(exercise, ["parametric_relu", "parametric_relu", "sigmoid"])
    frozen = frozenset({"w1", "w2", "w12", "b2", "s1"})
    exercise = exercise._replace(network=replace(exercise.network, frozen=frozen))
    exercise = optimized(with_batches(exercise, form), optimizer, "0.1")
    check_that_training_is_the_working(exercise, epochs=2)
    trainer = trainer_of(exercise)
    trainer.advance(3)
    for name in exercise.network.parameters:
        start = float(exercise.numbers[name])
        assert (trainer.numbers[name] == start) is (name in frozen), name


@pytest.mark.parametrize("size", [FEW, FEW + 1, 12])
def test_the_mean_of_a_large_batch_is_that_of_its_examples_to_the_last_bit(size: int) -> None:
    """A large batch is summed up by compiled code; here its examples are worked one by one."""
    examples = [
        Example((Decimal(at) / 10, Decimal(7 - at) / 20), (Decimal(at % 2), Decimal(1)))
        for at in range(12)
    ]
    exercise = activated(fully_connected(2, (3, 2)), ["parametric_relu", "tanh"])
    exercise = with_examples(exercise, examples, Batches(size))
    network, passes = exercise.network, derive_passes(exercise.network)
    values = Updates(exercise).work(exercise.numbers, tuple(range(size)), 0, Exact()).values
    means = {"MeanLoss": LOSS} | {
        f"∂MeanLoss/∂{name}": network.gradient(name).name for name in network.parameters
    }
    alone = [work(passes, exercise.given(at), Exact()).values for at in range(size)]
    for mean, name in means.items():
        total = -0.0
        for found in alone:
            total += found[name]
        assert values[mean].hex() == (total / size).hex(), mean


@pytest.mark.parametrize("size", [1, 2, 5, FEW + 1, 12])
def test_training_by_summed_gradients_is_the_working_to_the_last_bit(size: int) -> None:
    examples = [
        Example((Decimal(at) / 10, Decimal(7 - at) / 20), (Decimal(at % 2), Decimal(1)))
        for at in range(12)
    ]
    exercise = with_examples(fully_connected(2, (3, 2)), examples, Batches(size))
    exercise = exercise._replace(network=replace(exercise.network, reduction="sum"))
    check_that_training_is_the_working(exercise, epochs=4)
    unsteady = with_examples(exercise, examples, Batches(size, shuffle=True, seed=3))
    check_that_training_is_the_working(unsteady, epochs=2)


@pytest.mark.parametrize("size", [None, 1, 2, FEW + 1, 12])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(("kind", "biases"), [("l2", False), ("l1", True)])
def test_training_with_a_penalty_is_the_working_to_the_last_bit(
    kind: str, biases: bool, reduction: str, size: int | None
) -> None:
    exercise = fully_connected(2, (3, 2), frozenset({"w2"}))
    network = replace(exercise.network, penalty=kind, penalizes_biases=biases, reduction=reduction)
    numbers = {**exercise.numbers, kind: Decimal("0.1")}
    exercise = exercise._replace(network=network, numbers=numbers)
    if size is not None:
        examples = [
            Example((Decimal(at) / 10, Decimal(7 - at) / 20), (Decimal(at % 2), Decimal(1)))
            for at in range(12)
        ]
        exercise = with_examples(exercise, examples, Batches(size))
    check_that_training_is_the_working(exercise, epochs=4)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 10**6), st.integers(1, 10**6))
def test_an_epoch_goes_through_every_example_once(
    examples: int, size: int, seed: int, epoch: int
) -> None:
    in_order = Batches(size).of_epoch(epoch, examples)
    shuffled = Batches(size, shuffle=True, seed=seed).of_epoch(epoch, examples)
    assert [at for batch in in_order for at in batch] == list(range(examples))
    assert sorted(at for batch in shuffled for at in batch) == list(range(examples))
    for batches in (in_order, shuffled):
        assert {len(batch) for batch in batches[:-1]} <= {size}
        assert 1 <= len(batches[-1]) <= size


def test_shuffled_orders_differ_by_epoch_and_by_seed_and_are_drawn_again_the_same() -> None:
    drawn = Batches(4, shuffle=True, seed=1)
    orders = [drawn.of_epoch(epoch, 20) for epoch in range(1, 31)]
    assert orders == [drawn.of_epoch(epoch, 20) for epoch in range(1, 31)]
    orders += [drawn._replace(seed=seed).of_epoch(1, 20) for seed in range(2, 31)]
    assert all(one != other for at, one in enumerate(orders) for other in orders[:at])


@settings(max_examples=30, deadline=None)
@given(trainings(most_layers=2), st.sets(st.integers(1, 8), min_size=1, max_size=4))
def test_training_in_pieces_is_training_at_once_whatever_the_optimizer(
    exercise: Exercise, pieces: set[int]
) -> None:
    try:
        whole, stepwise = trainer_of(exercise), trainer_of(exercise)
        whole.advance(max(pieces), range(9))
        for piece in sorted(pieces):
            stepwise.advance(piece, range(9))
    except (DivergedError, WorkingError):
        assume(False)
    assert bits(stepwise.numbers) == bits(whole.numbers)
    assert stepwise.history == whole.history


def test_a_seed_matters_only_where_examples_are_shuffled() -> None:
    def trained(shuffle: bool, seed: int) -> dict[str, str]:
        batches = Batches(2, shuffle, seed)
        trainer = trainer_of(with_examples(fully_connected(2, (3, 2)), EXAMPLES, batches))
        trainer.advance(3)
        return bits(trainer.numbers)

    assert trained(False, 1) == trained(False, 2)
    assert trained(True, 1) == trained(True, 1)
    assert len({str(trained(True, seed)) for seed in range(1, 5)} | {str(trained(False, 1))}) == 5


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


def test_a_loss_that_does_not_exist_from_the_start_is_said_as_in_a_working() -> None:
    with pytest.raises(WorkingError, match=r"^Loss: the result is too large"):
        trainer_of(with_numbers(document(), y_true="1e200"))


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
    except (DivergedError, WorkingError):
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

    code = "".join(sources(exercise))
    for name in (*network.parameters, "import_os", "lambda", "eval", "__builtins__"):
        assert name not in code
    check_that_training_is_the_working(exercise, epochs=3)


def sources(exercise: Exercise) -> tuple[str, str, str]:
    """What training, training until a loss, and the loss itself are compiled from."""
    passes = derive_passes(exercise.network)
    return (
        training_source(exercise, passes),
        until_source(exercise, passes),
        loss_source(exercise, passes),
    )


@settings(max_examples=25, deadline=None)
@given(exercises())
def test_an_epoch_computes_each_activation_at_most_once(exercise: Exercise) -> None:
    train, *_ = sources(exercise)
    assert train.count("1.0 + exp(-") <= len(list(exercise.network.neurons))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("widths", [(3, 2), (4, 4, 4, 3)])
def test_a_loss_computes_each_activation_once_whatever_chooses_what_it_comes_to(
    widths: tuple[int, ...], loss: str
) -> None:
    """The cross-entropy of an output whose target is 0 is 0, whatever the prediction."""
    *hidden, last = widths
    exercise = activated(fully_connected(2, widths), ["tanh"] * len(hidden) + ["softmax"])
    network = replace(exercise.network, loss=loss)
    *_, source = sources(exercise._replace(network=network))
    assert source.count("tanh(") == sum(hidden)
    # For each output, the exps of the loss's formula, or, where one output is nearly sure, that of
    # what it leaves to the others.
    own = {"log_cosh": 2, "binary_cross_entropy": 1}.get(loss, 0)
    assert source.count("exp(") == last * (1 + own)


@settings(max_examples=25, deadline=None)
@given(exercises())
def test_the_generated_code_holds_only_its_own_words(exercise: Exercise) -> None:
    own = r"[psv]\d+|exp|train|loss|epochs|state|batches|examples|rate|range|_"
    train, until, loss = sources(exercise)
    check_words(train + loss, own)
    check_words(until, rf"{own}|train_until|done|limit")


def check_words(code: str, own: str) -> None:
    """No name in a source is other than those of a pattern."""
    words = {
        token.string
        for token in tokenize.generate_tokens(io.StringIO(code).readline)
        if token.type == tokenize.NAME and not keyword.iskeyword(token.string)
    }
    assert all(re.fullmatch(own, word) for word in words), words


def test_a_start_that_only_rounding_keeps_from_perfect_is_none_to_measure_divergence_by() -> None:
    # 0.1 * 3 − 0.3 is 5.6e-17 in float64, and the decay moves the weight a little away.
    text = """\
inputs: [3]
weights: {output: [[0.1]]}
activation: linear
target: 0.3
learning_rate: 0.1
weight_decay: 0.01
"""
    done = calculate(parse(text, "near.yaml"), Plan(epochs=100))
    assert 0 < done.history[0][1] < 1e-30
    # By hand: it comes to rest where 3 (3 w − 0.3) + 0.01 w = 0.
    assert done.history[-1][1] == pytest.approx((3 * 0.9 / 9.01 - 0.3) ** 2 / 2, rel=1e-6, abs=0)
