"""The backward pass, as a lesson shows it: the gradients of weights, biases and slopes."""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from backprop_cli.algebra.expression import Symbol
from backprop_cli.algebra.paper import name_on_paper
from backprop_cli.algebra.prose import Code, enumerated, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.lesson.blocks import (
    Block,
    Column,
    Equations,
    Heading,
    Paragraph,
    Role,
    Table,
)
from backprop_cli.lesson.chain_rule import Detail, gradient_blocks, relation_and_figure
from backprop_cli.lesson.explanation import explain_weight
from backprop_cli.lesson.given import (
    by_function,
    capital,
    layer_title,
    readable,
)
from backprop_cli.lesson.known import Known
from backprop_cli.lesson.reasons import (
    bias_place,
    layer_formulas,
    rule_of_constant_factor,
    slope_place,
)
from backprop_cli.network.parameters import FACTOR
from backprop_cli.network.structure import LOSS, Network
from backprop_cli.wording import counted


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
    return tuple(dict.fromkeys((*first, *others, *network.of_kind(FACTOR))))


def backward(
    network: Network, working: AnyWorking, order: Sequence[str], known: Known
) -> Iterator[Block]:
    """The chain rule, and the derivation of every weight's gradient, or of one for each layer."""
    yield Heading(2, "3. Backward Propagation")
    if network.aimed:
        yield Paragraph(
            "Gradient descent needs the gradient of the loss with respect to each weight. The "
            "chain rule gives it as a product of derivatives, one for each step from the loss "
            "back to the weight."
        )
    else:
        derived = Symbol(network.derived)
        yield Paragraph(
            prose(
                *("The chain rule gives each derivative of ", derived, " as a product of "),
                *("derivatives, one for each step from ", derived, " back to the quantity."),
            )
        )
    for layer in by_function(network):
        yield Paragraph(f"Derivative of {layer.activation}:")
        yield Equations(layer_formulas(layer)[1])
    if network.weights:
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
        first = layer is not network.layers[-1] and not seen & {n.name for n in layer.neurons}
        if first and {*network.by_parameter[weight].neurons} <= {*layer.neurons}:
            yield Heading(3, f"{capital(layer)} to {titles[layer]} Gradients")
            yield Paragraph(f"The error goes back through the {layer.name} layer to its weights.")
        seen.add(neuron.name)
        yield from rest


def gradient_summary(network: Network, working: AnyWorking) -> Iterator[Block]:
    """The table of gradients under its heading."""
    yield Heading(2, "ALL Gradient Calculation Completed")
    yield from gradient_tables(network, working)


def gradient_tables(network: Network, working: AnyWorking) -> Iterator[Table]:
    """The gradients of all weights, and of what stands in formulas alone."""
    if network.weights:
        yield _weights_table(network, working)
    others = (*network.of_kind(FACTOR), *(() if network.parameters else network.inputs))
    if others:
        yield Table(
            "Summary of Gradients",
            (Column("Quantity", Role.QUANTITY), Column("Gradient", Role.RESULT)),
            tuple(
                (Symbol(name), prose(*relation_and_figure(working, network.gradient(name))))
                for name in others
            ),
        )


def _weights_table(network: Network, working: AnyWorking) -> Table:
    """The gradient of every weight."""
    weighted = [layer for layer in network.layers if any(one.edges for one in layer.neurons)]
    titles = [layer_title(layer) for layer in weighted]
    of_example = " of this example" if working.is_batched else ""
    return Table(
        prose(f"Summary of Gradients{of_example} for ", enumerated(titles)),
        (Column("Weight", Role.QUANTITY), Column(gradient_title(network, "w"), Role.RESULT)),
        tuple(
            (Symbol(name), prose(*relation_and_figure(working, network.gradient(name))))
            for name in network.weights
        ),
    )


def gradient_title(network: Network, letter: str, mean: str = "Gradient") -> str:
    """The heading of a column of gradients: ``Gradient (dL/dw)``, or of another quantity df/dw."""
    of = "L" if network.derived == LOSS else name_on_paper(network.derived)
    return f"{mean} (d{of}/d{letter})"


def other_gradients(
    network: Network, working: AnyWorking, order: Sequence[str], known: Known
) -> Iterator[Block]:
    """The derivations by parameters of formulas, or, without any parameters, by the inputs."""
    names = [name for name in explained_order(network, order) if name in network.of_kind(FACTOR)]
    if not network.parameters:
        names = [*network.inputs]
    if not names or not readable(network):
        return
    for name in names:
        yield Heading(3, prose("Step-by-step Gradient for ", Symbol(name)))
        yield from gradient_blocks(working, network.gradient(name), known)


# What derives the gradient of one parameter, under a heading of its own.
Derive = Callable[[str], Iterator[Block]]


def bias_gradients(network: Network, order: Sequence[str], derive: Derive) -> Iterator[Block]:
    """The derivation of every bias's gradient; of a large network none."""
    biases = [name for name in explained_order(network, order) if name in network.biases]
    if not biases or not readable(network):
        return
    yield Heading(2, "Bias Gradient Calculation")
    for number, bias in enumerate(biases, 1):
        layers = [
            capital(layer)
            for layer in network.layers
            if any(neuron.bias == bias for neuron in layer.neurons)
        ]
        heading = prose(f"{number}. For ", enumerated(layers), " Bias (", Symbol(bias), ")")
        yield Heading(3, heading, bias_place(network, bias))
        yield from derive(bias)


def slope_gradients(network: Network, order: Sequence[str], derive: Derive) -> Iterator[Block]:
    """The derivation of every trained slope's gradient; of a large network none."""
    if not network.slopes or not readable(network):
        return
    yield Heading(2, "Slope Gradient Calculation")
    slopes = [name for name in explained_order(network, order) if name in network.slopes]
    for number, slope in enumerate(slopes, 1):
        yield Heading(
            3, prose(f"{number}. For the Slope ", Symbol(slope)), slope_place(network, slope)
        )
        yield from derive(slope)
