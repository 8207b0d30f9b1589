"""From a network to every step of its passes and its update, in symbols."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from backprop_cli.algebra.expression import Expression, Symbol, symbols
from backprop_cli.derivation.backward import backward_steps
from backprop_cli.derivation.forward import forward_steps
from backprop_cli.derivation.objective import goal, objective_steps
from backprop_cli.derivation.perceptron import error_steps
from backprop_cli.derivation.steps import Derivation, Rule, Step
from backprop_cli.derivation.update import update_steps
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.functions.softmax import SOFTMAX
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

    Where training goes by errors, these stand in the place of the backward pass. With
    ``by_inputs``, and where there are no parameters, the gradient by each input is among them.
    Raises ValueError if neurons feed each other in a circle.
    """
    forward, of = forward_steps(network), network.derived
    if goes_by_error(network):
        return Derivation((*forward, *error_steps(network)), of, goal=of)
    inputs = network.inputs if by_inputs or not network.parameters else ()
    by = (*network.parameters, *inputs)
    steps = (*forward, *backward_steps(forward, of, by))
    return Derivation(steps, of, dict(_shortcuts(network, forward)), goal=of)


# Activation functions and losses that come to prediction minus target, if the targets of a softmax
# add up to 1.
SHORTCUTS = {(SOFTMAX, "cross_entropy"), ("sigmoid", "binary_cross_entropy")}


def _shortcuts(network: Network, forward: Sequence[Step]) -> Iterator[tuple[str, Expression]]:
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
                    difference = Symbol(network.prediction(neuron)) - Symbol(network.target(neuron))
                    yield network.gradient(neuron.weighted_sum).name, difference
