"""The numbers of a run as one JSON object."""

import json
from collections.abc import Sequence
from decimal import Decimal

from backprop_cli.derivation.perceptron import error_of
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.runs.outcomes import correct
from backprop_cli.runs.run import Run, calculate
from backprop_cli.training.endings import Reason


def record(run: Run) -> dict[str, object]:
    """A run as plain data: numbers by name, each a float with all its digits.

    Raises WorkingError where there is no loss after the last update.
    """
    working, exercise, training = run.working, run.exercise, run.training
    network = exercise.network
    forward = [
        *(name for neuron in network.neurons for name in neuron.quantities),
        *(network.prediction(output) for output in network.outputs),
    ]
    rounds = run.shown.by_hand
    found: dict[str, object] = {
        **_passes(run, forward),
        "rounding": working.arithmetic.decimals if rounds else None,
        **({"exact": _passes(_unrounded(run), forward)} if rounds else {}),
        "before": {name: plain(run.before[name]) for name in network.parameters},
        "after": {name: plain(run.after[name]) for name in network.parameters},
        "epochs": run.epochs,
        "history": [[epoch, plain(loss)] for epoch, loss in run.history],
    }
    if training is None:
        return found
    if training.outcomes:
        found["examples"] = [
            {
                "target": [*map(plain, example.targets)],
                "prediction": [*map(plain, one.predictions)],
                "loss": plain(one.loss),
            }
            for example, one in zip(exercise.examples, training.outcomes, strict=True)
        ]
    if training.ending.reason is not Reason.ALL_EPOCHS:
        found["ending"] = training.ending.reason.value
    if exercise.classifies:
        found["accuracy"] = correct(exercise, training.outcomes) / exercise.example_count
    return found


def _passes(run: Run, forward: Sequence[str]) -> dict[str, object]:
    """The forward pass, the loss, and the gradients or errors of what a run shows."""
    working, network = run.working, run.exercise.network
    by_error = goes_by_error(network)
    if by_error:
        found_by = {error_of(one).name: error_of(one).name for one in network.outputs}
    else:
        found_by = {name: working.update_gradient(name) for name in network.parameters}
    found: dict[str, object] = {
        "forward": {name: plain(working.values[name]) for name in forward},
        "loss": plain(working.loss),
        "error" if by_error else "gradients": {
            name: plain(working.values[quantity]) for name, quantity in found_by.items()
        },
    }
    if not by_error:
        by_input = run.input_gradients.items()
        found["input_gradients"] = {name: plain(by) for name, by in by_input}
    return found


def _unrounded(run: Run) -> Run:
    """The same run up to what is shown, nothing rounded."""
    plan = run.plan._replace(exact=True, by_hand=False, trains=False, shown_only=True)
    return calculate(run.exercise, plan, derived=run.derived)


def as_json(run: Run) -> str:
    """The record as one line of JSON."""
    return json.dumps(record(run), allow_nan=False)


def plain(number: Decimal | float) -> float:
    """A number as a float; a zero has no sign."""
    return float(number) + 0.0
