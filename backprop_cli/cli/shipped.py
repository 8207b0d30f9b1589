"""The configurations that are shipped with the program."""

from pathlib import Path


def shipped_configuration(name: str) -> Path:
    """A configuration of ``configs/``: inside an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "configs" / name
    return installed if installed.exists() else package.parent / "configs" / name


# The configuration that is worked when none is given.
DEFAULT = shipped_configuration("default.yaml")
