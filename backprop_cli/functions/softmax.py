"""Softmax: the one activation function that takes all weighted sums of a layer together.

a_i = exp(z_i) / (exp(z_1) + … + exp(z_n)). Where the exps would be very large or very small, the
largest weighted sum is taken off each: that cancels in the quotient, and no exp can overflow.

Backwards, ∂L/∂z_i = Σ_j ∂L/∂a_j · ∂a_j/∂z_i. With ∂a_i/∂z_i = a_i − a_i * a_i and ∂a_j/∂z_i =
−a_j * a_i that is a_i * (∂L/∂a_i − Σ_j ∂L/∂a_j * a_j), where the sum is the same for all i: the
mean of the gradients, each weighted by its activation.

Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), sections 4.1 and 6.2.2.3.
"""

from collections.abc import Iterable
from decimal import Decimal

from backprop_cli.algebra.expression import (
    DOTS,
    ONE,
    ZERO,
    Call,
    Choice,
    Expression,
    Largest,
    Negative,
    Number,
    Sum,
    Symbol,
)
from backprop_cli.functions.activations import HALF, NEARLY_ONE
from backprop_cli.network.neurons import Layer, Neuron

SOFTMAX = "softmax"
JUST_OVER_ONE = Number(Decimal("1.0001"))
# Where all weighted sums are between −4 and 20, the exps are neither so small that rounding takes
# their digits nor so large that nobody reads them: there they are taken as on paper.
HALF_WIDTH, MIDDLE = Number(Decimal(12)), Number(Decimal(8))
TOGETHER = 40  # parts of a sum that is one of others

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


def shift(layer: Layer) -> tuple[Symbol, Expression]:
    """The number that is taken off each weighted sum before its exp: the largest, or nothing."""
    return _shift(layer), Choice(_is_usual(layer), ZERO, _largest(layer))


def exponential(layer: Layer, neuron: Neuron) -> tuple[Symbol, Expression]:
    """A neuron's exp, the largest weighted sum taken off where that is needed."""
    z = Symbol(neuron.weighted_sum)
    shifted = Call("exp", z - _largest(layer))
    usual = Choice(_is_usual(layer), Call("exp", z), shifted, exception=("",))
    return _exponential(neuron), usual


def computed_exponential(layer: Layer, neuron: Neuron) -> Expression:
    """The same, without a decision for each neuron."""
    return Call("exp", Symbol(neuron.weighted_sum) - _shift(layer))


def farthest(layer: Layer) -> tuple[Symbol, Expression]:
    """The farthest that a weighted sum is from the middle of those that are usual."""
    sums = [Symbol(neuron.weighted_sum) for neuron in layer.neurons]
    return _farthest(layer), Largest(tuple(Call("abs", z - MIDDLE) for z in sums))


def _is_usual(layer: Layer) -> Expression:
    """An expression that is above 0 where the exps are of a size to be worked with as they are."""
    return HALF_WIDTH - _farthest(layer)


def total(layer: Layer) -> tuple[Symbol, Expression]:
    """The sum of the layer's exps."""
    parts = tuple(map(_exponential, layer.neurons))
    return _total(layer), Sum(parts) if len(parts) > 1 else parts[0]


def top(layer: Layer) -> tuple[Symbol, Expression]:
    """The largest exp."""
    return _top(layer), Largest(tuple(map(_exponential, layer.neurons)))


def rest(layer: Layer) -> tuple[Symbol, Expression]:
    """The sum of all exps but the largest."""
    return _rest(layer), _total(layer) - _top(layer)


def computed_rest(layer: Layer) -> Expression:
    """The same, added up anew where so little would be left of the sum that digits are lost."""
    most = _top(layer)
    others = tuple(Choice(most - exp, exp, ZERO) for exp in map(_exponential, layer.neurons))
    return Choice(_total(layer) - JUST_OVER_ONE * most, _total(layer) - most, _added(others))


def _added(parts: tuple[Expression, ...]) -> Expression:
    """A sum of sums, so that it is not nested deeply however many its parts are."""
    while len(parts) > TOGETHER:
        groups = (parts[at : at + TOGETHER] for at in range(0, len(parts), TOGETHER))
        parts = tuple(Sum(group) if len(group) > 1 else group[0] for group in groups)
    return Sum(parts) if len(parts) > 1 else parts[0]


def complement(layer: Layer, activation: Expression) -> Expression:
    """1 − a for an activation a of the layer, to all digits."""
    return Choice(NEARLY_ONE - activation, ONE - activation, _rest(layer) / _total(layer))


def log(layer: Layer, neuron: Neuron) -> Expression:
    """ln(a) for the activation a of a neuron, to all digits."""
    distance = Symbol(neuron.weighted_sum) - _largest(layer)
    return Sum((distance, Negative(Call("ln1p", _rest(layer) / _top(layer)))))


def log_complement(layer: Layer, activation: Expression) -> Expression:
    """ln(1 − a) for an activation a of the layer, to all digits."""
    large = -Call("ln", _total(layer) / _rest(layer))
    return Choice(HALF - activation, Call("ln1p", -activation), large)


def share(layer: Layer, neuron: Neuron) -> Expression:
    """A neuron's activation: its part of the sum."""
    return _exponential(neuron) / _total(layer)


# The names alone, so that a layer's steps take time in proportion to its neurons.


def _largest(layer: Layer) -> Symbol:
    return Symbol(f"max_{layer.name}")


def _farthest(layer: Layer) -> Symbol:
    return Symbol(f"farthest_{layer.name}")


def _shift(layer: Layer) -> Symbol:
    return Symbol(f"shift_{layer.name}")


def _exponential(neuron: Neuron) -> Symbol:
    return Symbol(f"e_{neuron.name}")


def _total(layer: Layer) -> Symbol:
    return Symbol(f"sum_{layer.name}")


def _top(layer: Layer) -> Symbol:
    return Symbol(f"top_{layer.name}")


def _rest(layer: Layer) -> Symbol:
    return Symbol(f"rest_{layer.name}")


def mean_gradient(layer: Layer) -> Symbol:
    """The mean of the gradients by the layer's activations."""
    return Symbol(f"mean_gradient_{layer.name}")


def mean_of_others(mean: str) -> Symbol:
    """The same but for an activation that is nearly 1."""
    return Symbol(f"{mean}_of_others")


def log_slopes(
    layer: Layer, activation: Expression, other: Expression
) -> tuple[Expression, Expression]:
    """The derivatives of ln(a) and ln(1 − a) by the weighted sum under another activation."""
    missing = complement(layer, activation)
    if activation == other:
        return missing, -activation
    return -other, activation * other / missing


def by_logarithm(layer: Layer, activation: Expression) -> tuple[Expression, Expression]:
    """The derivatives of ln(a) and ln(1 − a) by ln(a)."""
    return ONE, -(activation / complement(layer, activation))


Pair = tuple[Expression, Expression]  # an activation, and the gradient by it


def weighted(pair: Pair) -> Expression:
    """A gradient times its activation."""
    activation, gradient = pair
    return gradient * activation


def mean_but_largest(pairs: Iterable[tuple[Expression, Expression]]) -> Expression:
    """The sum of weighted gradients, each beside its activation, but for one of nearly 1.

    There is at most one.
    """
    return Sum(tuple(Choice(NEARLY_ONE - activation, part, ZERO) for activation, part in pairs))


def back(pair: Pair, mean: Expression) -> Expression:
    """The gradient by the weighted sum under an activation."""
    activation, gradient = pair
    return activation * (gradient - mean)


def computed_back(
    pair: Pair, mean: Expression, others: Expression, complement: Expression
) -> Expression:
    """The same to all digits, by the mean without this activation where that is nearly 1."""
    activation, gradient = pair
    apart = activation * (gradient * complement - others)
    return Choice(NEARLY_ONE - activation, back(pair, mean), apart)


def slope(activation: Symbol, other: Symbol) -> Expression:
    """The derivative of an activation by the weighted sum under ``other`` (or under itself)."""
    if activation == other:
        return activation * (ONE - activation)
    return Negative(activation * other)
