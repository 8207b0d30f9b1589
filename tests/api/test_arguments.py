"""Arguments from Python: what is taken, and what is said of those that mean nothing."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest
from support.program import CONFIGS, DEFAULT

import backprop_cli as bp

untyped: Any = bp


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


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda _: untyped.load({"inputs": [1]}),
            "path is text such as 'mine.yaml', not a dict; parse",
        ),
        (lambda _: untyped.load(None), "path is text such as 'mine.yaml', not None"),
        (
            lambda _: untyped.parse({"inputs": [1]}),
            "not a dict; json.dumps makes text of a mapping",
        ),
        (lambda _: untyped.new(221), "sizes is text such as '2-3-1', not 221"),
        (lambda _: untyped.new([2, 2, 1]), "sizes is text such as '2-3-1', not a list"),
        (lambda _: untyped.new("2-2-1", activation=3), "activation is text such as 'relu', not 3"),
        (
            lambda _: untyped.new("2-2-1", seed="a"),
            "seed is a whole number such as seed=10, not the text",
        ),
        (lambda _: untyped.example(3), "name is text such as 'mazur', not 3"),
        (
            lambda net: net.train("10"),
            "epochs is a whole number such as epochs=10, not the text '10'",
        ),
        (lambda net: net.train(2.5), "epochs is a whole number such as epochs=10, not 2.5"),
        (lambda net: net.train(True), "epochs is a whole number such as epochs=10, not True"),
        (lambda net: net.train(2, until_loss="low"), "until_loss is a number such as until_loss="),
        (lambda net: net.train(2, tolerance=[0.1]), "tolerance is a number such as tolerance=0.01"),
        (lambda net: net.train(2, engine=1), "engine is text such as 'auto', not 1"),
        (lambda net: net.run(example="1"), "example is a whole number such as example=10, not the"),
        (
            lambda net: net.run(epoch="2"),
            "epoch is a whole number such as epoch=10, not the",
        ),
        (
            lambda net: net.run(decimals=2.0),
            "decimals is a whole number such as decimals=10, not 2.0",
        ),
        (lambda net: net.run().explain(1), "name is text such as 'w1', not 1"),
        (
            lambda net: net.check([0.1]),
            "figures is text such as 'z_h1 = 0.3775', not a list; a map",
        ),
        (lambda net: net.export(1), "library is text such as 'numpy', not 1"),
    ],
)
def test_an_argument_of_another_kind_is_told_in_a_sentence(
    net: bp.Network, call: Callable[[bp.Network], object], said: str
) -> None:
    with pytest.raises(TypeError) as caught:
        call(net)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: bp.load("inputs: [1]\nweights: {o: [[1]]}\n"), "text of a configuration goes to"),
        (lambda: bp.example("mazur").run(epoch=0), "epoch=0: epochs count from 1"),
        (lambda: bp.example("perceptron").gradcheck(), "the perceptron rule uses errors"),
        (
            lambda: bp.example("xor").run().explain("z_h1[3]"),
            "3, and example 1 is shown; give run(",
        ),
    ],
)
def test_what_cannot_be_done_is_told_as_python_has_it(
    call: Callable[[], object], said: str
) -> None:
    with pytest.raises(bp.UsageError) as caught:
        call()
    assert said in str(caught.value)
    assert "--" not in str(caught.value)


def test_whole_numbers_of_numpy_and_the_names_that_people_type_are_taken(net: bp.Network) -> None:
    other: Any = net
    assert other.train(np.int64(3)).epochs == 3
    assert other.run(example=np.int32(1), decimals=np.int64(6)).loss == net.run(decimals=6).loss
    made = bp.new("2-2-1", activation="ReLU", loss="MSE", seed=1)
    assert "relu" in made.yaml
    assert "mean_squared_error" in made.yaml
