"""``backprop schema``: the form of a configuration, for editors."""

import typer

from backprop_cli.cli.exits import complaints
from backprop_cli.cli.printing import write


def schema(ctx: typer.Context) -> None:
    """Print the JSON Schema of a configuration, for completion in editors."""
    import json

    from backprop_cli import config

    with complaints(None):
        text = json.dumps(config.json_schema(), indent=2, ensure_ascii=False)
        write(f"{text}\n", None, ctx.obj)


SETTINGS: dict[str, str] = {}
