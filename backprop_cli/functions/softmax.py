"""Softmax: the one activation function that takes all weighted sums of a layer together.

a_i = exp(z_i) / (exp(z_1) + … + exp(z_n)). Where the exps would be very large or very small, the
largest weighted sum is taken off each: that cancels in the quotient, and no exp can overflow.

Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), sections 4.1 and 6.2.2.3.
"""

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
# A sum of exps that is more than so many of the largest has no share of nearly 1.
JUST_OVER_ONE = Number(Decimal("1.001"))
LEAST = Number(Decimal("-1.7976931348623157e308"))  # no float64 is less
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
    return Choice(_is_shared(layer), _total(layer) - most, _added(others))


def _is_shared(layer: Layer) -> Expression:
    """An expression that is above 0 where no activation is nearly 1."""
    return _total(layer) - JUST_OVER_ONE * _top(layer)


# Where one activation is nearly 1, the others are a softmax of their own beside it: however far
# below the largest weighted sum theirs are, their shares of what it leaves keep all digits.


def second(layer: Layer) -> tuple[Symbol, Expression]:
    """The largest weighted sum of the others, where one activation is nearly 1."""
    most = _largest(layer)
    sums = (Symbol(neuron.weighted_sum) for neuron in layer.neurons)
    others = Largest(tuple(Choice(most - z, z, LEAST) for z in sums))
    return _second(layer), Choice(_is_shared(layer), ZERO, others)


def others(layer: Layer) -> tuple[Symbol, Expression]:
    """The sum of the others' exps, the largest of their weighted sums taken off each."""
    most = _largest(layer)
    parts = tuple(
        Choice(most - Symbol(neuron.weighted_sum), _exponential_of_other(layer, neuron), ZERO)
        for neuron in layer.neurons
    )
    return _others(layer), Choice(_is_shared(layer), ONE, _added(parts))


def _exponential_of_other(layer: Layer, neuron: Neuron) -> Expression:
    return Call("exp", Symbol(neuron.weighted_sum) - _second(layer))


def share_of_others(layer: Layer, neuron: Neuron) -> Expression:
    """The share of a neuron in what the only activation of nearly 1, not its own, leaves of 1.

    0 where no activation is nearly 1.
    """
    share = _exponential_of_other(layer, neuron) / _others(layer)
    return Choice(_is_shared(layer), ZERO, share)


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
    usual = Choice(HALF - activation, Call("ln1p", -activation), Call("ln", ONE - activation))
    below = _second(layer) - _largest(layer)
    left = Sum((below, Call("ln", _others(layer)), -Call("ln1p", _rest(layer) / _top(layer))))
    return Choice(NEARLY_ONE - activation, usual, left)


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


def _second(layer: Layer) -> Symbol:
    return Symbol(f"second_{layer.name}")


def _others(layer: Layer) -> Symbol:
    return Symbol(f"others_{layer.name}")


def log_slopes(
    layer: Layer, activation: Expression, neuron: Neuron
) -> tuple[Expression, Expression]:
    """The derivatives of ln(a) and ln(1 − a) by the weighted sum of a neuron."""
    other = Symbol(neuron.activation)
    if activation == other:
        return complement(layer, activation), -activation
    usual = activation * other / (ONE - activation)
    apart = activation * share_of_others(layer, neuron)
    return -other, Choice(NEARLY_ONE - activation, usual, apart)


def by_logarithm(activation: Expression) -> tuple[Expression, Expression]:
    """The derivatives of ln(a) and ln(1 − a) by ln(a), where a is not nearly 1."""
    return ONE, -(activation / (ONE - activation))


def slope(activation: Symbol, other: Symbol) -> Expression:
    """The derivative of an activation by the weighted sum under ``other`` (or under itself)."""
    if activation == other:
        return activation * (ONE - activation)
    return Negative(activation * other)
