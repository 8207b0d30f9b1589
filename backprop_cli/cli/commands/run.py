"""``backprop run``: a network worked, and trained where that is asked for."""

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from backprop_cli.cli.destinations import (
    apart,
    checkpoint_file,
    destination,
    no_picture,
    picture_file,
)
from backprop_cli.cli.exits import DONE, FAILED, SIGNALLED, complaints
from backprop_cli.cli.media import Format, format_of
from backprop_cli.cli.options import (
    At,
    Brief,
    ByHand,
    CheckpointFile,
    Color,
    Colors,
    Config,
    Decimals,
    Engine,
    EngineName,
    Epochs,
    Every,
    Exact,
    Example,
    Explain,
    Force,
    Fragment,
    Gradcheck,
    Notation,
    NotationName,
    Only,
    Output,
    OutputFormat,
    Picture,
    Plot,
    Quiet,
    Rate,
    Resume,
    Save,
    Tolerance,
    UntilLoss,
)
from backprop_cli.cli.printing import draw, show, write
from backprop_cli.cli.world import World
from backprop_cli.errors import UsageError
from backprop_cli.shipped import DEFAULT, called

if TYPE_CHECKING:
    from backprop_cli.runs.run import Run

EVERY = 100  # epochs between two checkpoints

EXAMPLES = """Examples:

backprop run mine.yaml --explain w1 --explain b1

backprop run mine.yaml --epochs 1000 --until-loss 0.01 --plot

cat mine.yaml | backprop run - --format json"""


def run(
    ctx: typer.Context,
    config: Config = None,
    explain: Explain = None,
    example: Example = 1,
    at: At = None,
    gradcheck: Gradcheck = False,
    only: Only = None,
    notation: Notation = NotationName.plain,
    brief: Brief = False,
    exact: Exact = False,
    by_hand: ByHand = False,
    decimals: Decimals = None,
    epochs: Epochs = None,
    lr: Rate = None,
    until_loss: UntilLoss = None,
    tolerance: Tolerance = None,
    engine: EngineName = Engine.auto,
    quiet: Quiet = False,
    save: Save = None,
    checkpoint: CheckpointFile = None,
    every: Every = None,
    resume: Resume = None,
    plot: Plot = False,
    picture: Picture = None,
    output_format: OutputFormat = None,
    fragment: Fragment = False,
    output: Output = None,
    color: Colors = Color.auto,
    force: Force = False,
) -> None:
    """Show every step of a network: forward pass, loss, gradients and update."""
    world: World = ctx.obj.with_color(color)
    draws = plot or picture is not None
    keeps = {"--save": save, "--checkpoint": checkpoint}
    source, rewritten = resume or config or DEFAULT, notation is not NotationName.plain
    with complaints(None):
        as_format = format_of(output_format, output, world, fragment=fragment)
        as_json = as_format is Format.json
        if plot:
            no_picture(config)
        _refuse(
            (
                "--format json",
                as_json,
                "prints all numbers",
                {"--brief": brief, "--only": only, "--gradcheck": gradcheck, "--plot": plot},
            ),
            (
                "--format json",
                as_json and not explain,
                "prints all numbers",
                {"--notation": rewritten},
            ),
            (
                "--gradcheck",
                gradcheck,
                "checks the numbers of the file",
                {
                    "--explain": explain,
                    "--brief": brief,
                    "--only": only,
                    "--notation": rewritten,
                    "--epochs": (epochs or 1) > 1,
                    "--plot": draws,
                    **keeps,
                },
            ),
            (
                "--explain",
                explain,
                "shows derivations alone",
                {"--brief": brief, "--only": only, "--plot": draws, **keeps},
            ),
            ("--only", only, "shows one part", {"--brief": brief}),
            ("--brief", brief, "shows the tables alone", {"--notation": rewritten}),
            (
                "--by-hand",
                by_hand,
                "rounds from line to line",
                {"--exact": exact, "--engine": engine is not Engine.auto},
            ),
            ("--resume", resume, "goes on from its own configuration", {"CONFIG": config}),
        )
        if every and not checkpoint:
            raise UsageError("--every goes with --checkpoint FILE")
        files = {"--output": output, "--picture": picture, **keeps}
        apart(source, files)
        written_to = destination(output, force=force, pipes=True)
        kept_in = destination(save, force=force)
        checkpoints = checkpoint_file(checkpoint, resume, force=force)
        drawn_to = picture_file(picture, force=force)
    with complaints(source):
        if gradcheck:
            from backprop_cli.cli.commands.gradient_check import gradient_check

            lesson, passed = gradient_check(source, decimals, files)
            done = show(lesson, written_to, world, as_format) and passed
            raise typer.Exit(DONE if done else FAILED)
        from backprop_cli.cli import running
        from backprop_cli.cli.settings import Keeping, Settings

        settings = Settings(
            epochs=epochs or 1,
            open_ended=epochs is None,
            at=at,
            example=example,
            exact=exact,
            by_hand=by_hand,
            decimals=decimals,
            rate=lr,
            until_loss=until_loss,
            tolerance=tolerance,
            engine=engine,
            progress=None if quiet else world.err,
            resumed=resume is not None,
            notation=notation,
        )
        keeping = Keeping(kept_in, checkpoints, every or EVERY, world.tell, files)
        names = [name.strip() for given in explain or () for name in given.split(",")]
        worked = running.run(source, settings, names, keeping)
        curves = worked.plot() if draws and not worked.diverged else None
        done = draw(curves, drawn_to, world) and not worked.lost
        if as_json:
            done &= write(worked.json(), written_to, world)
        else:
            lesson = worked.lesson(brief=brief, only=only)
            lesson = (*lesson, curves) if plot and curves else lesson
            less = None if names or brief or only else _less(worked.run, config)
            done &= show(lesson, written_to, world, as_format, worked.diagram, less)
        if worked.diverged:
            raise worked.diverged
    if worked.signal:
        raise typer.Exit(SIGNALLED + worked.signal)
    if not done:
        raise typer.Exit(FAILED)


def _less(run: "Run", config: Path | None) -> dict[str, tuple[str, ...]]:
    """Two hints: how to see less of a long solution, and what to try next."""
    example = (*run.exercise.network.parameters, *run.exercise.network.inputs)[0]
    file = f" {shlex.quote(called(config))}" if config else ""
    less = ("--brief", f"--explain {example}", "--only forward|loss|gradients|updates")
    after = (f"backprop draw{file}", f"backprop run{file} --epochs 100 --plot")
    return {"See less": less, "Try next": after}


def _refuse(*rules: tuple[str, object, str, dict[str, object]]) -> None:
    """See that no option was given with others that mean nothing beside it. Raises UsageError."""
    for option, given, what, others in rules:
        found = [other for other, also_given in others.items() if also_given]
        if given and found:
            raise UsageError(f"{option} {what}: leave {' and '.join(found)} out")


SETTINGS = {"epilog": EXAMPLES}
