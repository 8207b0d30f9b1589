"""From a network to every step of its forward pass, loss, backward pass and update, in symbols.

The backward pass is one recursion, from the loss towards the inputs: the gradient of the loss
with respect to a neuron's weighted sum gives those of its weights and bias, and of the
activations that feed it. Where an activation feeds several neurons, or neurons share a bias, the
gradient is the sum of one part for each. So the number of steps is proportional to the number of
weights, however many paths lead through the network.

Source: Rumelhart, Hinton, Williams, "Learning representations by back-propagating errors",
Nature 323 (1986), equations 1 to 8.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from backprop_cli.algebra.expression import (
    ONE,
    Expression,
    Number,
    Partial,
    Product,
    Sum,
    Symbol,
    partial,
    substitute,
)
from backprop_cli.derivation.steps import Derivation, Rule, Step, gradient
from backprop_cli.derivation.update import mean_steps, update_steps
from backprop_cli.functions import softmax
from backprop_cli.functions.activations import Z, row_of
from backprop_cli.functions.losses import LOSSES
from backprop_cli.network.exercise import LOSS, Layer, Network, Neuron

# A neuron, what of it a quantity enters, and the derivative of that by the quantity.
Link = tuple[Neuron, str, Partial]


def derive(network: Network, batch: Sequence[int] = ()) -> Derivation:
    """Derive every step of one update, on one example or on a batch of several.

    ``batch`` are the numbers of the examples whose mean gradient the update goes by. The forward
    and backward pass are those of one of them; the others' gradients are given quantities.
    """
    means = mean_steps(network, batch) if batch else ()
    update = update_steps(network, batched=bool(batch))
    return Derivation(network, (*derive_passes(network).steps, *means, *update))


def derive_passes(network: Network) -> Derivation:
    """Derive every step of the forward and the backward pass of one example."""
    return Derivation(network, (*_forward(network), *_backward(network)))


def _forward(network: Network) -> Iterator[Step]:
    """Weighted sums and activations layer by layer, the predictions and the loss."""
    for layer in network.layers:
        for neuron in layer.neurons:
            total = _weighted_sum(network, neuron)
            yield Step(Symbol(neuron.weighted_sum), total, Rule.WEIGHTED_SUM, neuron)
        if layer.activation == softmax.SOFTMAX:
            yield Step(*softmax.largest(layer), Rule.SOFTMAX_LARGEST)
            for neuron in layer.neurons:
                yield Step(*softmax.exponential(layer, neuron), Rule.SOFTMAX_EXPONENTIAL, neuron)
            yield Step(*softmax.total(layer), Rule.SOFTMAX_SUM)
        for neuron in layer.neurons:
            yield Step(
                Symbol(neuron.activation), _activation(layer, neuron), Rule.ACTIVATION, neuron
            )
    for output in network.outputs:
        prediction = Symbol(network.prediction(output))
        yield Step(prediction, Symbol(output.activation), Rule.PREDICTION, output)
    rule = Rule.LOSS if len(network.outputs) == 1 else Rule.LOSS_OF_OUTPUT
    for output in network.outputs:
        target, prediction = Symbol(network.target(output)), Symbol(network.prediction(output))
        loss = LOSSES[network.loss].of(target, prediction, len(network.outputs))
        yield Step(Symbol(network.loss_of(output)), loss, rule, output)
    if rule is Rule.LOSS_OF_OUTPUT:
        losses = tuple(Symbol(network.loss_of(output)) for output in network.outputs)
        yield Step(Symbol(LOSS), Sum(losses), Rule.SUM_OF_LOSSES)


def _activation(layer: Layer, neuron: Neuron) -> Expression:
    if layer.activation == softmax.SOFTMAX:
        return softmax.share(layer, neuron)
    return row_of(layer).applied(Symbol(neuron.weighted_sum))


def _weighted_sum(network: Network, neuron: Neuron) -> Expression:
    terms: list[Expression] = [
        Symbol(network.sources[edge.source]) * Symbol(edge.weight) for edge in neuron.edges
    ]
    if neuron.bias is not None:
        terms.append(Symbol(neuron.bias))
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def _backward(network: Network) -> Iterator[Step]:
    """The chain rule from the loss back to every weight and bias."""
    activations = {output.name: network.prediction(output) for output in network.outputs}
    for output in network.outputs:
        prediction = activations[output.name]
        target, count = Symbol(network.target(output)), len(network.outputs)
        slope = LOSSES[network.loss].slope(target, Symbol(prediction), count)
        yield Step(gradient(prediction), slope, Rule.DERIVATIVE_OF_LOSS, output)

    for depth in range(len(network.layers) - 1, -1, -1):
        layer = network.layers[depth]
        named = [(n, activations.get(n.name, n.activation)) for n in layer.neurons]
        if layer.activation == softmax.SOFTMAX:
            yield from _through_softmax(named)
        else:
            for neuron, activation in named:
                yield from _through_activation(layer, neuron, activation)
        for neuron in layer.neurons:
            yield from _to_weights(network, neuron)
        yield from _to_biases(layer)
        if layer.slope is not None:
            yield from _to_slope(layer, layer.slope, named)
        if depth > 0:
            yield from _to_layer_before(network.layers[depth - 1], layer)


def _chain(quantity: str, through: str, local: Partial, rule_neuron: Neuron) -> Step:
    """∂Loss/∂quantity = ∂Loss/∂through · ∂through/∂quantity."""
    product = Product((gradient(through), local))
    return Step(gradient(quantity), product, Rule.CHAIN, rule_neuron)


def _through_activation(layer: Layer, neuron: Neuron, activation: str) -> Iterator[Step]:
    """From the loss by an activation to the loss by the weighted sum under it."""
    local = partial(activation, neuron.weighted_sum)
    slope = row_of(layer).slope(Symbol(neuron.weighted_sum), Symbol(activation))
    yield Step(local, slope, Rule.DERIVATIVE_OF_ACTIVATION, neuron)
    yield _chain(neuron.weighted_sum, activation, local, neuron)


def _through_softmax(named: list[tuple[Neuron, str]]) -> Iterator[Step]:
    """The same through a softmax, where every activation depends on every weighted sum."""
    for under, other in named:
        links = []
        for neuron, activation in named:
            local = partial(activation, under.weighted_sum)
            slope = softmax.slope(Symbol(activation), Symbol(other))
            yield Step(local, slope, Rule.DERIVATIVE_OF_ACTIVATION, neuron)
            links.append((neuron, activation, local))
        yield from _gathered(under.weighted_sum, links)


def _to_weights(network: Network, neuron: Neuron) -> Iterator[Step]:
    for edge in neuron.edges:
        local = partial(neuron.weighted_sum, edge.weight)
        source = Symbol(network.sources[edge.source])
        yield Step(local, source, Rule.DERIVATIVE_BY_WEIGHT, neuron)
        yield _chain(edge.weight, neuron.weighted_sum, local, neuron)


def _to_biases(layer: Layer) -> Iterator[Step]:
    sharing: dict[str, list[Neuron]] = {}
    for neuron in layer.neurons:
        if neuron.bias is not None:
            sharing.setdefault(neuron.bias, []).append(neuron)
    for bias, neurons in sharing.items():
        links = [(n, n.weighted_sum, partial(n.weighted_sum, bias)) for n in neurons]
        for neuron, _, local in links:
            yield Step(local, ONE, Rule.DERIVATIVE_BY_BIAS, neuron)
        yield from _gathered(bias, links)


def _to_slope(layer: Layer, slope: str, named: list[tuple[Neuron, str]]) -> Iterator[Step]:
    """From the loss by a layer's activations to the loss by the slope that they share."""
    formula = row_of(layer).by_slope
    assert formula is not None
    links = []
    for neuron, activation in named:
        local = partial(activation, slope)
        by_slope = substitute(formula, {Z.name: Symbol(neuron.weighted_sum)})
        yield Step(local, by_slope, Rule.DERIVATIVE_BY_SLOPE, neuron)
        links.append((neuron, activation, local))
    yield from _gathered(slope, links)


def _to_layer_before(before: Layer, layer: Layer) -> Iterator[Step]:
    """From the loss by a layer's weighted sums to the loss by the activations that feed it."""
    fed: dict[str, list[Link]] = {neuron.name: [] for neuron in before.neurons}
    activations = {neuron.name: neuron.activation for neuron in before.neurons}
    for neuron in layer.neurons:
        for edge in neuron.edges:
            local = partial(neuron.weighted_sum, activations[edge.source])
            yield Step(local, Symbol(edge.weight), Rule.DERIVATIVE_BY_SOURCE, neuron)
            fed[edge.source].append((neuron, neuron.weighted_sum, local))
    for name, links in fed.items():
        yield from _gathered(activations[name], links)


def _gathered(quantity: str, links: list[Link]) -> Iterator[Step]:
    """∂Loss/∂quantity, where the quantity enters what is linked to it.

    Each link is a neuron, what of it the quantity enters (its weighted sum, or under a softmax
    its activation), and the derivative of that by the quantity. Of several links, each gives a
    part, and the parts are added.
    """
    if not links:
        yield Step(gradient(quantity), Number(Decimal(0)), Rule.FEEDS_NOTHING)
    elif len(links) == 1:
        neuron, through, local = links[0]
        yield _chain(quantity, through, local, neuron)
    else:
        names = [f"{quantity}_from_{neuron.name}" for neuron, _, _ in links]
        for name, (neuron, through, local) in zip(names, links, strict=True):
            yield _chain(name, through, local, neuron)
        yield Step(gradient(quantity), Sum(tuple(map(gradient, names))), Rule.SUM_OF_PARTS)
