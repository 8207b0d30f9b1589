"""Training follows PyTorch's, step by step; tests/data/optimizers_pytorch.py made the figures."""

import json
from pathlib import Path
from typing import Any

import pytest

from backprop_cli.calculation import calculate
from backprop_cli.config import load

HERE = Path(__file__).parent
CONFIG = HERE.parent / "configs" / "default.yaml"
PYTORCH = json.loads((HERE / "data" / "optimizers_pytorch.json").read_text(encoding="utf-8"))


def run(optimizer: str, settings: dict[str, float], batches: str) -> dict[str, Any]:
    """The one run that PyTorch made with an optimiser, its settings and the batches."""
    wanted = (optimizer, settings, batches)
    (found,) = (
        one
        for one in PYTORCH["runs"]
        if (one["optimizer"], one["settings"], one["batches"]) == wanted
    )
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("epochs", [1, 2, 20])
def test_gradient_descent_on_one_example_is_pytorch_s(epochs: int) -> None:
    published = run("sgd", {}, "one")["steps"][epochs - 1]
    after = calculate(load(str(CONFIG)), epochs=epochs, exact=True).after
    for name, value in zip(PYTORCH["parameters"], published, strict=True):
        assert after[name] == pytest.approx(value, rel=1e-14)
