"""Renaming a file such that nothing is lost that has its new name."""

import ctypes
import errno
import os
from pathlib import Path

NO_REPLACE, EXCHANGE = 1, 2  # Linux's flags
HERE = -100  # paths are relative to the current folder


def renamed_to_free_name(file: str, path: Path) -> bool:
    """Give a file a name that no other has, in one step; False where the system cannot.

    Raises FileExistsError if there is one, and OSError where it fails.
    """
    return _renamed(file, path, NO_REPLACE)


def exchanged(file: str, path: Path) -> bool:
    """Give each of two files the other's name, in one step; False where the system cannot.

    Raises FileNotFoundError where one is not there.
    """
    return _renamed(file, path, EXCHANGE)


def _renamed(file: str, path: Path, flag: int) -> bool:
    try:
        rename = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError, TypeError):  # another system, or an old library
        return False
    if rename(HERE, os.fsencode(file), HERE, os.fsencode(path), flag) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EEXIST, errno.ENOENT):
        raise OSError(number, os.strerror(number), str(path))
    return False  # a file system without these
