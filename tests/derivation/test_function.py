"""An activation function at a point, and a softmax, are derivations of their own."""

from decimal import Decimal

import mpmath  # type: ignore[import-untyped]
import pytest

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import work
from backprop_cli.derivation.function import derive_function, derive_softmax
from backprop_cli.functions.activations import configured
from backprop_cli.network.neurons import Layer, Neuron


def test_relu_at_minus_two() -> None:
    working = work(derive_function(configured("relu")), {"z": Decimal(-2)}, Exact())
    assert (working.values["a"], working.values["∂a/∂z"]) == (0, 0)


def test_a_trained_slope_has_its_derivative_too() -> None:
    working = work(derive_function(configured("parametric_relu")), {"z": Decimal(-2)}, Exact())
    found = [working.values[name] for name in ("a", "∂a/∂z", "∂a/∂slope")]
    assert found == [-0.5, 0.25, -2]  # the slope is 0.25


@pytest.mark.parametrize("count", [3, 20])
def test_a_softmax_of_any_size(count: int) -> None:
    layer = Layer("all", tuple(Neuron(str(at)) for at in range(1, count + 1)), "softmax")
    given = {f"z_{at}": Decimal(at) for at in range(1, count + 1)}
    values = work(derive_softmax(layer, layer.neurons[:1]), given, Exact()).values
    exps = [mpmath.exp(at) for at in range(1, count + 1)]
    for at, exp in enumerate(exps, 1):
        share, first = exp / sum(exps), exps[0] / sum(exps)
        assert values[f"a_{at}"] == pytest.approx(float(share), rel=1e-12, abs=0)
        expected = first * ((at == 1) - share)
        assert values[f"∂a_1/∂z_{at}"] == pytest.approx(float(expected), rel=1e-12, abs=0)
