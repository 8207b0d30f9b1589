"""The world outside the program: its output streams and its environment, from one object."""

import errno
import io
import os
import select
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from textwrap import fill
from typing import IO, TextIO, cast

from backprop_cli.wording import printable

# Widths that Rich and Typer read from the environment, and take to be numbers above 0.
USUAL = 80
WIDTHS = ("COLUMNS", "LINES", "TERMINAL_WIDTH")


class OutputLostError(Exception):
    """Standard output takes no more; ``str(error)`` says why.

    It is no OSError: the libraries would end the program with a code of their own.
    """

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror or str(error))
        self.reader_is_gone = error.errno == errno.EPIPE


class _Whole(io.RawIOBase):
    """A stream that takes every byte that it is given, or says that it does not.

    A write by the system may be short (on a disk that fills, at a file's size limit, to a pipe
    that does not wait), and without a buffer Python drops what is left over. ``handle`` is None
    where whoever started the program has closed the stream. A stream that ``forgives`` takes what
    is lost for written: there is no other place where one could complain.
    """

    def __init__(self, handle: int | None, *, forgives: bool) -> None:
        self._handle, self._forgives = handle, forgives
        self._lost = False

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._handle is not None and os.isatty(self._handle)

    def fileno(self) -> int:
        if self._handle is None:
            raise io.UnsupportedOperation("it is closed")
        return self._handle

    def write(self, data: object) -> int:
        left = memoryview(cast(bytes, data)).cast("B")
        size = len(left)
        while left and not self._lost:  # what is lost is told once, and never again at exit
            try:
                left = left[self._written(left) :]
            except BlockingIOError:
                select.select([], [self.fileno()], [])
            except OSError as error:
                self._lost = True
                if not self._forgives:
                    raise OutputLostError(error) from None
        return size

    def _written(self, data: memoryview) -> int:
        if self._handle is None:
            raise OSError(errno.EBADF, "it is closed")
        return os.write(self._handle, data)


def _whole(stream: TextIO | None, *, forgives: bool) -> TextIO:
    """A standard stream that writes all or says why; one of another's making as it is."""
    if stream is None:
        handle, encoding, errors, terminal = None, "utf-8", "backslashreplace", False
    else:
        try:
            handle = stream.fileno()
        except (AttributeError, io.UnsupportedOperation):
            return stream
        if os.name != "posix":  # where a console is no file, and no write is short
            return stream
        stream.flush()
        encoding, errors, terminal = stream.encoding, stream.errors or "strict", stream.isatty()
    buffer = io.BufferedWriter(_Whole(handle, forgives=forgives))
    return io.TextIOWrapper(
        buffer, encoding=encoding, errors=errors, line_buffering=terminal or forgives
    )


@dataclass(frozen=True)
class World:
    """The surroundings of the program: where it prints, where it complains, its environment.

    ``color`` says where colours are printed: auto, always or never.
    """

    out: TextIO
    err: TextIO
    environment: Mapping[str, str]
    color: str = "auto"

    @classmethod
    def of_this_process(cls) -> "World":
        """The world of this process; from now on the libraries' output goes there too."""
        for name in WIDTHS:
            width = os.environ.get(name, "1")
            if not width.isdecimal() or int(width) == 0:
                del os.environ[name]
        sys.stdout = _whole(sys.stdout, forgives=False)
        sys.stderr = _whole(sys.stderr, forgives=True)
        return cls(sys.stdout, sys.stderr, os.environ)

    def tell(self, message: str) -> None:
        """Say something on standard error: in one line, on a terminal folded between words."""
        line = printable(message)
        if len(line) > self.columns and self.err.isatty():
            line = fill(line, self.columns, break_long_words=False, break_on_hyphens=False)
        print(line, file=self.err)

    @property
    def columns(self) -> int:
        """The width of the terminal on which complaints are read; a usual one where it is none."""
        try:
            return os.get_terminal_size(self.err.fileno()).columns or USUAL
        except (OSError, ValueError):
            return USUAL

    def with_color(self, color: str) -> "World":
        """The same world, with what a command's --color asks for."""
        return replace(self, color=color)

    @property
    def converses(self) -> bool:
        """True if a user sits before it, who can be asked."""
        return sys.stdin is not None and sys.stdin.isatty() and self.out.isatty()

    def ask(self, question: str) -> str:
        """The line that a user answers with. Raises EOFError where there will be none."""
        self.out.flush()
        with suppress(ImportError):
            import readline  # noqa: F401 - with it, an answer can be edited
        return input(question)

    @property
    def bytes_out(self) -> IO[bytes] | None:
        """Standard output for bytes; None where it takes only text."""
        return getattr(self.out, "buffer", None)
