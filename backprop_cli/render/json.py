"""The numbers of a run as one JSON object."""

import json

from backprop_cli.calculation import Calculation
from backprop_cli.network import LOSS
from backprop_cli.steps import gradient


def as_json(calculation: Calculation) -> str:
    """One line of JSON, floats with all their digits."""
    working = calculation.working
    network = working.derivation.network
    forward = [
        *(name for n in network.neurons for name in (n.weighted_sum, n.activation)),
        *(network.prediction(output) for output in network.outputs),
    ]
    gradients = {name: working.values[gradient(name).name] for name in network.parameters}
    return json.dumps(
        {
            "forward": {name: float(working.values[name]) for name in forward},
            "loss": float(working.values[LOSS]),
            "gradients": {name: float(value) for name, value in gradients.items()},
            "before": {name: float(calculation.before[name]) for name in network.parameters},
            "after": {name: float(calculation.after[name]) for name in network.parameters},
            "epochs": calculation.epochs,
            "history": [list(pair) for pair in calculation.history],
        },
        allow_nan=False,
    )
