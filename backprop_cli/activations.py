"""The activation functions: one row each, the formula and its derivative side by side."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from backprop_cli.expression import ONE, Call, Expression, Symbol, substitute

# What the code of a row may call.
MATH: Mapping[str, Callable[[float], float]] = {
    "exp": math.exp,
    "log1p": math.log1p,
    "tanh": math.tanh,
}

Z = Symbol("z")  # the weighted sum that an activation is applied to
A = Symbol("a")  # the activation itself, for derivatives that are simplest in terms of it


class Activation(NamedTuple):
    """One activation function of the weighted sum z.

    ``formula`` defines it in terms of z, ``derivative`` gives da/dz in terms of z and of its own
    value a. ``code`` is the formula in Python, in terms of MATH and with ``{z}`` for the name of
    z, arranged so that float64 neither overflows nor cancels for any finite z. ``source`` says
    where formula and derivative can be looked up.
    """

    name: str
    formula: Expression
    derivative: Expression
    code: str
    source: str

    def applied(self, weighted_sum: Expression) -> Call:
        """The activation of ``weighted_sum``."""
        return Call(self.name, weighted_sum)

    def slope(self, weighted_sum: Expression, activation: Expression) -> Expression:
        """The derivative, written with the given expressions for z and a."""
        return substitute(self.derivative, {Z.name: weighted_sum, A.name: activation})


ACTIVATIONS: Mapping[str, Activation] = {
    row.name: row
    for row in (
        Activation(
            name="sigmoid",
            formula=ONE / (ONE + Call("exp", -Z)),
            derivative=A * (ONE - A),
            # Below −709, exp(−z) leaves float64; there sigmoid(z) and exp(z) are the same float.
            code="1.0 / (1.0 + exp(-{z})) if {z} > -709.0 else exp({z})",
            source="https://en.wikipedia.org/wiki/Logistic_function#Derivative",
        ),
        Activation(
            name="linear",
            formula=Z,
            derivative=ONE,
            code="{z}",
            source="https://en.wikipedia.org/wiki/Activation_function",
        ),
        Activation(
            name="tanh",
            formula=(Call("exp", Z) - Call("exp", -Z)) / (Call("exp", Z) + Call("exp", -Z)),
            derivative=ONE - A**2,
            code="tanh({z})",
            source="https://en.wikipedia.org/wiki/Hyperbolic_functions#Derivatives",
        ),
        Activation(
            name="softplus",
            formula=Call("ln", ONE + Call("exp", Z)),
            derivative=Call("sigmoid", Z),
            # The larger of 0 and z, and what is left: neither exp can overflow.
            code="{z} + log1p(exp(-{z})) if {z} > 0.0 else log1p(exp({z}))",
            source="https://en.wikipedia.org/wiki/Softplus",
        ),
        Activation(
            name="swish",
            formula=Z * Call("sigmoid", Z),
            derivative=Call("sigmoid", Z) + A * (ONE - Call("sigmoid", Z)),
            code="{z} / (1.0 + exp(-{z})) if {z} > -709.0 else {z} * exp({z})",
            source="https://arxiv.org/abs/1710.05941",
        ),
    )
}
