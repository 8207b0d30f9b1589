"""The numbers of a run as one JSON object."""

import json
from decimal import Decimal

from backprop_cli.derivation.update import MEAN_LOSS
from backprop_cli.network.structure import LOSS
from backprop_cli.runs.outcomes import correct
from backprop_cli.runs.run import Calculation
from backprop_cli.training.endings import Reason


def as_json(calculation: Calculation) -> str:
    """One line of JSON, floats with all their digits."""
    working, exercise = calculation.working, calculation.exercise
    network = exercise.network
    forward = [
        *(name for neuron in network.neurons for name in neuron.quantities),
        *(network.prediction(output) for output in network.outputs),
    ]
    gradients = {name: working.values[working.update_gradient(name)] for name in network.parameters}
    found: dict[str, object] = {}
    if calculation.outcomes:
        found["examples"] = [
            {
                "target": [*map(plain, example.targets)],
                "prediction": [*map(plain, one.predictions)],
                "loss": plain(one.loss),
            }
            for example, one in zip(exercise.examples, calculation.outcomes, strict=True)
        ]
    if calculation.ending and calculation.ending.reason is not Reason.ALL_EPOCHS:
        found["ending"] = calculation.ending.reason.value
    if exercise.classifies:
        found["accuracy"] = correct(exercise, calculation.outcomes) / exercise.example_count
    return json.dumps(
        {
            "forward": {name: plain(working.values[name]) for name in forward},
            "loss": plain(working.values[MEAN_LOSS if working.is_batched else LOSS]),
            "gradients": {name: plain(value) for name, value in gradients.items()},
            "before": {name: plain(calculation.before[name]) for name in network.parameters},
            "after": {name: plain(calculation.after[name]) for name in network.parameters},
            "epochs": calculation.epochs,
            "history": [[epoch, plain(loss)] for epoch, loss in calculation.history_to_the_end()],
            **found,
        },
        allow_nan=False,
    )


def plain(number: Decimal | float) -> float:
    """A number as a float; a zero has no sign."""
    return float(number) + 0.0
