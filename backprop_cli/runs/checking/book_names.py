"""The names of textbooks for outputs, their losses, and numbered units with their edges.

They hold only where a network has no quantity of its own by that name.
"""

from collections.abc import Iterator, Mapping

from backprop_cli.derivation.steps import Step, reached
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.network.neurons import Neuron
from backprop_cli.network.structure import LOSS, Network
from backprop_cli.runs.checking.spellings import folded

Named = tuple[str, tuple[str, ...]]  # a name without capitals and _, and what it may mean


def book_names(network: Network) -> Iterator[Named]:
    """Every such name, with the quantities that it may mean, the likeliest first."""
    for number, neuron in enumerate(network.neurons, 1):
        yield f"z{number}", (neuron.weighted_sum,)
        yield f"a{number}", (neuron.activation, *_prediction(network, neuron))
    yield from _outputs_by_number(network)
    yield from _of_the_only(network)
    for neuron in network.neurons:
        if neuron.name.isdigit():
            yield from _unit(network, neuron)


def _prediction(network: Network, neuron: Neuron) -> tuple[str, ...]:
    return (network.prediction(neuron),) if neuron in network.outputs else ()


def _outputs_by_number(network: Network) -> Iterator[Named]:
    """Of several outputs the first is y1, p1, out1, its target t1, its loss E1."""
    if len(network.outputs) < 2 or any(neuron.name.isdigit() for neuron in network.neurons):
        return
    for number, output in enumerate(network.outputs, 1):
        out, target = (network.prediction(output), output.activation), network.target(output)
        for name in ("z", "net", "logit"):
            yield f"{name}{number}", (output.weighted_sum,)
        for name in ("a", "o", "out", "output", "p", "yhat", "pred", "prediction"):
            yield f"{name}{number}", out
        for name in ("t", "target", "ytrue", "label"):
            yield f"{name}{number}", (target,)
        yield f"y{number}", (*out, target)
        if network.aimed:
            for name in ("e", "error", "l", "loss"):
                yield f"{name}{number}", (network.loss_of(output),)


def _of_the_only(network: Network) -> Iterator[Named]:
    """Of the only output δ, of the only neuron z, a and net; ``weight w1``, and names of losses."""
    if len(network.outputs) == 1 and network.outputs[0].formula is None:
        yield "", (network.outputs[0].weighted_sum,)
    neurons = [*network.neurons]
    if len(neurons) == 1 and neurons[0].formula is None:
        (neuron,) = neurons
        for name in ("z", "net", "s", "weightedsum", "netinput"):
            yield name, (neuron.weighted_sum,)
        for name in ("a", "out", "activation"):
            yield name, (neuron.activation, *_prediction(network, neuron))
    for kind, names in (("weight", network.weights), ("bias", network.biases)):
        for name in names:
            yield f"{kind}{folded(name)}", (name,)
    if network.aimed:
        for name in ("mse", "ce", "bce", "nll", "crossentropy", "crossentropyloss", "sse"):
            yield name, (LOSS,)


def _unit(network: Network, neuron: Neuron) -> Iterator[Named]:
    """Of unit 6: its net input I6, output O6, bias θ6, and w46 or w64 for the edge from unit 4.

    Source: Han and Kamber, "Data Mining: Concepts and Techniques", the chapter on backpropagation.
    """
    own = neuron.name
    out = (neuron.activation, *_prediction(network, neuron))
    for name in ("i", "netinputi", "inputi"):
        yield f"{name}{own}", (neuron.weighted_sum,)
    for name in ("o", "outputo"):
        yield f"{name}{own}", out
    if neuron.bias is not None:
        for name in ("θ", "theta", "bias", "b"):
            yield f"{name}{own}", (neuron.bias,)
    for source, weight in neuron.edges:
        unit = source.removeprefix("x_")
        if unit.isdigit():
            for between in ("", ","):
                yield f"w{unit}{between}{own}", (weight,)
                yield f"w{own}{between}{unit}", (weight,)


def of_one_loss(
    network: Network, steps: Mapping[str, Step], output: Neuron, quantity: str
) -> Iterator[str]:
    """The derivative of one output's loss by a quantity, ∂E_o1/∂net_o1, as it is worked.

    What reaches the whole loss through that output alone has the same derivative of it; what does
    so through others as well has a part from it. Under a softmax all that lies before the weighted
    sums reaches the loss of an output through those of the others too. Nothing where the output
    feeds other neurons, or the quantity reaches it through others as well. ``steps`` are those of
    the forward pass.
    """
    ends = {output.activation, network.prediction(output)}
    if any(ends & {*step.used} and step.neuron not in (None, output) for step in steps.values()):
        return
    end = steps.get(output.weighted_sum) or steps.get(output.activation)
    others = (name for name in (end.used if end else ()) if name != quantity)
    if quantity in reached(others, lambda name: steps[name].used if name in steps else ()):
        return
    own = {*ends}
    if network.function_of(output).name != SOFTMAX:
        parameters = network.by_parameter
        own |= {output.weighted_sum}
        own |= {name for name, one in parameters.items() if one.neurons == (output,)}
        yield f"∂{network.derived}/∂{quantity}_from_{output.name}"
    elif quantity in {one.weighted_sum for one in network.layer_of(output).neurons}:
        yield f"∂{network.derived}/∂{quantity}_from_{output.name}"
    if quantity in own:
        yield network.gradient(quantity).name
