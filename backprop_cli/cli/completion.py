"""What the shell offers for an option or an argument that is typed so far."""

from pathlib import Path

import typer

from backprop_cli.cli.shipped import DEFAULT, named
from backprop_cli.errors import ConfigError


def names_of_config(ctx: typer.Context, incomplete: str) -> list[str]:
    """The names that ``--explain`` can complete to: those of the file given so far."""
    from backprop_cli.cli import running

    # Where an option stands after the file, what came before it is still unread.
    given = ctx.params.get("config") or next(iter(ctx.args), None) or DEFAULT
    source = named(Path(given))
    if not source.is_file():
        return []  # a pipe, or standard input, would be waited for here, and is the run's
    try:
        names = running.names_to_explain(source)
    except (ConfigError, OSError):
        return []
    return [name for name in names if name.startswith(incomplete)]
