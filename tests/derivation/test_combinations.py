"""Every activation, loss, form of biases and form of batches, each with each of the others.

Of a combination one epoch is checked, update by update, as it is printed and as it is compiled
for training: the loss and the gradient of every example, their means, and the new parameters. The
expected figures are differences of the loss that `reference` writes down, at the parameters that
the update starts from. In fifty digits and with one step of about 1e-25 they are right to some
twenty digits, and they owe nothing to any derivative.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

import mpmath  # type: ignore[import-untyped]
import pytest
from support import reference
from support.networks import BIAS_FORMS, activated, biased, fully_connected, with_examples
from support.pairs import every_pair

from backprop_cli.algebra.expression import Number
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.network.exercise import Batches, Example, Exercise, Figure
from backprop_cli.network.structure import LEARNING_RATE
from backprop_cli.runs.updates import Updates
from backprop_cli.training.compiled import Compiled, Gradients

DIGITS = 50
STEP = mpmath.mpf(2) ** -83
NOTHING = mpmath.mpf("1e-20")  # a difference below this is one of a gradient that is 0

EVERY_ACTIVATION = (*ACTIVATIONS, SOFTMAX)

EXAMPLES = tuple(
    Example(tuple(map(Decimal, inputs)), tuple(map(Decimal, targets)))
    for inputs, targets in (
        (("0.7", "-0.4"), ("0.3", "0.7")),
        (("-0.9", "0.5"), ("1", "0")),
        (("0.9", "0.8"), ("0.6", "0.4")),
        (("-0.6", "-0.7"), ("0", "1")),
    )
)

Batch = tuple[int, ...]


class Form(NamedTuple):
    """How an epoch goes through the examples (None: there is only the first), and its batches."""

    batches: Batches | None
    in_turn: Sequence[Batch]


BATCH_FORMS: Mapping[str, Form] = {
    "one example": Form(None, [(0,)]),
    "one to an update": Form(Batches(1), [(0,), (1,), (2,), (3,)]),
    "two to an update": Form(Batches(2), [(0, 1), (2, 3)]),
    "three to an update, then one": Form(Batches(3), [(0, 1, 2), (3,)]),
    "all to an update": Form(Batches(4), [(0, 1, 2, 3)]),
    "shuffled": Form(Batches(3, shuffle=True, seed=5), [(3, 2, 0), (1,)]),
}

STEPS = {"binary_step", "sign"}  # their derivative is 0

# Of a 2-2-2 network. They bring the weighted sums of both layers to either side of 0.
INTO_HIDDEN, INTO_OUTPUT = "0.45 0.98 0.86 -0.86", "1.48 1.41 1.05 -1.48"
# With these, every function of the outputs' weighted sums lies between 0 and 1.
FOR_PROBABILITIES = "0.2 0.3 0.3 0.1"


def needs_probabilities(output: str, loss: str) -> bool:
    """Whether the numbers have to keep the predictions between 0 and 1, as the loss wants them."""
    return LOSSES[loss].has_logarithms and output not in ("sigmoid", SOFTMAX)


def networks_with(activation: str, loss: str) -> list[tuple[str, str]]:
    """The functions of the hidden and of the output layer, that under test in one or in both."""
    usual = ("sigmoid", SOFTMAX) if LOSSES[loss].distribution else ("sigmoid",)
    found = [(activation, output) for output in usual]
    if not needs_probabilities(activation, loss):
        found.append((activation, activation))
    # A step predicts 0 or 1, and either logarithm of these does not exist.
    if activation not in STEPS or loss != "binary_cross_entropy":
        found.append(("sigmoid", activation))
    return list(dict.fromkeys(found))


def exercise_of(hidden: str, output: str, loss: str, bias_form: str) -> Exercise:
    exercise = activated(biased(fully_connected(2, (2, 2)), bias_form), (hidden, output))
    network = replace(exercise.network, loss=loss)
    into_output = FOR_PROBABILITIES if needs_probabilities(output, loss) else INTO_OUTPUT
    weights = map(Decimal, f"{INTO_HIDDEN} {into_output}".split())
    numbers = dict(zip(network.weights, weights, strict=True))
    numbers |= {bias: Decimal(at) / 40 for at, bias in enumerate(network.biases, 1)}
    numbers["learning_rate"] = Decimal("0.01")
    exercise = Exercise(network, {**exercise.numbers, **numbers})
    return with_examples(exercise, EXAMPLES[:1], Batches())._replace(examples=())


# --- the expected figures --------------------------------------------------------------------


class Expected(NamedTuple):
    """A loss, its gradient by every parameter, and for an example its weighted sums by layer."""

    loss: Any
    gradients: Mapping[str, Any]
    weighted_sums: Sequence[Mapping[str, Any]] = ()


State = tuple[float, ...]  # every parameter's value


def state_of(exercise: Exercise, numbers: Mapping[str, Figure]) -> State:
    return tuple(float(numbers[name]) for name in exercise.network.parameters)


def differences(exercise: Exercise) -> Callable[[State, int], Expected]:
    """What is expected of each example, in any state of the parameters."""
    network = exercise.network
    given = [
        {name: mpmath.mpf(str(number)) for name, number in exercise.given(at).items()}
        for at, _ in enumerate(exercise.examples)
    ]

    @cache
    def expected(state: State, example: int) -> Expected:
        parameters = zip(network.parameters, map(mpmath.mpf, state), strict=True)
        numbers = {**given[example], **dict(parameters)}
        loss = reference.loss(network, numbers)
        gradients = {
            name: (reference.loss(network, {**numbers, name: numbers[name] + STEP}) - loss) / STEP
            for name in network.parameters
        }
        return Expected(loss, gradients, reference.weighted_sums(network, numbers))

    return expected


def mean(each: Sequence[Expected]) -> Expected:
    gradients = {
        name: sum(one.gradients[name] for one in each) / len(each) for name in each[0].gradients
    }
    return Expected(sum(one.loss for one in each) / len(each), gradients)


def close(found: float, expected: Any, tolerance: float = 1e-10) -> bool:
    """Whether ten digits agree.

    Only of what is 0 may an absolute error be left: the parts of a gradient that cancel out, as
    those by a bias do that all neurons of a softmax share.
    """
    if abs(expected) < NOTHING:
        return abs(found) < 1e-14
    return math.isclose(found, float(expected), rel_tol=tolerance)


# --- the claims ------------------------------------------------------------------------------


def check_worked(
    working: AnyWorking, batch: Batch, each: Sequence[Expected], whole: Expected
) -> None:
    """Every loss, gradient and new value of an update; the last of its examples is shown."""
    values = working.values
    assert close(values["Loss"], each[-1].loss, 1e-12)
    assert close(values["MeanLoss" if len(batch) > 1 else "Loss"], whole.loss, 1e-12)
    for name, gradient in whole.gradients.items():
        assert close(values[f"∂Loss/∂{name}"], each[-1].gradients[name]), name
        for example, one in zip(batch, each, strict=True) if len(batch) > 1 else ():
            assert close(values[f"∂Loss[{example + 1}]/∂{name}"], one.gradients[name]), name
        assert close(values[working.update_gradient(name)], gradient), name
        assert close(values[f"{name}_new"], mpmath.mpf(values[name]) - gradient / 100), name


def check_compiled(sums: Sequence[float], count: int, whole: Expected) -> None:
    """The compiled sums over so many examples: of the losses, and of every gradient."""
    loss, *gradients = sums
    assert close(loss, whole.loss * count, 1e-12)
    for (name, gradient), found in zip(whole.gradients.items(), gradients, strict=True):
        assert close(found, gradient * count), name


def check_epoch(
    exercise: Exercise,
    batches: Sequence[Batch],
    expected: Callable[[State, int], Expected],
    gradients: Gradients,
) -> None:
    """Every update of an epoch, and that the compiled training makes it to the last bit."""
    assert exercise.batches.of_epoch(1, exercise.example_count) == batches
    train, rate = Compiled(exercise).train, float(exercise.numbers[LEARNING_RATE])
    rows = [one.floats for one in exercise.examples] or [()]
    one_by_one = exercise.batches.size == 1
    arranged = [rows[batch[0]] if one_by_one else [rows[at] for at in batch] for batch in batches]
    numbers: Mapping[str, Figure] = exercise.numbers
    first = state_of(exercise, numbers)
    for count, batch in enumerate(batches, 1):
        state = state_of(exercise, numbers)
        each = [expected(state, example) for example in batch]
        whole = mean(each)
        working = Updates(exercise).work(numbers, batch, batch[-1], Exact())
        check_worked(working, batch, each, whole)
        check_compiled(gradients(state, [rows[at] for at in batch]), len(batch), whole)
        numbers = Updates(exercise).after(working)
        assert train(1, first, arranged[:count], rate) == state_of(exercise, numbers)


@pytest.mark.parametrize(
    ("activation", "loss", "bias_form", "batch_form"),
    every_pair(EVERY_ACTIVATION, [*LOSSES], BIAS_FORMS, [*BATCH_FORMS]),
)
def test_every_gradient_of_an_epoch_is_right_to_ten_digits(
    activation: str, loss: str, bias_form: str, batch_form: str
) -> None:
    batches, in_turn = BATCH_FORMS[batch_form]
    for hidden, output in networks_with(activation, loss):
        single = exercise_of(hidden, output, loss, bias_form)
        several = with_examples(single, EXAMPLES, Batches())
        exercise = single if batches is None else several._replace(batches=batches)
        with mpmath.workdps(DIGITS):
            try:
                check_epoch(exercise, in_turn, differences(several), Compiled(exercise).gradients)
            except AssertionError as error:
                error.add_note(f"{hidden}, {output}")
                raise


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_derivative_that_is_wrong_in_the_ninth_decimal_is_found(
    activation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = ACTIVATIONS[activation]
    wrong = row._replace(derivative=row.derivative + Number(Decimal("1e-9")))
    rows = {**ACTIVATIONS, activation: wrong}
    monkeypatch.setattr("backprop_cli.functions.activations.ACTIVATIONS", rows)
    with pytest.raises(AssertionError):
        test_every_gradient_of_an_epoch_is_right_to_ten_digits(
            activation, "squared_error", BIAS_FORMS[0], "one example"
        )


@pytest.mark.parametrize(
    ("activation", "loss", "bias_form"),
    every_pair(EVERY_ACTIVATION, ["half_squared_error", "binary_cross_entropy"], BIAS_FORMS),
)
def test_the_examples_meet_both_sides_of_every_kink_and_move_every_weight(
    activation: str, loss: str, bias_form: str
) -> None:
    for hidden, output in networks_with(activation, loss):
        several = with_examples(exercise_of(hidden, output, loss, bias_form), EXAMPLES, Batches())
        network, state = several.network, state_of(several, several.numbers)
        with mpmath.workdps(DIGITS):
            expected = differences(several)
            each = [expected(state, at) for at, _ in enumerate(EXAMPLES)]
        met = [
            {z > 0 for one in each for z in one.weighted_sums[depth].values()} for depth in (0, 1)
        ]
        only_above = needs_probabilities(output, loss)
        assert met == [{True, False}, {True} if only_above else {True, False}]
        moved = {name for one in each for name, slope in one.gradients.items() if slope}
        if not STEPS & {hidden, output}:
            assert moved >= {*network.weights}
