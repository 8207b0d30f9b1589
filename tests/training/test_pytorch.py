"""Training follows PyTorch's, step by step; tests/data/optimizers_pytorch.py made the figures."""

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from support.networks import BY_GRADIENT
from support.program import DEFAULT, ROOT

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.config.load import load, parse
from backprop_cli.network.exercise import Exercise, Figure
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate
from backprop_cli.runs.updates import Updates
from backprop_cli.training.trainer import Trainer

PYTORCH = json.loads(
    (ROOT / "tests" / "data" / "optimizers_pytorch.json").read_text(encoding="utf-8")
)
RUNS: list[dict[str, Any]] = PYTORCH["runs"]
STEPS = 20

# How many examples there are, and how many to an update, in each of PyTorch's forms.
BATCHES = {"one": (1, 1), "each": (4, 1), "pairs": (4, 2), "all": (4, "all")}


def named(run: dict[str, Any]) -> str:
    return f"{run['optimizer']} {run['settings']} {run['batches']}"


def configuration(run: dict[str, Any]) -> Exercise:
    """The network that PyTorch trained, as a user would write it."""
    count, size = BATCHES[run["batches"]]
    settings = {"name": run["optimizer"], **run["settings"]}
    decay = settings.pop("weight_decay", None)
    examples = [
        {"inputs": {"x1": x1, "x2": x2}, "target": y} for x1, x2, y in PYTORCH["examples"][:count]
    ]
    return parse(
        f"""\
examples: {json.dumps(examples)}
batch_size: {size}
weights:
  hidden:
    h1: {{x1: 0.15, x2: 0.20}}
    h2: {{x1: 0.25, x2: 0.30}}
  output:
    out: {{h1: 0.40, h2: 0.45}}
biases: {{hidden: 0.35, output: 0.60}}
learning_rate: {run["learning_rate"]}
optimizer: {json.dumps(settings)}
{"" if decay is None else f"weight_decay: {decay}"}
""",
        "pytorch.yaml",
    )


def check_step(numbers: Mapping[str, Figure], published: list[float]) -> None:
    for name, value in zip(PYTORCH["parameters"], published, strict=True):
        assert float(numbers[name]) == pytest.approx(value, rel=1e-12, abs=0), name


def test_every_optimizer_was_run_with_every_form_of_batches() -> None:
    # PyTorch has no momentum with dampening from the first update on.
    theirs = [name for name in BY_GRADIENT if name != "dampened_momentum"]
    assert {run["optimizer"] for run in RUNS} == set(theirs)
    assert {(run["optimizer"], run["batches"]) for run in RUNS} == {
        (name, form) for name in theirs for form in BATCHES
    }
    assert len(RUNS) == 40
    assert {len(run["steps"]) for run in RUNS} == {STEPS}
    for run in RUNS:
        assert all(one != other for one, other in pairwise(run["steps"]))


@pytest.mark.parametrize("run", RUNS, ids=named)
def test_training_makes_each_of_pytorch_s_twenty_steps(run: dict[str, Any]) -> None:
    exercise = configuration(run)
    trainer = Trainer(exercise)
    batches = exercise.batches.of_epoch(1, exercise.example_count)
    for at, published in enumerate(run["steps"], 1):
        epochs, more = divmod(at, len(batches))
        trainer.advance(epochs)
        check_step(trainer.numbers_after(batches[:more]), published)


@pytest.mark.parametrize("run", RUNS, ids=named)
def test_worked_line_by_line_each_update_is_pytorch_s_step(run: dict[str, Any]) -> None:
    exercise = configuration(run)
    batches = exercise.batches.of_epoch(1, exercise.example_count)
    numbers: Mapping[str, Figure] = exercise.numbers
    for at, published in enumerate(run["steps"]):
        batch = batches[at % len(batches)]
        working = Updates(exercise).work(numbers, batch, batch[0], Exact())
        numbers = Updates(exercise).after(working)
        check_step(numbers, published)


@pytest.mark.parametrize("epochs", [1, 2, 20])
def test_gradient_descent_on_one_example_is_pytorch_s(epochs: int) -> None:
    (run,) = (r for r in RUNS if named(r) == "sgd {} one")
    after = calculate(load(str(DEFAULT)), Plan(epochs=epochs, exact=True)).after
    for name, value in zip(PYTORCH["parameters"], run["steps"][epochs - 1], strict=True):
        assert after[name] == pytest.approx(value, rel=1e-14, abs=0)
