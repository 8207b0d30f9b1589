"""The perceptron rule: one layer that goes by the errors of its neurons, not by gradients.

Source: Rosenblatt, "The perceptron", Psychological Review 65 (1958); as textbooks have it,
w_new = w + learning_rate * error * x with error = y_true − y_hat, and x = 1 for a bias.
"""

from collections.abc import Iterator
from decimal import Decimal

from backprop_cli.algebra.expression import (
    ZERO,
    Call,
    Choice,
    Expression,
    Number,
    Sum,
    Symbol,
    substitute,
    terms,
)
from backprop_cli.derivation.steps import Kept, Rule, Step, new, step_of
from backprop_cli.functions.optimizers import ERROR, OPTIMIZERS, RATE, X
from backprop_cli.network.neurons import Neuron
from backprop_cli.network.structure import Network

# Terms that cancel on paper leave less than this part of themselves in float64, after millions of
# updates too.
REST = Number(Decimal("1e-11"))


def error_of(neuron: Neuron) -> Symbol:
    """The error of an output neuron, e.g. ``error_out``."""
    return Symbol(f"error_{neuron.name}")


def error_steps(network: Network) -> Iterator[Step]:
    """The error of every output: its target minus its prediction."""
    for output in network.outputs:
        target, prediction = Symbol(network.target(output)), Symbol(network.prediction(output))
        yield Step(error_of(output), target - prediction, Rule.ERROR, output, kept=Kept.COUNTED)


def decided(step: Step) -> Step:
    """The step of a sum that is 0 in float64 where it is 0 on paper, and 0.3 − 0.1 − 0.2 is.

    A step function tells 0 from −0.00000000000000003, and the prediction would be another one.
    """
    if step.rule is not Rule.WEIGHTED_SUM:
        return step
    return step._replace(computed=_without_rest(step.expression))


def _without_rest(total: Expression) -> Expression:
    size = Sum(tuple(Call("abs", term) for term in terms(total)))
    return Choice(Call("abs", total) - REST * size, total, ZERO)


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
        after = Symbol(parameter) + step
        yield Step(new(parameter), after, rule, computed=_without_rest(after), kept=kept)


def corrections(network: Network, parameter: str) -> Iterator[dict[str, Expression]]:
    """The error, and for a weight the source, at each place where a parameter stands."""
    for output in network.outputs:
        error = error_of(output)
        for edge in output.edges:
            if edge.weight == parameter:
                yield {ERROR.name: error, X.name: Symbol(network.sources[edge.source])}
        if output.bias == parameter:
            yield {ERROR.name: error}
