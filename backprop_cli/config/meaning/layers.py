"""The layers of a configuration: its neurons, what feeds each, formulas and biases."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import Symbol, substitute, symbols
from backprop_cli.config.files.yaml_source import Quoted
from backprop_cli.config.meaning import wording
from backprop_cli.config.meaning.faults import Faults
from backprop_cli.config.meaning.parameters import Parameters
from backprop_cli.config.meaning.wording import Sources
from backprop_cli.config.shape.formula import FormulaError, read_formula
from backprop_cli.config.shape.weights import Given, Label, Text
from backprop_cli.network.neurons import Edge, Layer, Neuron
from backprop_cli.network.parameters import BIAS, WEIGHT
from backprop_cli.wording import Path

KEY = "weights"

Fan = Mapping[str, Given] | list[Given] | Text
LayerGiven = Mapping[str, Fan] | list[list[Given]]
BiasesGiven = Mapping[str, Given] | list[Given] | Given


class Written(NamedTuple):
    """A neuron as it stands in the configuration."""

    name: str
    fan: Fan
    path: Path


def written_layers(
    found: Faults, weights: Mapping[str, LayerGiven], output_names: Callable[[int], Sequence[str]]
) -> Mapping[str, Sequence[Written]]:
    """The neurons of every layer, by name.

    Those of a matrix are h1, h2, … (numbered on from layer to layer); its outputs go by
    ``output_names``, if there are any, or are called out, or o1, o2, … .
    """
    if not weights:
        found.complain((KEY,), wording.nothing, "layers", "layer")
    hidden = 0  # hidden neurons so far
    layers: dict[str, Sequence[Written]] = {}
    for name, given in weights.items():
        path: Path = (KEY, name)
        if not given:
            found.complain(path, wording.nothing, "neurons in this layer", "neuron")
        if isinstance(given, list):
            rows = len(given)
            names: Sequence[str] = [f"h{hidden + row}" for row in range(1, rows + 1)]
            if len(layers) + 1 == len(weights):
                numbered = ["out"] if rows == 1 else [f"o{row}" for row in range(1, rows + 1)]
                names = output_names(rows) or numbered
            pairs = enumerate(zip(names, given, strict=True))
            layers[name] = [Written(one, fan, (*path, row)) for row, (one, fan) in pairs]
        else:
            layers[name] = [Written(one, fan, (*path, one)) for one, fan in given.items()]
        hidden += len(given)
    return layers


def read_layers(
    found: Faults,
    layers: Mapping[str, Sequence[Written]],
    inputs: Mapping[str, str],
    parameters: Parameters,
) -> tuple[Layer, ...]:
    """The layers without biases and functions.

    ``inputs`` are the inputs' names by what they are called in the file.
    """
    known = dict(inputs)
    later = {neuron.name for layer in layers.values() for neuron in layer} - known.keys()
    before = Sources(tuple(inputs), None, known, frozenset(later))
    read: list[Layer] = []
    printed = {name: name for name in inputs.values()}  # what formulas may call them as well
    for name, neurons in layers.items():
        here = dict(known)  # a formula may use what stands before it in its own layer
        made = []
        for one in neurons:
            if isinstance(one.fan, Text):
                symbol = {source: called for called, source in printed.items()}
                own = [symbol[of] if name.isdigit() else name for name, of in here.items()]
                names = {**printed, **here}
                made.append(_formula(found, one, names, own, before.later, parameters))
            else:
                made.append(Neuron(one.name, _edges(found, one, before, parameters)))
            here[one.name] = one.name
            printed[made[-1].activation] = one.name
        read.append(Layer(name, tuple(made)))
        known = {**known, **{one.name: one.name for one in neurons}}
        later -= {one.name for one in neurons}
        before = Sources(tuple(one.name for one in neurons), name, known, frozenset(later))
    return tuple(read)


def _edges(
    found: Faults, one: Written, before: Sources, parameters: Parameters
) -> tuple[Edge, ...]:
    """A neuron's edges, its weights numbered on in reading order."""
    fan, path = one.fan, one.path
    assert not isinstance(fan, Text)
    if not fan:
        found.complain(path, wording.no_edges, one.name, before)
    if isinstance(fan, list):
        if fan and len(fan) != len(before.names):
            found.complain(path, wording.wrong_count, one.name, "weight", len(fan), before.names)
        pairs = [
            (source, given, (*path, at))
            for at, (source, given) in enumerate(zip(before.names, fan, strict=False))
        ]
    else:
        pairs = [(source, given, (*path, source)) for source, given in fan.items()]
    edges = []
    for source, given, place in pairs:
        if source not in before.known:
            found.complain(place, wording.unknown_source, source, before, key=True)
        weight = parameters.name_of(given, WEIGHT, place)
        edges.append(Edge(before.known.get(source, source), weight))
    return tuple(edges)


def _formula(
    found: Faults,
    one: Written,
    known: Mapping[str, str],
    own: Sequence[str],
    later: frozenset[str],
    parameters: Parameters,
) -> Neuron:
    """A neuron that is a formula, in the names of what stands before it and of parameters.

    ``own`` are those of the ``known`` names that a complaint lists, one for each.
    """
    start = int(isinstance(found.source.at(one.path), Quoted))  # after the quotation mark
    if one.name.isdigit():
        found.complain(one.path, wording.unit_formula, one.name, key=True)
    try:
        formula = read_formula(str(one.fan))
    except FormulaError as error:
        found.complain(one.path, str, error, at=start + error.at)
        return Neuron(one.name)
    for name, at in formula.names.items():
        if name not in known and not parameters.use(name):
            names = (*own, *parameters.names)
            found.complain(one.path, wording.unknown_in_formula, name, names, later, at=start + at)
    meant = {name: Symbol(known[name]) for name in formula.names if name in known}
    return Neuron(one.name, formula=substitute(formula.expression, meant))


def with_biases(
    found: Faults,
    given: Mapping[str, BiasesGiven],
    layers: tuple[Layer, ...],
    parameters: Parameters,
) -> tuple[Layer, ...]:
    """The layers with their biases.

    These are numbered b1, b2, … in forward order, whatever the order of ``biases:`` in the file,
    so that a bias of an earlier layer has the lower number as its weights have.
    """
    names = tuple(layer.name for layer in layers)
    for name in given:
        if name not in names:
            found.complain(("biases", name), wording.unknown, "layer", name, names, key=True)
    return tuple(
        layer._replace(neurons=_biased(found, given[layer.name], layer, parameters))
        if layer.name in given
        else layer
        for layer in layers
    )


def _biased(
    found: Faults, given: BiasesGiven, layer: Layer, parameters: Parameters
) -> tuple[Neuron, ...]:
    path: Path = ("biases", layer.name)
    if not layer.neurons:
        return ()
    summed = [neuron.name for neuron in layer.neurons if neuron.formula is None]
    if isinstance(given, Decimal | str | Label):
        if not summed:
            found.complain(path, wording.no_bias, layer.neurons[0].name)
        shared = parameters.name_of(given, BIAS, path)
        called = dict.fromkeys(summed, shared)
    else:
        all_names = tuple(neuron.name for neuron in layer.neurons)
        names = tuple(summed) if isinstance(given, list) else all_names
        own = found.by_name(path, given, names, "bias")
        for neuron in own:
            if neuron not in summed:
                found.complain((*path, neuron), wording.no_bias, neuron, key=True)
        steps = {name: at for at, name in enumerate(summed)} if isinstance(given, list) else {}
        called = {
            name: parameters.name_of(one, BIAS, (*path, steps.get(name, name)))
            for name, one in own.items()
        }
    return tuple(
        neuron._replace(bias=called.get(neuron.name)) if neuron.formula is None else neuron
        for neuron in layer.neurons
    )


def sources_of(neuron: Neuron) -> set[str]:
    """The names of what feeds a neuron (and, of a formula, of its parameters)."""
    if neuron.formula is not None:
        return {symbol.name for symbol in symbols(neuron.formula)}
    return {edge.source for edge in neuron.edges}
