"""The configurations that are shipped with the program, which are called by their names."""

from pathlib import Path

from backprop_cli.wording import nearest


def folder() -> Path:
    """The folder of the examples: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parent
    installed = package / "configs"
    return installed if installed.exists() else package.parent / "configs"


def shipped_configuration(name: str) -> Path:
    """The file of that name."""
    return folder() / name


def examples() -> dict[str, Path]:
    """The configurations by name, in alphabetical order, but the one worked by default first."""
    paths = sorted(folder().glob("*.yaml"), key=lambda path: (path.stem != "default", path.stem))
    return {path.stem: path for path in paths}


def title(path: Path) -> str:
    """The description of an example, which is its first line."""
    with path.open(encoding="utf-8") as file:
        return file.readline().removeprefix("#").strip().rstrip(".")


def named(path: Path) -> Path:
    """The shipped example that is called so, where there is no such file; else the path itself."""
    if len(path.parts) != 1 or _is_there(path):
        return path
    return examples().get(path.name, path)


def called(path: Path) -> str:
    """The name that asks for a configuration: of a shipped one its own, of others the path."""
    own = path.stem
    return own if examples().get(own) == path and not _is_there(Path(own)) else str(path)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name too long, say; it is told when the file is read
        return True


def nearest_file(path: Path) -> str | None:
    """The file or the example that may have been meant by the path of a file that is not there."""
    if path == Path("-") or _is_there(path):
        return None
    try:
        beside = {file.stem: str(file) for file in path.parent.glob("*.y*ml")}
    except OSError:
        beside = {}
    known = {**{name: f"the example {name}" for name in examples()}, **beside}
    return next((known[name] for name in nearest(path.stem, known, 1, likeness=0.75)), None)


# The configuration that is worked when none is given.
DEFAULT = shipped_configuration("default.yaml")
