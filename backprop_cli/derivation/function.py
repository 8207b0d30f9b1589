"""From an activation function, or a softmax, to every step of its values and its derivatives."""

from collections.abc import Iterator, Sequence

from backprop_cli.algebra.expression import Symbol, partial
from backprop_cli.derivation.forward import softmax_locals, softmax_steps
from backprop_cli.derivation.steps import Derivation, Rule, Step
from backprop_cli.functions.activation import SLOPE, A, Activation, Z
from backprop_cli.network.neurons import Layer, Neuron


def derive_function(row: Activation) -> Derivation:
    """The activation a of a weighted sum z, and its derivatives."""
    return Derivation(tuple(_function(row)))


def _function(row: Activation) -> Iterator[Step]:
    yield Step(A, row.applied(Z), Rule.ACTIVATION, row=row)
    slope, computed = partial(A.name, Z.name), row.computed_derivative
    yield Step(slope, row.derivative, Rule.DERIVATIVE_OF_ACTIVATION, row=row, computed=computed)
    if row.by_slope is not None:
        by_slope = partial(A.name, SLOPE.name)
        yield Step(by_slope, row.by_slope, Rule.DERIVATIVE_BY_SLOPE, because=A.name)


def derive_softmax(layer: Layer, derived: Sequence[Neuron]) -> Derivation:
    """The softmax of a layer, and the derivatives of some of its activations by all sums."""
    slopes = (
        Step(partial(one.activation, local.by), local.expression, local.rule, one)
        for one in derived
        for local in softmax_locals(layer, Symbol(one.activation))
    )
    return Derivation((*softmax_steps(layer), *slopes))
