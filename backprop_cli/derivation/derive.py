"""From a network to every step of its passes and its update, in symbols."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from backprop_cli.algebra.expression import (
    ONE,
    Choice,
    Negative,
    Sum,
    Symbol,
    substitute,
    symbols,
)
from backprop_cli.derivation.backward import backward_steps
from backprop_cli.derivation.forward import forward_steps
from backprop_cli.derivation.objective import goal, objective_steps
from backprop_cli.derivation.perceptron import decided, error_steps
from backprop_cli.derivation.steps import Derivation, Rule, Step
from backprop_cli.derivation.update import update_steps
from backprop_cli.functions.activation import A, Z
from backprop_cli.functions.activations import NEARLY_ONE, row_of
from backprop_cli.functions.losses import loss_row
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.functions.softmax import SOFTMAX, complement
from backprop_cli.network.neurons import Function, Layer, Neuron
from backprop_cli.network.structure import Network


def derive(network: Network, batch: Sequence[int] = (), *, by_inputs: bool = False) -> Derivation:
    """Derive every step of one update, on one example or on a batch of several.

    ``batch`` are the numbers of the examples that the update is made for. The forward and backward
    pass are those of one of them; the others' gradients are given quantities. ``by_inputs`` as for
    `derive_passes`.
    """
    update = update_steps(network, goal(network, batched=bool(batch)))
    return with_update(network, derive_passes(network, by_inputs=by_inputs), batch, update)


def with_update(
    network: Network, passes: Derivation, batch: Sequence[int], update: Iterable[Step]
) -> Derivation:
    """The passes of one example, what an update by it or by a batch lowers, and the ``update``."""
    steps = (*passes.steps, *objective_steps(network, batch), *update)
    lowered = goal(network, batched=bool(batch))
    return replace(passes, steps=steps, batch=tuple(batch), goal=lowered)


def derive_passes(network: Network, *, by_inputs: bool = False) -> Derivation:
    """Derive every step of the forward and the backward pass of one example.

    Where training goes by errors, these stand instead of the backward pass. With
    ``by_inputs``, and where there are no parameters, the gradient by each input is among them.
    Raises ValueError if neurons feed each other in a circle.
    """
    forward, of = forward_steps(network), network.derived
    if goes_by_error(network):
        return Derivation((*map(decided, forward), *error_steps(network)), of, goal=of)
    inputs = network.inputs if by_inputs or not network.parameters else ()
    by = (*network.parameters, *inputs)
    shorter = dict(_shortcuts(network, forward))
    backward = (_shortened(step, shorter) for step in backward_steps(forward, of, by))
    return Derivation((*forward, *backward), of, goal=of)


# Activation functions and losses that come to prediction minus target, if the targets of a softmax
# add up to 1.
SHORTCUTS = {(SOFTMAX, "cross_entropy"), ("sigmoid", "binary_cross_entropy")}


def _shortened(step: Step, shorter: Mapping[str, Step]) -> Step:
    """The step, or the shorter one that there is for it."""
    found = shorter.get(step.defines.name)
    return step if found is None else found._replace(longer=step)


def _shortcuts(network: Network, forward: Sequence[Step]) -> Iterator[tuple[str, Step]]:
    """The gradients by the outputs' weighted sums that are a prediction minus its target.

    An activation must be no more than a prediction, and likewise all those of its softmax.
    """
    outputs = {output.activation for output in network.outputs if output.formula is None}
    entered = {
        symbol.name
        for step in forward
        if step.rule is not Rule.PREDICTION
        for symbol in symbols(step.expression)
    }
    for layer in network.layers if network.aimed else ():
        for function, neurons in layer.functions().items():
            if (function.name, network.loss) not in SHORTCUTS:
                continue
            feeding = [neuron for neuron in neurons if neuron.activation in entered]
            for neuron in neurons:
                if neuron.activation in outputs and not feeding:
                    step = _difference(network, layer, function, neuron)
                    yield step.defines.name, step


def _difference(network: Network, layer: Layer, function: Function, output: Neuron) -> Step:
    """∂Loss/∂z = ŷ − y_true; of a prediction of nearly 1, by what it is short of 1."""
    prediction, target = Symbol(network.prediction(output)), Symbol(network.target(output))
    if function.name == SOFTMAX:
        missing = complement(layer, prediction)
    else:
        made_of = {Z.name: Symbol(output.weighted_sum), A.name: prediction}
        missing = substitute(row_of(function).complement, made_of)
    difference = prediction - target
    computed = Choice(NEARLY_ONE - prediction, difference, Sum((ONE - target, Negative(missing))))
    gradient = network.gradient(output.weighted_sum)
    row = loss_row(network)
    return Step(gradient, difference, Rule.SHORTCUT, output, row=row, computed=computed)
