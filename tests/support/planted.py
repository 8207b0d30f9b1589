"""A backward pass with a planted mistake."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from backprop_cli.algebra.expression import Number, Product
from backprop_cli.derivation.derive import derive_passes
from backprop_cli.derivation.steps import Derivation
from backprop_cli.network.structure import Network


def plant(monkeypatch: pytest.MonkeyPatch, parameter: str, factor: str) -> None:
    """Let the gradient by a parameter be so many times the right one, from here on."""
    wrong = _wrong(f"∂Loss/∂{parameter}", Number(Decimal(factor)))
    monkeypatch.setattr("backprop_cli.derivation.derived.derive_passes", wrong)


def _wrong(name: str, factor: Number) -> Callable[..., Derivation]:
    def derived(network: Network, *, by_inputs: bool = False) -> Derivation:
        passes = derive_passes(network, by_inputs=by_inputs)
        steps = tuple(
            step._replace(expression=Product((factor, step.expression)))
            if step.defines.name == name
            else step
            for step in passes.steps
        )
        return replace(passes, steps=steps)

    return derived
