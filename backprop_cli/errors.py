"""The errors that a user is told of, and how a complaint about a configuration looks."""

from collections.abc import Iterable
from itertools import islice

from backprop_cli.wording import NEAREST, Path, dotted, nearest, printable

# What standard input is called in a complaint.
STDIN = "<stdin>"


class ConfigError(Exception):
    """Something is wrong with a configuration.

    ``str(error)`` is the complete complaint on one printable line,
    ``FILE:LINE:COLUMN: dotted.key.path: message``. Line and column count from 1 and are left
    out when the file could not be read at all; the path is left out when no key is at fault.
    ``text`` is the line of the file as it stands there, control characters included. ``more`` is
    how many other faults of the same kind were met.
    """

    def __init__(
        self,
        name: str,
        message: str,
        mark: tuple[int, int | None] | None = None,
        path: Path = (),
        *,
        text: str = "",
        more: int = 0,
    ) -> None:
        self.name = printable(name)
        self.line = mark[0] if mark else None
        self.column = mark[1] if mark else None
        self.key = dotted(path)
        self.message = message
        self.text = text
        self.more = more
        place = (self.name, *(number for number in (self.line, self.column) if number))
        where = ":".join(map(str, place))
        super().__init__(": ".join(part for part in (where, self.key, message) if part))


class UsageError(Exception):
    """Something on the command line means nothing; ``str(error)`` says what, on one line."""


class NotInstalledError(UsageError):
    """A package is needed that is not installed; how to install it is said where it is told."""

    def __init__(self, message: str, package: str) -> None:
        super().__init__(message)
        self.package = package


class UnknownNameError(UsageError):
    """A name was given that is none of those known: the value of ``option``, if that is one."""

    def __init__(self, option: str, name: str, known: Iterable[str], what: str) -> None:
        typed = f"{option} {name or repr(name)}".lstrip()
        if not name:
            some = ", ".join(islice(known, NEAREST))
            super().__init__(f"{typed}: a name is missing, such as {some}")
            return
        near = ", ".join(nearest(name, known, NEAREST, likeness=0.0))
        super().__init__(f"{typed}: there is no such {what}; the nearest names are {near}")
