"""``backprop draw``: the picture of a network, with its values."""

from io import StringIO
from pathlib import Path
from typing import Annotated

import typer

from backprop_cli.cli.destinations import apart, destination
from backprop_cli.cli.exits import FAILED, complaints
from backprop_cli.cli.options import (
    Color,
    Colors,
    Config,
    Decimals,
    DrawnEpochs,
    Exact,
    Example,
    Force,
    Output,
    Quiet,
)
from backprop_cli.cli.printing import write
from backprop_cli.cli.world import World
from backprop_cli.errors import UsageError
from backprop_cli.shipped import DEFAULT
from backprop_cli.wording import printable

TEXT = ("", ".txt")


def draw(
    ctx: typer.Context,
    config: Config = None,
    gradients: Annotated[
        bool, typer.Option("--gradients", help="Write the gradient of the loss beside each value.")
    ] = False,
    epochs: DrawnEpochs = 0,
    example: Example = 1,
    exact: Exact = False,
    decimals: Decimals = None,
    quiet: Quiet = False,
    output: Output = None,
    color: Colors = Color.auto,
    force: Force = False,
) -> None:
    """Draw the network: neurons with their values, edges with their weights.

    In the terminal it is drawn in characters, to a file as an .svg picture.
    """
    world: World = ctx.obj.with_color(color)
    source: Path = config or DEFAULT
    with complaints(None):
        files = {"--output": output}
        as_svg = _is_svg(output)
        apart(source, files)
        written_to = destination(output, force=force, pipes=True)
    with complaints(source):
        from backprop_cli.cli import running
        from backprop_cli.cli.settings import Settings

        settings = Settings(
            epochs=epochs + 1,
            at=epochs + 1 if epochs else None,
            example=example,
            exact=exact,
            decimals=decimals,
            progress=None if quiet else world.err,
        )
        diagram = running.run(source, settings, ()).diagram(gradients=gradients)
        if as_svg:
            from backprop_cli.render.network_picture.svg import svg

            done = write(svg(diagram), written_to, world)
        else:
            from backprop_cli.render.terminal.console import console_for, plain_console
            from backprop_cli.render.terminal.network import show_network

            if written_to is None:
                show_network(diagram, console_for(world.out, world.color))
                return
            text = StringIO()
            show_network(diagram, plain_console(text))
            done = write(text.getvalue(), written_to, world)
    if not done:
        raise typer.Exit(FAILED)


def _is_svg(output: Path | None) -> bool:
    """True if a picture is asked for, not characters. Raises UsageError for any other ending."""
    if output is None or output.suffix.lower() in TEXT or output.is_char_device():
        return False
    if output.suffix.lower() != ".svg":
        raise UsageError(f"{printable(str(output))}: a network is drawn to an .svg or a .txt file")
    return True


SETTINGS = {"epilog": "Example: backprop draw mine.yaml --gradients -o mine.svg"}
