"""A sweep compiles its network once, and trains with each rate as a run with that rate does."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.networks import BY_GRADIENT, activated, fully_connected, optimized, with_examples
from support.program import CONFIGS, Backprop

from backprop_cli.cli.settings import Settings
from backprop_cli.cli.sweeping import swept_rates
from backprop_cli.network.exercise import Batches, Example, Exercise
from backprop_cli.training import compiled as compiler
from backprop_cli.training.compiled import Compiled
from backprop_cli.training.endings import Limits
from backprop_cli.training.engines import NUMBA, PYTHON
from backprop_cli.training.executed import executed
from backprop_cli.training.loop import CompiledLoop
from backprop_cli.training.trainer import Trainer

XOR = CONFIGS / "xor.yaml"
EXAMPLES = [
    Example((Decimal(at) / 5, Decimal(3 - at) / 4), (Decimal(at % 2), Decimal("0.5")))
    for at in range(5)
]


def exercise_of(optimizer: str, size: int | None) -> Exercise:
    exercise = activated(fully_connected(2, (3, 2)), ["parametric_relu", "tanh"])
    if size:
        exercise = with_examples(exercise, EXAMPLES, Batches(size))
    return optimized(exercise, optimizer, "0.1")


def check_rates(exercise: Exercise, engine: str, limits: Limits) -> None:
    """Train with several rates by what one exercise is compiled to, and with each by its own."""
    compiled = Compiled(exercise, engine)
    for rate in ("0.3", "0.01", "1"):
        numbers = {**exercise.numbers, "learning_rate": Decimal(rate)}
        given = exercise._replace(numbers=numbers)
        shared, own = Trainer(given, CompiledLoop(given, compiled)), Trainer(given)
        assert shared.advance(40, (), limits) == own.advance(40, (), limits)
        for name, number in own.numbers.items():
            assert float(shared.numbers[name]).hex() == float(number).hex(), (rate, name)


@pytest.mark.parametrize("limits", [Limits(), Limits(until_loss=0.2)])
@pytest.mark.parametrize("size", [None, 1, 2, 5])
@pytest.mark.parametrize("optimizer", BY_GRADIENT)
def test_what_is_compiled_once_serves_every_rate_to_the_last_bit(
    optimizer: str, size: int | None, limits: Limits
) -> None:
    check_rates(exercise_of(optimizer, size), PYTHON, limits)


@pytest.mark.numba
@pytest.mark.parametrize("optimizer", BY_GRADIENT)
def test_nor_does_it_by_numba(optimizer: str) -> None:
    check_rates(exercise_of(optimizer, 2), NUMBA, Limits())


@pytest.mark.parametrize("until_loss", [None, "0.1"])
def test_a_sweep_compiles_once(monkeypatch: pytest.MonkeyPatch, until_loss: str | None) -> None:
    compiled: list[str] = []

    def counted(source: str) -> dict[str, Any]:
        found = executed(source)
        compiled.extend(name for name in found if f"def {name}(" in source)
        return found

    monkeypatch.setattr(compiler, "executed", counted)
    swept_rates(XOR, "0.1,0.2,0.5,1", Settings(200, until_loss=until_loss))
    assert sorted(compiled) == ["loss", "train_until" if until_loss else "train"]


def test_text_and_picture_of_a_sweep_are_two_files(backprop: Backprop, tmp_path: Path) -> None:
    file = tmp_path / "same.svg"
    files = ("--format", "text", "-o", file, "--picture", file)
    done = backprop("sweep", XOR, "--lr", "0.1,0.2", "--epochs", "5", *files)
    assert (done.stdout, done.returncode) == ("", 2)
    assert f"--picture {file}: --output names the same file" in done.stderr
    assert not file.exists()
