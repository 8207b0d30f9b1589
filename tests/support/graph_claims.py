"""What must hold of any graph: its gradients, its training, its check, and what is saved of it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import mpmath  # type: ignore[import-untyped]

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import WorkingError, work
from backprop_cli.config.load import parse
from backprop_cli.config.writing.saved import configuration_text
from backprop_cli.derivation.derive import derive
from backprop_cli.functions.optimizers import state_names
from backprop_cli.network.exercise import Batches, Example, Exercise, Figure
from backprop_cli.runs.gradient_check import check_gradients
from backprop_cli.runs.updates import Updates
from backprop_cli.training.endings import DivergedError
from backprop_cli.training.trainer import Trainer
from support.differences import DIGITS, STEP
from support.graphs import worked


def values_of(exercise: Exercise) -> Mapping[str, float]:
    """Every quantity of one update, the gradients by the inputs among them."""
    return work(derive(exercise.network, by_inputs=True), exercise.numbers, Exact()).values


def close(found: float, expected: Any, scale: Any = 0) -> bool:
    """Agreement to 1e-10 of the larger of the expected value and what it is a part of."""
    return bool(abs(found - expected) <= 1e-10 * max(abs(expected), scale) + 1e-14)


def check_by_differences(exercise: Exercise) -> None:
    """The value that is derived, and its gradient by each parameter and each input."""
    network, values = exercise.network, values_of(exercise)
    name = network.derived if network.aimed else network.outputs[0].name
    with mpmath.workdps(DIGITS):
        numbers = {one: mpmath.mpf(str(number)) for one, number in exercise.numbers.items()}
        assert close(values[network.derived], worked(network, numbers)[name])
        for by in (*network.parameters, *network.inputs):
            below, above = (
                worked(network, {**numbers, by: numbers[by] + moved})[name]
                for moved in (-STEP, STEP)
            )
            assert close(values[network.gradient(by).name], (above - below) / (2 * STEP), 1e-3), by


def bits(numbers: Mapping[str, Figure]) -> dict[str, str]:
    """Floats in a form that tells apart all that differ in any bit."""
    return {name: float(number).hex() for name, number in numbers.items()}


def with_two_examples(found: Exercise) -> Exercise:
    """The exercise with a second example, both in one update."""
    network, numbers = found.network, found.numbers
    inputs = tuple(numbers[name] for name in network.inputs)
    targets = tuple(numbers[name] for name in network.targets)
    other = Example(tuple(-number for number in inputs), tuple(target / 2 for target in targets))
    return found._replace(examples=(Example(inputs, targets), other), batches=Batches(2))


def with_penalty(found: Exercise, penalty: str, reduction: str) -> Exercise:
    """The exercise with a penalty on its weights, if it has any, and a reduction."""
    network = replace(found.network, reduction=reduction)
    if network.weights:
        network = replace(network, penalty=penalty)
    return found._replace(network=network, numbers={**found.numbers, penalty: Decimal("0.01")})


def check_training(found: Exercise, epochs: int = 3) -> None:
    """The compiled training against the working, update by update, to the last bit."""
    trainer, network, updates = Trainer(found), found.network, Updates(found)
    names = state_names(network)
    state: Mapping[str, Figure] = {name: float(found.numbers[name]) for name in names}
    for epoch in range(1, epochs + 1):
        for batch in found.batches.of_epoch(epoch, found.example_count):
            state = updates.after(updates.work(state, batch, batch[-1], Exact()))
        trainer.advance(epoch)
        assert bits(trainer.numbers) == bits(state), epoch


def check_saving(found: Exercise) -> None:
    """What is saved after two epochs runs on for two more as if it had never stopped."""
    whole, half = Trainer(found), Trainer(found)
    whole.advance(4)
    half.advance(2)
    text = configuration_text(found, half.numbers, half.trained, Path("saved.yaml"))
    again = parse(text, "saved.yaml")
    on = Trainer(again)
    on.advance(4)
    assert sorted(bits(on.numbers).items()) == sorted(bits(whole.numbers).items())


def check_graph(found: Exercise, seed: int) -> None:
    """All of these claims, with a penalty and several examples in turn."""
    check_by_differences(found)
    if not (found.network.aimed and found.network.parameters):
        assert all(check.passes for check in check_gradients(found))
        return
    if seed % 2:
        found = with_two_examples(found)
    if seed % 3:
        found = with_penalty(found, ("l2", "l1")[seed % 3 - 1], ("mean", "sum")[seed // 2 % 2])
    assert all(check.passes for check in check_gradients(found))
    with suppress(WorkingError, DivergedError):
        check_training(found)
        check_saving(found)
