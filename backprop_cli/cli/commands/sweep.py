"""``backprop sweep``: several learning rates compared."""

from pathlib import Path

import typer

from backprop_cli.cli.destinations import apart, destination, picture_file
from backprop_cli.cli.exits import FAILED, SIGNALLED, complaints
from backprop_cli.cli.media import lesson_format
from backprop_cli.cli.options import (
    Color,
    Colors,
    Config,
    Engine,
    EngineName,
    Force,
    Fragment,
    Output,
    OutputFormat,
    Picture,
    PrintedDecimals,
    Quiet,
    Rates,
    SweepEpochs,
    Tolerance,
    UntilLoss,
)
from backprop_cli.cli.printing import draw, show
from backprop_cli.cli.world import World
from backprop_cli.shipped import DEFAULT


def sweep(
    ctx: typer.Context,
    lr: Rates,
    config: Config = None,
    epochs: SweepEpochs = 100,
    until_loss: UntilLoss = None,
    tolerance: Tolerance = None,
    engine: EngineName = Engine.auto,
    decimals: PrintedDecimals = 4,
    quiet: Quiet = False,
    picture: Picture = None,
    output_format: OutputFormat = None,
    fragment: Fragment = False,
    output: Output = None,
    color: Colors = Color.auto,
    force: Force = False,
) -> None:
    """Train with several learning rates, and compare the losses."""
    world: World = ctx.obj.with_color(color)
    source: Path = config or DEFAULT
    with complaints(None):
        files = {"--output": output, "--picture": picture}
        as_format = lesson_format(output_format, output, world, fragment=fragment)
        apart(source, files)
        written_to = destination(output, force=force, pipes=True)
        drawn_to = picture_file(picture, force=force)
    with complaints(source):
        from backprop_cli.cli.settings import Settings
        from backprop_cli.cli.sweeping import swept_rates

        settings = Settings(
            epochs,
            decimals=decimals,
            until_loss=until_loss,
            tolerance=tolerance,
            engine=engine,
            progress=None if quiet else world.err,
        )
        lesson, curves, signal = swept_rates(source, lr, settings, files)
        done = draw(curves, drawn_to, world)
        done &= show(lesson, written_to, world, as_format)
    if signal:
        raise typer.Exit(SIGNALLED + signal)
    if not done:
        raise typer.Exit(FAILED)


SETTINGS = {"epilog": "Example: backprop sweep mine.yaml --lr 0.1,0.5,1,2 --epochs 500"}
