"""Arguments from Python: what is taken, and what is said of those that mean nothing."""

from collections.abc import Callable
from types import MappingProxyType

import numpy as np
import pytest
from support.program import CONFIGS, DEFAULT

import backprop_cli as bp


@pytest.fixture(scope="module")
def net() -> bp.Network:
    return bp.load(DEFAULT)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda net: net.check("z_h1 = 0.3775", example=5), "example=5: the examples are 1 to 1"),
        (lambda net: net.run(decimals=0), "decimals=0: it is from 1 to 15"),
        (lambda net: net.run(decimals=40), "decimals=40: it is from 1 to 15"),
        (lambda net: net.train(3, engine="fortran"), "engine=fortran: the engines are"),
        (lambda _: bp.new("2-2-1", activation="sigmod"), "sigmod: there is no such activation"),
        (lambda _: bp.new("2-2-1", loss="square"), "square: there is no such loss"),
    ],
)
def test_an_argument_that_means_nothing_is_said_without_an_option(
    net: bp.Network, call: Callable[[bp.Network], object], said: str
) -> None:
    with pytest.raises(bp.UsageError) as caught:
        call(net)
    assert said in str(caught.value)
    assert "--" not in str(caught.value)


def test_figures_in_sections_and_arrays_are_checked(net: bp.Network) -> None:
    """The arrays of the document's network: dW2 is 0.0822 and 0.0827, W1 is given."""
    arrays = {"dW2": np.array([[0.0822, 0.0827]]), "dW1": [[0.00067, 0.00134], [0.0, 0.0]]}
    found = net.check(arrays)
    assert [line.name for line in found.lines[:2]] == ["dLoss/dw5", "dLoss/dw6"]
    assert [line.verdict for line in found.lines[:4]] == ["right"] * 4
    assert found.first_wrong is not None
    assert found.first_wrong.name == "dLoss/dw3"
    assert net.check({"gradients": MappingProxyType({"w5": 0.0822})}).lines[0].verdict == "right"


def test_a_gradient_of_0_from_a_program_is_exactly_0(net: bp.Network) -> None:
    """On paper, 0.0 stands for 0.0008 too; of a program that is a gradient that never arrived."""
    assert net.check({"dLoss/dw3": 0.0}).lines[0].verdict == "wrong"
    assert net.check("dLoss/dw3 = 0.0").lines[0].verdict == "right"


def test_numbers_of_numpy_are_figures(net: bp.Network) -> None:
    assert net.check({"z_h1": np.float64(0.3775), "a_h1": np.float32(0.5)}).lines[1].figure == 0.5


def test_a_name_that_is_none_is_told(net: bp.Network) -> None:
    found = net.check({"z_h1": 0.3775, "z_h9": 1.0})
    assert found.unknown == ("z_h9",)
    assert repr(found) == "<Checked 1 line, nothing wrong, unknown: z_h9>"


def test_a_perceptron_shows_no_gradients() -> None:
    work = bp.load(CONFIGS / "perceptron.yaml").run()
    assert repr(work).startswith("<Work loss=")
    assert "grad" not in repr(work)
