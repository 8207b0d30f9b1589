"""``backprop export``: a script that trains the same network with another library."""

from pathlib import Path
from typing import Annotated

import typer

from backprop_cli.cli.completion import libraries
from backprop_cli.cli.destinations import NONE, Files, apart, destination
from backprop_cli.cli.exits import FAILED, complaints
from backprop_cli.cli.options import Config, Force, Output, ScriptEpochs
from backprop_cli.cli.printing import write
from backprop_cli.errors import UnknownNameError, UsageError
from backprop_cli.shipped import DEFAULT


def export(
    ctx: typer.Context,
    target: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="LIBRARY",
            help="The library: pytorch, numpy or jax.",
            autocompletion=libraries,
        ),
    ],
    config: Config = None,
    epochs: ScriptEpochs = 1,
    output: Output = None,
    force: Force = False,
) -> None:
    """Print a script that trains the same network with PyTorch, NumPy or JAX."""
    source = config or DEFAULT
    with complaints(None):
        files = {"--output": output}
        apart(source, files)
        written_to = destination(output, force=force, pipes=True)
    with complaints(source):
        path = written_to and written_to.path
        if not write(script(source, target, epochs, path, files), written_to, ctx.obj):
            raise typer.Exit(FAILED)


def script(source: Path, target: str, epochs: int, path: Path | None, files: Files = NONE) -> str:
    """A script that trains the network of a configuration with another library.

    ``target`` is one of `export.TARGETS`, ``path`` the file to be written (None: standard
    output). Raises ConfigError, and UsageError for what a script cannot take up.
    """
    from backprop_cli.cli.running import loaded
    from backprop_cli.export import TARGETS
    from backprop_cli.export.description import describe
    from backprop_cli.export.reading import reading

    if target not in TARGETS:
        raise UnknownNameError("--to", target, TARGETS, "library")
    exercise = loaded(source, files)
    data = reading(exercise, path)
    name = "standard input" if str(source) == "-" else source.name
    file = path.name if path else "script.py"
    text = TARGETS[target](describe(exercise, name, file, epochs, data))
    if path and path.suffix == ".py" and path.stem in _imported(text):
        raise UsageError(
            f"--output {path}: the script imports {path.stem}, and Python would take this file "
            f"for it; choose another name, such as train_{path.name}"
        )
    return text


def _imported(script: str) -> set[str]:
    """The modules that a script imports, by their first names."""
    import ast

    found: set[str] = set()
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name.partition(".")[0] for name in found}


SETTINGS = {"epilog": "Example:  backprop export mine.yaml --to pytorch --epochs 1000 -o mine.py"}
