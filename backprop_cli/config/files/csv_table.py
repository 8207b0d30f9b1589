"""A CSV file of examples: the columns that are wanted, and where a cell at fault stands.

The csv module reads the file. Where a cell stands is found out only for the one that is at
fault, by reading the text once more up to it.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from itertools import islice
from pathlib import Path

from pydantic_core import PydanticCustomError

from backprop_cli.config.files.text import read_text
from backprop_cli.config.files.yaml_source import NOT_TEXT, Mark
from backprop_cli.config.shape.scalars import read_number
from backprop_cli.errors import ConfigError
from backprop_cli.wording import counted, did_you_mean, listed, shown

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab"}

# What people take for a number, though read_number may refuse it and say why.
LIKE_A_NUMBER = re.compile(r"[-+]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)(e[-+]?[0-9]+)?", re.I)


def read_table(path: Path, name: str, wanted: Sequence[str]) -> "Table":
    """Read the wanted columns of a CSV file whose first line names its columns.

    ``name`` stands for the file in complaints. Commas, semicolons or tabs part the cells; the
    header tells which. Raises ConfigError for whatever is wrong with the file or in it, but for
    a cell that is not what it is asked for as.
    """
    text = read_text(path, name, "a table of examples")
    bad = NOT_TEXT.search(text)
    if bad:
        mark = _mark(text, bad.start())
        raise ConfigError(name, f"the character {bad.group()!a} is not allowed here", mark)
    sheet = _Sheet(name, text, _delimiter(text, wanted))
    records = sheet.records()
    first, header = next(records, (0, []))
    if not header:
        raise ConfigError(name, "the file is empty", (1, 1))
    fields = {column: _field(sheet, first, header, column) for column in wanted}
    columns: dict[str, list[str]] = {column: [] for column in fields}
    picked = [(fields[column], cells) for column, cells in columns.items()]
    line = first
    for line, record in records:
        if len(record) != len(header):
            raise _wrong_count(sheet, line, len(record), len(header))
        for field, cells in picked:
            cells.append(record[field])
    if line == first:
        message = "there are no rows below the header; add one for each example"
        raise sheet.error(message, first)
    return Table(sheet, fields, {column: tuple(cells) for column, cells in columns.items()})


# --- what has been read ----------------------------------------------------------------------


@dataclass(frozen=True)
class Table:
    """The wanted columns of a CSV file, with their cells as they were typed.

    Rows are counted from 0, the header and blank lines left out. ``len(table)`` is how many
    there are, at least one.
    """

    sheet: "_Sheet"
    fields: Mapping[str, int]
    columns: Mapping[str, tuple[str, ...]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def numbers(self, column: str) -> list[Decimal]:
        """The numbers of a column, every typed digit kept.

        Raises ConfigError at the first cell that is not a number.
        """
        numbers = []
        try:
            for cell in self.columns[column]:
                numbers.append(read_number(cell))
        except PydanticCustomError as error:
            raise self.error(error.message(), column, len(numbers)) from None
        return numbers

    def is_numeric(self, column: str) -> bool:
        """Whether a column holds numbers, rather than names of classes.

        A decimal comma makes a number here, so that ``numbers`` gets to say what is wrong with
        it. Raises ConfigError for a column of some numbers and some names, at the first cell that
        is not a number.
        """
        likely = {bool(LIKE_A_NUMBER.fullmatch(cell)) for cell in self.columns[column]}
        if len(likely) > 1:
            self.numbers(column)
        return True in likely

    def texts(self, column: str) -> list[str]:
        """The cells of a column as text. Raises ConfigError at the first that is empty."""
        cells = list(self.columns[column])
        if "" in cells:
            message = "nothing is written here; write the name of a class"
            raise self.error(message, column, cells.index(""))
        return cells

    def error(self, message: str, column: str, row: int) -> ConfigError:
        """A complaint about the cell of a column in a row."""
        line, _ = next(islice(self.sheet.records(), row + 1, None))
        return self.sheet.error(message, line, self.fields[column], column)


# --- the file --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Sheet:
    """The text of a CSV file and what parts its cells. Lines and fields are counted from 0."""

    name: str
    text: str
    delimiter: str

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that are not blank, each with the line that it begins on, cells stripped.

        Raises ConfigError where the text breaks the rules of CSV.
        """
        reader = csv.reader(
            StringIO(self.text, newline=""),
            delimiter=self.delimiter,
            strict=True,
            skipinitialspace=True,
        )
        line = 0
        try:
            for record in reader:
                cells = [cell.strip() for cell in record]
                if cells not in ([], [""]):
                    yield line, cells
                line = reader.line_num
        except csv.Error as error:
            raise self.broken(str(error), line) from None

    def broken(self, reason: str, line: int) -> ConfigError:
        """A complaint about the record in which the csv module gave up, for a reason of its own."""
        longest = csv.field_size_limit()
        cells = list(self.cells(line))
        at = len(cells) - 1
        if "end of data" in reason:
            message = "the quotation that begins here is not closed"
        elif "field limit" in reason:
            message = f"this cell has more than {longest} characters; is its quotation closed?"
            at = next((i for i, cell in enumerate(cells) if len(cell[1]) > longest), at)
        else:
            message = 'this cell goes on after its quotation; inside it, a mark is doubled: ""'
        return self.error(message, line, at)

    def error(self, message: str, line: int, field: int = 0, column: str = "") -> ConfigError:
        """A complaint about one cell of the record that begins on a line."""
        start, cell = next(islice(self.cells(line), field, None))
        mark = _mark(self.text, start + len(cell) - len(cell.lstrip()))
        return ConfigError(self.name, message, mark, (column,) if column else ())

    def cells(self, line: int) -> Iterator[tuple[int, str]]:
        """The cells of the record that begins on a line, as typed, and where in the text.

        They end with the record, or with the cell that breaks the rules of CSV.
        """
        start = sum(map(len, islice(StringIO(self.text, newline=""), line)))
        typed = re.compile(rf'\ *+(?:"[^"]*+(?:""[^"]*+)*+"|(?!")[^{self.delimiter}\r\n]*+)')
        while match := typed.match(self.text, start):
            yield start, match.group()
            if not self.text.startswith(self.delimiter, match.end()):
                return
            start = match.end() + 1
        yield start, self.text[start:]


def _mark(text: str, offset: int) -> Mark:
    """The line and column of a place in a text, with line ends as CSV has them."""
    lines = re.split("\r\n|[\n\r]", text[:offset])
    return len(lines), len(lines[-1]) + 1


def _delimiter(text: str, wanted: Sequence[str]) -> str:
    """What parts the cells of the header so that most of the wanted columns are in it.

    Where several do, it is the one that makes most columns, and of those the first known.
    """
    first_line = text.lstrip("\r\n").splitlines()[:1]

    def success(delimiter: str) -> tuple[int, int]:
        try:
            _, header = next(_Sheet("", text, delimiter).records(), (0, []))
        except ConfigError:  # the header's own fault, which is reported when it is read
            return 0, sum(line.count(delimiter) for line in first_line)
        return len(set(wanted) & set(header)), len(header)

    return max(DELIMITERS, key=success)


# --- what is wrong, and the mend -------------------------------------------------------------


def _field(sheet: _Sheet, line: int, header: list[str], column: str) -> int:
    """Which cell of each row belongs to a column. Raises ConfigError if none or several do."""
    found = [field for field, name in enumerate(header) if name == column]
    if len(found) > 1:
        message = f"there are {len(found)} columns called {shown(column)}; rename all but one"
        raise sheet.error(message, line, found[1])
    if not found:
        raise sheet.error(_no_such_column(column, header), line)
    return found[0]


def _no_such_column(column: str, header: list[str]) -> str:
    message = f"there is no column called {shown(column)}"
    hint = did_you_mean(column, [shown(name) for name in header])
    those = f"{'columns are' if len(header) > 1 else 'only column is'} {listed(header)}"
    if any(map(LIKE_A_NUMBER.fullmatch, header)):
        return f"{message}; the {those}; if this is data, put a line with names above it"
    return f"{message}; {hint} The {those}" if hint else f"{message}; the {those}"


def _wrong_count(sheet: _Sheet, line: int, has: int, needs: int) -> ConfigError:
    message = f"this row has {counted(has, 'cell')}, the header has {counted(needs, 'column')}"
    delimiter = DELIMITERS[sheet.delimiter]
    if has < needs:
        return sheet.error(f"{message}; put a {delimiter} between cells", line)
    return sheet.error(f"{message}; put a cell with a {delimiter} in quotation marks", line, needs)
