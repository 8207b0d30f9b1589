"""The names that the calculation gives to its own quantities, which no other may have."""

from collections.abc import Iterator

from backprop_cli.derivation.objective import PENALTY, loss_of_batch, sum_of_losses
from backprop_cli.derivation.perceptron import error_of
from backprop_cli.derivation.steps import new, step_of
from backprop_cli.functions import softmax, softmax_mean
from backprop_cli.functions.optimizers import (
    DECAY,
    OPTIMIZERS,
    T,
    goes_by_error,
    lines_of,
    symbol_of,
)
from backprop_cli.functions.penalties import PENALTIES
from backprop_cli.functions.reductions import REDUCTIONS
from backprop_cli.network.structure import LEARNING_RATE, LOSS, Network

LIKE_PREDICTIONS = ("ŷ_", "y_hat_")  # y_hat_o1 is printed as ŷ_o1


def like_a_prediction(name: str) -> bool:
    """True if a name is printed as some prediction's is."""
    return name == "ŷ" or name.startswith(LIKE_PREDICTIONS)


def like_a_part(name: str, network: Network) -> tuple[str, str] | None:
    """The two names in the name of a gradient's part: h1 and o1 of ``h1_from_o1``.

    The former is an input, a neuron or a parameter, the latter a neuron or a quantity of one.
    """
    if "_from_" not in name:
        return None
    neurons = {neuron.name for neuron in network.neurons}
    derived = {*network.inputs, *network.parameters, *neurons}
    through = neurons.union(*(neuron.quantities for neuron in network.neurons))
    through |= {network.prediction(output) for output in network.outputs}
    pieces = name.split("_from_")
    splits = (
        ("_from_".join(pieces[:at]), "_from_".join(pieces[at:])) for at in range(1, len(pieces))
    )
    return next(((of, by) for of, by in splits if of in derived and by in through), None)


def own_names(network: Network) -> Iterator[tuple[str, str]]:
    """The names that the calculation itself gives, but for those of parameters, and to what."""
    yield LEARNING_RATE, "the learning rate"
    yield LOSS, "the loss"
    yield (
        loss_of_batch(network),
        f"the {REDUCTIONS[network.reduction].adjective.lower()} loss of a batch",
    )
    yield sum_of_losses(network), "the sum of a batch's losses"
    if network.penalty:
        yield network.derived, "the loss without its penalty"
        yield PENALTY, "the penalty"
        yield PENALTIES[network.penalty].strength.name, "the strength of the penalty"
    for name in ("y_hat", "y_true"):
        yield name, "a quantity of the output layer"
    for parameter in network.parameters:
        yield new(parameter).name, f"the new value of {parameter}"
        yield step_of(parameter).name, f"the update step of {parameter}"
    row = OPTIMIZERS[network.optimizer]
    for setting in (*row.settings, *([DECAY.name] if network.decays else [])):
        yield setting, f"a setting of {row.name}"
    if row.counts:
        yield T.name, "the number of the update"
    for parameter in network.updated:
        for quantity in (*row.state, *(line.defines for line in lines_of(network))):
            yield symbol_of(quantity, parameter).name, f"a quantity of {row.name}"
    for neuron in network.neurons:
        if neuron.formula is not None:
            continue
        yield neuron.weighted_sum, f"the weighted sum of {neuron.name}"
        yield neuron.activation, f"the activation of {neuron.name}"
    for layer in network.layers:
        if softmax.SOFTMAX in {function.name for function in layer.functions()}:
            yield softmax.largest(layer)[0].name, f"the largest weighted sum of layer {layer.name}"
            yield softmax.total(layer)[0].name, f"the softmax's sum in layer {layer.name}"
            yield softmax.rest(layer)[0].name, f"a part of the softmax's sum in layer {layer.name}"
            hidden = (softmax.shift, softmax.farthest, softmax.top, softmax.second, softmax.others)
            for hidden_quantity in hidden:
                name = hidden_quantity(layer)[0].name
                yield name, f"a quantity of the softmax of layer {layer.name}"
            mean = softmax_mean.mean_gradient(layer).name
            for name in (
                mean,
                softmax_mean.mean_of_others(mean).name,
                softmax_mean.of_surest(mean).name,
            ):
                yield name, f"the mean gradient of the softmax in layer {layer.name}"
            for neuron in layer.neurons:
                yield (
                    softmax.exponential(layer, neuron)[0].name,
                    f"the softmax's exp of {neuron.name}",
                )
    for output in network.outputs:
        yield f"{LOSS}_{output.name}", f"the loss of {output.name}"
        if goes_by_error(network):
            yield error_of(output).name, f"the error of {output.name}"
        yield f"y_hat_{output.name}", f"the prediction of {output.name}"
        yield f"y_true_{output.name}", f"the target of {output.name}"
