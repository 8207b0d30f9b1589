"""Writing a file whole or not at all, and finding the configurations that are shipped."""

import os
import tempfile
from pathlib import Path


def shipped_configuration(name: str) -> Path:
    """A configuration of ``configs/``: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    installed = package / "configs" / name
    return installed if installed.exists() else package.parent / "configs" / name


def refusal(path: Path, *, force: bool) -> str | None:
    """Why ``path`` cannot be written to, as far as can be told beforehand; None if it can."""
    if path.is_dir():
        return "this is a folder, not a file"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}"
    if path.is_file() and not force:
        return "the file exists already; --force replaces it"
    return None


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that no reader ever sees part of it, replacing what is there.

    A text is written in UTF-8. Raises OSError where that fails; the old file, if any, is then as
    it was.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    if path.exists() and not path.is_file():
        path.write_bytes(data)  # a device or a pipe can't be replaced
        return
    path = path.resolve()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_mode(path))
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """The permissions of the file to be replaced, or those of any new file."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
