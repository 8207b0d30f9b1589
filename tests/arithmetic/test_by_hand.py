"""Every activation function in rounded arithmetic, forward and backward, as worked on paper.

A whole update is worked here anew, in decimals: each line is rounded half up before the next one
uses it. Exponentials and the normal distribution come from mpmath, in sixty digits.
"""

from collections.abc import Callable, Mapping
from decimal import Context, Decimal, localcontext
from functools import partial
from random import Random
from typing import Any

import mpmath  # type: ignore[import-untyped]
import pytest
from support.reference import FUNCTIONS

from backprop_cli import config
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.runs.run import calculate

DIGITS = 60
PAPER = Context(prec=200)  # wide enough for every product and sum

LEAK, SLOPE = Decimal("0.01"), Decimal("0.25")
LAMBDA, ALPHA = Decimal("1.0507009873554805"), Decimal("1.6732632423543772")

# Two inputs, two hidden neurons that share a bias, and two outputs that have their own.
NETWORK = """\
inputs: [{x1}, {x2}]
weights: {{hidden: [[{w1}, {w2}], [{w3}, {w4}]], output: [[{w5}, {w6}], [{w7}, {w8}]]}}
biases: {{hidden: {b1}, output: [{b2}, {b3}]}}
target: [{y_true_o1}, {y_true_o2}]
learning_rate: {learning_rate}
"""
FED_BY: Mapping[str, Mapping[str, str]] = {
    "h1": {"x1": "w1", "x2": "w2"},
    "h2": {"x1": "w3", "x2": "w4"},
    "o1": {"a_h1": "w5", "a_h2": "w6"},
    "o2": {"a_h1": "w7", "a_h2": "w8"},
}
BIASES = {"h1": "b1", "h2": "b1", "o1": "b2", "o2": "b3"}
HIDDEN, OUTPUTS = ("h1", "h2"), ("o1", "o2")
TARGETS = ("y_true_o1", "y_true_o2")


# --- on paper --------------------------------------------------------------------------------


def by_mpmath(function: Callable[[Any], Any], z: Decimal) -> Decimal:
    with mpmath.workdps(DIGITS):
        return Decimal(mpmath.nstr(function(mpmath.mpf(str(z))), DIGITS))


exp = partial(by_mpmath, mpmath.exp)
sigmoid = partial(by_mpmath, FUNCTIONS["sigmoid"])

# The activation that belongs to a weighted sum; where there is none here, it is `reference`'s.
VALUES: Mapping[str, Callable[[Decimal], Decimal]] = {
    "leaky_relu": lambda z: z if z > 0 else LEAK * z,
    "parametric_relu": lambda z: z if z > 0 else SLOPE * z,
    "selu": lambda z: LAMBDA * z if z > 0 else LAMBDA * ALPHA * (exp(z) - 1),
}


def mish_slope(x: Any) -> Any:
    t = mpmath.tanh(mpmath.log1p(mpmath.exp(x)))
    return t + x * (1 - t**2) / (1 + mpmath.exp(-x))


# And its derivative, from the weighted sum and the activation as they stand on paper.
SLOPES: Mapping[str, Callable[[Decimal, Decimal], Decimal]] = {
    "binary_step": lambda _z, _a: Decimal(0),
    "sign": lambda _z, _a: Decimal(0),
    "linear": lambda _z, _a: Decimal(1),
    "sigmoid": lambda _z, a: a - a * a,
    "tanh": lambda _z, a: 1 - a * a,
    "relu": lambda z, _a: Decimal(1 if z > 0 else 0),
    "leaky_relu": lambda z, _a: Decimal(1) if z > 0 else LEAK,
    "parametric_relu": lambda z, _a: Decimal(1) if z > 0 else SLOPE,
    "elu": lambda z, _a: Decimal(1) if z > 0 else exp(z),
    "selu": lambda z, _a: LAMBDA if z > 0 else LAMBDA * ALPHA * exp(z),
    "swish": lambda z, a: a + sigmoid(z) * (1 - a),
    "gelu": lambda z, _a: by_mpmath(lambda x: mpmath.ncdf(x) + x * mpmath.npdf(x), z),
    "softplus": lambda z, _a: sigmoid(z),
    "bipolar_sigmoid": lambda _z, a: Decimal("0.5") * (1 - a * a),
    "scaled_tanh": lambda z, _a: (
        Decimal("1.7159")
        * Decimal("0.6667")
        * by_mpmath(lambda x: 1 - mpmath.tanh(mpmath.mpf("0.6667") * x) ** 2, z)
    ),
    "softsign": lambda z, _a: by_mpmath(lambda x: 1 / (1 + abs(x)) ** 2, z),
    "hard_sigmoid": lambda z, _a: by_mpmath(lambda x: mpmath.mpf(abs(x) < 3) / 6, z),
    "mish": lambda z, _a: by_mpmath(mish_slope, z),
}
# Their slopes are given, and what is given is not rounded.
WITH_A_SLOPE = ("leaky_relu", "parametric_relu")


def half_up(value: Decimal, decimals: int) -> Decimal:
    """To the decimals kept; under 0.01 to one more, or to as many as two digits need."""
    size = abs(value)
    if 0 < size < Decimal("0.01"):
        decimals += 1
        while size.scaleb(decimals) < 10:
            decimals += 1
    whole = int(size.scaleb(decimals) + Decimal("0.5"))
    return Decimal(whole if value > 0 else -whole).scaleb(-decimals)


class Paper:
    """The lines of one update, each by the name of what it gives."""

    def __init__(self, activation: str, decimals: int, given: Mapping[str, Decimal]) -> None:
        self.activation, self.decimals = activation, decimals
        self.lines = dict(given)
        with localcontext(PAPER):
            self.forward("hidden", HIDDEN)
            self.forward("output", OUTPUTS)
            self.loss()
            self.backward("s2", {neuron: f"y_hat_{neuron}" for neuron in OUTPUTS})
            self.to_hidden()
            self.backward("s1", {neuron: f"a_{neuron}" for neuron in HIDDEN})
            self.update()

    def write(self, name: str, value: Decimal) -> None:
        self.lines[name] = half_up(value, self.decimals)

    def write_parts(self, name: str, parts: Mapping[str, Decimal]) -> None:
        """Parts by neuron, and their sum."""
        for neuron, part in parts.items():
            self.write(f"{name}_from_{neuron}", part)
        self.write(name, sum((self.lines[f"{name}_from_{neuron}"] for neuron in parts), Decimal(0)))

    def forward(self, layer: str, neurons: tuple[str, ...]) -> None:
        lines = self.lines
        for neuron in neurons:
            products = (lines[source] * lines[w] for source, w in FED_BY[neuron].items())
            self.write(f"z_{neuron}", sum(products, lines[BIASES[neuron]]))
        sums = {neuron: lines[f"z_{neuron}"] for neuron in neurons}
        if self.activation == SOFTMAX:
            # Only of weighted sums that are very large or very small is the largest taken off.
            usual = all(-4 < z < 20 for z in sums.values())
            taken_off = Decimal(0) if usual else max(sums.values())
            for neuron, z in sums.items():
                self.write(f"e_{neuron}", exp(z - taken_off))
            total = sum((lines[f"e_{neuron}"] for neuron in neurons), Decimal(0))
            self.write(f"sum_{layer}", total)
            for neuron in neurons:
                self.write(f"a_{neuron}", lines[f"e_{neuron}"] / lines[f"sum_{layer}"])
        else:
            of = VALUES.get(self.activation) or partial(by_mpmath, FUNCTIONS[self.activation])
            for neuron, z in sums.items():
                self.write(f"a_{neuron}", of(z))

    def loss(self) -> None:
        lines = self.lines
        for output in OUTPUTS:
            lines[f"y_hat_{output}"] = lines[f"a_{output}"]
            error = lines[f"y_hat_{output}"] - lines[f"y_true_{output}"]
            self.write(f"Loss_{output}", error * error / 2)
            self.write(f"∂Loss/∂y_hat_{output}", error)
        self.write("Loss", lines["Loss_o1"] + lines["Loss_o2"])

    def backward(self, slope: str, names: Mapping[str, str]) -> None:
        """From the gradients by a layer's activations, so named, to those by its parameters."""
        lines = self.lines
        by_a = {neuron: f"∂Loss/∂{name}" for neuron, name in names.items()}
        by_z = {neuron: f"∂Loss/∂z_{neuron}" for neuron in names}
        if self.activation == SOFTMAX:
            for under in names:
                parts = {}
                for neuron, name in names.items():
                    local, a, b = f"∂{name}/∂z_{under}", lines[name], lines[names[under]]
                    self.write(local, a - a * a if neuron == under else -a * b)
                    parts[neuron] = lines[by_a[neuron]] * lines[local]
                self.write_parts(by_z[under], parts)
        else:
            for neuron, name in names.items():
                local = f"∂{name}/∂z_{neuron}"
                lines[local] = SLOPES[self.activation](lines[f"z_{neuron}"], lines[name])
                if self.activation not in WITH_A_SLOPE:
                    self.write(local, lines[local])
                self.write(by_z[neuron], lines[by_a[neuron]] * lines[local])
        if self.activation == "parametric_relu":
            below = {neuron: min(lines[f"z_{neuron}"], Decimal(0)) for neuron in names}
            parts = {neuron: lines[by_a[neuron]] * below[neuron] for neuron in names}
            self.write_parts(f"∂Loss/∂{slope}", parts)
        for neuron in names:
            for source, weight in FED_BY[neuron].items():
                self.write(f"∂Loss/∂{weight}", lines[by_z[neuron]] * lines[source])
        if names.keys() == {*HIDDEN}:
            self.write_parts("∂Loss/∂b1", {neuron: lines[by_z[neuron]] for neuron in names})
        else:
            for neuron in names:
                self.write(f"∂Loss/∂{BIASES[neuron]}", lines[by_z[neuron]])

    def to_hidden(self) -> None:
        for source in ("a_h1", "a_h2"):
            parts = {
                output: self.lines[f"∂Loss/∂z_{output}"] * self.lines[FED_BY[output][source]]
                for output in OUTPUTS
            }
            self.write_parts(f"∂Loss/∂{source}", parts)

    def update(self) -> None:
        """A new bias takes two lines; a new weight or slope is not rounded."""
        lines = self.lines
        for name in [name for name in lines if name[0] in "wbs" and name[1:].isdigit()]:
            step = lines["learning_rate"] * lines[f"∂Loss/∂{name}"]
            if name.startswith("b"):
                self.write(f"step_{name}", step)
                self.write(f"{name}_new", lines[name] - lines[f"step_{name}"])
            else:
                lines[f"{name}_new"] = lines[name] - step


# --- the claims ------------------------------------------------------------------------------


def test_every_function_is_worked_by_hand() -> None:
    assert SLOPES.keys() == ACTIVATIONS.keys()


def drawn(seed: int) -> dict[str, Decimal]:
    """Given numbers of up to two decimals."""
    random, weights = Random(seed), (w for fed_by in FED_BY.values() for w in fed_by.values())
    names = ("x1", "x2", *weights, "b1", "b2", "b3", *TARGETS)
    numbers = {name: Decimal(random.randint(-150, 150)) / 100 for name in names}
    return {**numbers, "learning_rate": Decimal("0.5")}


@pytest.mark.parametrize("decimals", [1, 2, 4, 7, 15])
@pytest.mark.parametrize("activation", [*ACTIVATIONS, SOFTMAX])
def test_every_line_of_an_update_is_as_worked_on_paper(activation: str, decimals: int) -> None:
    signs = set()
    for seed in range(8):
        given = drawn(seed)
        text = f"{NETWORK.format(**given)}activation: {activation}\nrounding: {decimals}\n"
        exercise = config.parse(text, "drawn.yaml")
        network, working = exercise.network, calculate(exercise).working
        lines = Paper(activation, decimals, given | dict.fromkeys(network.slopes, SLOPE)).lines
        for name in network.parameters:
            assert {f"∂Loss/∂{name}", f"{name}_new"} <= lines.keys()
        for name, figure in lines.items():
            assert working.values[name] == figure, (seed, name)
        signs |= {(name, lines[name] > 0) for name in ("z_h1", "z_h2", "z_o1", "z_o2")}
    assert len(signs) == 8, "every weighted sum was on both sides of 0"
