"""A CSV file of examples: the columns that are wanted, and where a row at fault stands.

The csv module reads the file. The line of a row is found out only for the one that is at fault,
by reading the text once more up to it.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from pydantic_core import PydanticCustomError

from backprop_cli.config.files.text import Document, read_text
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
    document = Document(name, read_text(path, name, "a table of examples"))
    document.refuse_what_is_no_text()
    sheet = Sheet(document, _delimiter(document, wanted))
    records = sheet.records()
    first, header = next(records, (0, []))
    if not header:
        raise sheet.error("the file is empty", 1)
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

    sheet: "Sheet"
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
        """True if a column holds numbers, rather than names of classes.

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
        return self.sheet.error(message, line, column)


# --- the file --------------------------------------------------------------------------------


class Sheet(NamedTuple):
    """The text of a CSV file and what parts its cells."""

    document: Document
    delimiter: str

    def records(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that are not blank, each with the line that it begins on, cells stripped.

        Raises ConfigError where the text breaks the rules of CSV.
        """
        reader = csv.reader(
            StringIO(self.document.text, newline=""),
            delimiter=self.delimiter,
            strict=True,
            skipinitialspace=True,
        )
        line = 1
        try:
            for record in reader:
                cells = [cell.strip() for cell in record]
                if cells not in ([], [""]):
                    yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise self.error(_broken(str(error)), line) from None

    def error(self, message: str, line: int, column: str = "") -> ConfigError:
        """A complaint about the record that begins on a line, or about its cell of a column."""
        return self.document.error(message, (line, None), (column,) if column else ())


def _broken(reason: str) -> str:
    """An error of the csv module, in our words."""
    if "end of data" in reason:
        return "a quotation that begins in this row is not closed"
    if "field limit" in reason:
        longest = csv.field_size_limit()
        return f"a cell of this row has more than {longest} characters; is its quotation closed?"
    return 'a cell of this row goes on after its quotation; inside it, a mark is doubled: ""'


def _delimiter(document: Document, wanted: Sequence[str]) -> str:
    """The delimiter by which most of the wanted columns are in the header.

    Where several do, it is the one that makes most columns, and of those the first known.
    """
    first_line = document.text.lstrip("\r\n").splitlines()[:1]

    def success(delimiter: str) -> tuple[int, int]:
        try:
            _, header = next(Sheet(document, delimiter).records(), (0, []))
        except ConfigError:  # the header's own fault, which is reported when it is read
            return 0, sum(line.count(delimiter) for line in first_line)
        return len(set(wanted) & set(header)), len(header)

    return max(DELIMITERS, key=success)


# --- what is wrong, and the mend -------------------------------------------------------------


def _field(sheet: Sheet, line: int, header: list[str], column: str) -> int:
    """Which cell of each row belongs to a column. Raises ConfigError if none or several do."""
    found = [field for field, name in enumerate(header) if name == column]
    if len(found) > 1:
        message = f"there are {len(found)} columns called {shown(column)}; rename all but one"
        raise sheet.error(message, line)
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


def _wrong_count(sheet: Sheet, line: int, has: int, needs: int) -> ConfigError:
    message = f"this row has {counted(has, 'cell')}, the header has {counted(needs, 'column')}"
    delimiter = DELIMITERS[sheet.delimiter]
    if has < needs:
        return sheet.error(f"{message}; put a {delimiter} between cells", line)
    return sheet.error(f"{message}; put a cell with a {delimiter} in quotation marks", line)
