"""Gradients and updates of batches against an independent calculation in sixty digits.

The gradients are central differences, in mpmath, of the mean or the sum of the losses; the updates
are PyTorch's definitions, written down here anew.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import mpmath  # type: ignore[import-untyped]
import pytest
from support import reference
from support.differences import DIGITS, STEP, network_of
from support.networks import BY_GRADIENT, optimized, with_examples

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.functions.optimizers import OPTIMIZERS
from backprop_cli.network.exercise import Batches, Example, Exercise, Figure
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate
from backprop_cli.runs.updates import Updates

EXAMPLES = tuple(
    Example(tuple(map(Decimal, inputs)), tuple(map(Decimal, targets)))
    for inputs, targets in (
        (("0.7", "-0.4"), ("0.3", "0.7")),
        (("-0.9", "0.5"), ("1", "0")),
        (("0.9", "0.5"), ("0.6", "0.4")),
    )
)
# How an epoch goes through the examples; None: there is only the first.
BATCH_FORMS: Mapping[str, Batches | None] = {
    "one example": None,
    "one to an update": Batches(1),
    "two to an update, then one": Batches(2),
    "all to an update": Batches(3),
}
EXPECTED_BATCHES: Mapping[str, list[tuple[int, ...]]] = {
    "one example": [(0,)],
    "one to an update": [(0,), (1,), (2,)],
    "two to an update, then one": [(0, 1), (2,)],
    "all to an update": [(0, 1, 2)],
}

Numbers = dict[str, Any]  # mpmath's, by the quantity's name


def configured(hidden: str, output: str, loss: str, bias_form: str, batch_form: str) -> Exercise:
    exercise = network_of(hidden, output, loss, bias_form)
    exercise = exercise._replace(numbers={**exercise.numbers, "learning_rate": Decimal("0.1")})
    batches = BATCH_FORMS[batch_form]
    return with_examples(exercise, EXAMPLES, batches) if batches else exercise


# --- the independent calculation -------------------------------------------------------------


def loss_of(exercise: Exercise, numbers: Numbers, batch: Sequence[int]) -> Any:
    total = mpmath.mpf(0)
    for at in batch:
        inputs, targets = EXAMPLES[at]
        named = zip(("x1", "x2", "y_true_o1", "y_true_o2"), (*inputs, *targets), strict=True)
        given = {name: mpmath.mpf(str(number)) for name, number in named}
        total += reference.loss(exercise.network, {**numbers, **given})
    return total / len(batch) if exercise.network.reduction == "mean" else total


def gradients_of(exercise: Exercise, numbers: Numbers, batch: Sequence[int]) -> Numbers:
    def moved(name: str, step: Any) -> Any:
        return loss_of(exercise, {**numbers, name: numbers[name] + step}, batch)

    return {
        name: (moved(name, STEP) - moved(name, -STEP)) / (2 * STEP)
        for name in exercise.network.parameters
    }


def pytorch_update(
    optimizer: str, old: Any, gradient: Any, state: Numbers, setting: Numbers, update: int
) -> Any:
    """A parameter's new value, as torch.optim's documentation defines it; moves the state on."""
    rate, decay = setting["learning_rate"], setting["weight_decay"]
    if optimizer == "adamw":
        old = old - rate * decay * old
    else:
        gradient = gradient + decay * old
    if optimizer == "sgd":
        return old - rate * gradient
    if optimizer in ("momentum", "nesterov"):
        state["b"] = setting["momentum"] * state["b"] + gradient
        if optimizer == "nesterov":
            return old - rate * (gradient + setting["momentum"] * state["b"])
        return old - rate * state["b"]
    if optimizer == "dampened_momentum":  # from a buffer of zeros
        state["b"] = setting["momentum"] * state["b"] + (1 - setting["dampening"]) * gradient
        return old - rate * state["b"]
    beta1, beta2 = setting["beta1"], setting["beta2"]
    state["m"] = beta1 * state["m"] + (1 - beta1) * gradient
    state["v"] = beta2 * state["v"] + (1 - beta2) * gradient**2
    m_hat = state["m"] / (1 - beta1**update)
    v_hat = state["v"] / (1 - beta2**update)
    return old - rate * m_hat / (mpmath.sqrt(v_hat) + setting["epsilon"])


# --- the claims ------------------------------------------------------------------------------


def close(found: float, expected: Any) -> bool:
    return math.isclose(found, float(expected), rel_tol=1e-10, abs_tol=1e-14)


@pytest.mark.parametrize("batch_form", BATCH_FORMS)
@pytest.mark.parametrize("decay", ["0", "0.1"])
@pytest.mark.parametrize("optimizer", BY_GRADIENT)
def test_updates_in_a_row_are_pytorch_s_definition_in_sixty_digits(
    optimizer: str, decay: str, batch_form: str
) -> None:
    setting = {
        "momentum": "0.8",
        "dampening": "0.7",
        "beta1": "0.85",
        "beta2": "0.95",
        "epsilon": "1e-6",
        "learning_rate": "0.1",
    }
    exercise = configured("parametric_relu", "tanh", "squared_error", "one per neuron", batch_form)
    own = {name: setting[name] for name in OPTIMIZERS[optimizer].settings}
    exercise = optimized(exercise, optimizer, decay, **own)
    with mpmath.workdps(DIGITS):
        settings = {name: mpmath.mpf(text) for name, text in setting.items()}
        settings["weight_decay"] = mpmath.mpf(decay)
        network = exercise.network
        numbers = {name: mpmath.mpf(str(exercise.numbers[name])) for name in exercise.numbers}
        running = {name: dict.fromkeys("bmv", mpmath.mpf(0)) for name in network.parameters}
        state: Mapping[str, Figure] = exercise.numbers
        updates = Updates(exercise)
        for update, batch in enumerate(EXPECTED_BATCHES[batch_form] * 2, 1):
            found = gradients_of(exercise, numbers, batch)
            for name, gradient in found.items():
                numbers[name] = pytorch_update(
                    optimizer, numbers[name], gradient, running[name], settings, update
                )
            state = updates.after(updates.work(state, batch, batch[0], Exact()))
            for name in network.parameters:
                assert close(float(state[name]), numbers[name]), (update, name)


@pytest.mark.parametrize("batch_form", BATCH_FORMS)
def test_updates_by_summed_gradients_are_gradient_descent_on_the_sum_in_sixty_digits(
    batch_form: str,
) -> None:
    exercise = configured("tanh", "sigmoid", "half_squared_error", "one per layer", batch_form)
    exercise = exercise._replace(network=replace(exercise.network, reduction="sum"))
    state: Mapping[str, Figure] = exercise.numbers
    updates = Updates(exercise)
    with mpmath.workdps(DIGITS):
        numbers = {name: mpmath.mpf(str(number)) for name, number in exercise.numbers.items()}
        for batch in EXPECTED_BATCHES[batch_form] * 2:
            working = updates.work(state, batch, batch[0], Exact())
            assert close(working.loss, loss_of(exercise, numbers, batch)), batch
            found = gradients_of(exercise, numbers, batch)
            numbers |= {name: numbers[name] - found[name] / 10 for name in found}
            state = updates.after(working)
            for name in exercise.network.parameters:
                assert close(float(state[name]), numbers[name]), (batch, name)


@pytest.mark.parametrize("example", [0, 1, 2])
@pytest.mark.parametrize("batch_form", ["one to an update", "two to an update, then one"])
def test_the_update_that_is_shown_starts_from_those_before_it(
    batch_form: str, example: int
) -> None:
    exercise = configured("tanh", "sigmoid", "half_squared_error", "one per neuron", batch_form)
    calculation = calculate(exercise, Plan(example=example))
    batches = EXPECTED_BATCHES[batch_form]
    earlier = next(at for at, batch in enumerate(batches) if example in batch)
    assert (calculation.shown.earlier, calculation.shown.batch) == (earlier, batches[earlier])
    with mpmath.workdps(DIGITS):
        numbers = {name: mpmath.mpf(str(number)) for name, number in exercise.numbers.items()}
        for batch in batches[:earlier]:
            found = gradients_of(exercise, numbers, batch)
            numbers |= {name: numbers[name] - found[name] / 10 for name in found}
        for name in exercise.network.parameters:
            assert close(calculation.working.values[name], numbers[name]), name
        expected = gradients_of(exercise, numbers, [example])
        for name in exercise.network.parameters:
            assert close(calculation.working.values[f"∂Loss/∂{name}"], expected[name]), name
