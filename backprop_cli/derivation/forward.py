"""The forward pass: weighted sums, activations, predictions and the loss."""

from collections.abc import Iterator

from backprop_cli.algebra.expression import Expression, Sum, Symbol
from backprop_cli.derivation.steps import Local, Rule, Step
from backprop_cli.functions import softmax
from backprop_cli.functions.activations import row_of
from backprop_cli.functions.losses import LOSSES
from backprop_cli.network.exercise import LOSS, Layer, Network, Neuron


def forward_steps(network: Network) -> Iterator[Step]:
    """Weighted sums and activations layer by layer, the predictions and the loss."""
    for layer in network.layers:
        for neuron in layer.neurons:
            total = _weighted_sum(network, neuron)
            yield Step(Symbol(neuron.weighted_sum), total, Rule.WEIGHTED_SUM, neuron)
        if layer.activation == softmax.SOFTMAX:
            yield from _softmax(layer)
        else:
            for neuron in layer.neurons:
                yield _activation(layer, neuron)
    for output in network.outputs:
        prediction = Symbol(network.prediction(output))
        yield Step(prediction, Symbol(output.activation), Rule.PREDICTION)
    yield from _losses(network)


def _weighted_sum(network: Network, neuron: Neuron) -> Expression:
    terms: list[Expression] = [
        Symbol(network.sources[edge.source]) * Symbol(edge.weight) for edge in neuron.edges
    ]
    if neuron.bias is not None:
        terms.append(Symbol(neuron.bias))
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def _activation(layer: Layer, neuron: Neuron) -> Step:
    row = row_of(layer)
    z, a = Symbol(neuron.weighted_sum), Symbol(neuron.activation)
    found = [Local(z.name, row.slope(z, a), Rule.DERIVATIVE_OF_ACTIVATION)]
    if layer.slope is not None:
        found.append(Local(layer.slope, row.slope_by_slope(z), Rule.DERIVATIVE_BY_SLOPE))
    return Step(a, row.applied(z), Rule.ACTIVATION, neuron, tuple(found))


def _softmax(layer: Layer) -> Iterator[Step]:
    """A softmax in its steps; its activations have their derivatives by all weighted sums."""
    yield Step(*softmax.largest(layer), Rule.SOFTMAX_LARGEST, locals=())
    for neuron in layer.neurons:
        yield Step(*softmax.exponential(layer, neuron), Rule.SOFTMAX_EXPONENTIAL, neuron, ())
    yield Step(*softmax.total(layer), Rule.SOFTMAX_SUM, locals=())
    activations = [(neuron.weighted_sum, Symbol(neuron.activation)) for neuron in layer.neurons]
    for neuron in layer.neurons:
        a = Symbol(neuron.activation)
        found = (
            Local(z, softmax.slope(a, other), Rule.DERIVATIVE_OF_ACTIVATION)
            for z, other in activations
        )
        yield Step(a, softmax.share(layer, neuron), Rule.ACTIVATION, neuron, tuple(found))


def _losses(network: Network) -> Iterator[Step]:
    """The loss; of several outputs, that of each, and their sum."""
    row, outputs = LOSSES[network.loss], network.outputs
    found: list[Local] = []
    steps: list[Step] = []
    for output in outputs:
        target, prediction = Symbol(network.target(output)), Symbol(network.prediction(output))
        slope = row.slope(target, prediction, len(outputs))
        found.append(Local(prediction.name, slope, Rule.DERIVATIVE_OF_LOSS, output))
        loss = row.of(target, prediction, len(outputs))
        steps.append(Step(Symbol(network.loss_of(output)), loss, Rule.LOSS_OF_OUTPUT, output, ()))
    if len(outputs) == 1:
        yield steps[0]._replace(rule=Rule.LOSS, locals=tuple(found))
        return
    yield from steps
    total = Sum(tuple(step.defines for step in steps))
    yield Step(Symbol(LOSS), total, Rule.SUM_OF_LOSSES, locals=tuple(found))
