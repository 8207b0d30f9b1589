"""Reading a text file whole, each way in which that can fail put as a complaint."""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from backprop_cli.errors import ConfigError
from backprop_cli.wording import Path as KeyPath

MOST_BYTES = 32 * 1024 * 1024  # some hundred times the file of a network with 10,000 weights

# What YAML allows in a file; all else (control characters, lone surrogates) is refused.
NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML has them

# Quotation marks of word processors, as Windows' own encoding has them.
WINDOWS_QUOTES = b"\x84\x91\x92\x93\x94"

Mark = tuple[int, int]  # line and column, both counted from 1
Line = tuple[int, None]  # the line alone


class Document(NamedTuple):
    """The text of a file, and what the file is called in complaints."""

    name: str
    text: str

    def error(self, message: str, mark: Mark | Line, path: KeyPath = ()) -> ConfigError:
        """A complaint about a place, which knows the line that it is about."""
        return ConfigError(self.name, message, mark, path, text=self.line(mark[0]))

    def line(self, number: int) -> str:
        """One line, counted from 1, without its end; nothing where there is none."""
        start = 0
        for _ in range(number - 1):
            end = LINE_END.search(self.text, start)
            if end is None:
                return ""
            start = end.end()
        end = LINE_END.search(self.text, start)
        return self.text[start : end.start() if end else None]

    def refuse_what_is_no_text(self) -> None:
        """Raise ConfigError at the first character that no text has."""
        bad = NOT_TEXT.search(self.text)
        if bad:
            message = f"the character {bad.group()!a} is not allowed here"
            raise self.error(message, mark_after(self.text[: bad.start()]))


def mark_after(text: str) -> Mark:
    """The line and column that come after a text."""
    lines = LINE_END.split(text)
    return len(lines), len(lines[-1]) + 1


def read_text(path: Path, name: str, what: str) -> str:
    """The text of a UTF-8 file, without its byte order mark.

    ``name`` stands for the file in complaints, ``what`` for the kind of file that is wanted, as in
    ``a configuration``. Raises ConfigError, and nothing else, if there is no such text.
    """
    with _reading(name), path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    return _text(content, name, what)


def read_standard_input(name: str, what: str) -> str:
    """The text of standard input, likewise."""
    with _reading(name):
        if sys.stdin is None:  # whoever started the program has closed it
            raise ValueError
        content: bytes = sys.stdin.buffer.read(MOST_BYTES + 1)
    return _text(content, name, what)


def _text(content: bytes, name: str, what: str) -> str:
    if len(content) > MOST_BYTES:
        limit = MOST_BYTES // (1024 * 1024)
        raise ConfigError(name, f"the file is larger than {limit} MB; is it {what}?")
    return _decoded(content, name)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Within it, whatever keeps a file from being read is raised as a ConfigError."""
    try:
        yield
    except FileNotFoundError:
        raise ConfigError(name, "there is no such file") from None
    except IsADirectoryError:
        raise ConfigError(name, "this is a directory; name a file in it") from None
    except PermissionError:
        raise ConfigError(name, "you may not read this file; check its permissions") from None
    except OSError as error:
        raise ConfigError(name, f"the file cannot be read: {error.strerror or error}") from None
    except ValueError:  # a null byte in the path; a closed standard input
        raise ConfigError(name, "this cannot be opened; name a file") from None


def _decoded(content: bytes, name: str) -> str:
    """The bytes as UTF-8 text. Raises ConfigError at the first that are not."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8-sig")
        byte = error.object[error.start]
        message = f"the byte {byte:#04x} is not UTF-8; save the file with the encoding UTF-8"
        if byte in WINDOWS_QUOTES:
            message += ", and write quotation marks as \" or '"
        rest = error.object[error.start :].decode("utf-8", "replace")
        raise Document(name, before + rest).error(message, mark_after(before)) from None
