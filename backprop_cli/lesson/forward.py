"""The forward pass, as a lesson shows it: layer by layer, the predictions, the loss."""

from collections.abc import Iterator

from backprop_cli.algebra.expression import symbols
from backprop_cli.algebra.prose import joined, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Rule, Step
from backprop_cli.functions import softmax
from backprop_cli.functions.losses import loss_row
from backprop_cli.lesson.blocks import (
    Block,
    Equations,
    Heading,
    Paragraph,
)
from backprop_cli.lesson.equations import equation
from backprop_cli.lesson.given import (
    layer_title,
)
from backprop_cli.lesson.objective import penalty
from backprop_cli.lesson.reasons import (
    weighted_sum_formulas,
)
from backprop_cli.network.neurons import Layer
from backprop_cli.network.structure import Network


def forward(network: Network, working: AnyWorking) -> Iterator[Block]:
    """Weighted sums and activations layer by layer, and the predictions."""
    derivation = working.derivation
    yield Heading(2, "2. Forward Propagation")
    for number, layer in enumerate(network.layers, 1):
        yield Heading(3, f"Step {number}: {layer_title(layer)}")
        summing = [neuron for neuron in layer.neurons if neuron.formula is None]
        sums = [neuron.weighted_sum for neuron in summing]
        if sums:
            yield Heading(4, "Net input of each neuron:")
            yield Equations(tuple(equation(working, derivation.by_name[name]) for name in sums))
        if number == 1 and sums:
            yield Paragraph("The same formula for one input and for two inputs:")
            yield weighted_sum_formulas()
        formulas = [neuron for neuron in layer.neurons if neuron.formula is not None]
        for title, steps in (
            ("Softmax:", softmax_steps(layer, working)),
            ("Activation of each neuron:", [derivation.by_name[n.activation] for n in summing]),
            ("Value of each formula:", [derivation.by_name[n.activation] for n in formulas]),
        ):
            if steps:
                yield Heading(4, title)
                yield Equations(tuple(equation(working, step) for step in steps))
    yield from predicted(network, working)


def predicted(network: Network, working: AnyWorking) -> Iterator[Block]:
    """The predictions that an activation is passed on as."""
    derivation = working.derivation
    predictions = [network.prediction(output) for output in network.outputs]
    # A formula that is derived itself is no prediction.
    passed_on = [name for name in predictions if derivation.by_name[name].rule is Rule.PREDICTION]
    if passed_on:
        yield Heading(4, prose("Predicted Output (", joined(predictions), "):"))
        yield Equations(tuple(equation(working, derivation.by_name[name]) for name in passed_on))


def loss(network: Network, working: AnyWorking) -> Iterator[Block]:
    """The loss, from the predictions; for one example alone with its penalty."""
    derivation = working.derivation
    yield Heading(3, "Compute Loss (Error)")
    row = loss_row(network)
    several = ", added over the outputs" if len(network.outputs) > 1 else ""
    which = "data loss" if network.penalty else "loss"
    yield Paragraph(prose(f"The {which} is ", row.title, several, "."))
    losses = dict.fromkeys([*map(network.loss_of, network.outputs), network.derived])
    yield Equations(tuple(equation(working, derivation.by_name[name]) for name in losses))
    if network.penalty and not working.is_batched:
        yield from penalty(network, working)


def softmax_steps(layer: Layer, working: AnyWorking) -> list[Step]:
    """The quantities that a softmax works out on the way to its activations.

    The largest weighted sum is among them where it is taken off the others.
    """
    if layer.activation != softmax.SOFTMAX:
        return []
    by_name, largest = working.derivation.by_name, softmax.largest(layer)[0]
    exps = [by_name[softmax.exponential(layer, neuron)[0].name] for neuron in layer.neurons]
    shifted = any(one == largest for one in symbols(working.taken(exps[0].expression)))
    total = by_name[softmax.total(layer)[0].name]
    return [*([by_name[largest.name]] if shifted else []), *exps, total]
