"""A whole working arranged as the document arranges it. Its order of sections is kept here."""

from collections.abc import Iterator, Sequence
from itertools import chain

from backprop_cli import softmax
from backprop_cli.activations import ACTIVATIONS
from backprop_cli.arithmetic import on_paper, padded
from backprop_cli.blocks import Block, Equation, Equations, Heading, Lesson, Paragraph, Span, Table
from backprop_cli.equations import AnyWorking, equation, in_symbols, listed, result, shown, sides
from backprop_cli.explanation import Detail, explain_bias, explain_weight, update_equation
from backprop_cli.losses import LOSSES
from backprop_cli.network import LEARNING_RATE, LOSS, Layer, Network, Settings
from backprop_cli.reasons import activation_formula, bias_place, derivative_formula, weight_place
from backprop_cli.steps import gradient, new

# With more parameters than this a working is too long to read in full.
READABLE = 40

BIAS_DECIMALS = 3  # an old bias is shown with at least three decimals, 0.600


def full(working: AnyWorking, order: Sequence[str]) -> Lesson:
    """The whole working. ``order`` are the parameters to explain first, see `explained_order`."""
    known: set[str] = set()  # sums that have been worked out, by weights and biases alike
    sections = (
        _architecture(working.derivation.network),
        _initial_values(working),
        _forward(working),
        _backward(working, order, known),
        _gradient_summary(working),
        _bias_gradients(working, order, known),
        _updates(working),
        _update_tables(working),
        _summary(),
    )
    return tuple(chain.from_iterable(sections))


def brief(working: AnyWorking) -> Lesson:
    """The tables alone."""
    return (_gradient_table(working), *_update_tables(working))


def readable(network: Network) -> bool:
    """Whether a working is short enough to be read in full."""
    return len(network.parameters) <= READABLE


def explained_order(network: Network, first: Sequence[str]) -> tuple[str, ...]:
    """All parameters in the order in which their gradients are explained.

    Those of ``first`` in its order, then the other weights layer by layer from the output layer
    back, then the other biases likewise.
    """
    weights = chain.from_iterable(
        [edge.weight for neuron in layer.neurons for edge in neuron.edges]
        for layer in reversed(network.layers)
    )
    return tuple(dict.fromkeys((*first, *weights, *reversed(network.biases))))


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
    by_activation: dict[tuple[str, Settings], list[str]] = {}
    for layer in network.layers:
        by_activation.setdefault((layer.activation, layer.settings), []).append(layer.name)
    for (activation, settings), layers in by_activation.items():
        everywhere = len(layers) == len(network.layers)
        where = "in every layer" if everywhere else f"in the {listed(layers)} layer"
        yield Paragraph(f"The activation function {where} is {activation}:")
        yield Equations((activation_formula(activation, settings),))
        if activation in ACTIVATIONS and ACTIVATIONS[activation].note:
            yield Paragraph(f"Here {ACTIVATIONS[activation].note}.")


def _members(layer: str, names: Sequence[str]) -> Paragraph:
    shortened = names if len(names) <= 12 else (*names[:10], "…", names[-1])
    return Paragraph(f"{layer}: {_count(len(names), 'neuron')} → {', '.join(shortened)}", True)


def _given(working: AnyWorking, name: str, place: str = "") -> Equation:
    note = Span(f"({place})") if place else None
    return Equation((Span(shown(name)),), sides(result(working, name)), note)


def _initial_values(working: AnyWorking) -> Iterator[Block]:
    network = working.derivation.network
    yield Heading(2, "1. Initial Values")
    yield Heading(3, "1.1 Inputs:")
    yield Equations(tuple(_given(working, name) for name in network.inputs))
    yield Heading(3, "1.2 Weights:")
    if readable(network):
        titles = ["Input", *(_layer_title(layer) for layer in network.layers)]
        for before, layer in zip(titles, network.layers, strict=False):
            yield Heading(4, f"{before.removesuffix(' Layer')} to {_layer_title(layer)}:")
            weights = [edge.weight for neuron in layer.neurons for edge in neuron.edges]
            yield Equations(
                tuple(_given(working, name, weight_place(network, name)) for name in weights)
            )
    else:
        yield Paragraph(
            f"{_count(len(network.weights), 'weight')}, {network.weights[0]} to "
            f"{network.weights[-1]}: see the column Old Value below."
        )
    yield Heading(3, "1.3 Biases:")
    if network.biases:
        yield Equations(
            tuple(_given(working, name, bias_place(network, name)) for name in network.biases)
        )
        yield Paragraph(
            "A bias shifts a neuron's weighted sum, as the intercept b shifts the line y = mx + b."
        )
    else:
        yield Paragraph("This network has no biases.")
    yield Heading(3, "Actual Target Output:")
    yield Equations(tuple(_given(working, network.target(output)) for output in network.outputs))


def _forward(working: AnyWorking) -> Iterator[Block]:
    derivation = working.derivation
    network = derivation.network
    yield Heading(2, "2. Forward Propagation")
    for number, layer in enumerate(network.layers, 1):
        yield Heading(3, f"Step {number}: {_layer_title(layer)}")
        for title, names in (
            ("Net input of each neuron:", [neuron.weighted_sum for neuron in layer.neurons]),
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
    yield Paragraph(f"The loss is {row.title}{several}: {in_symbols(row.formula)}")
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
    functions = dict.fromkeys((layer.activation, layer.settings) for layer in network.layers)
    for activation, settings in functions:
        yield Paragraph(f"Derivative of {activation}:")
        yield Equations((derivative_formula(activation, settings),))
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
    return Table(
        f"Summary of Gradients for {listed(titles)}",
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


def _updates(working: AnyWorking) -> Iterator[Block]:
    network = working.derivation.network
    if not readable(network):
        return
    yield Heading(2, "Weight and Bias Updates")
    rate = in_symbols(result(working, LEARNING_RATE))
    for kind, names in (("Weight", _update_order(network)), ("Bias", network.biases)):
        if not names:
            continue
        yield Heading(3, f"{kind} Updation Formula")
        lower = kind.lower()
        yield Paragraph(f"new_{lower} = old_{lower} − learning_rate * gradient")
        moved = [name for name in names if name not in network.frozen]
        lines = [update_equation(working, working.derivation.by_name[new(n).name]) for n in moved]
        if kind == "Weight":
            yield Paragraph(f"The learning rate is {rate}.")
            if lines:
                yield Equations(tuple(lines))
        for name, line in zip(moved, lines, strict=True) if kind == "Bias" else ():
            yield Heading(4, f"Update {name}:")
            yield Equations((line,))
        held = [name for name in names if name in network.frozen]
        if held:
            yield Paragraph(f"Held fixed: {listed(held)}.")


def _update_order(network: Network) -> tuple[str, ...]:
    """The document's: the output layer's weights in order, then all others counting down."""
    last = [edge.weight for neuron in network.outputs for edge in neuron.edges]
    return (*last, *reversed(network.weights[: len(network.weights) - len(last)]))


def _update_tables(working: AnyWorking) -> Iterator[Block]:
    network = working.derivation.network
    if readable(network):
        yield Heading(2, "Weight & BIAS Update Tables")
    for title, symbol, names in (
        ("Weight", "w", network.weights),
        ("Bias", "b", network.biases),
    ):
        if names:
            columns = (title, "Old Value", f"Gradient (dL/d{symbol})", "New Value")
            rows = tuple(_update_row(working, name) for name in reversed(names))
            yield Table(f"{title} updates", columns, rows)


def _update_row(working: AnyWorking, name: str) -> tuple[str, ...]:
    held = name in working.derivation.network.frozen
    old = old_value(working, name)
    after = f"{old} (fixed)" if held else _figure(working, new(name).name)
    return name, old, _figure(working, gradient(name).name), after


def old_value(working: AnyWorking, name: str) -> str:
    """A parameter before the update, as typed; a bias with three decimals at least."""
    digits = working.figure(name)
    if name in working.derivation.network.biases:
        digits = padded(digits, BIAS_DECIMALS)
    return on_paper(digits)


def _figure(working: AnyWorking, name: str) -> str:
    return on_paper(working.figure(name))


def _summary() -> Iterator[Block]:
    yield Heading(2, "Summary")
    for text in (
        "Forward pass: from the inputs to activations and predictions",
        "Loss: how far the predictions are from the targets",
        "Backward pass: the chain rule carries the error back and gives every gradient",
        "Update step: every weight and bias moves against its gradient, which lowers the loss",
    ):
        yield Paragraph(text, bullet=True)
    yield Paragraph(
        "Training repeats this for every example, epoch after epoch, until the model converges."
    )
