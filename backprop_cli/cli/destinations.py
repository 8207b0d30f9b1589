"""The files to write: whatever speaks against one is said before anything is worked."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from backprop_cli.disk import write_beside
from backprop_cli.errors import UsageError
from backprop_cli.places import Stamp, checkpoint_refusal, refusal, same_file, stamp


class Destination(NamedTuple):
    """A file to be written, and what was there when that was decided (None: nothing).

    Nothing else is written over: what has taken its place meanwhile is another's.
    """

    path: Path
    found: Stamp | None

    def write(self, content: str | bytes, tell: Callable[[str], None]) -> "Destination":
        """Write there, or beside what has taken the place, of which ``tell`` is told.

        Returns the place that was written to, as it is now. Raises OSError, with the file's name.
        """
        try:
            path, written = write_beside(self.path, content, self.found)
        except OSError as error:
            raise OSError(error.errno, error.strerror or str(error), str(self.path)) from None
        if path != self.path:
            tell(f"{self.path}: another file has been put there meanwhile; {path} is written")
        return Destination(path, written)


def destination(path: Path | None, *, force: bool, pipes: bool = False) -> Destination | None:
    """The file to write to, None for standard output. Raises UsageError if it must not be.

    A named pipe is written to only with ``pipes``.
    """
    if path is None or path == Path("-"):
        return None
    return _allowed(path, refusal(path, force=force, pipes=pipes))


def checkpoint_file(path: Path | None, resumed: Path | None, *, force: bool) -> Destination | None:
    """The file for checkpoints. Raises UsageError if it must not be written to."""
    if path is None:
        return None
    return _allowed(path, checkpoint_refusal(path, resumed, force=force))


def _allowed(path: Path, fault: str | None) -> Destination:
    if fault:
        raise UsageError(f"{path}: {fault}")
    try:
        return Destination(path, stamp(path))
    except OSError as error:
        raise UsageError(f"{path}: this cannot be written: {error.strerror}") from None


Files = Mapping[str, Path | None]  # by the option that names it
NONE: Files = {}


def apart(source: Path, files: Files) -> None:
    """See that no two options name one file, nor one of them what it would destroy.

    Only --output may name standard output, and only a trained network replaces the configuration
    that it comes from. Raises UsageError.
    """
    seen: dict[str, Path] = {}
    for option, path in files.items():
        if path is None:
            continue
        if path == Path("-"):
            if option != "--output":
                raise UsageError(f"{option} -: name a file")
            continue
        if _is_device(path):
            continue
        for other, named in seen.items():
            if same_file(path, named):
                raise UsageError(f"{option} {path}: {other} names the same file")
        seen[option] = path
    outputs = {
        option: path for option, path in files.items() if option in ("--output", "--picture")
    }
    not_over(source, "the configuration is", outputs)


def not_over(source: Path | None, what: str, files: Files) -> None:
    """See that no file is written over one that is read. Raises UsageError."""
    for option, path in files.items():
        if source and path and not _is_device(path) and same_file(path, source):
            raise UsageError(f"{option} {path}: {what} read from this file; name another one")


def _is_device(path: Path) -> bool:
    try:
        return path.is_char_device()
    except OSError:  # a name too long, say; it is told when the file is looked at
        return False


def picture_file(picture: Path | None, *, force: bool) -> Destination | None:
    """The file to draw to. Raises UsageError if it must not be, or cannot be drawn."""
    if picture is None:
        return None
    from backprop_cli.render.picture import check_picture

    check_picture(picture)
    return destination(picture, force=force)


def no_picture(*names: Path | str | None) -> None:
    """See that nobody wrote ``--plot FILE`` for ``--picture FILE``. Raises UsageError."""
    for name in names:
        if str(name).lower().endswith((".svg", ".png")):
            raise UsageError(
                f"--plot draws in the terminal; to draw to a file, write --picture {name}"
            )
