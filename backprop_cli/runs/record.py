"""The numbers of a run as one JSON object."""

import json

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
                "target": [*map(float, example.targets)],
                "prediction": [*one.predictions],
                "loss": one.loss,
            }
            for example, one in zip(exercise.examples, calculation.outcomes, strict=True)
        ]
    if calculation.ending and calculation.ending.reason is not Reason.ALL_EPOCHS:
        found["ending"] = calculation.ending.reason.value
    if exercise.classifies:
        found["accuracy"] = correct(exercise, calculation.outcomes) / exercise.example_count
    return json.dumps(
        {
            "forward": {name: float(working.values[name]) for name in forward},
            "loss": float(working.values[MEAN_LOSS if working.is_batched else LOSS]),
            "gradients": {name: float(value) for name, value in gradients.items()},
            "before": {name: float(calculation.before[name]) for name in network.parameters},
            "after": {name: float(calculation.after[name]) for name in network.parameters},
            "epochs": calculation.epochs,
            "history": [list(pair) for pair in calculation.history_to_the_end()],
            **found,
        },
        allow_nan=False,
    )
