"""Reading a text file whole, each way in which that can fail put as a complaint."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backprop_cli.config.files.yaml_source import mark_after
from backprop_cli.errors import ConfigError

MOST_BYTES = 32 * 1024 * 1024  # some hundred times the file of a network with 10,000 weights


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
        mark = mark_after(error.object[: error.start].decode("utf-8-sig"))
        byte = f"0x{error.object[error.start]:02x}"
        message = f"the byte {byte} is not UTF-8; save the file with the encoding UTF-8"
        raise ConfigError(name, message, mark) from None
