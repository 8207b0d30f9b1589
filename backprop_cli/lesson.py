"""A whole working arranged as the document arranges it. Its order of sections is kept here."""

from collections.abc import Iterator, Sequence
from itertools import chain

from backprop_cli import softmax
from backprop_cli.arithmetic import on_paper
from backprop_cli.blocks import Block, Equations, Heading, Lesson, Paragraph, Table
from backprop_cli.calculation import Calculation
from backprop_cli.chain_lesson import Detail
from backprop_cli.equations import equation, given_equation, listed, shown
from backprop_cli.explanation import explain_bias, explain_slope, explain_weight
from backprop_cli.losses import LOSSES
from backprop_cli.network import LOSS, Layer, Network, Settings
from backprop_cli.reasons import (
    bias_place,
    layer_formulas,
    layer_notes,
    rule_of_constant_factor,
    slope_place,
    weight_place,
    weighted_sum_formulas,
)
from backprop_cli.steps import gradient
from backprop_cli.update_lesson import mean_gradients, update_tables, updates
from backprop_cli.working import AnyWorking

# With more parameters than this a working is too long to read in full.
READABLE = 40

# Up to so many examples are shown in a table beforehand.
MOST_EXAMPLES = 12


def full(calculation: Calculation) -> Lesson:
    """The whole working of the example that a calculation shows."""
    working, order = calculation.working, calculation.exercise.order
    network = working.derivation.network
    known: set[str] = set()  # sums that have been worked out, by weights and biases alike
    batch = [at + 1 for at in calculation.batch]
    sections = (
        _architecture(network),
        _initial_values(calculation),
        _forward(working),
        _backward(working, order, known),
        _gradient_summary(working),
        _bias_gradients(working, order, known),
        _slope_gradients(working, order, known),
        mean_gradients(working, batch) if len(batch) > 1 and readable(network) else (),
        updates(working) if readable(network) else (),
        _update_tables(working),
        _summary(network),
    )
    return tuple(chain.from_iterable(sections))


def brief(calculation: Calculation) -> Lesson:
    """The tables alone."""
    working = calculation.working
    return (_gradient_table(working), *_update_tables(working))


def readable(network: Network) -> bool:
    """Whether a working is short enough to be read in full."""
    return len(network.parameters) <= READABLE


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


def _layer_title(layer: Layer) -> str:
    return f"{layer.name[0].upper()}{layer.name[1:]} Layer"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _architecture(network: Network) -> Iterator[Block]:
    yield Heading(1, "Forward & Backpropagation")
    yield Heading(2, "Network Architecture")
    yield _members("Input Layer", network.inputs)
    for layer in network.layers[:-1]:
        yield _members(_layer_title(layer), [neuron.name for neuron in layer.neurons])
    outputs = [shown(network.prediction(output)) for output in network.outputs]
    yield _members(_layer_title(network.layers[-1]), outputs)
    for layer, names in _by_function(network).items():
        everywhere = len(names) == len(network.layers)
        where = "in every layer" if everywhere else f"in the {listed(names)} layer"
        yield Paragraph(f"The activation function {where} is {layer.activation}:")
        yield Equations((layer_formulas(layer)[0],))
        for note in layer_notes(layer):
            yield Paragraph(note)


def _by_function(network: Network) -> dict[Layer, list[str]]:
    """The first layer with each activation function, and the names of all that have it."""
    found: dict[tuple[str, Settings, str | None], tuple[Layer, list[str]]] = {}
    for layer in network.layers:
        function = (layer.activation, layer.settings, layer.slope)
        found.setdefault(function, (layer, []))[1].append(layer.name)
    return dict(found.values())


def _members(layer: str, names: Sequence[str]) -> Paragraph:
    shortened = names if len(names) <= 12 else (*names[:10], "…", names[-1])
    return Paragraph(f"{layer}: {_count(len(names), 'neuron')} → {', '.join(shortened)}", True)


def _initial_values(calculation: Calculation) -> Iterator[Block]:
    working = calculation.working
    network = working.derivation.network
    given, initial = working.given, calculation.exercise.numbers
    trained = any(given[name] != initial[name] for name in network.parameters)
    yield Heading(2, "1. Values before This Update" if trained else "1. Initial Values")
    if calculation.exercise.examples:
        yield from _examples(calculation)
    yield Heading(3, "1.1 Inputs:")
    yield Equations(tuple(given_equation(working, name) for name in network.inputs))
    yield Heading(3, "1.2 Weights:")
    if readable(network):
        titles = ["Input", *(_layer_title(layer) for layer in network.layers)]
        for before, layer in zip(titles, network.layers, strict=False):
            yield Heading(4, f"{before.removesuffix(' Layer')} to {_layer_title(layer)}:")
            weights = [edge.weight for neuron in layer.neurons for edge in neuron.edges]
            yield Equations(
                tuple(
                    given_equation(working, name, weight_place(network, name)) for name in weights
                )
            )
    else:
        yield Paragraph(
            f"{_count(len(network.weights), 'weight')}, {network.weights[0]} to "
            f"{network.weights[-1]}: see the column Old Value below."
        )
    yield Heading(3, "1.3 Biases:")
    if network.biases:
        yield Equations(
            tuple(
                given_equation(working, name, bias_place(network, name)) for name in network.biases
            )
        )
        yield Paragraph(
            "A bias shifts a neuron's weighted sum, as the intercept b shifts the line y = mx + b."
        )
    else:
        yield Paragraph("This network has no biases.")
    if network.slopes:
        yield Heading(3, "1.4 Slopes:")
        yield Equations(
            tuple(
                given_equation(working, name, slope_place(network, name)) for name in network.slopes
            )
        )
    yield Heading(3, "Actual Target Output:")
    yield Equations(
        tuple(given_equation(working, network.target(output)) for output in network.outputs)
    )


def _examples(calculation: Calculation) -> Iterator[Block]:
    """Which example of how many is worked, what happened before it, and all of a few."""
    exercise = calculation.exercise
    network, count, size = exercise.network, exercise.example_count, exercise.batches.size
    one_update = "all of them" if size >= count else _count(size, "example")
    order = "in an order that is shuffled every epoch" if exercise.batches.shuffle else "in order"
    yield Paragraph(
        f"There are {count} examples; {one_update} to an update, {order}. "
        f"This is the working of example {calculation.example + 1}."
    )
    if calculation.earlier:
        yield Paragraph(
            f"The parameters are those after {_count(calculation.earlier, 'update')} of this epoch."
        )
    if count <= MOST_EXAMPLES:
        targets = [network.target(output) for output in network.outputs]
        arithmetic = calculation.working.arithmetic
        rows = tuple(
            (
                str(number),
                *(on_paper(arithmetic.given_figure(n)) for n in (*one.inputs, *one.targets)),
            )
            for number, one in enumerate(exercise.examples, 1)
        )
        yield Table("Examples", ("Example", *network.inputs, *targets), rows)


def _forward(working: AnyWorking) -> Iterator[Block]:
    derivation = working.derivation
    network = derivation.network
    yield Heading(2, "2. Forward Propagation")
    for number, layer in enumerate(network.layers, 1):
        yield Heading(3, f"Step {number}: {_layer_title(layer)}")
        yield Heading(4, "Net input of each neuron:")
        sums = [neuron.weighted_sum for neuron in layer.neurons]
        yield Equations(tuple(equation(working, derivation.by_name[name]) for name in sums))
        if number == 1:
            yield Paragraph("In general, for one input and for two:")
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
    yield Heading(4, f"Predicted Output ({', '.join(predictions)}):")
    yield Equations(tuple(equation(working, derivation.by_name[name]) for name in predictions))
    yield Heading(3, "Compute Loss (Error)")
    row = LOSSES[network.loss]
    several = ", added over the outputs" if len(predictions) > 1 else ""
    yield Paragraph(f"The loss is {row.title}{several}.")
    losses = dict.fromkeys([*map(network.loss_of, network.outputs), LOSS])
    yield Equations(tuple(equation(working, derivation.by_name[name]) for name in losses))


def _softmax_names(layer: Layer) -> list[str]:
    """What a softmax works out on the way to its activations."""
    if layer.activation != softmax.SOFTMAX:
        return []
    exponentials = [softmax.exponential(layer, neuron)[0].name for neuron in layer.neurons]
    return [softmax.largest(layer)[0].name, *exponentials, softmax.total(layer)[0].name]


def _backward(working: AnyWorking, order: Sequence[str], known: set[str]) -> Iterator[Block]:
    network = working.derivation.network
    yield Heading(2, "3. Backward Propagation")
    yield Paragraph(
        "Gradient descent needs the gradient of the loss with respect to each weight. The chain "
        "rule gives it as a product of derivatives, one for each step from the loss back to the "
        "weight."
    )
    for layer in _by_function(network):
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
            f"With {_count(len(network.parameters), 'parameter')} this working shows one "
            "derivation a layer; --explain NAME shows that of any other quantity, for example "
            f"--explain {weights[-1]}."
        )
        weights = list({layers[name][0].name: name for name in reversed(weights)}.values())[::-1]
    seen: set[str] = set()
    titles = dict(
        zip(network.layers, ["Input Layer", *map(_layer_title, network.layers)], strict=False)
    )
    for weight in weights:
        layer, neuron = layers[weight]
        detail = Detail.SHORT if neuron.name in seen else Detail.FULL
        heading, *rest = explain_weight(working, weight, detail, known)
        yield heading
        if layer is not network.layers[-1] and not seen & {n.name for n in layer.neurons}:
            here = _layer_title(layer).removesuffix(" Layer")
            yield Heading(3, f"{here} to {titles[layer]} Gradients")
            yield Paragraph(f"The error goes back through the {layer.name} layer to its weights.")
        seen.add(neuron.name)
        yield from rest


def _gradient_summary(working: AnyWorking) -> Iterator[Block]:
    yield Heading(2, "ALL Gradient Calculation Completed")
    yield _gradient_table(working)


def _gradient_table(working: AnyWorking) -> Table:
    network = working.derivation.network
    titles = [_layer_title(layer) for layer in network.layers]
    of_example = " of this example" if working.is_batched else ""
    return Table(
        f"Summary of Gradients{of_example} for {listed(titles)}",
        ("Weight", "Gradient (dL/dw)"),
        tuple((name, f"≈ {_figure(working, gradient(name).name)}") for name in network.weights),
    )


def _bias_gradients(working: AnyWorking, order: Sequence[str], known: set[str]) -> Iterator[Block]:
    network = working.derivation.network
    biases = [name for name in explained_order(network, order) if name in network.biases]
    if not biases or not readable(network):
        return
    yield Heading(2, "Bias Gradient Calculation")
    for number, bias in enumerate(biases, 1):
        layer = next(
            layer for layer in network.layers for neuron in layer.neurons if neuron.bias == bias
        )
        title = _layer_title(layer).removesuffix(" Layer")
        yield Heading(3, f"{number}. For {title} Bias ({bias})", bias_place(network, bias))
        yield from explain_bias(working, bias, known)


def _slope_gradients(working: AnyWorking, order: Sequence[str], known: set[str]) -> Iterator[Block]:
    network = working.derivation.network
    if not network.slopes or not readable(network):
        return
    yield Heading(2, "Slope Gradient Calculation")
    slopes = [name for name in explained_order(network, order) if name in network.slopes]
    for number, slope in enumerate(slopes, 1):
        yield Heading(3, f"{number}. For the Slope {slope}", slope_place(network, slope))
        yield from explain_slope(working, slope, known)


def _update_tables(working: AnyWorking) -> Iterator[Block]:
    if readable(working.derivation.network):
        yield Heading(2, "Weight & BIAS Update Tables")
    yield from update_tables(working)


def _figure(working: AnyWorking, name: str) -> str:
    return on_paper(working.figure(name))


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
