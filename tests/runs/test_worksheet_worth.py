"""Drawn numbers are worth working: they show what was done wrong.

The mistakes of the first test are worked here, apart from the program and from its catalogue.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import combinations

import pytest
from support.program import CONFIGS

from backprop_cli import config
from backprop_cli.api.templates import template
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.checking.problem import problem
from backprop_cli.runs.run import calculate
from backprop_cli.runs.worksheets.collisions import lines_of
from backprop_cli.runs.worksheets.drawing import Drawing, drawing, drawn

Line = dict[str, float]


@cache
def shape(
    *sizes: int, activation: str = "sigmoid", loss: str = "half_squared_error", seed: int = 1
) -> Exercise:
    return config.parse(template(sizes, activation, loss, seed), "shape.yaml")


def hand_rounded(value: float) -> float:
    """Four decimals; a magnitude under 0.01 keeps five, or two significant digits."""
    small = value and abs(value) < 0.01
    decimals = max(5, 1 - math.floor(math.log10(abs(value)))) if small else 4
    unit = Decimal(1).scaleb(-decimals)
    return float(Decimal(repr(value)).quantize(unit, ROUND_HALF_UP))


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def mistaken_lines(given: Mapping[str, float]) -> Iterator[tuple[str, Line]]:
    """Lines of a 2-2-1 network with a bias for each layer: the right result, and usual mistakes."""
    g = given
    z: Line = {}
    a: Line = {}
    for h, (w, v) in (("h1", ("w1", "w2")), ("h2", ("w3", "w4"))):
        z[h] = hand_rounded(g[w] * g["x1"] + g[v] * g["x2"] + g["b1"])
        a[h] = hand_rounded(sigmoid(z[h]))
        yield (
            f"z_{h}",
            {
                "": z[h],
                "bias_left_out": g[w] * g["x1"] + g[v] * g["x2"],
                "weight_of_another": g[v] * g["x1"] + g[w] * g["x2"] + g["b1"],
                "sign": g[w] * g["x1"] + g[v] * g["x2"] - g["b1"],
            },
        )
    z_out = hand_rounded(g["w5"] * a["h1"] + g["w6"] * a["h2"] + g["b2"])
    y = hand_rounded(sigmoid(z_out))
    error = hand_rounded(y - g["y_true"])
    yield (
        "loss",
        {
            "": 0.5 * (y - g["y_true"]) ** 2,
            "factor_left_out": (y - g["y_true"]) ** 2,
            "sign": -0.5 * (y - g["y_true"]) ** 2,
        },
    )
    slope = hand_rounded(y * (1 - y))
    yield "slope of the output", {"": slope, "derivative_at_weighted_sum": z_out * (1 - z_out)}
    delta = hand_rounded(error * slope)
    yield (
        "delta of the output",
        {
            "": delta,
            "sign": -delta,
            "activation_derivative_left_out": error,
            "chain_factor_left_out": slope,
        },
    )
    new_w5 = g["w5"] - g["learning_rate"] * hand_rounded(delta * a["h1"])
    for h, w, other in (("h1", "w5", "w6"), ("h2", "w6", "w5")):
        yield (
            f"gradient of {w}",
            {
                "": delta * a[h],
                "sign": -delta * a[h],
                "input_of_another": delta * a["h2" if h == "h1" else "h1"],
                "chain_factor_left_out": delta,
            },
        )
        back = hand_rounded(delta * g[w])
        slope_h = hand_rounded(a[h] * (1 - a[h]))
        delta_h = hand_rounded(back * slope_h)
        ways = {"": back, "weight_of_another": delta * g[other], "chain_factor_left_out": delta}
        if w == "w5":
            ways["new_weight_used"] = delta * new_w5
        yield f"back to {h}", ways
        yield (
            f"delta of {h}",
            {
                "": delta_h,
                "sign": -delta_h,
                "activation_derivative_left_out": back,
                "chain_factor_left_out": slope_h,
                "derivative_at_weighted_sum": back * hand_rounded(z[h] * (1 - z[h])),
            },
        )
        for x, one in (("x1", "x2"), ("x2", "x1")):
            yield (
                f"gradient of {x} to {h}",
                {
                    "": delta_h * g[x],
                    "sign": -delta_h * g[x],
                    "input_of_another": delta_h * g[one],
                    "chain_factor_left_out": delta_h,
                },
            )


def test_usual_mistakes_give_figures_that_differ() -> None:
    exercise = config.load(str(CONFIGS / "default.yaml"))
    pairs = alike = 0
    for seed in range(40):
        numbers = {name: float(one) for name, one in drawn(exercise, seed).numbers.items()}
        for _, ways in mistaken_lines(numbers):
            figures = [hand_rounded(value) for value in ways.values()]
            pairs += math.comb(len(figures), 2)
            alike += sum(one == other for one, other in combinations(figures, 2))
    assert pairs > 3_000
    assert alike == 0


SHAPES = (
    ((2, 2, 1), "sigmoid", "half_squared_error"),
    ((2, 3, 1), "sigmoid", "half_squared_error"),
    ((3, 4, 2), "sigmoid", "half_squared_error"),
    ((2, 3, 3), "relu", "cross_entropy"),
    ((2, 3, 1), "tanh", "half_squared_error"),
    ((2, 2, 1), "relu", "binary_cross_entropy"),
    ((2, 3, 3, 1), "softplus", "half_squared_error"),
)


@pytest.fixture(params=SHAPES, ids=str, scope="module")
def drawings(request: pytest.FixtureRequest) -> Sequence[Drawing]:
    """Four drawings of a shape."""
    sizes, activation, loss = request.param
    exercise = shape(*sizes, activation=activation, loss=loss)
    return [drawing(exercise, seed) for seed in range(4)]


def test_fewer_than_one_mistake_in_a_hundred_is_hidden(drawings: Sequence[Drawing]) -> None:
    mistakes = hidden = 0
    for found in drawings:
        lines = lines_of(problem(found.exercise))
        mistakes += sum(len(line.ways) - 1 for line in lines)
        assert found.lacks is not None
        hidden += len(found.lacks.hidden)
    assert mistakes > 100
    assert hidden < 0.01 * mistakes


def test_every_gradient_can_be_seen_and_every_neuron_learns(drawings: Sequence[Drawing]) -> None:
    for found in (one.exercise for one in drawings):
        network, values = found.network, calculate(found).working.values
        for parameter in network.parameters:
            assert abs(values[f"∂Loss/∂{parameter}"]) >= Decimal("0.00005"), parameter
        for neuron in network.neurons:
            z, a = float(values[neuron.weighted_sum]), float(values[neuron.activation])
            name = network.function_of(neuron).name
            if name == "relu":
                assert z > 0
            elif name == "sigmoid":
                assert 0.04 < a < 0.96
            elif name == "tanh":
                assert -0.9 < a < 0.9
            elif name == "softmax":
                assert 0.015 < a < 0.985


def test_no_input_is_a_multiple_of_another() -> None:
    exercise = shape(3, 4, 2)
    for seed in range(40):
        found = drawn(exercise, seed)
        inputs = [Decimal(found.numbers[name]) for name in found.network.inputs]
        for one, other in combinations(inputs, 2):
            assert one % other
            assert other % one


def test_a_shape_that_allows_no_such_numbers_is_told() -> None:
    lacks = drawing(shape(2, 2, 1, activation="binary_step"), 1).lacks
    assert lacks is not None
    assert [*lacks.sentences()] == ["w1, w2, w3, w4 and 4 more have no gradients"]
    assert [*(drawing(shape(2, 2, 1), 1).lacks or lacks).sentences()] == []


@pytest.mark.parametrize("activation", [*ACTIVATIONS, "softmax"])
def test_every_activation_is_drawn_for_and_worked(activation: str) -> None:
    exercise = shape(2, 3, 2, activation=activation)
    assert calculate(drawn(exercise, 3)).working.values
