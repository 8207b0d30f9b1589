"""The examples of a configuration: one, a list of them, or the rows of a data file."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from backprop_cli.config.meaning import data_wording, wording
from backprop_cli.config.meaning.data_rows import DataRows
from backprop_cli.config.meaning.faults import Faults
from backprop_cli.config.meaning.layers import sources_of
from backprop_cli.config.shape.configuration import Configuration
from backprop_cli.config.shape.faults import missing
from backprop_cli.functions.losses import row_called
from backprop_cli.network.exercise import Batches, DataFile, Example, Figure
from backprop_cli.network.neurons import Layer
from backprop_cli.network.structure import Network
from backprop_cli.wording import Path

ONE_INPUT, ONE_TARGET = "inputs", "target"
# How updates go over several examples.
OVER_EXAMPLES = ("batch_size", "shuffle", "seed", "reduction")


class _Written(NamedTuple):
    """An example as it stands in the configuration, and where."""

    inputs: Mapping[str, Decimal] | list[Decimal]
    target: Mapping[str, Decimal] | list[Decimal] | Decimal | None
    path: Path


class TrainingSet:
    """Finds the examples; what is wrong with them it notes in ``faults``."""

    def __init__(self, found: Faults, settings: Configuration) -> None:
        self._faults = found
        self._settings = settings
        data = settings.data
        self._rows = None if data is None else DataRows(found, data, row_called(settings.loss_name))

    def inputs(self) -> Mapping[str, Path]:
        """The inputs' names, each with the place that it comes from; x1, x2, … for a list.

        Raises ConfigError where no example is given, or a data file cannot be read.
        """
        self._one_way()
        if self._rows is not None:
            return self._rows.inputs()
        path, given = self._written[0].path, self._written[0].inputs
        if not given:
            first = next(iter(self._settings.parameters), "")
            self._faults.complain((*path, ONE_INPUT), wording.no_inputs, first)
        names = self._input_names
        steps: Sequence[str | int] = range(len(names)) if isinstance(given, list) else names
        return {n: (*path, ONE_INPUT, step) for n, step in zip(names, steps, strict=True)}

    @property
    def _input_names(self) -> tuple[str, ...]:
        given = self._written[0].inputs
        if isinstance(given, list):
            return tuple(f"x{at}" for at, _ in enumerate(given, 1))
        return tuple(given)

    def ends(self, layers: Sequence[Layer], inputs: Collection[str]) -> tuple[str, ...]:
        """The neurons whose outputs have targets, by name.

        None of them where these are just those of the last layer.
        """
        neurons = [neuron.name for layer in layers for neuron in layer.neurons]
        feeding = {name for layer in layers for one in layer.neurons for name in sources_of(one)}
        feeding -= {*inputs}  # a neuron called like one has a complaint of its own
        of_last = [neuron.name for layer in layers[-1:] for neuron in layer.neurons]
        # Within a layer, what feeds another neuron of it is on the way to an output.
        last = tuple(name for name in of_last if name not in feeding)
        if not self.is_aimed and layers:
            return self._derived(neurons, last, of_last)
        target = None if self._rows is not None else self._written[0].target
        named = tuple(name for name in neurons if isinstance(target, dict) and name in target)
        if set(named) <= {*last}:
            return () if [*last] == of_last else last
        return named

    @property
    def is_aimed(self) -> bool:
        """True if there are targets; without any, an output itself is derived."""
        data = self._settings.data
        if data is not None:
            return data.target is not None
        return any(one.target is not None for one in self._written)

    def _derived(
        self, neurons: Sequence[str], last: Sequence[str], of_last: Sequence[str]
    ) -> tuple[str, ...]:
        """The output that is derived, by name: the one that is named, or the only one."""
        of = self._settings.of
        if of is None and len(last) > 1:
            self._faults.complain(("weights",), wording.of_which, tuple(last), key=True)
        if of is not None and of not in neurons:
            self._faults.complain(("of",), wording.no_neuron, of, neurons)
            return ()
        found = tuple(last) if of is None else (of,)
        return () if [*found] == [*of_last] else found

    def examples(self, network: Network) -> tuple[Example, ...]:
        """Every example, in order."""
        if self._rows is not None:
            return self._rows.examples(network)
        return tuple(self._example(written, network) for written in self._written)

    def batches(self, count: int) -> Batches:
        """The order of an epoch through so many examples."""
        settings, size = self._settings, self._settings.batch_size
        return Batches(count if size is None else size, settings.shuffle, settings.seed)

    def data(self, network: Network) -> DataFile | None:
        """The source of the examples, if that is a data file."""
        return None if self._rows is None else self._rows.file(network)

    def output_names(self, outputs: int) -> Sequence[str]:
        """The names of so many outputs after the classes of a data file, if it has as many."""
        names = () if self._rows is None else tuple(self._rows.classes(outputs))
        return names if len(names) == outputs else ()

    def origin(self, output: str, path: Path) -> Path:
        """The origin of an output's name at ``path``: it may be a class of a data file."""
        named = self._rows is not None and output in self._rows.named_classes
        return ("data", ONE_TARGET) if named else path

    def _one_way(self) -> None:
        """Complain unless the examples are given in one of the three ways."""
        settings = self._settings
        alone = [key for key in (ONE_INPUT, ONE_TARGET) if getattr(settings, key) is not None]
        several = [key for key in ("examples", "data") if getattr(settings, key) is not None]
        for key in (*alone, *several)[: -1 if several else 0]:
            self._faults.complain((key,), data_wording.not_beside, several[-1], key=True)
        self._faults.raise_first()
        if not several and ONE_INPUT not in alone:
            if settings.parameters and not settings.model_fields_set & {ONE_TARGET}:
                first = next(iter(settings.parameters))
                raise self._faults.source.error(wording.no_inputs(first), ("parameters",), key=True)
            raise missing(self._faults.source, (ONE_INPUT,))
        if settings.examples == []:
            raise self._faults.source.error(wording.nothing("examples", "example"), ("examples",))
        self._targets_or_none()
        if settings.of is not None and self.is_aimed:
            self._faults.complain(("of",), wording.no_target_beside, key=True)
        for key in OVER_EXAMPLES:
            if key in settings.model_fields_set:
                if not several:
                    self._faults.complain((key,), data_wording.only_several, key, key=True)
                elif not self.is_aimed:
                    self._faults.complain((key,), data_wording.nothing_to_update, key, key=True)

    def _targets_or_none(self) -> None:
        """Complain unless every example has a target, or none has one and none is asked for."""
        # Whoever has written how to learn has forgotten what to learn.
        wanted = self._settings.learning_rate is not None or self.is_aimed
        if self._settings.data is not None:
            paths: list[Path] = [] if self.is_aimed else [("data",)]
        else:
            paths = [one.path for one in self._written if one.target is None]
        if wanted and paths:
            raise missing(self._faults.source, (*paths[0], ONE_TARGET))

    # --- one by one ----------------------------------------------------------------------------

    @cached_property
    def _written(self) -> list[_Written]:
        settings = self._settings
        if settings.examples is None:
            assert settings.inputs is not None
            return [_Written(settings.inputs, settings.target, ())]
        return [
            _Written(one.inputs, one.target, ("examples", at))
            for at, one in enumerate(settings.examples)
        ]

    def _example(self, written: _Written, network: Network) -> Example:
        path = (*written.path, ONE_INPUT)
        names = self._input_names
        by_name = self._faults.by_name(path, written.inputs, names, "value", "input")
        if len(by_name) == len(written.inputs):
            for name in names:
                if name not in by_name:
                    self._faults.complain(path, data_wording.no_input, name)
        return Example(tuple(by_name.values()), self._targets(written, network))

    def _targets(self, written: _Written, network: Network) -> tuple[Decimal, ...]:
        given, path = written.target, (*written.path, ONE_TARGET)
        if given is None:
            return ()
        outputs = tuple(neuron.name for neuron in network.outputs)
        if isinstance(given, Decimal):
            if len(outputs) > 1:
                self._faults.complain(path, wording.one_target, outputs)
            given = [given] * len(outputs)
        by_output = self._faults.by_name(path, given, outputs, "target")
        if isinstance(given, dict) and len(by_output) == len(given):
            # A misspelt name explains a missing one, and has had its complaint.
            for name in outputs:
                if name not in by_output:
                    self._faults.complain(path, wording.no_target, name)
        for at, (name, target) in enumerate(by_output.items()):
            place: str | int = name if isinstance(given, dict) else at
            scalar = isinstance(written.target, Decimal)
            self._in_range(target, path if scalar else (*path, place))
        targets = tuple(by_output.values())
        if len(targets) == len(outputs):
            self._distribution(targets, path)
        return targets

    def _in_range(self, target: Figure, path: Path) -> None:
        """A target must be one that the loss can take."""
        loss = row_called(self._settings.loss_name)
        if not loss.takes(target):
            self._faults.complain(path, wording.not_its_target, loss)

    def _distribution(self, targets: Sequence[Figure], path: Path) -> None:
        """The targets of a loss that compares distributions must be one."""
        total = sum(map(float, targets))
        if not row_called(self._settings.loss_name).takes_total(total):
            self._faults.complain(path, wording.no_distribution, self._settings.loss_name, total)
