"""The options of the command line: names, types and help, each declared once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from backprop_cli.cli.exits import complaints
from backprop_cli.cli.media import Format
from backprop_cli.cli.shipped import named, nearest_example
from backprop_cli.errors import UsageError

WORKING, TRAINING, OUTPUT = "What is worked", "Training", "Output"
KEEPING = "Keeping a trained network"


class Engine(StrEnum):
    """What runs the training loop."""

    auto = "auto"
    python = "python"
    numba = "numba"


def _option(panel: str, help: str, *names: str, **more: Any) -> Any:
    """An option in a panel of --help; without names it is called as its parameter is."""
    return typer.Option(*names, help=help, rich_help_panel=panel, **more)


def _located(ctx: typer.Context, path: Path | None) -> Path | None:
    """The file, or the example of that name; the command ends if only a near one is there."""
    if path is None:
        return None
    path = named(path)
    with complaints(None):
        if not ctx.resilient_parsing and (near := nearest_example(path)):
            raise UsageError(f"{path}: there is no such file; did you mean the example {near}?")
    return path


Config = Annotated[
    Path | None,
    typer.Argument(
        help="A network and its numbers in YAML, or the name of an example; - reads standard "
        "input. Without it, the shipped example is worked.",
        callback=_located,
    ),
]

# --- what is worked --------------------------------------------------------------------------

Example = Annotated[
    int,
    _option(WORKING, "Show the working of example K of several.", "--example", min=1, metavar="K"),
]
At = Annotated[
    int | None,
    _option(WORKING, "Show the working of epoch K, not of the first.", "--at", min=1, metavar="K"),
]
Gradcheck = Annotated[
    bool,
    _option(
        WORKING,
        "Show only how far every gradient is from a central difference of the loss; "
        "exit code 1 if one is too far.",
        "--gradcheck",
    ),
]
Brief = Annotated[bool, _option(WORKING, "Print the tables alone.", "--brief")]
Exact = Annotated[
    bool,
    _option(WORKING, "Carry full precision; round only what is printed.", "--exact"),
]
Decimals = Annotated[
    int | None,
    _option(
        WORKING,
        "Decimals to keep: to carry, where the file asks for rounding; else to print. "
        "By default the file's rounding, else 4.",
        min=1,
        max=15,
        metavar="N",
    ),
]

# --- training --------------------------------------------------------------------------------

Epochs = Annotated[
    int,
    _option(TRAINING, "Train for N epochs, in full precision.", min=1, metavar="N"),
]
Rate = Annotated[
    str | None,
    _option(TRAINING, "The learning rate, in the place of the file's.", "--lr", metavar="X"),
]
Rates = Annotated[
    str,
    typer.Option("--lr", metavar="X,Y,…", help="The learning rates, such as 0.1,0.5,1."),
]
UntilLoss = Annotated[
    str | None,
    _option(TRAINING, "End training as soon as the loss is X or less.", metavar="X"),
]
Tolerance = Annotated[
    str | None,
    _option(
        TRAINING, "End training when the loss improves by less than X over 100 epochs.", metavar="X"
    ),
]
EngineName = Annotated[
    Engine,
    _option(
        TRAINING,
        "What runs the loop: numba is faster once it has compiled, and auto takes it where "
        "that repays.",
        "--engine",
    ),
]
Quiet = Annotated[bool, _option(TRAINING, "Show no progress bar.", "--quiet")]

Save = Annotated[
    Path | None,
    _option(
        KEEPING,
        "Write the trained network to FILE, a configuration that runs and trains on.",
        metavar="FILE",
    ),
]
CheckpointFile = Annotated[
    Path | None,
    _option(
        KEEPING,
        "Write the network to FILE again and again while it trains.",
        "--checkpoint",
        metavar="FILE",
    ),
]
Every = Annotated[
    int | None,
    _option(KEEPING, "Write a checkpoint every N epochs, by default 100.", min=1, metavar="N"),
]
Resume = Annotated[
    Path | None,
    _option(KEEPING, "Go on from a checkpoint, until --epochs are done in all.", metavar="FILE"),
]

# --- output ----------------------------------------------------------------------------------

OutputFormat = Annotated[
    Format | None,
    _option(
        OUTPUT,
        "text, markdown, latex, html or pdf to read, json for programs; by default what the name "
        "of the --output file ends in, else text.",
        "--format",
    ),
]
Output = Annotated[
    Path | None,
    _option(OUTPUT, "Write to FILE instead.", "-o", "--output", metavar="FILE"),
]
Force = Annotated[bool, _option(OUTPUT, "Replace existing files.", "--force")]
Plot = Annotated[
    bool,
    _option(
        OUTPUT,
        "Draw the curves too, in the terminal; --picture draws them to a file.",
        "--plot",
    ),
]
Picture = Annotated[
    Path | None,
    _option(
        OUTPUT, "Draw the curves to FILE, an .svg or a .png; this needs matplotlib.", metavar="FILE"
    ),
]
