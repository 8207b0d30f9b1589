"""What a configuration's names refer to: its checked shape to an ``Exercise``."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import count

from backprop_cli.config.files.yaml_source import Source
from backprop_cli.config.meaning import examples as training_set
from backprop_cli.config.meaning import faults
from backprop_cli.config.meaning import trained as progress
from backprop_cli.config.meaning.faults import Faults, Sources
from backprop_cli.config.shape.configuration import Configuration
from backprop_cli.config.shape.fields import ACTIVATION_NAMES
from backprop_cli.config.shape.sections import ActivationSettings, OptimizerSettings
from backprop_cli.derivation.reserved_names import like_a_part, like_a_prediction, own_names
from backprop_cli.functions.activations import ACTIVATIONS, SLOPE
from backprop_cli.functions.optimizers import DECAY, OPTIMIZERS
from backprop_cli.network.exercise import Example, Exercise, Figure
from backprop_cli.network.structure import LEARNING_RATE, Edge, Layer, Network, Neuron, Settings
from backprop_cli.wording import Path

Fan = Mapping[str, Decimal] | list[Decimal]
OneSetting = ActivationSettings | OptimizerSettings


def exercise(source: Source, settings: Configuration) -> Exercise:
    """The exercise that a configuration of the right shape describes.

    ``source`` is what ``settings`` was read from; it tells where a fault stands. Raises
    ConfigError for the first fault in the file.
    """
    return _Reader(source, settings).exercise()


class _Reader(Faults):
    """Finds out what a configuration's names refer to, and keeps the first fault it meets."""

    def __init__(self, source: Source, settings: Configuration) -> None:
        super().__init__(source)
        self.settings = settings
        self.training_set = training_set.TrainingSet(self, settings)
        self.numbers: dict[str, Figure] = {}
        self.weight_count = 0
        self.named: list[tuple[str, str, Path]] = []  # an input or neuron, which, and where

    def exercise(self) -> Exercise:
        """The exercise that the settings describe. Raises ConfigError."""
        settings = self.settings
        inputs = self.inputs()
        layers = self.sloped(self.biased(self.layers(inputs)))
        optimizer, decays = self.optimizer()
        frozen = frozenset(settings.frozen)
        network = Network(inputs, layers, settings.loss, frozen, optimizer, decays)
        examples: tuple[Example, ...] = ()
        if layers:
            examples = self.training_set.examples(network)
            self.numbers[LEARNING_RATE] = settings.learning_rate
            self.parameter_names("order", settings.order, network)
            self.parameter_names("frozen", settings.frozen, network)
            self.distinct_names(network)
            progress.check(self, settings.trained, network)
        self.raise_first()
        names = (*network.inputs, *network.targets)
        first = examples[0]
        self.numbers.update(zip(names, (*first.inputs, *first.targets), strict=True))
        self.numbers.update(progress.state(settings.trained, network))
        return Exercise(
            network,
            self.numbers,
            settings.rounding,
            tuple(settings.order),
            examples if len(examples) > 1 else (),
            self.training_set.batches(len(examples)),
            self.training_set.data(network),
            progress.trained(settings.trained),
        )

    def inputs(self) -> tuple[str, ...]:
        """The inputs' names."""
        named = self.training_set.inputs()
        self.named += [(name, "an input", path) for name, path in named.items()]
        return tuple(named)

    def layers(self, inputs: tuple[str, ...]) -> tuple[Layer, ...]:
        """The layers in forward order, without their biases."""
        weights = self.settings.weights
        if not weights:
            self.complain(("weights",), faults.nothing, "layers", "layer")
        before = Sources(inputs)
        hidden = 0  # hidden neurons so far
        layers: list[Layer] = []
        for name, given in weights.items():
            path: Path = ("weights", name)
            if not given:
                self.complain(path, faults.nothing, "neurons in this layer", "neuron")
            fans: dict[str, tuple[Fan, Path]]
            if isinstance(given, list):
                names = self.row_names(len(given), hidden, is_last=len(layers) + 1 == len(weights))
                rows = zip(names, given, strict=True)
                fans = {n: (fan, (*path, row)) for row, (n, fan) in enumerate(rows)}
            else:
                fans = {n: (fan, (*path, n)) for n, fan in given.items()}
            neurons = tuple(Neuron(n, self.edges(n, *fan, before)) for n, fan in fans.items())
            layers.append(Layer(name, neurons, *self.activation(name)))
            is_last = len(layers) == len(weights)
            for neuron, (_, at) in fans.items():
                origin = self.training_set.origin(neuron, at) if is_last else at
                self.named.append((neuron, f"a neuron of layer {name}", origin))
            before = Sources(tuple(fans), name)
            hidden += len(fans)
        if isinstance(self.settings.activation, dict):
            self.layer_names("activation", self.settings.activation)
        return tuple(layers)

    def row_names(self, rows: int, hidden: int, *, is_last: bool) -> list[str]:
        """What a matrix's neurons are called.

        Hidden ones are h1, h2, … (numbered on from layer to layer); outputs go by the classes of
        the targets, if they have any, or are called out, or o1, o2, … .
        """
        if not is_last:
            return [f"h{hidden + row}" for row in range(1, rows + 1)]
        numbered = ["out"] if rows == 1 else [f"o{row}" for row in range(1, rows + 1)]
        return [*self.training_set.output_names(rows)] or numbered

    def edges(self, neuron: str, fan: Fan, path: Path, before: Sources) -> tuple[Edge, ...]:
        """A neuron's edges, its weights numbered on in reading order."""
        if not fan:
            self.complain(path, faults.no_edges, neuron, before)
        elif isinstance(fan, list) and len(fan) != len(before.names):
            self.complain(path, faults.wrong_count, neuron, "weight", len(fan), before.names)
        if isinstance(fan, list):
            fan = dict(zip(before.names, fan, strict=False))
        edges = []
        for source, number in fan.items():
            if source not in before.known:
                self.complain((*path, source), faults.unknown_source, source, before, key=True)
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
        return given.name, tuple(self.chosen(path, given, known).items())

    def chosen(
        self, path: Path, given: OneSetting, known: Mapping[str, Decimal]
    ) -> Mapping[str, Decimal]:
        """The settings that were written of a function or optimizer, which has those ``known``."""
        chosen: dict[str, Decimal] = given.model_dump(exclude={"name"}, exclude_none=True)
        for setting in chosen:
            if setting not in known:
                self.complain((*path, setting), faults.no_setting, given.name, known, key=True)
        return chosen

    def optimizer(self) -> tuple[str, bool]:
        """The optimizer's name, and whether it has weight decay; its settings become numbers."""
        given, decay = self.settings.optimizer, self.settings.weight_decay
        name = given if isinstance(given, str) else given.name
        row = OPTIMIZERS[name]
        self.numbers.update(row.settings)
        if not isinstance(given, str):
            self.numbers.update(self.chosen(("optimizer",), given, row.settings))
        decay = row.weight_decay if decay is None else decay
        if not decay:
            return name, False
        self.numbers[DECAY.name] = decay
        return name, True

    def sloped(self, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        """The layers with the slopes that are trained, numbered s1, s2, … in forward order."""
        names = (f"s{number}" for number in count(1))
        found = []
        for layer in layers:
            row = ACTIVATIONS.get(layer.activation)
            if row is not None and row.by_slope is not None:
                slope = next(names)
                self.numbers[slope] = {**row.settings, **dict(layer.settings)}[SLOPE.name]
                layer = layer._replace(slope=slope, settings=())
            found.append(layer)
        return tuple(found)

    def layer_names(self, key: str, by_layer: Mapping[str, object]) -> None:
        layers = tuple(self.settings.weights)
        for name in by_layer:
            if name not in self.settings.weights:
                self.complain((key, name), faults.unknown, "layer", name, layers, key=True)

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
                own = self.by_name(path, bias, tuple(n.name for n in layer.neurons), "bias")
                called = {neuron: next(names) for neuron in own}
                self.numbers.update((called[neuron], number) for neuron, number in own.items())
                neurons = tuple(n._replace(bias=called.get(n.name)) for n in layer.neurons)
            else:
                neurons = layer.neurons
            biased.append(layer._replace(neurons=neurons))
        return tuple(biased)

    def parameter_names(self, key: str, names: list[str], network: Network) -> None:
        known = set(network.parameters)
        met: set[str] = set()
        for index, name in enumerate(names):
            if name not in known:
                self.complain((key, index), faults.unknown_parameter, name, network)
            elif name in met:
                self.complain((key, index), faults.twice, name)
            met.add(name)

    def distinct_names(self, network: Network) -> None:
        """Every quantity has a name of its own, or one would be taken for another."""
        taken = dict(own_names(network))
        neurons = {neuron.name for neuron in network.neurons}
        for name, which, path in self.named:
            is_key = path[0] != "data"
            if name in taken:
                self.complain(path, faults.taken, name, path, taken[name], key=is_key)
            elif like_a_prediction(name):
                self.complain(path, faults.like_prediction, name, key=is_key)
            elif part := like_a_part(name, neurons):
                self.complain(path, faults.like_part, name, *part, key=is_key)
            taken.setdefault(name, which)
