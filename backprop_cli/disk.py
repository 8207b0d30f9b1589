"""Writing a file whole or not at all."""

import errno
import os
import re
import stat
import tempfile
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

# --- what may be written to ------------------------------------------------------------------


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
        mode = _mode_at(path)
        if stat.S_ISDIR(mode):
            return "this is a folder, not a file"
        folder = _behind_links(path).parent
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


def _behind_links(path: Path) -> Path:
    """The path that a link leads to at last, or the path itself. Raises OSError if links loop."""
    for _ in range(MOST_LINKS):
        if not path.is_symlink():
            return path
        path = path.parent / path.readlink()
    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))


MOST_LINKS = 40  # as many as Linux follows


def _mode_at(path: Path) -> int:
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
        return _stamp(path.stat())
    except FileNotFoundError:
        return None


def _stamp(status: os.stat_result) -> Stamp:
    if not stat.S_ISREG(status.st_mode):
        return Stamp(status.st_dev, status.st_ino)
    return Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


# --- writing ---------------------------------------------------------------------------------


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that no reader ever sees part of it, replacing what is there.

    A text is written in UTF-8. When this returns, the file outlasts a power failure. Raises OSError
    where that fails; the old file, if any, is then as it was.
    """
    _write(path, content, replaces=True)


def write_over(path: Path, content: str | bytes, own: Stamp | None) -> Stamp:
    """As `write_whole`, but over nothing else than the file whose stamp is ``own``.

    With None, no file may be there. Returns the new file's stamp. Raises FileExistsError where
    something else has taken the place, and OSError where writing fails.
    """
    return _write(path, content, replaces=_is_own(path, own), own=own)


def _is_own(path: Path, own: Stamp | None) -> bool:
    """True if the file whose stamp is ``own`` is there; False where nothing is.

    Raises FileExistsError where something else is.
    """
    found = stamp(path)
    if found is not None and found != own:
        raise FileExistsError(errno.EEXIST, "another file has been put there meanwhile", str(path))
    return found is not None


def write_beside(path: Path, content: str | bytes, own: Stamp | None) -> tuple[Path, Stamp]:
    """As `write_over`, but beside what has taken the place: as NAME-2, NAME-3, and so on.

    Returns the path that was written to, and the stamp of what is there now.
    """
    with suppress(FileExistsError):
        return path, write_over(path, content, own)
    for number in count(2):
        ending = f"-{number}{path.suffix}"
        stem = path.stem
        while len(os.fsencode(stem + ending)) > LONGEST_NAME:
            stem = stem[:-1]
        other = path.with_name(stem + ending)
        with suppress(FileExistsError):
            return other, write_over(other, content, None)
    raise AssertionError("there is always a number more")


LONGEST_NAME = 255  # bytes, on every common file system


def _write(path: Path, content: str | bytes, *, replaces: bool, own: Stamp | None = None) -> Stamp:
    """Write a file whole; FileExistsError if there is one and it is not to be replaced.

    With ``own``, nothing but the file with that stamp is.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    if _is_device(path):
        with path.open("wb") as device:  # which can't be replaced
            device.write(data)
            return _stamp(os.fstat(device.fileno()))
    path = _behind_links(path)  # a link stays one
    path = Path(os.path.realpath(path.parent, strict=True), path.name)
    _remove_abandoned(path)
    handle, temporary = tempfile.mkstemp(UNFINISHED, _prefix(path), path.parent)
    claim = _claim(temporary, wait=True)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            Path(temporary).chmod(_mode(path))
            os.fsync(file.fileno())
            # Taken now: by the time it has its name, another file may have that again.
            written = _stamp(os.fstat(file.fileno()))
        if own is not None and replaces:
            # Looked at again: the writing took its time, and the renaming takes next to none.
            replaces = _is_own(path, own)
        if replaces or not _linked(temporary, path):
            Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    finally:
        if claim is not None:
            os.close(claim)
    _settle(path.parent)
    return written


def _linked(temporary: str, path: Path) -> bool:
    """Give a finished file its name, if nothing has that name; False where links are unknown.

    Unlike a renaming, this replaces nothing that was put there since it was last looked at.
    """
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        return False
    Path(temporary).unlink()
    return True


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
    """True if there is something other than a file. Raises OSError where a link loops."""
    mode = _mode_at(path)
    return bool(mode) and not stat.S_ISREG(mode)


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
    if mode := _mode_at(path):
        return mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
