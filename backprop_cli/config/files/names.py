"""The names of students in a CSV file."""

from collections.abc import Sequence
from pathlib import Path

from backprop_cli.config.files.csv_table import DELIMITERS, Sheet
from backprop_cli.config.files.text import Document, read_text
from backprop_cli.errors import ConfigError
from backprop_cli.wording import listed

# What the columns of names are called, in lower case.
WHOLE = ("name", "student", "student name", "full name", "names", "students")
FIRST = ("first name", "firstname", "first", "given name")
LAST = ("last name", "lastname", "last", "surname", "family name")


def read_names(path: Path, name: str) -> list[str]:
    """The names in the order of the file, from its column of names, or of first and last names.

    A file of one column needs no heading. ``name`` stands for the file in complaints. Raises
    ConfigError.
    """
    document = Document(name, read_text(path, name, "a list of names"))
    document.refuse_what_is_no_text()
    first_line = document.text.lstrip("\r\n").partition("\n")[0]
    sheet = Sheet(document, max(DELIMITERS, key=first_line.count))
    records = [*sheet.records()]
    if not records:
        raise sheet.error("the file is empty", 1)
    (line, header), *rows = records
    columns = _columns([cell.lower() for cell in header])
    if columns is None and len(header) == 1:
        columns, rows = (0,), records
    if columns is None:
        raise sheet.error(
            f"no column of names is called name or student; the columns are {listed(header)}", line
        )
    found = [" ".join(row[at] for at in columns if at < len(row)).strip() for _, row in rows]
    if not any(found):
        raise ConfigError(name, "there is no name below the header", (line, None))
    return [one for one in found if one]


def _columns(header: Sequence[str]) -> tuple[int, ...] | None:
    """The columns that hold names; None where none is known."""
    for at, title in enumerate(header):
        if title in WHOLE:
            return (at,)
    found = [
        next((at for at, title in enumerate(header) if title in titles), None)
        for titles in (FIRST, LAST)
    ]
    known = tuple(at for at in found if at is not None)
    return known or None
