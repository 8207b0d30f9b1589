"""Makes optimizers_pytorch.json: a network trained by PyTorch's optimisers, step by step.

Run it with a Python that has PyTorch, which neither the program nor its tests need:

    python tests/data/optimizers_pytorch.py

Every run starts from the network of configs/default.yaml and makes 20 steps in float64 on four
examples. Recorded are all parameters after every step, with all their digits. What ``settings``
leave out has PyTorch's default.
"""

import json
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import torch  # type: ignore[import-not-found]

STEPS = 20
START = {
    "w1": 0.15,
    "w2": 0.20,
    "w3": 0.25,
    "w4": 0.30,
    "w5": 0.40,
    "w6": 0.45,
    "b1": 0.35,  # shared by the hidden neurons
    "b2": 0.60,
}
EXAMPLES = [  # x1, x2, y_true
    (0.05, 0.10, 0.01),
    (0.9, 0.2, 0.7),
    (0.4, 0.6, 0.3),
    (0.1, 0.8, 0.9),
]
BATCHES = {  # what the loss of each step is the mean of; steps go round these
    "one": [EXAMPLES[:1]],
    "each": [EXAMPLES[:1], EXAMPLES[1:2], EXAMPLES[2:3], EXAMPLES[3:]],
    "pairs": [EXAMPLES[:2], EXAMPLES[2:]],
    "all": [EXAMPLES],
}
OPTIMIZERS: list[tuple[str, float, dict[str, float]]] = [  # name, learning rate, settings
    ("sgd", 0.5, {}),
    ("sgd", 0.5, {"weight_decay": 0.01}),
    ("momentum", 0.5, {"momentum": 0.9}),
    ("momentum", 0.5, {"momentum": 0.5, "weight_decay": 0.1}),
    ("nesterov", 0.5, {"momentum": 0.9}),
    ("nesterov", 0.5, {"momentum": 0.9, "weight_decay": 0.01}),
    ("adam", 0.1, {}),
    ("adam", 0.1, {"beta1": 0.8, "beta2": 0.95, "epsilon": 1e-6, "weight_decay": 0.01}),
    ("adamw", 0.1, {}),
    ("adamw", 0.1, {"beta1": 0.8, "beta2": 0.9, "weight_decay": 0.2}),
]


def optimizer(name: str, parameters: Sequence[Any], rate: float, settings: dict[str, float]) -> Any:
    """PyTorch's optimiser for one of our names and its settings."""
    given: dict[str, Any] = dict(settings)
    if "beta1" in given:
        given["betas"] = (given.pop("beta1"), given.pop("beta2"))
    if "epsilon" in given:
        given["eps"] = given.pop("epsilon")
    if name == "nesterov":
        given["nesterov"] = True
    kinds = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}
    return kinds.get(name, torch.optim.SGD)(parameters, lr=rate, foreach=False, **given)


def loss(p: dict[str, Any], x1: float, x2: float, y_true: float) -> Any:
    """The half squared error of the 2-2-1 sigmoid network on one example."""
    a_h1 = torch.sigmoid(p["w1"] * x1 + p["w2"] * x2 + p["b1"])
    a_h2 = torch.sigmoid(p["w3"] * x1 + p["w4"] * x2 + p["b1"])
    y_hat = torch.sigmoid(p["w5"] * a_h1 + p["w6"] * a_h2 + p["b2"])
    return 0.5 * (y_true - y_hat) ** 2


def run(name: str, rate: float, settings: dict[str, float], batches: str) -> dict[str, Any]:
    """One training run, with the parameters after every step in the order of START."""
    p = {n: torch.tensor(v, dtype=torch.float64, requires_grad=True) for n, v in START.items()}
    updater = optimizer(name, list(p.values()), rate, settings)
    steps = []
    for batch in islice(cycle(BATCHES[batches]), STEPS):
        updater.zero_grad()
        (sum(loss(p, *example) for example in batch) / len(batch)).backward()
        updater.step()
        steps.append([parameter.item() for parameter in p.values()])
    return {
        "optimizer": name,
        "settings": settings,
        "learning_rate": rate,
        "batches": batches,
        "steps": steps,
    }


def main() -> None:
    """Write the file beside this one, a run a line."""
    runs = [run(*given, batches) for given in OPTIMIZERS for batches in BATCHES]
    head = {"torch": torch.__version__, "parameters": list(START), "examples": EXAMPLES}
    lines = ",\n".join(json.dumps(one) for one in runs)
    text = f'{json.dumps(head)[:-1]}, "runs": [\n{lines}\n]}}\n'
    Path(__file__).with_suffix(".json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
