"""The command line: options in, exit code out.

What a command does is imported when it runs: ``--help`` and completion need not wait for it.
"""

from pathlib import Path
from typing import Annotated

import typer

from backprop_cli.cli.options import (
    WORKING,
    At,
    Brief,
    CheckpointFile,
    Config,
    Decimals,
    Engine,
    EngineName,
    Epochs,
    Every,
    Exact,
    Example,
    Force,
    Format,
    FunctionPlotCommand,
    Gradcheck,
    Output,
    OutputFormat,
    Picture,
    Plot,
    PlotCommand,
    Quiet,
    Rate,
    Rates,
    Resume,
    Save,
    Tolerance,
    UntilLoss,
)
from backprop_cli.cli.printing import (
    EXIT_BAD_INPUT,
    EXIT_FAILED,
    EXIT_SIGNALLED,
    apart,
    checkpoint_file,
    complaints,
    draw,
    drawable,
    fail,
    refuse,
    show,
    warn,
    writable,
    write,
)
from backprop_cli.cli.shipped import shipped_configuration
from backprop_cli.errors import ConfigError

app = typer.Typer(
    help="Works a neural network step by step: forward pass, backpropagation and update, each "
    "quantity in symbols, then in numbers, then as a result.",
    epilog="Example: backprop run configs/default.yaml --explain w1",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

EVERY = 100  # epochs between two checkpoints


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # slow to import, and rarely wanted

        with complaints(None):
            write(f"backprop {version('backprop-cli')}\n", None)
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


def _names_of_config(ctx: typer.Context, incomplete: str) -> list[str]:
    """The names that ``--explain`` can complete to: those of the file given so far."""
    from backprop_cli.cli import running

    # Where an option stands after the file, what came before it is still unread.
    given = ctx.params.get("config") or next(iter(ctx.args), None) or _shipped()
    if str(given) == "-":
        return []  # standard input is the run's, and would be waited for here
    try:
        names = running.names_to_explain(Path(given))
    except ConfigError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def _shipped() -> Path:
    """The configuration that is worked when none is given."""
    return shipped_configuration("default.yaml")


@app.command(
    cls=PlotCommand,
    epilog="Examples:\n\nbackprop run mine.yaml --explain w1 --explain b1\n\n"
    "backprop run mine.yaml --epochs 1000 --until-loss 0.01 --plot\n\n"
    "cat mine.yaml | backprop run - --format json",
)
def run(
    config: Config = None,
    explain: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Show only the derivation of a weight, a bias or any other quantity, such as "
            "w1, b1, z_h1, y_hat or Loss. May be repeated.",
            autocompletion=_names_of_config,
            rich_help_panel=WORKING,
        ),
    ] = None,
    example: Example = 1,
    at: At = None,
    gradcheck: Gradcheck = False,
    brief: Brief = False,
    exact: Exact = False,
    decimals: Decimals = None,
    epochs: Epochs = 1,
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
    output_format: OutputFormat = Format.text,
    output: Output = None,
    force: Force = False,
) -> None:
    """Work a network: forward pass, loss, gradients and update, every step shown."""
    as_json = output_format is Format.json
    draws = plot or picture is not None
    keeps = {"--save": save, "--checkpoint": checkpoint}
    refuse(
        (
            "--format json",
            as_json,
            "prints all numbers",
            {
                "--explain": explain,
                "--brief": brief,
                "--gradcheck": gradcheck,
                "--plot": plot,
            },
        ),
        (
            "--gradcheck",
            gradcheck,
            "checks the numbers of the file",
            {
                "--explain": explain,
                "--brief": brief,
                "--epochs": epochs > 1,
                "--plot": draws,
                **keeps,
            },
        ),
        (
            "--explain",
            explain,
            "shows derivations alone",
            {
                "--brief": brief,
                "--plot": draws,
                **keeps,
            },
        ),
        ("--resume", resume, "goes on from its own configuration", {"CONFIG": config}),
    )
    if every and not checkpoint:
        fail("--every goes with --checkpoint FILE", EXIT_BAD_INPUT)
    source = resume or config or _shipped()
    files = {"--output": output, "--picture": picture, **keeps}
    apart({option: path for option, path in files.items() if path is not None})
    output = writable(output, force=force)
    save = writable(save, force=force)
    if checkpoint is not None:
        checkpoint = checkpoint_file(checkpoint, resume, force=force)
    from backprop_cli.cli import running

    with complaints(source):
        picture = drawable(picture, force=force)
        settings = running.Settings(
            epochs=epochs,
            at=at,
            example=example,
            exact=exact,
            decimals=decimals,
            rate=lr,
            until_loss=until_loss,
            tolerance=tolerance,
            engine=engine,
            quiet=quiet,
            resumed=resume is not None,
        )
        if gradcheck:
            lesson, passed = running.gradient_check(source, settings)
            show(lesson, output)
            if not passed:
                raise typer.Exit(EXIT_FAILED)
            return
        keeping = running.Keeping(
            save, checkpoint, every or EVERY, force or resume is not None, warn
        )
        worked = running.run(source, settings, explain or (), keeping)
        curves = worked.plot() if draws and not worked.diverged else None
        if as_json:
            write(worked.json(), output)
        else:
            lesson = worked.lesson(brief=brief)
            show((*lesson, curves) if plot and curves else lesson, output)
        if worked.diverged:
            raise worked.diverged
        draw(curves, picture)
        if worked.signal:
            raise typer.Exit(EXIT_SIGNALLED + worked.signal)
        if worked.lost:
            raise typer.Exit(EXIT_FAILED)


@app.command(
    cls=PlotCommand,
    epilog="Example: backprop sweep mine.yaml --lr 0.1,0.5,1,2 --epochs 500",
)
def sweep(
    lr: Rates,
    config: Config = None,
    epochs: Epochs = 100,
    until_loss: UntilLoss = None,
    tolerance: Tolerance = None,
    engine: EngineName = Engine.auto,
    decimals: Decimals = None,
    quiet: Quiet = False,
    picture: Picture = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Train once for each of several learning rates, and compare the losses."""
    source = config or _shipped()
    files = {"--output": output, "--picture": picture}
    apart({option: path for option, path in files.items() if path is not None})
    output = writable(output, force=force)
    from backprop_cli.cli import running

    with complaints(source):
        picture = drawable(picture, force=force)
        settings = running.Settings(
            epochs,
            decimals=decimals,
            until_loss=until_loss,
            tolerance=tolerance,
            engine=engine,
            quiet=quiet,
        )
        lesson, curves, signal = running.sweep(source, lr, settings)
        show(lesson, output)
        draw(curves, picture)
        if signal:
            raise typer.Exit(EXIT_SIGNALLED + signal)


@app.command(
    cls=FunctionPlotCommand,
    # Points may be negative: -1 is a number here, not an option.
    context_settings={"ignore_unknown_options": True},
    epilog="Examples:\n\nbackprop activation sigmoid 0.3775 --plot\n\n"
    "backprop activation leaky_relu -2 0 2 --set slope=0.1\n\n"
    "backprop activation softmax 1 2 3",
)
def activation(
    name: Annotated[
        str | None,
        typer.Argument(help="The function's name; without it, all are listed."),
    ] = None,
    points: Annotated[
        list[str] | None,
        typer.Argument(
            help="Where to work it; several points make a table. For softmax, the weighted sums.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=NUMBER",
            help="A setting of the function, such as slope=0.1. May be repeated.",
        ),
    ] = None,
    decimals: Annotated[
        int, typer.Option(min=1, max=15, metavar="N", help="Decimals to print.")
    ] = 4,
    plot: Plot = False,
    picture: Picture = None,
    force: Force = False,
) -> None:
    """Work an activation function and its derivative at a point, or list them all."""
    from backprop_cli.cli import small_commands as commands

    with complaints(None):
        picture = drawable(picture, force=force)
        drawn = plot or picture is not None
        request = commands.Request(points or (), settings or (), decimals, drawn)
        lesson, curves = commands.activation(name, request)
        draw(curves, picture)
        show((*lesson, curves) if plot and curves else lesson, None)


@app.command(
    epilog="Example:  backprop new 2-3-1 --activation tanh --seed 7 -o mine.yaml",
)
def new(
    sizes: Annotated[str, typer.Argument(help="Inputs, neurons of each layer, outputs: 2-3-1.")],
    activation: Annotated[
        str, typer.Option(help="The activation function; `backprop activation` lists them.")
    ] = "sigmoid",
    loss: Annotated[str, typer.Option(help="The loss.")] = "half_squared_error",
    seed: Annotated[
        int | None,
        typer.Option(help="Draw the numbers with this seed; else with any."),
    ] = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Print a ready, commented configuration with drawn numbers."""
    from backprop_cli.cli import small_commands as commands

    output = writable(output, force=force)
    with complaints(None):
        write(commands.new(sizes, activation, loss, seed), output)


@app.command(
    epilog="Example:  backprop export mine.yaml --to pytorch --epochs 1000 -o mine.py",
)
def export(
    target: Annotated[
        str,
        typer.Option("--to", metavar="LIBRARY", help="pytorch, numpy or jax."),
    ],
    config: Config = None,
    epochs: Annotated[
        int, typer.Option(min=1, metavar="N", help="The script is to train for N epochs.")
    ] = 1,
    output: Output = None,
    force: Force = False,
) -> None:
    """Print a script that trains the same network with PyTorch, NumPy or JAX."""
    from backprop_cli.cli import small_commands as commands

    source = config or _shipped()
    output = writable(output, force=force)
    with complaints(source):
        write(commands.export(source, target, epochs, output), output)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a configuration, for completion in editors."""
    from backprop_cli.cli import small_commands as commands

    with complaints(None):
        write(commands.schema(), None)
