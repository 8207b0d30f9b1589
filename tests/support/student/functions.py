"""The activation functions and losses, as the textbooks have them."""

import math
from collections.abc import Callable, Mapping

Get = Callable[[str], float]
Formula = Callable[[Get], float]

RATE = "learning_rate"
SCALE, ALPHA = 1.0507009873554805, 1.6732632423543772


def sigmoid(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def normal(z: float) -> float:
    return math.erfc(-z / math.sqrt(2)) / 2


def density(z: float) -> float:
    return math.exp(-z * z / 2) / math.sqrt(2 * math.pi)


# Each with its derivative in terms of z and of its own value a.
FUNCTIONS: Mapping[str, tuple[Callable[[float], float], Callable[[float, float], float]]] = {
    "sigmoid": (sigmoid, lambda _, a: a * (1 - a)),
    "linear": (lambda z: z, lambda _z, _a: 1.0),
    "tanh": (math.tanh, lambda _, a: 1 - a * a),
    "softplus": (lambda z: math.log1p(math.exp(z)), lambda z, _: sigmoid(z)),
    "swish": (lambda z: z * sigmoid(z), lambda z, a: sigmoid(z) + a * (1 - sigmoid(z))),
    "relu": (lambda z: max(z, 0.0), lambda z, _: float(z > 0)),
    "leaky_relu": (lambda z: z if z > 0 else 0.01 * z, lambda z, _: 1.0 if z > 0 else 0.01),
    "elu": (lambda z: z if z > 0 else math.expm1(z), lambda z, _: 1.0 if z > 0 else math.exp(z)),
    "selu": (
        lambda z: SCALE * (z if z > 0 else ALPHA * math.expm1(z)),
        lambda z, _: SCALE * (1.0 if z > 0 else ALPHA * math.exp(z)),
    ),
    "gelu": (lambda z: z * normal(z), lambda z, _: normal(z) + z * density(z)),
    "binary_step": (lambda z: float(z >= 0), lambda _z, _a: 0.0),
    "sign": (lambda z: float((z > 0) - (z < 0)), lambda _z, _a: 0.0),
}
HIDDEN = [name for name in FUNCTIONS if name not in ("binary_step", "sign")]


def sign_of(error: float) -> float:
    return float((error > 0) - (error < 0))


# Losses of one output by target and prediction, each with its derivative by the prediction.
BY_OUTPUT: Mapping[str, tuple[Callable[[float, float], float], Callable[[float, float], float]]] = {
    "mean_absolute_error": (lambda y, p: abs(y - p), lambda y, p: sign_of(p - y)),
    "huber": (
        lambda y, p: (y - p) ** 2 / 2 if abs(y - p) <= 1 else abs(y - p) - 0.5,
        lambda y, p: p - y if abs(y - p) <= 1 else sign_of(p - y),
    ),
    "log_cosh": (lambda y, p: math.log(math.cosh(p - y)), lambda y, p: math.tanh(p - y)),
    "hinge": (lambda y, p: max(0.0, 1 - y * p), lambda y, p: -y if y * p < 1 else 0.0),
}
LOSSES = (
    *BY_OUTPUT,
    "half_squared_error",
    "squared_error",
    "mean_squared_error",
    "binary_cross_entropy",
    "cross_entropy",
)
