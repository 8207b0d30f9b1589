"""The examples of a configuration: one, a list of them, or the rows of a data file."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path as File
from typing import TYPE_CHECKING, NamedTuple

from backprop_cli import faults
from backprop_cli.complaint import ConfigError, Path
from backprop_cli.faults import Faults
from backprop_cli.losses import LOSSES
from backprop_cli.network import Batches, DataFile, Example, Figure, Network
from backprop_cli.scalars import LONGEST_NAME
from backprop_cli.schema import Configuration, Data

if TYPE_CHECKING:
    from backprop_cli.csv_table import Table

ONE_INPUT, ONE_TARGET = "inputs", "target"


class _Written(NamedTuple):
    """An example as it stands in the configuration, and where."""

    inputs: Mapping[str, Decimal] | list[Decimal]
    target: Mapping[str, Decimal] | list[Decimal] | Decimal
    path: Path


class TrainingSet:
    """Finds the examples; what is wrong with them it notes in ``faults``."""

    def __init__(self, found: Faults, settings: Configuration) -> None:
        self._faults = found
        self._settings = settings

    def inputs(self) -> Mapping[str, Path]:
        """The inputs' names, each with the place that it comes from; x1, x2, … for a list.

        Raises ConfigError where no example is given, or a data file cannot be read.
        """
        data = self._settings.data
        self._one_way()
        if data is not None:
            return self._columns(data)
        path, given = self._written[0].path, self._written[0].inputs
        if not given:
            self._faults.complain((*path, ONE_INPUT), faults.nothing, "inputs", "input")
        names = [f"x{at}" for at, _ in enumerate(given, 1)] if isinstance(given, list) else [*given]
        steps: Sequence[str | int] = range(len(names)) if isinstance(given, list) else names
        return {n: (*path, ONE_INPUT, step) for n, step in zip(names, steps, strict=True)}

    def examples(self, network: Network) -> tuple[Example, ...]:
        """Every example, in order."""
        if self._settings.data is not None:
            return self._rows(self._settings.data, network)
        return tuple(self._example(written, network) for written in self._written)

    def batches(self, count: int) -> Batches:
        """How an epoch goes through so many examples."""
        settings, size = self._settings, self._settings.batch_size
        return Batches(count if size is None else size, settings.shuffle, settings.seed)

    @property
    def data(self) -> DataFile | None:
        """Where the examples come from, if that is a data file."""
        data = self._settings.data
        if data is None:
            return None
        target = data.target if isinstance(data.target, str) else tuple(data.target)
        inputs = tuple(data.inputs)
        return DataFile(data.file, str(self._folder), inputs, target, data.standardize)

    @cached_property
    def classes(self) -> Mapping[str, str]:
        """The classes that a data file's target column names: as outputs are called, as written."""
        data = self._settings.data
        if data is None or not isinstance(data.target, str) or self._table.is_numeric(data.target):
            return {}
        texts = sorted(set(self._table.texts(data.target)))
        return self._named(texts, ("data", ONE_TARGET))

    def _one_way(self) -> None:
        """Complain unless the examples are given in one of the three ways."""
        settings = self._settings
        alone = [key for key in (ONE_INPUT, ONE_TARGET) if getattr(settings, key) is not None]
        several = [key for key in ("examples", "data") if getattr(settings, key) is not None]
        for key in (*alone, *several)[: -1 if several else 0]:
            self._faults.complain((key,), faults.not_beside, several[-1], key=True)
        self._faults.raise_first()
        for key in (ONE_INPUT, ONE_TARGET):
            if not several and key not in alone:
                raise self._faults.source.error(faults.missing(key), (key,))
        if not several:
            for key in ("batch_size", "shuffle", "seed"):
                if key in settings.model_fields_set:
                    self._faults.complain((key,), faults.only_several, key, key=True)
        if settings.examples == []:
            raise self._faults.source.error(faults.nothing("examples", "example"), ("examples",))

    # --- examples in the configuration ---------------------------------------------------------

    @cached_property
    def _written(self) -> list[_Written]:
        settings = self._settings
        if settings.examples is None:
            assert settings.inputs is not None
            assert settings.target is not None
            return [_Written(settings.inputs, settings.target, ())]
        return [
            _Written(one.inputs, one.target, ("examples", at))
            for at, one in enumerate(settings.examples)
        ]

    def _example(self, written: _Written, network: Network) -> Example:
        path = (*written.path, ONE_INPUT)
        by_name = self._faults.by_name(path, written.inputs, network.inputs, "value", "input")
        if len(by_name) == len(written.inputs):
            for name in network.inputs:
                if name not in by_name:
                    self._faults.complain(path, faults.no_input, name)
        return Example(tuple(by_name.values()), self._targets(written, network))

    def _targets(self, written: _Written, network: Network) -> tuple[Decimal, ...]:
        given, path = written.target, (*written.path, ONE_TARGET)
        outputs = tuple(neuron.name for neuron in network.outputs)
        if isinstance(given, Decimal):
            if len(outputs) > 1:
                self._faults.complain(path, faults.one_target, outputs)
            given = [given] * len(outputs)
        by_output = self._faults.by_name(path, given, outputs, "target")
        if isinstance(given, dict) and len(by_output) == len(given):
            # A misspelt name explains a missing one, and has had its complaint.
            for name in outputs:
                if name not in by_output:
                    self._faults.complain(path, faults.no_target, name)
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
        loss = LOSSES[self._settings.loss]
        if loss.targets is not None and not loss.takes(target):
            self._faults.complain(path, faults.out_of_range, loss.name, *loss.targets)

    def _distribution(self, targets: Sequence[Figure], path: Path) -> None:
        """The targets of a loss that compares distributions must be one."""
        total = sum(map(float, targets))
        if not LOSSES[self._settings.loss].takes_total(total):
            self._faults.complain(path, faults.no_distribution, self._settings.loss, total)

    # --- a data file ---------------------------------------------------------------------------

    @cached_property
    def _table(self) -> "Table":
        data = self._settings.data
        assert data is not None
        if not data.file:
            path = ("data", "file")
            raise self._faults.source.error("nothing is written here; name a CSV file", path)
        from backprop_cli.csv_table import read_table  # wanted by data files alone

        wanted = (*data.inputs, *([data.target] if isinstance(data.target, str) else data.target))
        file = self._folder / data.file
        try:
            return read_table(file, str(file), wanted)
        except ConfigError as error:
            if error.line is not None:
                raise
            # It could not be read at all: what is at fault is the line that names it.
            raise self._faults.source.error(str(error), ("data", "file")) from None

    @property
    def _folder(self) -> File:
        """What a data file's path is relative to: the configuration's folder."""
        return File(self._faults.source.name).parent

    def _columns(self, data: Data) -> Mapping[str, Path]:
        path: Path = ("data", ONE_INPUT)
        if not data.inputs:
            self._faults.complain(path, faults.nothing, "inputs", "column")
        if not data.target:
            self._faults.complain(("data", ONE_TARGET), faults.nothing, "targets", "column")
        self._faults.raise_first()
        names = self._named(data.inputs, path)
        return {name: (*path, at) for at, name in enumerate(names)}

    def _named(self, texts: Sequence[str], path: Path) -> dict[str, str]:
        """Texts of a data file by the names that they get."""
        named: dict[str, str] = {}
        for text in texts:
            name = as_name(text)
            if name in named:
                raise self._faults.source.error(faults.same_name(named[name], text, name), path)
            named[name] = text
        return named

    def _rows(self, data: Data, network: Network) -> tuple[Example, ...]:
        columns: list[Sequence[Figure]] = [self._table.numbers(name) for name in data.inputs]
        if data.standardize:
            columns = [*map(standardized, columns)]
        targets = self._target_columns(data, network)
        if len(targets) != len(network.outputs):
            return ()
        rows = zip(zip(*columns, strict=True), zip(*targets, strict=True), strict=True)
        examples = tuple(Example(inputs, wanted) for inputs, wanted in rows)
        if not self.classes:
            self._check_rows(data, examples)
        return examples

    def _check_rows(self, data: Data, examples: Sequence[Example]) -> None:
        """The targets of each row must be ones that the loss can take; else raise ConfigError."""
        loss, table = LOSSES[self._settings.loss], self._table
        names = [data.target] if isinstance(data.target, str) else data.target
        for row, example in enumerate(examples):
            for name, target in zip(names, example.targets, strict=True):
                if not loss.takes(target):
                    assert loss.targets is not None
                    raise table.error(faults.out_of_range(loss.name, *loss.targets), name, row)
            total = sum(map(float, example.targets))
            if not loss.takes_total(total):
                raise table.error(faults.no_distribution(loss.name, total), names[0], row)

    def _target_columns(self, data: Data, network: Network) -> list[Sequence[Figure]]:
        """A column of targets for each output."""
        path = ("data", ONE_TARGET)
        outputs = tuple(neuron.name for neuron in network.outputs)
        if not self.classes:
            names = [data.target] if isinstance(data.target, str) else data.target
            if len(names) != len(outputs):
                if isinstance(data.target, str):
                    self._faults.complain(path, faults.numbers_for_classes, data.target, outputs)
                else:
                    describe = faults.wrong_count
                    self._faults.complain(path, describe, "target", "column", len(names), outputs)
            return [self._table.numbers(name) for name in names]
        assert isinstance(data.target, str)
        if set(outputs) != set(self.classes):
            known = tuple(self.classes)
            self._faults.complain(path, faults.classes_and_outputs, data.target, known, outputs)
            return []
        texts = self._table.texts(data.target)
        one_hot = {True: Decimal(1), False: Decimal(0)}
        return [[one_hot[text == self.classes[name]] for text in texts] for name in outputs]


def as_name(text: str) -> str:
    """What a column or class is called in formulas: ``sepal length (cm)`` is sepal_length_cm."""
    usual = unicodedata.normalize("NFKC", text)
    fit = (char if f"a{char}".isidentifier() and char.isprintable() else " " for char in usual)
    name = re.sub(r"[ _]*[ ][ _]*", "_", "".join(fit)).strip("_")[:LONGEST_NAME]
    return name if name[:1].isalpha() else f"c_{name}"[:LONGEST_NAME]


def standardized(column: Sequence[Figure]) -> list[float]:
    """A column with mean 0 and standard deviation 1 (that of the whole, not of a sample).

    One whose values are all equal becomes zeros.
    """
    values = [*map(float, column)]
    if min(values) == max(values):
        return [0.0] * len(values)
    # Brought near 1, which loses no digit: squares of very large or small numbers have no float.
    exponent = math.frexp(max(map(abs, values)))[1]
    values = [math.ldexp(value, -exponent) for value in values]
    mean = math.fsum(values) / len(values)
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))
    return [(value - mean) / deviation for value in values]
