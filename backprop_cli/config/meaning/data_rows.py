"""The examples of a data file: its columns and classes as inputs and targets, row by row."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path as File
from typing import TYPE_CHECKING

from backprop_cli.config.meaning import data_wording, wording
from backprop_cli.config.meaning.faults import Faults
from backprop_cli.config.shape.names import LONGEST_NAME
from backprop_cli.config.shape.sections import Data
from backprop_cli.errors import ConfigError
from backprop_cli.functions.losses import Loss
from backprop_cli.network.classes import Class, by_output, not_whole, numbered
from backprop_cli.network.exercise import DataFile, Example, Figure
from backprop_cli.network.structure import Network
from backprop_cli.wording import Path

if TYPE_CHECKING:
    from backprop_cli.config.files.csv_table import Table

INPUTS: Path = ("data", "inputs")
TARGET: Path = ("data", "target")


class DataRows:
    """Finds the examples; what is wrong with the configuration it notes in ``faults``."""

    def __init__(self, found: Faults, data: Data, loss: Loss) -> None:
        self._faults = found
        self._data = data
        self._loss = loss

    def inputs(self) -> Mapping[str, Path]:
        """The inputs' names, each with the place that it comes from.

        Raises ConfigError where nothing is named, or a column twice.
        """
        data = self._data
        if not data.inputs:
            self._faults.complain(INPUTS, wording.nothing, "inputs", "column")
        if data.target is not None and not data.target:
            self._faults.complain(TARGET, wording.nothing, "targets", "column")
        self._faults.raise_first()
        places = [(*INPUTS, at) for at, _ in enumerate(data.inputs)]
        met: set[str] = set()
        for column, place in zip(data.inputs, places, strict=True):
            if column in met:
                self._faults.complain(place, wording.twice, column)
            met.add(column)
        if data.target in data.inputs:
            self._faults.complain(TARGET, data_wording.input_as_target, data.target)
        self._faults.raise_first()
        return dict(zip(self._named(data.inputs, places), places, strict=True))

    def examples(self, network: Network) -> tuple[Example, ...]:
        """Every row as an example. Raises ConfigError for a cell that cannot be one's number."""
        columns: list[Sequence[Figure]] = [self._table.numbers(name) for name in self._data.inputs]
        if self._data.standardize:
            columns = [*map(standardized, columns)]
        rows = [*zip(*columns, strict=True)]
        if not network.aimed:
            return tuple(Example(inputs, ()) for inputs in rows)
        outputs = tuple(neuron.name for neuron in network.outputs)
        classes = self.classes(len(outputs))
        targets = self._one_hot(outputs, classes) if classes else self._numbers(outputs)
        if len(targets) != len(outputs):
            return ()
        wanted = zip(*targets, strict=True)
        examples = tuple(map(Example, rows, wanted))
        if not classes:
            self._check_rows(examples)
        return examples

    def file(self, network: Network) -> DataFile:
        """The source of the examples."""
        data = self._data
        outputs = [neuron.name for neuron in network.outputs]
        classes = by_output(self.classes(len(outputs)), outputs) or {}
        return DataFile(
            data.file,
            str(self._folder),
            tuple(data.inputs),
            data.target if isinstance(data.target, str) else tuple(self._target_columns),
            data.standardize,
            tuple(classes.values()),
            self._table.sheet.delimiter,
        )

    def classes(self, outputs: int) -> Mapping[str, Class]:
        """The classes that a target column holds for so many outputs, none if it holds targets.

        They are in order, by what outputs are called after them. Names are always classes; numbers
        are for several outputs, whose targets one column could not hold.
        """
        return self.named_classes or (numbered(self._class_numbers) if outputs > 1 else {})

    @cached_property
    def named_classes(self) -> Mapping[str, str]:
        """The classes of the target column as they are written there, if it holds names."""
        target = self._data.target
        if not isinstance(target, str) or self._table.is_numeric(target):
            return {}
        texts = sorted(set(self._table.texts(target)))
        return self._named(texts, [TARGET] * len(texts))

    @cached_property
    def _class_numbers(self) -> Sequence[int]:
        """The class of each row by its number; nothing if the target column does not hold such."""
        target = self._data.target
        numbers = self._table.numbers(target) if isinstance(target, str) else []
        return [*map(int, numbers)] if not_whole(numbers) is None else []

    @property
    def _target_columns(self) -> Sequence[str]:
        target = self._data.target
        return [target] if isinstance(target, str) else target or []

    @cached_property
    def _table(self) -> "Table":
        data = self._data
        path = ("data", "file")
        if not data.file:
            raise self._faults.source.error("nothing is written here; name a CSV file", path)
        from backprop_cli.config.files.csv_table import read_table  # wanted by data files alone

        file = self._folder / data.file
        try:
            return read_table(file, str(file), (*data.inputs, *self._target_columns))
        except ConfigError as error:
            if error.line is not None:
                raise
            # It could not be read at all: what is at fault is the line that names it.
            raise self._faults.source.error(str(error), path) from None

    @property
    def _folder(self) -> File:
        """The folder that a data file's path is relative to: the configuration's folder."""
        return File(self._faults.source.name).parent

    def _named(self, texts: Sequence[str], paths: Sequence[Path]) -> dict[str, str]:
        """Texts of a data file, named at the paths, by the names that they get."""
        named: dict[str, str] = {}
        for text, path in zip(texts, paths, strict=True):
            name = as_name(text)
            if name in named:
                raise self._faults.source.error(
                    data_wording.same_name(named[name], text, name), path
                )
            named[name] = text
        return named

    def _check_rows(self, examples: Sequence[Example]) -> None:
        """The targets of each row must be ones that the loss can take; else raise ConfigError."""
        loss, table, names = self._loss, self._table, self._target_columns
        for row, example in enumerate(examples):
            for name, target in zip(names, example.targets, strict=True):
                if not loss.takes(target):
                    raise table.error(wording.not_its_target(loss), name, row)
            total = sum(map(float, example.targets))
            if not loss.takes_total(total):
                raise table.error(wording.no_distribution(loss.name, total), names[0], row)

    def _numbers(self, outputs: tuple[str, ...]) -> list[Sequence[Figure]]:
        """A column of targets for each output."""
        target, names = self._data.target, self._target_columns
        targets: list[Sequence[Figure]] = [self._table.numbers(name) for name in names]
        if len(names) != len(outputs):
            if isinstance(target, str):
                broken = not_whole(self._table.numbers(target))
                self._faults.complain(
                    TARGET, data_wording.no_class_numbers, target, broken, outputs
                )
            else:
                describe = wording.wrong_count
                self._faults.complain(TARGET, describe, "target", "column", len(names), outputs)
        return targets

    def _one_hot(
        self, outputs: tuple[str, ...], classes: Mapping[str, Class]
    ) -> list[Sequence[Figure]]:
        """A column of targets for each output: 1 where its class stands, 0 elsewhere."""
        target = self._data.target
        assert isinstance(target, str)
        stands_for = by_output(classes, outputs)
        if stands_for is None:
            named = bool(self.named_classes)
            describe = (
                data_wording.classes_and_outputs
                if named
                else data_wording.class_numbers_and_outputs
            )
            self._faults.complain(TARGET, describe, target, tuple(classes), outputs)
            return []
        cells = self._table.texts(target) if self.named_classes else self._class_numbers
        one_hot = {True: Decimal(1), False: Decimal(0)}
        return [[one_hot[cell == one] for cell in cells] for one in stands_for.values()]


def as_name(text: str) -> str:
    """The name of a column or class in formulas: ``sepal length (cm)`` is sepal_length_cm."""
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
