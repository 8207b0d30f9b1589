"""A forward pass neuron by neuron, which says whether a neuron learns."""

import math
from collections.abc import Mapping
from functools import cache

from backprop_cli.algebra.expression import ZERO, symbols
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.functions.activation import A, Z
from backprop_cli.functions.activations import ACTIVATIONS, row_of
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.network.exercise import Figure
from backprop_cli.network.neurons import Function, Neuron
from backprop_cli.network.structure import Network

# A neuron is awake while its derivative is at least this share of the one at z = 0.
AWAKE = 0.2


class Forward:
    """The outputs of neurons, worked in order from ``numbers``, which may change on the way."""

    def __init__(self, network: Network, numbers: Mapping[str, Figure]) -> None:
        self._network, self._numbers = network, numbers
        self._put_out: dict[str, float] = {}

    def wakes(self, neuron: Neuron) -> bool:
        """Work a neuron, and say whether it learns: it is neither switched off nor saturated.

        Of a softmax, every neuron counts as awake, and as putting out the same as the others.
        """
        try:
            return self._worked(neuron)
        except (ArithmeticError, ValueError):
            self._put_out[neuron.name] = 0.0
            return False

    def _worked(self, neuron: Neuron) -> bool:
        if neuron.formula is not None:
            names = {symbol.name for symbol in symbols(neuron.formula)}
            value = Exact().evaluate(neuron.formula, {name: self._value(name) for name in names})
            self._put_out[neuron.name] = value
            return math.isfinite(value)
        z = sum(self._value(edge.source) * self._value(edge.weight) for edge in neuron.edges)
        z += self._value(neuron.bias) if neuron.bias else 0.0
        function = self._network.function_of(neuron)
        if function.name == SOFTMAX:
            beside = self._network.layer_of(neuron).functions()[function]
            self._put_out[neuron.name] = 1 / len(beside)
            return True
        slope = self._value(function.slope) if function.slope else 0.0
        a, derivative = _at(function, z, slope)
        self._put_out[neuron.name] = a
        return learns(function, derivative, slope)

    def _value(self, name: str) -> float:
        return self._put_out[name] if name in self._put_out else float(self._numbers[name])


def learns(function: Function, derivative: float, slope: float = 0.0) -> bool:
    """True if a neuron's derivative is large enough; ``slope`` is the trained one, if it has it.

    A function whose derivative is 0 everywhere learns nowhere, and is not to blame.
    """
    if ACTIVATIONS[function.name].derivative == ZERO:
        return True
    _, at_zero = _at(function, 0.0, slope)
    return derivative != 0 and abs(derivative) >= AWAKE * abs(at_zero)


def _at(function: Function, z: float, slope: float) -> tuple[float, float]:
    """The activation and its derivative at a weighted sum."""
    row, exact = _row(function), Exact()
    values = {Z.name: z, **({function.slope: slope} if function.slope else {})}
    a = exact.evaluate(row.computed or row.formula, values)
    values[A.name] = a
    return a, exact.evaluate(row.computed_derivative or row.derivative, values)


_row = cache(row_of)
