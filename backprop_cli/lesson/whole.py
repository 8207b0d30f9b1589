"""A whole working arranged as the document arranges it. Its order of sections is kept here."""

from collections.abc import Iterator, Sequence
from itertools import chain

from backprop_cli.algebra.expression import Symbol
from backprop_cli.algebra.prose import Code, enumerated, joined, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.functions import softmax
from backprop_cli.functions.losses import LOSSES
from backprop_cli.lesson.blocks import (
    Block,
    Column,
    Equations,
    Heading,
    Lesson,
    Paragraph,
    Role,
    Table,
)
from backprop_cli.lesson.chain_rule import Detail, Known
from backprop_cli.lesson.equations import equation, result
from backprop_cli.lesson.explanation import explain_bias, explain_slope, explain_weight
from backprop_cli.lesson.given import (
    architecture,
    by_function,
    initial_values,
    layer_title,
    readable,
)
from backprop_cli.lesson.reasons import (
    bias_place,
    layer_formulas,
    rule_of_constant_factor,
    slope_place,
    weighted_sum_formulas,
)
from backprop_cli.lesson.updates import mean_gradients, update_tables, updates
from backprop_cli.network.structure import LOSS, Layer, Network
from backprop_cli.runs.run import Calculation
from backprop_cli.wording import counted


def full(calculation: Calculation) -> Lesson:
    """The whole working of the example that a calculation shows."""
    network, working = calculation.exercise.network, calculation.working
    order = calculation.exercise.order
    known: Known = {}  # by weights, biases and slopes alike
    batch = [at + 1 for at in calculation.batch]
    sections = (
        architecture(network),
        initial_values(calculation),
        _forward(network, working),
        _backward(network, working, order, known),
        _gradient_summary(network, working),
        _bias_gradients(network, working, order, known),
        _slope_gradients(network, working, order, known),
        mean_gradients(network, working, batch) if len(batch) > 1 and readable(network) else (),
        updates(network, working) if readable(network) else (),
        _update_tables(network, working),
        _summary(network),
    )
    return tuple(chain.from_iterable(sections))


def brief(calculation: Calculation) -> Lesson:
    """The tables alone."""
    network, working = calculation.exercise.network, calculation.working
    return (_gradient_table(network, working), *_update_tables(network, working))


def explained_order(network: Network, first: Sequence[str]) -> tuple[str, ...]:
    """All parameters in the order in which their gradients are explained.

    Those of ``first`` in its order, then the other weights layer by layer from the output layer
    back, then the other biases and the other slopes likewise.
    """
    weights = chain.from_iterable(
        [edge.weight for neuron in layer.neurons for edge in neuron.edges]
        for layer in reversed(network.layers)
    )
    others = (*weights, *reversed(network.biases), *reversed(network.slopes))
    return tuple(dict.fromkeys((*first, *others)))


def _forward(network: Network, working: AnyWorking) -> Iterator[Block]:
    derivation = working.derivation
    yield Heading(2, "2. Forward Propagation")
    for number, layer in enumerate(network.layers, 1):
        yield Heading(3, f"Step {number}: {layer_title(layer)}")
        yield Heading(4, "Net input of each neuron:")
        sums = [neuron.weighted_sum for neuron in layer.neurons]
        yield Equations(tuple(equation(working, derivation.by_name[name]) for name in sums))
        if number == 1:
            yield Paragraph("The same formula for one input and for two inputs:")
            yield weighted_sum_formulas()
        for title, names in (
            ("Softmax:", _softmax_names(layer)),
            ("Activation of each neuron:", [neuron.activation for neuron in layer.neurons]),
        ):
            if names:
                steps = [derivation.by_name[name] for name in names]
                yield Heading(4, title)
                yield Equations(tuple(equation(working, step) for step in steps))
    predictions = [network.prediction(output) for output in network.outputs]
    yield Heading(4, prose("Predicted Output (", joined(predictions), "):"))
    yield Equations(tuple(equation(working, derivation.by_name[name]) for name in predictions))
    yield Heading(3, "Compute Loss (Error)")
    row = LOSSES[network.loss]
    several = ", added over the outputs" if len(predictions) > 1 else ""
    yield Paragraph(prose("The loss is ", row.title, several, "."))
    losses = dict.fromkeys([*map(network.loss_of, network.outputs), LOSS])
    yield Equations(tuple(equation(working, derivation.by_name[name]) for name in losses))


def _softmax_names(layer: Layer) -> list[str]:
    """What a softmax works out on the way to its activations."""
    if layer.activation != softmax.SOFTMAX:
        return []
    exponentials = [softmax.exponential(layer, neuron)[0].name for neuron in layer.neurons]
    return [softmax.largest(layer)[0].name, *exponentials, softmax.total(layer)[0].name]


def _backward(
    network: Network, working: AnyWorking, order: Sequence[str], known: Known
) -> Iterator[Block]:
    yield Heading(2, "3. Backward Propagation")
    yield Paragraph(
        "Gradient descent needs the gradient of the loss with respect to each weight. The chain "
        "rule gives it as a product of derivatives, one for each step from the loss back to the "
        "weight."
    )
    for layer in by_function(network):
        yield Paragraph(f"Derivative of {layer.activation}:")
        yield Equations(layer_formulas(layer)[1])
    yield Paragraph("Derivative of a weighted sum by one weight, the rest being constant:")
    yield Equations((rule_of_constant_factor(),))
    layers = {
        edge.weight: (layer, neuron)
        for layer in network.layers
        for neuron in layer.neurons
        for edge in neuron.edges
    }
    weights = [name for name in explained_order(network, order) if name in layers]
    if not readable(network):
        yield Paragraph(
            prose(
                f"With {counted(len(network.parameters), 'parameter')}, one derivation is shown "
                "for each layer; ",
                Code("--explain NAME"),
                " shows any other, for example ",
                Code(f"--explain {weights[-1]}"),
                ".",
            )
        )
        weights = list({layers[name][0].name: name for name in reversed(weights)}.values())[::-1]
    seen: set[str] = set()
    titles = dict(
        zip(network.layers, ["Input Layer", *map(layer_title, network.layers)], strict=False)
    )
    for weight in weights:
        layer, neuron = layers[weight]
        detail = Detail.SHORT if neuron.name in seen else Detail.FULL
        heading, *rest = explain_weight(network, working, weight, detail, known)
        yield heading
        if layer is not network.layers[-1] and not seen & {n.name for n in layer.neurons}:
            here = layer_title(layer).removesuffix(" Layer")
            yield Heading(3, f"{here} to {titles[layer]} Gradients")
            yield Paragraph(f"The error goes back through the {layer.name} layer to its weights.")
        seen.add(neuron.name)
        yield from rest


def _gradient_summary(network: Network, working: AnyWorking) -> Iterator[Block]:
    yield Heading(2, "ALL Gradient Calculation Completed")
    yield _gradient_table(network, working)


def _gradient_table(network: Network, working: AnyWorking) -> Table:
    titles = [layer_title(layer) for layer in network.layers]
    of_example = " of this example" if working.is_batched else ""
    return Table(
        prose(f"Summary of Gradients{of_example} for ", enumerated(titles)),
        (Column("Weight", Role.QUANTITY), Column("Gradient (dL/dw)", Role.RESULT)),
        tuple(
            (Symbol(name), prose("≈ ", result(working, network.gradient(name).name)))
            for name in network.weights
        ),
    )


def _bias_gradients(
    network: Network, working: AnyWorking, order: Sequence[str], known: Known
) -> Iterator[Block]:
    biases = [name for name in explained_order(network, order) if name in network.biases]
    if not biases or not readable(network):
        return
    yield Heading(2, "Bias Gradient Calculation")
    for number, bias in enumerate(biases, 1):
        layer = next(
            layer for layer in network.layers for neuron in layer.neurons if neuron.bias == bias
        )
        title = layer_title(layer).removesuffix(" Layer")
        yield Heading(
            3, prose(f"{number}. For {title} Bias (", Symbol(bias), ")"), bias_place(network, bias)
        )
        yield from explain_bias(network, working, bias, known)


def _slope_gradients(
    network: Network, working: AnyWorking, order: Sequence[str], known: Known
) -> Iterator[Block]:
    if not network.slopes or not readable(network):
        return
    yield Heading(2, "Slope Gradient Calculation")
    slopes = [name for name in explained_order(network, order) if name in network.slopes]
    for number, slope in enumerate(slopes, 1):
        yield Heading(
            3, prose(f"{number}. For the Slope ", Symbol(slope)), slope_place(network, slope)
        )
        yield from explain_slope(network, working, slope, known)


def _update_tables(network: Network, working: AnyWorking) -> Iterator[Block]:
    if readable(network):
        yield Heading(2, "Weight & BIAS Update Tables")
    yield from update_tables(network, working)


def _summary(network: Network) -> Iterator[Block]:
    update = "each parameter moves against its gradient; small enough steps lower the loss"
    if network.optimizer != "sgd":
        update = "the optimizer turns the gradients into steps that are meant to lower the loss"
    if not network.updated:
        update = "none here, as every parameter is held fixed"
    yield Heading(2, "Summary")
    for text in (
        "Forward pass: from the inputs to activations and predictions",
        "Loss: how far the predictions are from the targets",
        "Backward pass: the chain rule carries the error back and gives every gradient",
        f"Update step: {update}",
    ):
        yield Paragraph(text, bullet=True)
    yield Paragraph(
        "Training repeats this for every example, epoch after epoch, until the model converges."
    )
