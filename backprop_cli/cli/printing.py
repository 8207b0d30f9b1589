"""Where what a command prints goes, and what becomes of what goes wrong."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, NoReturn

import typer

from backprop_cli.disk import checkpoint_refusal, refusal, write_whole
from backprop_cli.errors import STDIN, ConfigError, UsageError
from backprop_cli.wording import printable

if TYPE_CHECKING:
    from backprop_cli.lesson import blocks
    from backprop_cli.lesson.blocks import Lesson

EXIT_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_SIGNALLED = 128  # and the number of the signal, as shells count


def writable(output: Path | None, *, force: bool) -> Path | None:
    """The file to write to, None for standard output; the run ends here if it must not be."""
    if output is None or output == Path("-"):
        return None
    if fault := refusal(output, force=force):
        fail(f"{output}: {fault}", EXIT_BAD_INPUT)
    return output


def checkpoint_file(path: Path, resumed: Path | None, *, force: bool) -> Path:
    """The file for checkpoints; the run ends here if it must not be written to."""
    if fault := checkpoint_refusal(path, resumed, force=force):
        fail(f"{path}: {fault}", EXIT_BAD_INPUT)
    return path


def apart(files: dict[str, Path]) -> None:
    """End the run if two options name one file, or one that is no file names standard output."""
    seen: dict[Path, str] = {}
    for option, path in files.items():
        if path == Path("-"):
            if option != "--output":
                fail(f"{option} -: name a file", EXIT_BAD_INPUT)
            continue
        other = seen.setdefault(path.absolute(), option)
        if other != option and not path.is_char_device():
            fail(f"{option} {path}: {other} names the same file", EXIT_BAD_INPUT)


def refuse(*rules: tuple[str, object, str, dict[str, object]]) -> None:
    """End the run if an option was given with others that mean nothing beside it."""
    for option, given, what, others in rules:
        found = [other for other, also_given in others.items() if also_given]
        if given and found:
            fail(f"{option} {what}: leave {' and '.join(found)} out", EXIT_BAD_INPUT)


def drawable(picture: Path | None, *, force: bool) -> Path | None:
    """The file to draw to; the run ends here if it must not be, or cannot be drawn."""
    if picture is None:
        return None
    from backprop_cli.render.picture import check_picture

    with complaints(None):  # the configuration is not at fault
        check_picture(picture)
    return writable(picture, force=force)


def draw(curves: "blocks.Plot | None", picture: Path | None) -> None:
    """Draw curves to a file, if there are any and they are wanted there."""
    if curves is not None and picture is not None:
        from backprop_cli.render.picture import write_picture

        with naming(picture):
            write_picture(curves, picture)


def show(lesson: "Lesson", output: Path | None) -> None:
    """Print a lesson, or write it to a file as it stands in a pipe."""
    from backprop_cli.render.terminal.console import console_for, plain_console
    from backprop_cli.render.terminal.console import show as print_lesson

    if output is None:
        print_lesson(lesson, console_for(_standard_output()))
    else:
        text = StringIO()
        print_lesson(lesson, plain_console(text))
        write(text.getvalue(), output)


def write(text: str, output: Path | None) -> None:
    """Print a text, or write it to a file."""
    if output is None:
        file = _standard_output()
        file.write(text)
        file.flush()
    else:
        with naming(output):
            write_whole(output, text)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Within it, whatever keeps a file from being written is said of that file."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def _standard_output() -> IO[str]:
    """Standard output; OSError where whoever started the program has closed it."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "it is closed")
    return sys.stdout


@contextmanager
def complaints(source: Path | None) -> Iterator[None]:
    """Turn what can go wrong into one line on standard error and an exit code."""
    where = f"{STDIN if source == Path('-') else source}: " if source else ""
    try:
        yield
    except ConfigError as error:
        fail(str(error), EXIT_BAD_INPUT)
    except UsageError as error:
        fail(f"{where}{error}", EXIT_BAD_INPUT)
    except ArithmeticError as error:
        fail(f"{where}{error}", EXIT_FAILED)
    except BrokenPipeError:
        _discard_output()  # the reader has seen enough
    except OSError as error:
        _discard_output()
        fail(f"{error.filename or 'standard output'}: {error.strerror}", EXIT_FAILED)


def _discard_output() -> None:
    """Send to nowhere what is still buffered: it must not fail again at exit."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def warn(message: str) -> None:
    """Say what is wrong, while the run goes on."""
    if sys.stderr is not None:
        print(printable(message), file=sys.stderr)


def fail(message: str, code: int) -> NoReturn:
    """Say what is wrong, and end the run with an exit code."""
    warn(message)
    raise typer.Exit(code)
