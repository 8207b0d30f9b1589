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

from backprop_cli.places import Stamp, behind_links, mode_at, stamp, stamp_of


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
        raise _taken(path)
    return found is not None


def _taken(path: Path) -> FileExistsError:
    return FileExistsError(errno.EEXIST, "another file has been put there meanwhile", str(path))


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
            return stamp_of(os.fstat(device.fileno()))
    path = behind_links(path)  # a link stays one
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
            written = stamp_of(os.fstat(file.fileno()))
        if own is not None and replaces:
            replaces = _put_over(temporary, path, own, written)
        elif replaces:
            Path(temporary).replace(path)
        if not replaces:
            _put(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    finally:
        if claim is not None:
            os.close(claim)
    _settle(path.parent)
    return written


def _put(temporary: str, path: Path) -> None:
    """Give a finished file its name. Raises FileExistsError where another has it.

    Unlike a plain renaming, this replaces nothing that was put there since it was last looked at.
    """
    from backprop_cli.renaming import renamed_to_free_name

    if renamed_to_free_name(temporary, path):
        return
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:  # links are unknown here
        Path(temporary).replace(path)
    else:
        Path(temporary).unlink()


def _put_over(temporary: str, path: Path, own: Stamp, written: Stamp) -> bool:
    """Give a finished file, whose stamp is ``written``, the name of the one whose stamp is ``own``.

    False where nothing has that name any more. Raises FileExistsError where another file has it,
    which keeps it: where the system can, the two files exchange their names, so that what was
    replaced is still there to be looked at.
    """
    from backprop_cli.renaming import exchanged

    if not _is_own(path, own):  # looked at again: the writing took its time
        return False
    try:
        if not exchanged(temporary, path):
            Path(temporary).replace(path)  # this takes next to none
            return True
    except FileNotFoundError:
        return False
    replaced = Path(temporary)
    if stamp(replaced) != own:
        exchanged(temporary, path)
        if stamp(replaced) != written:  # yet another has come: it stays
            exchanged(temporary, path)
        raise _taken(path)
    replaced.unlink()
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
    mode = mode_at(path)
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
    if mode := mode_at(path):
        return mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
