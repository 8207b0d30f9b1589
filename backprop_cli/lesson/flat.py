"""The remark where every gradient is 0 because no function lets the error through."""

from collections.abc import Iterator

from backprop_cli.algebra.expression import ZERO, Symbol
from backprop_cli.algebra.prose import enumerated, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.functions.activations import ACTIVATIONS, row_of
from backprop_cli.lesson.blocks import Block, Paragraph
from backprop_cli.network.neurons import Neuron
from backprop_cli.network.structure import Network


def nothing_is_learnt(network: Network, working: AnyWorking) -> Iterator[Block]:
    """One sentence on why every gradient is 0, and what to do; nothing where that is not so."""
    found = _blocking(network, working)
    if not found or not network.updated:
        return
    functions = dict.fromkeys(network.function_of(neuron).name for neuron in found)
    always = all(ACTIVATIONS[name].derivative == ZERO for name in functions)
    names = enumerated([Symbol(neuron.name) for neuron in found])
    if always:
        mend = "use an activation with a slope, such as sigmoid"
        if len(network.layers) == 1 and all(ACTIVATIONS[name].two for name in functions):
            mend += ", or optimizer: perceptron"
        yield Paragraph(
            f"Every gradient is 0, whatever the numbers are: {' and '.join(functions)} has the "
            f"derivative 0, and no error goes back through it. To learn anything, {mend}."
        )
        return
    yield Paragraph(
        prose(
            f"Every gradient of this example is 0: {' and '.join(functions)} is level at ",
            *(*names, ", and no error goes back through it. To learn from it, choose weights or "),
            "biases that lead elsewhere, or an activation with a slope everywhere, such as "
            "leaky_relu.",
        )
    )


def _blocking(network: Network, working: AnyWorking) -> list[Neuron]:
    """The neurons at which the way back from the loss ends before any parameter that moves."""
    by_name = {neuron.name: neuron for neuron in network.neurons}
    waiting, seen, found = [*network.outputs], set[str](), list[Neuron]()
    while waiting:
        neuron = waiting.pop()
        if neuron.name in seen:
            continue
        seen.add(neuron.name)
        function = network.function_of(neuron)
        if neuron.formula is not None or function.name not in ACTIVATIONS:
            return []
        z, a = Symbol(neuron.weighted_sum), Symbol(neuron.activation)
        if working.taken(row_of(function).slope(z, a)) == ZERO:
            found.append(neuron)
            continue
        own = {neuron.bias, function.slope, *(edge.weight for edge in neuron.edges)}
        if own & {*network.updated}:
            return []
        waiting += [by_name[name] for name in neuron.fed_by if name in by_name]
    return [neuron for neuron in network.neurons if neuron in found]
