"""The perceptron rule: one layer that goes by the errors of its neurons, not by gradients.

Source: Rosenblatt, "The perceptron", Psychological Review 65 (1958); as textbooks have it,
w_new = w + learning_rate * error * x with error = y_true − y_hat, and x = 1 for a bias.
"""

from collections.abc import Iterator

from backprop_cli.algebra.expression import Expression, Sum, Symbol, substitute
from backprop_cli.derivation.steps import Kept, Rule, Step, new, step_of
from backprop_cli.functions.optimizers import ERROR, OPTIMIZERS, RATE, X
from backprop_cli.network.neurons import Neuron
from backprop_cli.network.structure import Network


def error_of(neuron: Neuron) -> Symbol:
    """The error of an output neuron, e.g. ``error_out``."""
    return Symbol(f"error_{neuron.name}")


def error_steps(network: Network) -> Iterator[Step]:
    """The error of every output: its target minus its prediction."""
    for output in network.outputs:
        target, prediction = Symbol(network.target(output)), Symbol(network.prediction(output))
        yield Step(error_of(output), target - prediction, Rule.ERROR, output, kept=Kept.COUNTED)


def error_update_steps(network: Network) -> Iterator[Step]:
    """The update of every parameter; of one that several neurons use, by the sum of their parts.

    As with gradients, a bias's step is a line of its own, and a new weight is not rounded.
    """
    for parameter in network.updated:
        parts = list(corrections(network, parameter))
        if len(parts) == 1:
            step = substitute(OPTIMIZERS[network.optimizer].step, parts[0])
            if X.name not in parts[0]:
                step = RATE * parts[0][ERROR.name]
        else:
            terms = [
                part[ERROR.name] * part[X.name] if X.name in part else part[ERROR.name]
                for part in parts
            ]
            step = RATE * Sum(tuple(terms))
        rule, kept = Rule.NEW_WEIGHT, Kept.WHOLE
        if network.by_parameter[parameter].kind.by_hand_in_two_lines:
            taken = step_of(parameter)
            yield Step(taken, step, Rule.STEP)
            step, rule, kept = taken, Rule.NEW_BIAS, Kept.RESULT
        yield Step(new(parameter), Symbol(parameter) + step, rule, kept=kept)


def corrections(network: Network, parameter: str) -> Iterator[dict[str, Expression]]:
    """The error, and for a weight the source, at each place where a parameter stands."""
    for output in network.outputs:
        error = error_of(output)
        for edge in output.edges:
            if edge.weight == parameter:
                yield {ERROR.name: error, X.name: Symbol(network.sources[edge.source])}
        if output.bias == parameter:
            yield {ERROR.name: error}
