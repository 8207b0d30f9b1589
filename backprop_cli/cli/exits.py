"""The end of the program: its exit codes, and the errors that lead to each of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backprop_cli.errors import STDIN, ConfigError, NotInstalledError, UsageError
from backprop_cli.shipped import called

DONE = 0
FAILED = 1  # a calculation that comes to nothing, a gradient check that fails, a file not written
BAD_INPUT = 2  # a mistake in the configuration or on the command line
SIGNALLED = 128  # and the number of the signal, as shells count

CODES: tuple[tuple[type[Exception], int], ...] = (
    (ConfigError, BAD_INPUT),
    (UsageError, BAD_INPUT),
    (ArithmeticError, FAILED),
    (OSError, FAILED),
)


class ComplaintError(Exception):
    """The end of a command: ``str(error)`` is told to the user in one line, ``code`` the shell.

    ``error`` is what it was ended by.
    """

    def __init__(self, error: Exception, source: Path | None = None) -> None:
        self.error = error
        self.code = next(code for kind, code in CODES if isinstance(error, kind))
        message = str(error)
        if isinstance(error, OSError):
            message = error.strerror or message
            where = str(error.filename or "")
        elif source is None or isinstance(error, ConfigError):  # which says itself where it is
            where = ""
        else:
            where = STDIN if source == Path("-") else called(source)
        if isinstance(error, NotInstalledError):
            from backprop_cli.cli.installing import command_for

            message += f"; {command_for(error.package)} installs it"
        super().__init__(f"{where}: {message}" if where else message)


@contextmanager
def complaints(source: Path | None) -> Iterator[None]:
    """Within it, an error ends the command, and is said of a source if there is one.

    Raises ComplaintError.
    """
    try:
        yield
    except tuple(kind for kind, _ in CODES) as error:
        raise ComplaintError(error, source) from None
