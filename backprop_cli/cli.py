"""The command line: options in, exit code out."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from backprop_cli import config as configuration
from backprop_cli import lesson
from backprop_cli.arithmetic import DEFAULT_DECIMALS
from backprop_cli.blocks import Lesson
from backprop_cli.calculation import Calculation, calculate
from backprop_cli.complaint import ConfigError, printable
from backprop_cli.derivation import derive
from backprop_cli.equations import AnyWorking
from backprop_cli.explanation import explain as explain_quantity
from backprop_cli.explanation import explainable, nearest
from backprop_cli.files import refusal, shipped_configuration, write_whole
from backprop_cli.network import Exercise
from backprop_cli.render.json import as_json
from backprop_cli.render.progress import progress

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


class Format(StrEnum):
    """What a run is printed as."""

    text = "text"
    json = "json"


def main() -> None:
    """The console script."""
    # Plugins of pydantic are of no use here, and looking for them costs every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    app()


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # slow to import, and rarely wanted

        typer.echo(f"backprop {version('backprop-cli')}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


def _names_of_config(ctx: typer.Context, incomplete: str) -> Iterator[str]:
    """The names that ``--explain`` can complete to: those of the file given so far."""
    try:
        exercise = configuration.load(
            str(ctx.params.get("config") or shipped_configuration("default.yaml"))
        )
    except ConfigError:
        return
    names = explainable(derive(exercise.network), exercise.numbers)
    yield from (name for name in names if name.startswith(incomplete))


@app.command(
    epilog="Examples:  backprop run mine.yaml --explain w1 --explain b1   |   "
    "backprop run mine.yaml --epochs 1000   |   cat mine.yaml | backprop run - --format json"
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
            f"[default: the file's rounding, else {DEFAULT_DECIMALS}]",
            show_default=False,
        ),
    ] = None,
    output_format: Annotated[
        Format, typer.Option("--format", help="text to read, json for programs.")
    ] = Format.text,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Write to FILE instead.", show_default=False
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Let --output replace an existing file.")
    ] = False,
) -> None:
    """Work a network: forward pass, loss, gradients and update, every step shown."""
    if at > epochs:
        _fail(f"--at {at}: the run has {epochs} epochs; say --epochs {at} or more", EXIT_BAD_INPUT)
    if output_format is Format.json and (explain or brief):
        _fail("--format json prints all numbers: leave --explain and --brief out", EXIT_BAD_INPUT)
    source = config or shipped_configuration("default.yaml")
    with _complaints(source):
        if output and (fault := refusal(output, force=force)):
            _fail(f"{output}: {fault}", EXIT_BAD_INPUT)
        exercise = configuration.load(str(source))
        with progress(epochs) as report:
            calculation = calculate(
                exercise, epochs=epochs, at=at, exact=exact, decimals=decimals, report=report
            )
        if output_format is Format.json:
            _write(as_json(calculation), output)
        elif explain:
            _show(_explanations(calculation.working, explain, source), output)
        else:
            _show(_lesson(calculation, exercise, brief=brief), output)


@app.command()
def schema() -> None:
    """Print the JSON Schema of a configuration, for completion in editors."""
    import json

    with _complaints(None):
        _write(json.dumps(configuration.json_schema(), indent=2, ensure_ascii=False), None)


def _lesson(calculation: Calculation, exercise: Exercise, *, brief: bool) -> Lesson:
    """The working, and after it the report of a training run."""
    working = calculation.working
    worked = lesson.brief(working) if brief else lesson.full(working, exercise.order)
    if calculation.epochs == 1:
        return worked
    from backprop_cli.report import training

    before, after = map(calculation.in_full_precision, (calculation.before, calculation.after))
    history = calculation.history
    return (*worked, *training(before, after, history, rounded=calculation.rounding))


def _explanations(working: AnyWorking, names: Sequence[str], source: Path) -> Lesson:
    """The derivations of the named quantities; the run ends here if there is no such quantity."""
    known = explainable(working.derivation, working.given)
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        near = nearest(unknown, known)
        _fail(
            f"{source}: --explain {printable(unknown)}: there is no such quantity; "
            f"the nearest names are {', '.join(near)}",
            EXIT_BAD_INPUT,
        )
    return tuple(block for name in names for block in explain_quantity(working, known[name]))


def _show(blocks: Lesson, output: Path | None) -> None:
    """Print a lesson, or write it to a file as it would stand in a pipe."""
    from backprop_cli.render.terminal import console_for, show

    if output is None:
        show(blocks, console_for(sys.stdout))
    else:
        text = StringIO()
        show(blocks, console_for(text))
        write_whole(output, text.getvalue())


def _write(text: str, output: Path | None) -> None:
    """Print a text, or write it to a file."""
    if output is None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()
    else:
        write_whole(output, f"{text}\n")


@contextmanager
def _complaints(source: Path | None) -> Iterator[None]:
    """Turn what can go wrong into one line on standard error and an exit code."""
    try:
        yield
    except ConfigError as error:
        _fail(str(error), EXIT_BAD_INPUT)
    except ArithmeticError as error:
        _fail(f"{source}: {error}", EXIT_FAILED)
    except BrokenPipeError:
        # The reader has seen enough. What is still buffered must not fail again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        _fail(f"{error.filename or 'output'}: {error.strerror}", EXIT_FAILED)


def _fail(message: str, code: int) -> NoReturn:
    print(printable(message), file=sys.stderr)
    raise typer.Exit(code)
