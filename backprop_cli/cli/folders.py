"""Many files written into a folder: all of them, or none."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from backprop_cli.disk import UNFINISHED, write_whole
from backprop_cli.errors import UsageError
from backprop_cli.places import refusal
from backprop_cli.wording import counted, printable


def see_that_it_is_free(folder: Path, names: Iterable[str], *, force: bool) -> None:
    """See that files of these names can be written into a folder. Raises UsageError.

    The folder may be missing, but not the one that it belongs in.
    """
    said = printable(str(folder))
    try:
        there = folder.exists()
        if there and not folder.is_dir():
            raise UsageError(f"{said}: this is a file; name a folder")
        if not there and not folder.parent.is_dir():
            raise UsageError(f"{said}: there is no folder {printable(str(folder.parent))}")
    except OSError as error:
        raise UsageError(f"{said}: this cannot be written: {error.strerror}") from None
    if not there:
        return
    taken = [name for name in names if (folder / name).exists()]
    if taken and not force:
        more = f" and {counted(len(taken) - 1, 'other file')}" if len(taken) > 1 else ""
        verb = "exist" if len(taken) > 1 else "exists"
        raise UsageError(
            f"{printable(str(folder / taken[0]))}{more} {verb} already; --force replaces what is "
            "there"
        )
    for name in names:
        if (folder / name).parent.is_dir() and (fault := refusal(folder / name, force=force)):
            raise UsageError(f"{printable(str(folder / name))}: {fault}")


def write_all(folder: Path, files: Mapping[str, str | bytes], *, force: bool) -> None:
    """Write files into a folder by their names, which may have a folder of their own before them.

    They are first written elsewhere in it, so that a full disk leaves none of them. Raises OSError,
    and FileExistsError where one has appeared meanwhile, without ``force``.
    """
    folders = dict.fromkeys((folder, *((folder / name).parent for name in files)))
    made = [path for path in folders if not path.exists()]
    placed: list[Path] = []
    try:
        for path in made:
            path.mkdir()
        with tempfile.TemporaryDirectory(UNFINISHED, ".", folder) as staging:
            for at, content in enumerate(files.values()):
                write_whole(Path(staging, str(at)), content)
            for at, name in enumerate(files):
                _place(Path(staging, str(at)), folder / name, force=force)
                placed.append(folder / name)
    except BaseException:
        if not force:  # what was there before is not there any more
            for path in placed:
                path.unlink(missing_ok=True)
        for path in reversed(made):
            with suppress(OSError):
                path.rmdir()
        raise


def _place(file: Path, path: Path, *, force: bool) -> None:
    """Give a finished file its name."""
    if force:
        file.replace(path)
        return
    try:
        os.link(file, path)
    except FileExistsError:
        raise FileExistsError(
            errno.EEXIST, "another file has been put there meanwhile", str(path)
        ) from None
    except OSError:  # links are unknown here
        shutil.move(file, path)
