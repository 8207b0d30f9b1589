"""The command that adds a package, by the tool that the program was installed with."""

import json
import os
import shlex
import sys
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

PROGRAM = "backprop-cli"


def command_for(
    package: str,
    prefix: Path = Path(sys.prefix),
    environment: Mapping[str, str] = os.environ,
) -> str:
    """The command that installs a package where this program finds it.

    ``prefix`` is the folder of the Python environment that runs the program. pipx and uv leave a
    file of their own in those that they make: https://pipx.pypa.io, https://docs.astral.sh/uv.
    """
    if (prefix / "pipx_metadata.json").exists():
        return f"pipx inject {PROGRAM} {package}"
    if (prefix / "uv-receipt.toml").exists():
        return f"uv tool install --with {package} {_source()}"
    if find_spec("pip") is None:  # as in an environment that uv has made
        return f"uv pip install --python {shlex.quote(str(prefix))} {package}"
    if environment.get("VIRTUAL_ENV") == str(prefix):  # it is activated: pip is its pip
        return f"pip install {package}"
    return f"{shlex.quote(sys.executable)} -m pip install {package}"


def _source() -> str:
    """The source of the installed program: its name, or a folder or an address."""
    with suppress(PackageNotFoundError):
        if text := distribution(PROGRAM).read_text("direct_url.json"):
            url = str(json.loads(text)["url"])
            return shlex.quote(url.removeprefix("file://"))
    return PROGRAM
