"""The activation functions of a configuration, for all layers, by layer, or by neuron."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backprop_cli.config.meaning import wording
from backprop_cli.config.meaning.faults import Faults
from backprop_cli.config.meaning.parameters import Parameters
from backprop_cli.config.shape.fields import ACTIVATION_NAMES
from backprop_cli.config.shape.sections import ActivationSettings, LossSettings, OptimizerSettings
from backprop_cli.functions.activation import SLOPE
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.network.neurons import Function, Layer, Neuron
from backprop_cli.network.parameters import SLOPE as SLOPE_KIND
from backprop_cli.wording import Path

KEY = "activation"


def with_functions(
    found: Faults, given: Any, layers: tuple[Layer, ...], parameters: Parameters
) -> tuple[Layer, ...]:
    """The layers with their activation functions; trained slopes are s1, s2 and so on."""
    if isinstance(given, dict):
        names = tuple(layer.name for layer in layers)
        for name in given:
            if name not in names:
                homes = [one.name for one in layers if name in {n.name for n in one.neurons}]
                found.complain((KEY, name), wording.no_layer, name, names, homes, key=True)
    return tuple(_of_layer(found, given, layer, parameters) for layer in layers)


def _of_layer(found: Faults, given: Any, layer: Layer, parameters: Parameters) -> Layer:
    path: Path = (KEY,)
    if isinstance(given, dict):
        given, path = given.get(layer.name, ACTIVATION_NAMES[0]), (KEY, layer.name)
    if not isinstance(given, dict):
        neurons = layer.neurons
        if all(neuron.formula is not None for neuron in neurons):
            return layer
        function = _function(found, path, given, parameters)
        return layer._replace(
            activation=function.name, settings=function.settings, slope=function.slope
        )
    names = tuple(neuron.name for neuron in layer.neurons)
    for name in given:
        if name not in names:
            found.complain((*path, name), wording.unknown, "neuron", name, names, key=True)

    def own(neuron: Neuron) -> Neuron:
        if neuron.name not in given:
            return neuron
        at = (*path, neuron.name)
        if neuron.formula is not None:
            found.complain(at, wording.own_function, neuron.name, key=True)
        return neuron._replace(function=_function(found, at, given[neuron.name], parameters))

    return layer._replace(neurons=tuple(map(own, layer.neurons)))


def _function(
    found: Faults, path: Path, given: str | ActivationSettings, parameters: Parameters
) -> Function:
    if isinstance(given, str):
        name, settings = given, {}
    else:
        name = given.name
        known = ACTIVATIONS[name].settings if name in ACTIVATIONS else {}
        settings = {**chosen(found, path, given, known)}
    row = ACTIVATIONS.get(name)
    if row is None or row.by_slope is None:
        fixed = settings.get(SLOPE.name)
        if isinstance(fixed, str):
            found.complain((*path, SLOPE.name), wording.fixed_slope, name, fixed)
        return Function(name, tuple(settings.items()))
    slope = {**row.settings, **settings}[SLOPE.name]
    if SLOPE.name in settings:
        path = (*path, SLOPE.name)
    return Function(name, (), parameters.name_of(slope, SLOPE_KIND, path))


def chosen(
    found: Faults,
    path: Path,
    given: ActivationSettings | LossSettings | OptimizerSettings,
    known: Mapping[str, Decimal],
) -> Mapping[str, Decimal]:
    """The settings that were written of a row of a table, which has those ``known``."""
    settings: dict[str, Decimal] = given.model_dump(exclude={"name"}, exclude_none=True)
    for setting in settings:
        if setting not in known:
            found.complain((*path, setting), wording.no_setting, given.name, known, key=True)
    return settings
