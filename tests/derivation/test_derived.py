"""The network is derived once, however many things of a run or a class rest on its steps."""

import pytest
from support.program import CONFIGS

from backprop_cli import config
from backprop_cli.derivation import derive, derived
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.record import record
from backprop_cli.runs.run import calculate
from backprop_cli.runs.worksheets.sheets import worksheets


@pytest.fixture
def derivations(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry for each derivation of a network from now on: whether by its inputs, too."""
    made: list[bool] = []
    original = derive.derive_passes

    def counted(*args: object, **asked: bool) -> object:
        made.append(asked["by_inputs"])
        return original(*args, **asked)  # type: ignore[arg-type]

    monkeypatch.setattr(derived, "derive_passes", counted)
    return made


@pytest.mark.parametrize("name", ["default", "iris", "recurrent"])
def test_a_run_derives_its_network_once(name: str, derivations: list[bool]) -> None:
    run = calculate(config.load(str(CONFIGS / f"{name}.yaml")), Plan(epochs=3))
    assert derivations == [False]
    record(run)  # which has the gradients by the inputs, rounded and not
    assert derivations == [False, True]


def test_a_class_of_worksheets_derives_its_network_once(derivations: list[bool]) -> None:
    worksheets(config.load(str(CONFIGS / "default.yaml")), seed=1, count=6)
    assert len(derivations) <= 2  # for the numbers that are drawn, and for the sheets
