"""The way back through a softmax, by the mean of the gradients by its activations.

∂L/∂z_i = Σ_j ∂L/∂a_j · ∂a_j/∂z_i. With ∂a_i/∂z_i = a_i − a_i * a_i and ∂a_j/∂z_i = −a_j * a_i that
is a_i * (∂L/∂a_i − Σ_j ∂L/∂a_j * a_j), where the sum is the same for all i: the mean of the
gradients, each weighted by its activation.

Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 6.2.2.3.
"""

from collections.abc import Iterable
from typing import NamedTuple

from backprop_cli.algebra.expression import ZERO, Choice, Expression, Negative, Sum, Symbol
from backprop_cli.functions.activations import NEARLY_ONE
from backprop_cli.network.neurons import Layer


def mean_gradient(layer: Layer) -> Symbol:
    """The mean of the gradients by the layer's activations."""
    return Symbol(f"mean_gradient_{layer.name}")


def mean_of_others(mean: str) -> Symbol:
    """The same but for an activation that is nearly 1."""
    return Symbol(f"{mean}_of_others")


def of_surest(mean: str) -> Symbol:
    """The gradient that an activation of nearly 1 passes on to its own weighted sum."""
    return Symbol(f"{mean}_of_surest")


class Member(NamedTuple):
    """An activation of a softmax, on the way back through it.

    ``gradient`` is that by the activation. ``weighted`` and ``own`` are the gradient times a and
    times a * (1 − a), to all digits of float64: the former unless a is nearly 1, the latter if it
    is. ``share`` is the activation's part of what another of nearly 1 leaves of 1, else 0.
    """

    activation: Expression
    gradient: Expression
    weighted: Expression
    own: Expression
    share: Expression

    @property
    def part(self) -> Expression:
        """Its part of the mean of the gradients."""
        return self.gradient * self.activation

    @property
    def computed_part(self) -> Expression:
        """The same to all digits; infinite where float64 does not hold it."""
        return self._unless_sure(self.weighted, self.part)

    def _unless_sure(self, usual: Expression, nearly_one: Expression) -> Expression:
        return Choice(NEARLY_ONE - self.activation, usual, nearly_one)

    def back(self, mean: Expression) -> Expression:
        """The gradient by the weighted sum under it."""
        return self.activation * (self.gradient - mean)

    def computed_back(self, mean: str) -> Expression:
        """The same to all digits, an activation of nearly 1 and the others each for themselves."""
        by_others = self.activation * mean_of_others(mean)
        by_sure = self.share * of_surest(mean)
        return self._unless_sure(
            Sum((self.weighted, Negative(by_others), Negative(by_sure))),
            of_surest(mean) - by_others,
        )


def mean_but_surest(members: Iterable[Member]) -> Expression:
    """The mean of the gradients but for an activation of nearly 1. There is at most one."""
    return Sum(tuple(one._unless_sure(one.weighted, ZERO) for one in members))


def surest(members: Iterable[Member]) -> Expression:
    """The gradient by the weighted sum under an activation of nearly 1, by way of that alone."""
    return Sum(tuple(one._unless_sure(ZERO, one.own) for one in members))
