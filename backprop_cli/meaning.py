"""What a configuration's names refer to: its checked shape to an ``Exercise``."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import Any

from backprop_cli.activations import ACTIVATIONS
from backprop_cli.complaint import Path, counted, did_you_mean, listed, shown
from backprop_cli.losses import LOSSES
from backprop_cli.network import (
    LEARNING_RATE,
    LOSS,
    Edge,
    Exercise,
    Layer,
    Network,
    Neuron,
    Settings,
)
from backprop_cli.schema import ACTIVATION_NAMES, Configuration
from backprop_cli.softmax import SOFTMAX
from backprop_cli.yaml_source import Source


def exercise(source: Source, settings: Configuration) -> Exercise:
    """The exercise that a configuration of the right shape describes.

    ``source`` is what ``settings`` was read from; it tells where a fault stands. Raises
    ConfigError for the first fault in the file.
    """
    return _Reader(source, settings).exercise()


Describe = Callable[..., str]
Fan = Mapping[str, Decimal] | list[Decimal]


@dataclass(frozen=True)
class _Sources:
    """What may feed a layer: the inputs, or the neurons of the layer before it."""

    names: tuple[str, ...]
    layer: str | None = None

    @cached_property
    def known(self) -> frozenset[str]:
        return frozenset(self.names)

    def __str__(self) -> str:
        if self.layer is None:
            return _those("the inputs are", "the only input is", self.names)
        return _those("its neurons are", "its only neuron is", self.names)


class _Reader:
    """Finds out what a configuration's names refer to, and keeps the first fault it meets.

    A fault's message is made only if it is the one reported, so that a file full of faults is
    read as fast as any other.
    """

    def __init__(self, source: Source, settings: Configuration) -> None:
        self.source = source
        self.settings = settings
        self.numbers: dict[str, Decimal] = {}
        self.weight_count = 0
        self.named: list[tuple[str, str, Path]] = []  # an input or neuron, which, and where
        self.fault: tuple[tuple[int, int], bool, Path, Describe, tuple[Any, ...]] | None = None

    def complain(self, path: Path, describe: Describe, *about: Any, key: bool = False) -> None:
        mark = self.source.mark(path, key=key)
        if self.fault is None or mark < self.fault[0]:
            self.fault = (mark, key, path, describe, about)

    def exercise(self) -> Exercise:
        """The exercise that the settings describe. Raises ConfigError."""
        settings = self.settings
        inputs = self.inputs()
        layers = self.biased(self.layers(inputs))
        network = Network(inputs, layers, settings.loss, frozenset(settings.frozen))
        if layers:
            self.targets(network)
            self.target_sum(network)
            self.numbers[LEARNING_RATE] = settings.learning_rate
            self.parameter_names("order", settings.order, network, once=True)
            self.parameter_names("frozen", settings.frozen, network)
            self.distinct_names(network)
        if self.fault:
            _, key, path, describe, about = self.fault
            raise self.source.error(describe(*about), path, key=key)
        return Exercise(network, self.numbers, settings.rounding, tuple(settings.order))

    def inputs(self) -> tuple[str, ...]:
        """The inputs' names; x1, x2, … if they were given as a list."""
        given = self.settings.inputs
        if not given:
            self.complain(("inputs",), _nothing, "inputs", "input")
        steps: Iterable[str | int] = range(len(given))
        if isinstance(given, list):
            given = {f"x{i}": number for i, number in enumerate(given, 1)}
        else:
            steps = given
        self.named += [
            (name, "an input", ("inputs", step)) for name, step in zip(given, steps, strict=True)
        ]
        self.numbers.update(given)
        return tuple(given)

    def layers(self, inputs: tuple[str, ...]) -> tuple[Layer, ...]:
        """The layers in forward order, without their biases."""
        weights = self.settings.weights
        if not weights:
            self.complain(("weights",), _nothing, "layers", "layer")
        before = _Sources(inputs)
        hidden = 0  # hidden neurons so far
        layers: list[Layer] = []
        for name, given in weights.items():
            path: Path = ("weights", name)
            if not given:
                self.complain(path, _nothing, "neurons in this layer", "neuron")
            fans: dict[str, tuple[Fan, Path]]
            if isinstance(given, list):
                names = _row_names(len(given), hidden, is_last=len(layers) + 1 == len(weights))
                rows = zip(names, given, strict=True)
                fans = {n: (fan, (*path, row)) for row, (n, fan) in enumerate(rows)}
            else:
                fans = {n: (fan, (*path, n)) for n, fan in given.items()}
            neurons = tuple(Neuron(n, self.edges(n, *fan, before)) for n, fan in fans.items())
            layers.append(Layer(name, neurons, *self.activation(name)))
            which = f"a neuron of layer {name}"
            self.named += [(neuron, which, at) for neuron, (_, at) in fans.items()]
            before = _Sources(tuple(fans), name)
            hidden += len(fans)
        if isinstance(self.settings.activation, dict):
            self.layer_names("activation", self.settings.activation)
        return tuple(layers)

    def edges(self, neuron: str, fan: Fan, path: Path, before: _Sources) -> tuple[Edge, ...]:
        """A neuron's edges, its weights numbered on in reading order."""
        if not fan:
            self.complain(path, _no_edges, neuron, before)
        elif isinstance(fan, list) and len(fan) != len(before.names):
            self.complain(path, _wrong_count, neuron, "weight", len(fan), before.names)
        if isinstance(fan, list):
            fan = dict(zip(before.names, fan, strict=False))
        edges = []
        for source, number in fan.items():
            if source not in before.known:
                self.complain((*path, source), _unknown_source, source, before, key=True)
            self.weight_count += 1
            weight = f"w{self.weight_count}"
            self.numbers[weight] = number
            edges.append(Edge(source, weight))
        return tuple(edges)

    def activation(self, layer: str) -> tuple[str, Settings]:
        """The name and the settings of a layer's activation function."""
        given = self.settings.activation
        path: Path = ("activation",)
        if isinstance(given, dict):
            given, path = given.get(layer, ACTIVATION_NAMES[0]), ("activation", layer)
        if isinstance(given, str):
            return given, ()
        known = ACTIVATIONS[given.name].settings if given.name in ACTIVATIONS else {}
        chosen = given.model_dump(exclude={"name"}, exclude_none=True)
        for setting in chosen:
            if setting not in known:
                self.complain((*path, setting), _no_setting, given.name, known, key=True)
        return given.name, tuple(chosen.items())

    def layer_names(self, key: str, by_layer: Mapping[str, object]) -> None:
        layers = tuple(self.settings.weights)
        for name in by_layer:
            if name not in self.settings.weights:
                self.complain((key, name), _unknown, "layer", name, layers, key=True)

    def biased(self, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        """The layers with their biases.

        These are numbered b1, b2, … in forward order, whatever the order of ``biases:`` in the
        file, so that a bias of an earlier layer has the lower number as its weights have.
        """
        given = self.settings.biases
        self.layer_names("biases", given)
        names = (f"b{number}" for number in count(1))
        biased = []
        for layer in layers:
            bias = given.get(layer.name)
            path: Path = ("biases", layer.name)
            if isinstance(bias, Decimal):
                shared = next(names)
                self.numbers[shared] = bias
                neurons = tuple(neuron._replace(bias=shared) for neuron in layer.neurons)
            elif bias is not None:
                own = self.by_neuron(path, bias, layer.neurons, "bias")
                called = {neuron: next(names) for neuron in own}
                self.numbers.update((called[neuron], number) for neuron, number in own.items())
                neurons = tuple(n._replace(bias=called.get(n.name)) for n in layer.neurons)
            else:
                neurons = layer.neurons
            biased.append(layer._replace(neurons=neurons))
        return tuple(biased)

    def by_neuron(
        self,
        path: Path,
        given: Mapping[str, Decimal] | list[Decimal],
        neurons: tuple[Neuron, ...],
        what: str,
    ) -> dict[str, Decimal]:
        """Numbers given as a list or by name, as a mapping in the neurons' order."""
        names = tuple(neuron.name for neuron in neurons)
        if isinstance(given, list):
            if len(given) != len(names):
                self.complain(path, _wrong_count, "this list", what, len(given), names)
            return dict(zip(names, given, strict=False))
        known = set(names)
        for name in given:
            if name not in known:
                self.complain((*path, name), _unknown, "neuron", name, names, key=True)
        return {name: given[name] for name in names if name in given}

    def targets(self, network: Network) -> None:
        given = self.settings.target
        outputs = tuple(neuron.name for neuron in network.outputs)
        if isinstance(given, Decimal):
            if len(outputs) > 1:
                self.complain(("target",), _one_target, outputs)
            given = [given] * len(outputs)
        by_output = self.by_neuron(("target",), given, network.outputs, "target")
        all_known = len(by_output) == len(given)
        for neuron in network.outputs:
            if neuron.name in by_output:
                self.numbers[network.target(neuron)] = by_output[neuron.name]
                self.target_range(neuron.name, by_output[neuron.name])
            elif isinstance(given, dict) and all_known:
                # A misspelt name explains a missing one, and has had its complaint.
                self.complain(("target",), _no_target, neuron.name)

    def target_range(self, output: str, target: Decimal) -> None:
        """A target must be one that the loss can take."""
        loss, given = LOSSES[self.settings.loss], self.settings.target
        if loss.targets is None or loss.targets[0] <= target <= loss.targets[1]:
            return
        path: Path = ("target",)
        if isinstance(given, dict):
            path = ("target", output)
        elif isinstance(given, list):
            path = ("target", given.index(target))
        self.complain(path, _out_of_range, loss.name, *loss.targets)

    def target_sum(self, network: Network) -> None:
        """The targets of a loss that compares distributions must be one."""
        targets = [self.numbers.get(network.target(output)) for output in network.outputs]
        if not LOSSES[self.settings.loss].distribution or None in targets:
            return
        total = sum(float(target) for target in targets if target is not None)
        if abs(total - 1) > 1e-6:
            self.complain(("target",), _no_distribution, self.settings.loss, total)

    def parameter_names(
        self, key: str, names: list[str], network: Network, *, once: bool = False
    ) -> None:
        known = set(network.parameters)
        met: set[str] = set()
        for index, name in enumerate(names):
            if name not in known:
                self.complain((key, index), _unknown_parameter, name, network)
            elif once and name in met:
                self.complain((key, index), _twice, name)
            met.add(name)

    def distinct_names(self, network: Network) -> None:
        """Every quantity has a name of its own, or one would be taken for another."""
        taken = dict(_own_names(network))
        for name, which, path in self.named:
            if name in taken:
                self.complain(path, _taken, name, path, taken[name], key=True)
            taken.setdefault(name, which)


def _row_names(rows: int, hidden: int, *, is_last: bool) -> list[str]:
    """What a matrix's neurons are called: h1, h2, … (numbered on), out, or o1, o2, … ."""
    if not is_last:
        return [f"h{hidden + row}" for row in range(1, rows + 1)]
    return ["out"] if rows == 1 else [f"o{row}" for row in range(1, rows + 1)]


def _own_names(network: Network) -> Iterator[tuple[str, str]]:
    """The names that the calculation itself gives, and to what."""
    yield LEARNING_RATE, "the learning rate"
    yield LOSS, "the loss"
    for name in ("y_hat", "y_true"):
        yield name, "a quantity of the output layer"
    for parameter in network.parameters:
        yield parameter, "a weight" if parameter.startswith("w") else "a bias"
        yield f"{parameter}_new", f"the new value of {parameter}"
        yield f"step_{parameter}", f"the update step of {parameter}"
    for neuron in network.neurons:
        yield neuron.weighted_sum, f"the weighted sum of {neuron.name}"
        yield neuron.activation, f"the activation of {neuron.name}"
    for layer in network.layers:
        if layer.activation == SOFTMAX:
            yield f"max_{layer.name}", f"the largest weighted sum of layer {layer.name}"
            yield f"sum_{layer.name}", f"the softmax's sum in layer {layer.name}"
            for neuron in layer.neurons:
                yield f"e_{neuron.name}", f"the softmax's exp of {neuron.name}"
    for output in network.outputs:
        yield f"{LOSS}_{output.name}", f"the loss of {output.name}"
        yield f"y_hat_{output.name}", f"the prediction of {output.name}"
        yield f"y_true_{output.name}", f"the target of {output.name}"


# --- what is wrong, and the mend -------------------------------------------------------------


def _those(several: str, one: str, names: Sequence[str]) -> str:
    return f"{one if len(names) == 1 else several} {listed(names)}" if names else "there are none"


def _hinted(message: str, name: str, names: Sequence[str], those: str) -> str:
    hint = did_you_mean(name, names)
    return f"{message}; {hint} {those[:1].upper()}{those[1:]}" if hint else f"{message}; {those}"


def _nothing(what: str, one: str) -> str:
    return f"there are no {what}; give at least one {one}"


def _no_edges(neuron: str, before: _Sources) -> str:
    return (
        f"{neuron} has no weights; give it at least one, by what feeds it: {listed(before.names)}"
    )


def _wrong_count(owner: str, what: str, has: int, names: tuple[str, ...]) -> str:
    each = "for" if len(names) == 1 else "one for each of"
    return f"{owner} has {counted(has, what)} and needs {len(names)}, {each} {listed(names)}"


def _unknown_source(name: str, before: _Sources) -> str:
    if before.layer is None:
        message = f"there is no input called {name}"
    else:
        message = f"there is no neuron called {name} in layer {before.layer}"
    return _hinted(message, name, before.names, str(before))


def _unknown(what: str, name: str, names: tuple[str, ...]) -> str:
    those = _those(f"the {what}s are", f"the only {what} is", names)
    return _hinted(f"there is no {what} called {shown(name)}", name, names, those)


def _unknown_parameter(name: str, network: Network) -> str:
    spans = " and ".join(_span(names) for names in (network.weights, network.biases) if names)
    message = f"there is no parameter called {shown(name)}"
    return _hinted(message, name, network.parameters, f"the parameters are {spans}")


def _span(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _one_target(outputs: tuple[str, ...]) -> str:
    return f"this is one number for {len(outputs)} outputs; write a list of {len(outputs)} numbers"


def _out_of_range(loss: str, least: Decimal, greatest: Decimal) -> str:
    return f"{loss} takes targets from {least} to {greatest}"


def _no_distribution(loss: str, total: float) -> str:
    return f"the targets of {loss} are probabilities and add up to 1, not to {total:g}"


def _no_setting(activation: str, known: Mapping[str, Decimal]) -> str:
    has = f"it has {listed(known)}" if known else "it has none"
    return f"{activation} has no such setting; {has}"


def _no_target(output: str) -> str:
    return f"there is no target for {output}; add a line `{output}: …`"


def _twice(parameter: str) -> str:
    return f"{parameter} is named twice; keep it once"


def _taken(name: str, path: Path, which: str) -> str:
    if isinstance(path[-1], int):
        return f"this is called {name}, which is already {which}; write out names of your own"
    return f"{name} is already {which}; choose another name"
