"""The demands of the perceptron rule: one layer of neurons that say yes or no."""

from collections.abc import Iterator, Mapping, Sequence

from backprop_cli.config.meaning import perceptron_wording as wording
from backprop_cli.config.meaning.faults import Faults
from backprop_cli.config.shape.configuration import Configuration
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.network.exercise import Example
from backprop_cli.network.neurons import Neuron
from backprop_cli.network.structure import Network
from backprop_cli.wording import Path

# What it goes by is the error of one example; there is nothing else to set.
NOT_BESIDE = ("loss", "batch_size", "reduction", "penalty", "weight_decay")


def check(
    found: Faults, settings: Configuration, network: Network, examples: Sequence[Example]
) -> None:
    """Note in ``found`` what the perceptron rule cannot train, if it is the rule."""
    if not goes_by_error(network):
        return
    first, *later = network.layers
    for layer in later[:1]:
        found.complain(("weights", layer.name), wording.second_layer, layer.name, key=True)
    for key in NOT_BESIDE:
        given = getattr(settings, key)
        if key in settings.model_fields_set and given != Configuration.model_fields[key].default:
            found.complain((key,), wording.not_with_perceptron, key, key=True)
    if not network.aimed:
        found.complain(("optimizer",), wording.perceptron_target)
        return
    for neuron in first.neurons if not later else ():
        _check_neuron(found, settings, network, neuron)
    for at, example in enumerate(examples):
        for output, target in zip(network.outputs, example.targets, strict=False):
            row = ACTIVATIONS.get(network.function_of(output).name)
            if row is not None and row.two is not None and target not in row.two:
                place = _place(settings, network, at, output)
                found.complain(place, wording.not_one_of_two, row.name, row.two, at, target)


def _check_neuron(found: Faults, settings: Configuration, network: Network, neuron: Neuron) -> None:
    """Note what one neuron of the only layer has that it may not have."""
    name, path = network.function_of(neuron).name, _written(settings, network, neuron)
    if neuron.formula is not None:
        found.complain(("weights", network.layers[0].name), wording.formula_by_error, neuron.name)
    elif neuron not in network.outputs or not {*neuron.fed_by} <= {*network.inputs}:
        found.complain(("weights", network.layers[0].name), wording.within_layer, neuron.name)
    elif name not in ACTIVATIONS or ACTIVATIONS[name].two is None:
        found.complain(path, wording.no_step, [*_steps()], name)


def _steps() -> Iterator[str]:
    return (row.name for row in ACTIVATIONS.values() if row.two is not None)


def _written(settings: Configuration, network: Network, neuron: Neuron) -> Path:
    """The place of a neuron's activation function in the file, or else that of the rule."""
    given: object = settings.activation
    path: Path = ("activation",)
    if "activation" not in settings.model_fields_set:
        return ("optimizer",)
    for name in (network.layers[0].name, neuron.name):
        if isinstance(given, Mapping) and name in given:
            given, path = given[name], (*path, name)
    return path


def _place(settings: Configuration, network: Network, example: int, output: Neuron) -> Path:
    """The place of an output's target in the file."""
    if settings.data is not None:
        return ("data", "target")
    path: Path = ("target",)
    given = settings.target
    if settings.examples is not None:
        path, given = ("examples", example, "target"), settings.examples[example].target
    if isinstance(given, Mapping):
        return (*path, output.name)
    return (*path, network.outputs.index(output)) if isinstance(given, list) else path
