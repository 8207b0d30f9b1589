"""Every activation function, every loss and a network's forward pass, written down here anew.

In mpmath's numbers, by the textbooks' formulas. There are no derivatives: the other tests take
differences of the loss.
"""

from collections.abc import Callable, Mapping
from typing import Any

import mpmath  # type: ignore[import-untyped]

from backprop_cli.network.neurons import Layer
from backprop_cli.network.structure import Network

Numbers = Mapping[str, Any]  # mpmath's, by the quantity's name

SCALE, ALPHA = mpmath.mpf("1.0507009873554805"), mpmath.mpf("1.6732632423543772")

# All but softmax, which takes a layer's weighted sums together.
FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "binary_step": lambda z: mpmath.mpf(z >= 0),
    "linear": lambda z: z,
    "sigmoid": lambda z: 1 / (1 + mpmath.exp(-z)),
    "tanh": mpmath.tanh,
    "relu": lambda z: max(z, mpmath.mpf(0)),
    "leaky_relu": lambda z: z if z > 0 else z / 100,
    "parametric_relu": lambda z: z if z > 0 else z / 4,
    "elu": lambda z: z if z > 0 else mpmath.expm1(z),
    "selu": lambda z: SCALE * (z if z > 0 else ALPHA * mpmath.expm1(z)),
    "swish": lambda z: z / (1 + mpmath.exp(-z)),
    # Farther out, mpmath refuses the tail, which is less than 10^-(10^9).
    "gelu": lambda z: z * (mpmath.erfc(-z / mpmath.sqrt(2)) / 2 if abs(z) < 1e5 else z > 0),
    "softplus": lambda z: mpmath.log1p(mpmath.exp(z)),
    "bipolar_sigmoid": lambda z: mpmath.tanh(z / 2),
    "scaled_tanh": lambda z: mpmath.mpf("1.7159") * mpmath.tanh(mpmath.mpf("0.6667") * z),
    "softsign": lambda z: z / (1 + abs(z)),
    "hard_sigmoid": lambda z: min(max(z / 6 + mpmath.mpf(1) / 2, mpmath.mpf(0)), mpmath.mpf(1)),
    "sign": mpmath.sign,
    "mish": lambda z: z * mpmath.tanh(mpmath.log1p(mpmath.exp(z))),
}

# Of one output among n, for the target y and the prediction p.
LOSSES: Mapping[str, Callable[[Any, Any, int], Any]] = {
    "half_squared_error": lambda y, p, _: (y - p) ** 2 / 2,
    "squared_error": lambda y, p, _: (y - p) ** 2,
    "mean_squared_error": lambda y, p, n: (y - p) ** 2 / n,
    "binary_cross_entropy": lambda y, p, _: -y * mpmath.log(p) - (1 - y) * mpmath.log(1 - p),
    "cross_entropy": lambda y, p, _: -y * mpmath.log(p) if y else mpmath.mpf(0),
    "mean_absolute_error": lambda y, p, n: abs(y - p) / n,
    "huber": lambda y, p, _: (y - p) ** 2 / 2 if abs(y - p) <= 1 else abs(y - p) - 0.5,
    "log_cosh": lambda y, p, _: mpmath.log(mpmath.cosh(y - p)),
    "hinge": lambda y, p, _: max(mpmath.mpf(0), 1 - y * p),
}


def weighted_sums(network: Network, numbers: Numbers) -> list[dict[str, Any]]:
    """The weighted sums of every layer, by neuron."""
    found = []
    feeding = {name: numbers[name] for name in network.inputs}
    for layer in network.layers:
        sums = {
            neuron.name: sum(
                (feeding[edge.source] * numbers[edge.weight] for edge in neuron.edges),
                numbers[neuron.bias] if neuron.bias else mpmath.mpf(0),
            )
            for neuron in layer.neurons
        }
        assert all(abs(z) > 1e-6 for z in sums.values()), "a kink is too near"
        found.append(sums)
        feeding = activations(layer, sums, numbers)
    return found


def activations(layer: Layer, sums: Numbers, numbers: Numbers) -> dict[str, Any]:
    """A layer's activations, by neuron."""
    if layer.activation == "softmax":
        exps = {name: mpmath.exp(z) for name, z in sums.items()}
        total = sum(exps.values())
        return {name: part / total for name, part in exps.items()}
    if layer.slope:
        slope = numbers[layer.slope]
        return {name: z if z > 0 else slope * z for name, z in sums.items()}
    return {name: FUNCTIONS[layer.activation](z) for name, z in sums.items()}


def loss(network: Network, numbers: Numbers) -> Any:
    """The loss of one example."""
    predictions = activations(network.layers[-1], weighted_sums(network, numbers)[-1], numbers)
    of_output = LOSSES[network.loss]
    return sum(
        of_output(numbers[network.target(output)], predictions[output.name], len(predictions))
        for output in network.outputs
    )
