"""Writing a file whole or not at all."""

import errno
import os
import re
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

# --- what may be written to ------------------------------------------------------------------


def refusal(path: Path, *, force: bool) -> str | None:
    """Why ``path`` cannot be written to, as far as can be told beforehand; None if it can."""
    exists = "the file exists already; --force replaces it"
    return _refusal(path, None if force else exists)


def checkpoint_refusal(path: Path, resumed: Path | None, *, force: bool) -> str | None:
    """As `refusal`, of a file that is written again and again.

    The one that training goes on from, ``resumed``, is its own earlier self and may be replaced.
    """
    exists = "the file exists already; --resume goes on from it, --force replaces it"
    return _refusal(path, None if force or _same(path, resumed) else exists)


def _refusal(path: Path, exists: str | None) -> str | None:
    """``exists`` is what is said of a file that is there, None if it may be replaced."""
    try:
        if path.is_dir():
            return "this is a folder, not a file"
        folder = Path(os.path.realpath(path)).parent
        if not folder.is_dir():
            if path.is_symlink():
                return f"there is no folder {folder}, to which this link leads"
            return f"there is no folder {path.parent}"
        if path.is_file() and exists:
            return exists
        if not _is_device(path) and not os.access(folder, os.W_OK | os.X_OK):
            return f"you may not write into the folder {path.parent}"
    except OSError as error:  # a name too long, a folder on the way that may not be entered
        return f"this cannot be written: {error.strerror or error}"
    return None


def _same(path: Path, other: Path | None) -> bool:
    with suppress(OSError):
        return other is not None and path.samefile(other)
    return False


class Stamp(NamedTuple):
    """What tells a file from whatever is put in its place."""

    device: int
    inode: int
    size: int
    modified: int


def stamp(path: Path) -> Stamp | None:
    """The stamp of the file at a path, None if there is none. Raises OSError."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


# --- writing ---------------------------------------------------------------------------------


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that no reader ever sees part of it, replacing what is there.

    A text is written in UTF-8. When this returns, the file outlasts a power failure. Raises OSError
    where that fails; the old file, if any, is then as it was.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    if _is_device(path):
        path.write_bytes(data)  # a device or a pipe can't be replaced
        return
    path = Path(os.path.realpath(path))  # a link stays one
    _remove_abandoned(path)
    handle, temporary = tempfile.mkstemp(UNFINISHED, _prefix(path), path.parent)
    claim = _claim(temporary, wait=True)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            Path(temporary).chmod(_mode(path))
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    finally:
        if claim is not None:
            os.close(claim)
    _settle(path.parent)


def write_over(path: Path, content: str | bytes, own: Stamp | None) -> Stamp | None:
    """As `write_whole`, but over nothing else than the file whose stamp is ``own``.

    With None, no file may be there. Returns the new file's stamp. Raises FileExistsError where
    another file has taken the place, and OSError where writing fails.
    """
    if not _is_device(path) and (found := stamp(path)) is not None and found != own:
        raise FileExistsError(errno.EEXIST, "another file has been put there meanwhile", str(path))
    write_whole(path, content)
    return None if _is_device(path) else stamp(path)


# --- what a kill leaves ----------------------------------------------------------------------

# A file that is being written is called .NAME.RANDOM.unfinished, RANDOM as tempfile makes it up.
UNFINISHED = ".unfinished"
RANDOM = "[a-z0-9_]{8}"
A_MOMENT = 60.0  # seconds in which a process that has made its file gets to claim it


def _prefix(path: Path) -> str:
    return f".{path.name[:50]}."  # a name may have 255 bytes, and the temporary one is longer


def _remove_abandoned(path: Path) -> None:
    """Remove what earlier writing of the same file has left, where that was killed."""
    pattern = re.compile(re.escape(_prefix(path)) + RANDOM + re.escape(UNFINISHED))
    with suppress(OSError), os.scandir(path.parent) as entries:
        for entry in entries:
            if pattern.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                _remove_unclaimed(entry.path)


def _remove_unclaimed(temporary: str) -> None:
    """Remove a file that no process is writing any more."""
    claim = _claim(temporary, wait=False)
    if claim is None:
        return
    try:
        status = os.fstat(claim)
        # Before its first byte, whoever writes it may not have claimed it yet.
        if status.st_size or time.time() - status.st_mtime > A_MOMENT:
            Path(temporary).unlink(missing_ok=True)
    finally:
        os.close(claim)


def _claim(temporary: str, *, wait: bool) -> int | None:
    """Hold a file that is being written, so that no other process takes it for abandoned.

    Returns a handle, which holds it until it is closed, by a kill too. None where another process
    holds it, or where the system knows no such claims: there nothing is removed.
    """
    try:
        import fcntl

        handle = os.open(temporary, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        return None
    return handle


# --- the system ------------------------------------------------------------------------------


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file()


def _settle(folder: Path) -> None:
    """Have a folder's new entry written to the disk too, where the system can be asked for that."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _mode(path: Path) -> int:
    """The permissions of the file to be replaced, or those of any new file."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
