"""The meaning of a configuration's names: its checked shape to an ``Exercise``."""

from backprop_cli.config.files.yaml_source import Source
from backprop_cli.config.meaning import perceptron, wording
from backprop_cli.config.meaning import trained as progress
from backprop_cli.config.meaning.examples import TrainingSet
from backprop_cli.config.meaning.faults import Faults
from backprop_cli.config.meaning.functions import chosen, with_functions
from backprop_cli.config.meaning.layers import (
    read_layers,
    sources_of,
    with_biases,
    written_layers,
)
from backprop_cli.config.meaning.loss import own_loss
from backprop_cli.config.meaning.parameters import Parameters
from backprop_cli.config.shape.configuration import Configuration
from backprop_cli.config.shape.weights import Text
from backprop_cli.derivation.reserved_names import like_a_part, like_a_prediction, own_names
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.optimizers import DECAY, OPTIMIZERS
from backprop_cli.functions.penalties import PENALTIES
from backprop_cli.network.exercise import Example, Exercise, Figure
from backprop_cli.network.neurons import Layer, Settings
from backprop_cli.network.structure import LEARNING_RATE, Network
from backprop_cli.wording import Path


def exercise(source: Source, settings: Configuration) -> Exercise:
    """The exercise that a configuration of the right shape describes.

    ``source`` is what ``settings`` was read from; it tells where a fault stands. Raises
    ConfigError for the first fault in the file.
    """
    return _Reader(source, settings).exercise()


class _Reader:
    """Finds out what a configuration's names refer to."""

    def __init__(self, source: Source, settings: Configuration) -> None:
        self.faults = Faults(source)
        self.settings = settings
        self.training_set = TrainingSet(self.faults, settings)
        self.parameters = Parameters(self.faults, settings.parameters)
        self.numbers: dict[str, Figure] = {}
        self.named: list[tuple[str, str, Path]] = []  # an input or neuron, which, and where

    def exercise(self) -> Exercise:
        """The exercise that the settings describe. Raises ConfigError."""
        settings = self.settings
        network = self.network()
        examples: tuple[Example, ...] = ()
        if network.layers and not network.outputs:
            self.faults.raise_first()  # formulas in a circle; one of them names what comes later
        if network.layers:
            examples = self.training_set.examples(network)
            self.parameter_names("order", settings.order, network)
            self.parameter_names("frozen", settings.frozen, network)
            self.distinct_names(network)
            progress.check(self.faults, settings.trained, network)
            perceptron.check(self.faults, settings, network, examples)
        self.faults.raise_first()
        self.parameters.check_used()  # a misspelt name explains it, and has had its complaint
        self.faults.raise_first()
        if settings.learning_rate is not None:
            self.numbers[LEARNING_RATE] = settings.learning_rate
        names = (*network.inputs, *network.targets)
        first = examples[0]
        self.numbers.update(self.parameters.numbers)
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

    def network(self) -> Network:
        """The network, without what is said of its numbers."""
        settings, found, parameters = self.settings, self.faults, self.parameters
        places = self.training_set.inputs()
        inputs = {name: f"x_{name}" if name.isdigit() else name for name in places}
        self.named += [(inputs[name], "an input", path) for name, path in places.items()]
        written = written_layers(found, settings.weights, self.training_set.output_names)
        for layer, neurons in written.items():
            is_last = layer == [*written][-1]
            for one in neurons:
                origin = self.training_set.origin(one.name, one.path) if is_last else one.path
                self.named.append((one.name, f"a neuron of layer {layer}", origin))
        layers = read_layers(found, written, inputs, parameters)
        layers = with_biases(found, settings.biases, layers, parameters)
        layers = with_functions(found, settings.activation, layers, parameters)
        optimizer, decays = self.optimizer()
        return Network(
            tuple(inputs.values()),
            layers,
            settings.loss_name,
            frozenset(settings.frozen),
            optimizer,
            decays,
            ends=self.training_set.ends(layers, inputs.values()),
            aimed=self.training_set.is_aimed,
            learns=settings.learning_rate is not None,
            loss_settings=self.loss_settings(),
            loss_formula=own_loss(self.faults, settings.loss)
            if isinstance(settings.loss, Text)
            else None,
            reduction=settings.reduction,
            penalty=self.penalty(layers),
            penalizes_biases=settings.penalty is not None and settings.penalty.biases,
        )

    def loss_settings(self) -> Settings:
        """The settings that the loss was given."""
        given = self.settings.loss
        if isinstance(given, str):
            return ()
        return tuple(chosen(self.faults, ("loss",), given, LOSSES[given.name].settings).items())

    def penalty(self, layers: tuple[Layer, ...]) -> str:
        """The name of the penalty; its strength becomes a number."""
        given, found = self.settings.penalty, self.faults
        if given is None:
            return ""
        path: Path = ("penalty",)
        strengths = {name: getattr(given, name) for name in PENALTIES}
        names = [name for name, strength in strengths.items() if strength is not None]
        if not names:
            found.complain(path, wording.no_strength)
            return ""
        if len(names) > 1:
            found.complain((*path, names[1]), wording.one_penalty, names, key=True)
        if not self.training_set.is_aimed:
            found.complain(path, wording.penalty_without_target, key=True)
            return ""
        if layers and not any(neuron.edges for layer in layers for neuron in layer.neurons):
            found.complain(path, wording.nothing_penalized, key=True)
        self.numbers[names[0]] = strengths[names[0]]
        return names[0]

    def optimizer(self) -> tuple[str, bool]:
        """The optimizer's name, and whether it has weight decay; its settings become numbers."""
        given, decay = self.settings.optimizer, self.settings.weight_decay
        name = given if isinstance(given, str) else given.name
        if name == "momentum" and not isinstance(given, str) and given.dampening is not None:
            name = "dampened_momentum"
        row = OPTIMIZERS[name]
        self.numbers.update(row.settings)
        if not isinstance(given, str):
            self.numbers.update(chosen(self.faults, ("optimizer",), given, row.settings))
        decay = row.weight_decay if decay is None else decay
        if not decay:
            return name, False
        self.numbers[DECAY.name] = decay
        return name, True

    def parameter_names(self, key: str, names: list[str], network: Network) -> None:
        known = set(network.parameters)
        met: set[str] = set()
        for index, name in enumerate(names):
            if name not in known:
                self.faults.complain((key, index), wording.unknown_parameter, name, network)
            elif name in met:
                self.faults.complain((key, index), wording.twice, name)
            met.add(name)

    def distinct_names(self, network: Network) -> None:
        """Every quantity has a name of its own, or one would be taken for another."""
        taken = {**dict(self.parameters.numbered()), **dict(own_names(network))}
        self.misplaced_keys(network)
        own = [(name, "a parameter", path) for name, path in self.parameters.own()]
        for name, which, path in (*own, *self.named):
            is_key = path[0] != "data"
            if name in taken:
                self.faults.complain(path, wording.taken, name, path, taken[name], key=is_key)
            elif like_a_prediction(name):
                self.faults.complain(path, wording.like_prediction, name, key=is_key)
            elif part := like_a_part(name, network):
                self.faults.complain(path, wording.like_part, name, *part, key=is_key)
            taken.setdefault(name, which)

    def misplaced_keys(self, network: Network) -> None:
        """Complain of an input that is called like a key that is missing, and feeds nothing."""
        fed = {name for neuron in network.neurons for name in sources_of(neuron)}
        keys = Configuration.model_fields.keys() - self.settings.model_fields_set - fed
        for name, which, path in self.named:
            if which == "an input" and name in keys:
                self.faults.complain(path, wording.of_its_own, name, key=True)
