"""The command line: options in, exit code out.

What a command does is imported when it runs: ``--help`` and completion need not wait for it.
"""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, NoReturn

import typer

from backprop_cli.complaint import ConfigError, UsageError, printable
from backprop_cli.files import refusal, shipped_configuration, write_whole

if TYPE_CHECKING:
    from backprop_cli.blocks import Lesson

EXIT_FAILED = 1
EXIT_BAD_INPUT = 2

app = typer.Typer(
    help="Works a neural network step by step: forward pass, backpropagation and update, each "
    "quantity in symbols, then in numbers, then as a result.",
    epilog="Example: backprop run configs/default.yaml --explain w1",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


Output = Annotated[
    Path | None,
    typer.Option(
        "-o", "--output", metavar="FILE", help="Write to FILE instead.", show_default=False
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Let --output replace an existing file.")]


class Format(StrEnum):
    """What a run is printed as."""

    text = "text"
    json = "json"


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # slow to import, and rarely wanted

        with _complaints(None):
            _write(f"backprop {version('backprop-cli')}\n", None)
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
    from backprop_cli import commands

    try:
        # Where an option stands after the file, what came before it is still unread.
        given = ctx.params.get("config") or next(iter(ctx.args), None) or _shipped()
        names = commands.names_to_explain(Path(given))
    except ConfigError:
        return []
    return [name for name in names if name.startswith(incomplete)]


def _shipped() -> Path:
    """The configuration that is worked when none is given."""
    return shipped_configuration("default.yaml")


@app.command(
    epilog="Examples:\n\nbackprop run mine.yaml --explain w1 --explain b1\n\n"
    "backprop run mine.yaml --epochs 1000\n\ncat mine.yaml | backprop run - --format json"
)
def run(
    config: Annotated[
        Path | None,
        typer.Argument(
            help="A network and its numbers in YAML; - reads standard input. "
            "Without it, the shipped example is worked.",
            show_default=False,
        ),
    ] = None,
    explain: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Show only the derivation of a weight, a bias or any other quantity, such as "
            "w1, b1, z_h1, y_hat or Loss. May be repeated.",
            autocompletion=_names_of_config,
            show_default=False,
        ),
    ] = None,
    epochs: Annotated[
        int, typer.Option(min=1, metavar="N", help="Train for N epochs, in full precision.")
    ] = 1,
    at: Annotated[
        int, typer.Option("--at", min=1, metavar="K", help="Show the working of epoch K.")
    ] = 1,
    example: Annotated[
        int,
        typer.Option(
            "--example", min=1, metavar="K", help="Show the working of example K of several."
        ),
    ] = 1,
    gradcheck: Annotated[
        bool,
        typer.Option(
            "--gradcheck",
            help="Show only how far every gradient is from a central difference of the loss; "
            "exit code 1 if one is too far.",
        ),
    ] = False,
    brief: Annotated[bool, typer.Option("--brief", help="Print the tables alone.")] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="Carry full precision; round only what is printed.")
    ] = False,
    decimals: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=15,
            metavar="N",
            help="Decimals to keep: to carry, where the file asks for rounding; else to print. "
            "[default: the file's rounding, else 4]",
            show_default=False,
        ),
    ] = None,
    output_format: Annotated[
        Format, typer.Option("--format", help="text to read, json for programs.")
    ] = Format.text,
    output: Output = None,
    force: Force = False,
) -> None:
    """Work a network: forward pass, loss, gradients and update, every step shown."""
    if at > epochs:
        _fail(f"--at {at}: the run has {epochs} epochs; say --epochs {at} or more", EXIT_BAD_INPUT)
    if output_format is Format.json and (explain or brief or gradcheck):
        _fail(
            "--format json prints all numbers: leave --explain, --brief and --gradcheck out",
            EXIT_BAD_INPUT,
        )
    if gradcheck and (explain or epochs > 1):
        _fail("--gradcheck checks the numbers of the file: leave the rest out", EXIT_BAD_INPUT)
    source = config or _shipped()
    output = _writable(output, force=force)
    from backprop_cli import commands

    with _complaints(source):
        settings = commands.Settings(epochs, at, example, exact, decimals)
        if gradcheck:
            lesson, passed = commands.gradient_check(source, settings)
            _show(lesson, output)
            if not passed:
                raise typer.Exit(EXIT_FAILED)
        elif output_format is Format.json:
            _write(commands.run_as_json(source, settings), output)
        else:
            _show(commands.run(source, settings, explain or (), brief=brief), output)


@app.command(
    # Points may be negative: -1 is a number here, not an option.
    context_settings={"ignore_unknown_options": True},
    epilog="Examples:\n\nbackprop activation sigmoid 0.3775 --plot\n\n"
    "backprop activation leaky_relu -2 0 2 --set slope=0.1\n\n"
    "backprop activation softmax 1 2 3",
)
def activation(
    name: Annotated[
        str | None,
        typer.Argument(help="The function's name; without it, all are listed.", show_default=False),
    ] = None,
    points: Annotated[
        list[str] | None,
        typer.Argument(
            help="Where to work it; several points make a table. For softmax, the weighted sums.",
            show_default=False,
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=NUMBER",
            help="A setting of the function, such as slope=0.1. May be repeated.",
            show_default=False,
        ),
    ] = None,
    decimals: Annotated[
        int, typer.Option(min=1, max=15, metavar="N", help="Decimals to print.")
    ] = 4,
    plot: Annotated[
        bool, typer.Option("--plot", help="Draw the function and its derivative too.")
    ] = False,
    picture: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw them to FILE, an .svg or a .png; this needs matplotlib.",
            show_default=False,
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --picture replace a file.")] = False,
) -> None:
    """Work an activation function and its derivative at a point, or list them all."""
    from backprop_cli import commands

    with _complaints(None):
        if picture:
            from backprop_cli.render.picture import check_picture, write_picture

            check_picture(picture)
            _writable(picture, force=force)
        drawn = plot or picture is not None
        request = commands.Request(points or (), settings or (), decimals, drawn)
        lesson, curves = commands.activation(name, request)
        if picture and curves:
            write_picture(curves, picture)
        _show((*lesson, curves) if plot and curves else lesson, None)


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
        typer.Option(help="Draw the numbers with this seed; else with any.", show_default=False),
    ] = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Print a ready, commented configuration with drawn numbers."""
    from backprop_cli import commands

    output = _writable(output, force=force)
    with _complaints(None):
        _write(commands.new(sizes, activation, loss, seed), output)


@app.command(
    epilog="Example:  backprop export mine.yaml --to pytorch --epochs 1000 -o mine.py",
)
def export(
    target: Annotated[
        str,
        typer.Option("--to", metavar="LIBRARY", help="pytorch, numpy or jax.", show_default=False),
    ],
    config: Annotated[
        Path | None,
        typer.Argument(
            help="A network and its numbers in YAML; - reads standard input. "
            "Without it, the shipped example is taken.",
            show_default=False,
        ),
    ] = None,
    epochs: Annotated[
        int, typer.Option(min=1, metavar="N", help="The script is to train for N epochs.")
    ] = 1,
    output: Output = None,
    force: Force = False,
) -> None:
    """Print a script that trains the same network with PyTorch, NumPy or JAX."""
    from backprop_cli import commands

    source = config or _shipped()
    output = _writable(output, force=force)
    with _complaints(source):
        _write(commands.export(source, target, epochs, output), output)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a configuration, for completion in editors."""
    from backprop_cli import commands

    with _complaints(None):
        _write(commands.schema(), None)


def _writable(output: Path | None, *, force: bool) -> Path | None:
    """The file to write to, None for standard output; the run ends here if it must not be."""
    if output is None or output == Path("-"):
        return None
    if fault := refusal(output, force=force):
        _fail(f"{output}: {fault}", EXIT_BAD_INPUT)
    return output


def _show(lesson: "Lesson", output: Path | None) -> None:
    """Print a lesson, or write it to a file as it stands in a pipe."""
    from backprop_cli.render.terminal import console_for, plain_console, show

    if output is None:
        show(lesson, console_for(_standard_output()))
    else:
        text = StringIO()
        show(lesson, plain_console(text))
        write_whole(output, text.getvalue())


def _write(text: str, output: Path | None) -> None:
    """Print a text, or write it to a file."""
    if output is None:
        file = _standard_output()
        file.write(text)
        file.flush()
    else:
        write_whole(output, text)


def _standard_output() -> IO[str]:
    """Standard output; OSError where whoever started the program has closed it."""
    if sys.stdout is None:
        raise OSError(errno.EBADF, "it is closed")
    return sys.stdout


@contextmanager
def _complaints(source: Path | None) -> Iterator[None]:
    """Turn what can go wrong into one line on standard error and an exit code."""
    where = f"{source}: " if source else ""
    try:
        yield
    except ConfigError as error:
        _fail(str(error), EXIT_BAD_INPUT)
    except UsageError as error:
        _fail(f"{where}{error}", EXIT_BAD_INPUT)
    except ArithmeticError as error:
        _fail(f"{where}{error}", EXIT_FAILED)
    except BrokenPipeError:
        _discard_output()  # the reader has seen enough
    except OSError as error:
        _discard_output()
        _fail(f"{error.filename or 'standard output'}: {error.strerror}", EXIT_FAILED)


def _discard_output() -> None:
    """Send to nowhere what is still buffered: it must not fail again at exit."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, code: int) -> NoReturn:
    if sys.stderr is not None:
        print(printable(message), file=sys.stderr)
    raise typer.Exit(code)
