"""A path as a place for a file: whether one may be written there, and which file is there."""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple


def refusal(path: Path, *, force: bool, pipes: bool = False) -> str | None:
    """The reason why ``path`` cannot be written to, as far as is known beforehand; None if it can.

    A named pipe may stand there only with ``pipes``: one waits until someone reads it.
    """
    exists = "the file exists already; --force replaces it"
    return _refusal(path, None if force else exists, pipes=pipes)


def checkpoint_refusal(path: Path, resumed: Path | None, *, force: bool) -> str | None:
    """As `refusal`, of a file that is written again and again.

    The one that training goes on from, ``resumed``, is its own earlier self and may be replaced.
    """
    exists = "the file exists already; --resume goes on from it, --force replaces it"
    own = resumed is not None and same_file(path, resumed)
    return _refusal(path, None if force or own else exists, pipes=False)


def _refusal(path: Path, exists: str | None, *, pipes: bool) -> str | None:
    """``exists`` is what is said of a file that is there, None if it may be replaced."""
    try:
        mode = mode_at(path)
        if stat.S_ISDIR(mode):
            return "this is a folder, not a file"
        folder = behind_links(path).parent
        if not folder.is_dir():
            if path.is_symlink():
                return f"there is no folder {folder}, to which this link leads"
            return f"there is no folder {path.parent}"
        if stat.S_ISREG(mode) and exists:
            return exists
        if stat.S_ISSOCK(mode) or (stat.S_ISFIFO(mode) and not pipes):
            return "this is a pipe, not a file"
        replaced = not mode or stat.S_ISREG(mode)
        if replaced and not os.access(folder, os.W_OK | os.X_OK):
            return f"you may not write into the folder {path.parent}"
    except OSError as error:  # a name too long, a folder on the way that may not be entered
        if error.errno == errno.ELOOP:
            return "this link leads back to itself"
        return f"this cannot be written: {error.strerror or error}"
    return None


def behind_links(path: Path) -> Path:
    """The path that a link leads to at last, or the path itself. Raises OSError if links loop."""
    for _ in range(MOST_LINKS):
        if not path.is_symlink():
            return path
        path = path.parent / path.readlink()
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


MOST_LINKS = 40  # as many as Linux follows


def mode_at(path: Path) -> int:
    """The kind of file at a path, and its permissions; 0 if there is nothing. Raises OSError."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return 0


def same_file(path: Path, other: Path) -> bool:
    """True if two paths lead to one file, or would once it is there, however they are spelt."""
    with suppress(OSError):
        return path.samefile(other)
    with suppress(OSError):
        here, there = Path(os.path.realpath(path)), Path(os.path.realpath(other))
        return here.name == there.name and here.parent.samefile(there.parent)
    return path.absolute() == other.absolute()


class Stamp(NamedTuple):
    """A stamp that tells a file from what is put in its place; of a device, only which it is."""

    device: int
    inode: int
    size: int = 0
    modified: int = 0


def stamp(path: Path) -> Stamp | None:
    """The stamp of what is at a path, None if there is nothing. Raises OSError."""
    try:
        return stamp_of(path.stat())
    except FileNotFoundError:
        return None


def stamp_of(status: os.stat_result) -> Stamp:
    """The stamp of what the system says of a file."""
    if not stat.S_ISREG(status.st_mode):
        return Stamp(status.st_dev, status.st_ino)
    return Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
