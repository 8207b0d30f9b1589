"""A sheet: the lines of a text that give a figure, whatever stands between them."""

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from backprop_cli.algebra.sheet import Sheet, Written
from backprop_cli.config.files.text import read_standard_input, read_text
from backprop_cli.config.sheet import mapping, tables
from backprop_cli.config.sheet.arithmetic import number
from backprop_cli.config.sheet.arrays import arrays
from backprop_cli.config.sheet.lines import (
    CONTINUES,
    EXAMPLE,
    WHOLE,
    Statement,
    continued,
    statements,
)
from backprop_cli.config.sheet.notebook import text_of_notebook
from backprop_cli.config.sheet.passed_over import numbered
from backprop_cli.config.sheet.plain import plain
from backprop_cli.errors import STDIN, ConfigError

MOST_CHARACTERS = 1_000_000
MOST_FIGURES = 10_000
# The working on lines is read up to so many characters of a sheet; figures are read to its end.
MOST_WORKING = 150_000
# So many lines of words may stand between a formula and the numbers that go on with it.
WORDS_BETWEEN = 4

# The line of a worksheet that says which it is; what stands there has a digit or a hyphen.
CODE = re.compile(
    r"^\W{0,40}(?:(?:par|p)\b\W{0,40})?code\b\W{0,40}:\W{0,40}(?:(?:texttt|code)\b\W{0,40})?"
    r"(?=[a-z]*[-–—\d])([\da-z][\da-z–—-]{4,}[\da-z])",
    re.IGNORECASE | re.MULTILINE,
)

COMMA = "the comma was read as a decimal point"


def load_sheet(path: str) -> Sheet:
    """Read a sheet from a file; ``-`` is standard input.

    Raises ConfigError where it cannot be read, holds neither a figure nor a code, or several codes.
    """
    if path == "-":
        return parse_sheet(read_standard_input(STDIN, "a sheet"), STDIN)
    return parse_sheet(read_text(Path(path), path, "a sheet"), path)


def parse_sheet(text: str, name: str) -> Sheet:
    """Read a sheet from text; ``name`` stands for the file. Raises ConfigError."""
    if len(text) > MOST_CHARACTERS:
        raise ConfigError(name, "the sheet has more than a million characters")
    text = text_of_notebook(text) or text
    found = mapping.figures(text) if mapping.looks_like_one(text) else None
    unread: list[int] = []
    if not found:
        in_arrays, rest = arrays(text)
        in_lines = islice(_of_lines(rest, unread), MOST_FIGURES + 1)
        found = sorted((*in_arrays, *in_lines), key=lambda one: one.line)
        if len(found) > MOST_FIGURES:
            raise ConfigError(name, f"the sheet has more than {MOST_FIGURES:,} figures")
    codes = [*dict.fromkeys(CODE.findall(text))]
    if len(codes) > 1:
        raise ConfigError(
            name, f"there are {len(codes)} codes on it; put each sheet into a file of its own"
        )
    if not found and not codes:
        raise ConfigError(
            name, "there is no line with a name and a figure in it, such as z_h1 = 0.3775"
        )
    return Sheet(name, tuple(found), tuple(unread), "".join(codes))


def _of_lines(text: str, unread: list[int]) -> Iterator[Written]:
    """The figures of a text line by line; lines whose figure is no number go to ``unread``."""
    columns: tables.Columns | None = None
    waiting: Statement | None = None
    words, example, room = 0, None, MOST_WORKING
    for at, raw in numbered(text):
        if not raw.strip():
            columns = None
            continue
        cells = tables.cells_of(raw)
        heads = tables.columns_of(cells)
        if heads is not None:
            columns, waiting = heads, None
            continue
        rows = tables.figures_of(cells, columns)
        if rows:
            waiting = None
            for called, digits in rows:
                figure = number(digits)
                assert figure is not None
                yield Written(at, f"{called} = {digits}", called, figure, example=example)
            continue
        if cells and columns is not None:
            continue
        line = plain(raw)
        heading = EXAMPLE.match(line)
        if heading is not None:
            example, waiting = int(heading[1]), None
            continue
        room -= len(line)
        if WHOLE.match(line):
            example, waiting = None, None
            continue
        if waiting is not None and CONTINUES.match(line):
            found = [continued(waiting, line, worked=room > 0)]
        else:
            found = [*statements(line, worked=room > 0)]
        words = 0 if found else words + 1
        if words > WORDS_BETWEEN:
            waiting = None
        for statement in found:
            waiting = statement if statement.figure is None else None
            if statement.no_number:
                unread.append(at)
            if statement.figure is not None:
                yield Written(
                    at,
                    statement.text,
                    statement.name,
                    statement.figure,
                    statement.working,
                    COMMA if statement.comma else "",
                    example=example,
                )
