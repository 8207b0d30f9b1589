"""A network's weights, biases and activation functions, written as a configuration."""

from collections import Counter
from collections.abc import Iterator, Mapping

from backprop_cli.algebra.expression import Expression, Symbol, substitute, symbols
from backprop_cli.algebra.paper import MINUS, written
from backprop_cli.config.writing import yaml_text
from backprop_cli.functions.activation import SLOPE as SLOPE_SETTING
from backprop_cli.network.neurons import Function, Layer, Neuron
from backprop_cli.network.parameters import BIAS, SLOPE, WEIGHT, Kind
from backprop_cli.network.structure import Network

Texts = Mapping[str, str]


def parameter_lines(network: Network, texts: Texts) -> Iterator[str]:
    """The weights and biases, and the parameters that have names of their own.

    ``texts`` are the numbers by name.
    """
    there = _written_there(network, texts)
    named = [name for name in network.parameters if there[name] != texts[name]]
    if named:
        yield "parameters:"
        yield from (f"  {yaml_text.name(name)}: {texts[name]}" for name in named)
    yield "weights:  # layer by layer, in forward order; each neuron lists what feeds it"
    for layer in network.layers:
        yield f"  {yaml_text.name(layer.name)}:"
        yield from (_neuron(neuron, there) for neuron in layer.neurons)
    if any(neuron.bias for neuron in network.neurons):  # one may be a weight elsewhere
        yield "biases:"
        yield from (_biases(layer, there) for layer in network.layers if _shared_biases(layer))


def _written_there(network: Network, texts: Texts) -> Texts:
    """The text in a parameter's place: its number, or the name of one that has its own."""
    numbered = {*_numbered(network)}
    return {name: texts[name] if name in numbered else yaml_text.name(name) for name in texts}


def _numbered(network: Network) -> Iterator[str]:
    """The parameters that have just the names that they get when they are read as numbers."""
    uses = Counter(_uses(network))
    count = Counter[Kind]()

    def is_next(name: str, kind: Kind, times: int) -> bool:
        fits = name == f"{kind.letter}{count[kind] + 1}" and uses[name] == times
        count[kind] += fits
        return fits

    for neuron in network.neurons:
        for edge in neuron.edges:
            if is_next(edge.weight, WEIGHT, 1):
                yield edge.weight
    for layer in network.layers:
        for name, neurons in _shared_biases(layer).items():
            alone = len(neurons) == 1 or len(neurons) == len(_summed(layer))
            if alone and is_next(name, BIAS, len(neurons)):
                yield name
    for name in _slopes(network):
        if is_next(name, SLOPE, 1):
            yield name


def _slopes(network: Network) -> Iterator[str]:
    """The trained slopes in the order in which they are read, each as often as it is written."""
    for layer in network.layers:
        own = [neuron.function for neuron in layer.neurons if neuron.function is not None]
        functions = own or [layer.function]
        yield from (function.slope for function in functions if function.slope is not None)


def _uses(network: Network) -> Iterator[str]:
    for neuron in network.neurons:
        yield from (edge.weight for edge in neuron.edges)
        if neuron.bias is not None:
            yield neuron.bias
        if neuron.formula is not None:
            yield from {symbol.name for symbol in symbols(neuron.formula)}
    yield from _slopes(network)


def _summed(layer: Layer) -> list[Neuron]:
    return [neuron for neuron in layer.neurons if neuron.formula is None]


def _shared_biases(layer: Layer) -> Mapping[str, list[str]]:
    """The biases of a layer, each with the neurons that have it."""
    found: dict[str, list[str]] = {}
    for neuron in layer.neurons:
        if neuron.bias is not None:
            found.setdefault(neuron.bias, []).append(neuron.name)
    return found


def formula_text(formula: Expression) -> str:
    """A formula as text of a file."""
    return f'"{written(formula).replace(MINUS, "-")}"'


def _neuron(neuron: Neuron, there: Texts) -> str:
    if neuron.formula is not None:
        units = {one.name for one in symbols(neuron.formula) if one.name.isdigit()}
        named = {unit: Symbol(Neuron(unit).activation) for unit in units}  # no number is a name
        formula = formula_text(substitute(neuron.formula, named))
        return f"    {yaml_text.name(neuron.name)}: {formula}"
    fan = {edge.source: there[edge.weight] for edge in neuron.edges}
    numbered = [edge.weight for edge in neuron.edges if there[edge.weight] != edge.weight]
    return yaml_text.neuron(neuron.name, fan, numbered)


def _biases(layer: Layer, there: Texts) -> str:
    biases = _shared_biases(layer)
    own = {neuron: name for name, neurons in biases.items() for neuron in neurons}
    in_order = {n.name: there[own[n.name]] for n in layer.neurons if n.name in own}
    shared = len(biases) == 1 and len(own) == len(_summed(layer))
    text = next(iter(in_order.values())) if shared else yaml_text.flow(in_order)
    names = list(dict.fromkeys(own[name] for name in in_order if there[own[name]] != own[name]))
    line = f"  {yaml_text.name(layer.name)}: {text}"
    return yaml_text.remarked(line, names)


def function_line(network: Network, texts: Texts) -> Iterator[str]:
    """The activation of all layers, or of each where they differ, or of single neurons."""
    layers = [layer for layer in network.layers if _summed(layer)]
    texts = _written_there(network, texts)
    by_layer = {layer.name: _functions(layer, texts) for layer in layers}
    every = set(by_layer.values())
    if len(every) == 1 and not any(one.function for one in network.neurons):
        yield f"activation: {every.pop()}"
    elif by_layer:
        yield f"activation: {yaml_text.flow(by_layer)}"


def _functions(layer: Layer, texts: Texts) -> str:
    own = {one.name: one.function for one in layer.neurons if one.function is not None}
    if not own:
        return _function(layer.function, texts)
    by_neuron = {name: _function(function, texts) for name, function in own.items()}
    if by_neuron.get("name", "{")[0] != "{":
        # With a mapping below it, `name` is told from the name of a function with its settings.
        by_neuron["name"] = yaml_text.flow({"name": by_neuron["name"]})
    return yaml_text.flow(by_neuron)


def _function(function: Function, texts: Texts) -> str:
    settings = {name: yaml_text.number(number) for name, number in function.settings}
    if function.slope is not None:
        settings[SLOPE_SETTING.name] = texts[function.slope]
    return with_settings(function.name, settings)


def with_settings(name: str, settings: Texts) -> str:
    """A name alone, or with its settings in a mapping."""
    return yaml_text.flow({"name": name, **settings}) if settings else name
