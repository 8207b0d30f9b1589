"""Softmax: the one activation function that takes all weighted sums of a layer together.

a_i = exp(z_i) / (exp(z_1) + … + exp(z_n)), worked with the largest weighted sum taken off each:
that cancels in the quotient, and no exp can overflow.

Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), sections 4.1 and 6.2.2.3.
"""

from backprop_cli.algebra.expression import (
    DOTS,
    ONE,
    Call,
    Expression,
    Largest,
    Negative,
    Sum,
    Symbol,
)
from backprop_cli.network.structure import Layer, Neuron

SOFTMAX = "softmax"

# The i-th activation among n, for what is said in general.
ANY, OTHER = Symbol("a_i"), Symbol("a_j")
BY_OWN, BY_OTHER = ANY * (ONE - ANY), -ANY * OTHER  # its derivatives by weighted sums
FORMULA = Call("exp", Symbol("z_i")) / Sum(
    (Call("exp", Symbol("z_1")), DOTS, Call("exp", Symbol("z_n")))
)


def largest(layer: Layer) -> tuple[Symbol, Expression]:
    """The largest weighted sum of the layer."""
    sums = tuple(Symbol(neuron.weighted_sum) for neuron in layer.neurons)
    return _largest(layer), Largest(sums)


def exponential(layer: Layer, neuron: Neuron) -> tuple[Symbol, Expression]:
    """A neuron's exp, the largest weighted sum taken off."""
    return _exponential(neuron), Call("exp", Symbol(neuron.weighted_sum) - _largest(layer))


def total(layer: Layer) -> tuple[Symbol, Expression]:
    """The sum of the layer's exps."""
    parts = tuple(map(_exponential, layer.neurons))
    return _total(layer), Sum(parts) if len(parts) > 1 else parts[0]


def share(layer: Layer, neuron: Neuron) -> Expression:
    """A neuron's activation: its part of the sum."""
    return _exponential(neuron) / _total(layer)


# The names alone, so that a layer's steps take time in proportion to its neurons.


def _largest(layer: Layer) -> Symbol:
    return Symbol(f"max_{layer.name}")


def _exponential(neuron: Neuron) -> Symbol:
    return Symbol(f"e_{neuron.name}")


def _total(layer: Layer) -> Symbol:
    return Symbol(f"sum_{layer.name}")


def slope(activation: Symbol, other: Symbol) -> Expression:
    """The derivative of an activation by the weighted sum under ``other`` (or under itself)."""
    if activation == other:
        return activation * (ONE - activation)
    return Negative(activation * other)
