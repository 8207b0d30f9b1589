"""Where a command may write: what speaks against a file is said before anything is worked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from backprop_cli.disk import checkpoint_refusal, refusal
from backprop_cli.errors import UsageError

if TYPE_CHECKING:
    from backprop_cli.lesson.blocks import Plot


def writable(output: Path | None, *, force: bool) -> Path | None:
    """The file to write to, None for standard output. Raises UsageError if it must not be."""
    if output is None or output == Path("-"):
        return None
    if fault := refusal(output, force=force):
        raise UsageError(f"{output}: {fault}")
    return output


def checkpoint_file(path: Path, resumed: Path | None, *, force: bool) -> Path:
    """The file for checkpoints. Raises UsageError if it must not be written to."""
    if fault := checkpoint_refusal(path, resumed, force=force):
        raise UsageError(f"{path}: {fault}")
    return path


def apart(files: dict[str, Path | None]) -> None:
    """See that no two options name one file, and only --output standard output.

    Raises UsageError.
    """
    seen: dict[Path, str] = {}
    for option, path in files.items():
        if path is None:
            continue
        if path == Path("-"):
            if option != "--output":
                raise UsageError(f"{option} -: name a file")
            continue
        other = seen.setdefault(path.absolute(), option)
        if other != option and not path.is_char_device():
            raise UsageError(f"{option} {path}: {other} names the same file")


def drawable(picture: Path | None, *, force: bool) -> Path | None:
    """The file to draw to. Raises UsageError if it must not be, or cannot be drawn."""
    if picture is None:
        return None
    from backprop_cli.render.picture import check_picture

    check_picture(picture)
    return writable(picture, force=force)


def no_picture(*names: Path | str | None) -> None:
    """See that nobody wrote ``--plot FILE`` for ``--picture FILE``. Raises UsageError."""
    for name in names:
        if str(name).lower().endswith((".svg", ".png")):
            raise UsageError(
                f"--plot draws in the terminal; to draw to a file, write --picture {name}"
            )


def draw(curves: "Plot | None", picture: Path | None) -> None:
    """Draw curves to a file, if there are any and they are wanted there. Raises OSError."""
    if curves is not None and picture is not None:
        from backprop_cli.render.picture import write_picture

        with naming(picture):
            write_picture(curves, picture)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Within it, whatever keeps a file from being written is said of that file."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
