"""The options of the command line: names, types and help, each declared once."""

from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

WORKING, TRAINING, OUTPUT = "What is worked", "Training", "Output"
KEEPING = "Keeping a trained network"


CONFIGURATIONS = (".yaml", ".yml")


class PlotCommand(TyperCommand):
    """A command whose ``--plot FILE`` means ``--picture FILE``: an option cannot be both itself."""

    def is_picture(self, arg: str, args: list[str]) -> bool:  # noqa: ARG002 - others need them
        """Whether what follows --plot among the arguments can only be the name of a picture.

        That may lack its ending, and is then to be told which there are: what else could stand
        there is a configuration.
        """
        suffix = Path(arg).suffix.lower()
        return suffix not in CONFIGURATIONS if suffix else not Path(arg).exists()

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """See typer; the arguments are looked through first."""
        read: list[str] = []
        for arg in args:
            follows = bool(read) and read[-1] == "--plot" and not arg.startswith("-")
            if follows and self.is_picture(arg, args):
                read[-1:] = ["--picture", arg]
            elif arg.startswith("--plot="):
                read += ["--picture", arg.removeprefix("--plot=")]
            else:
                read.append(arg)
        return super().parse_args(ctx, read)


class FunctionPlotCommand(PlotCommand):
    """The same of a function at points."""

    def is_picture(self, arg: str, args: list[str]) -> bool:
        """See the base class; what else could stand there is a point, or the function's name."""
        with suppress(ValueError):
            float(arg)
            return False
        from backprop_cli.activations import ACTIVATIONS
        from backprop_cli.softmax import SOFTMAX

        named = [other for other in args if other in (*ACTIVATIONS, SOFTMAX)]
        return bool(Path(arg).suffix or [other for other in named if other is not arg])


class Format(StrEnum):
    """What a run is printed as."""

    text = "text"
    json = "json"


class Engine(StrEnum):
    """What runs the training loop."""

    auto = "auto"
    python = "python"
    numba = "numba"


Config = Annotated[
    Path | None,
    typer.Argument(
        help="A network and its numbers in YAML; - reads standard input. "
        "Without it, the shipped example is worked.",
        show_default=False,
    ),
]

# --- what is worked --------------------------------------------------------------------------

Example = Annotated[
    int,
    typer.Option(
        "--example",
        min=1,
        metavar="K",
        help="Show the working of example K of several.",
        rich_help_panel=WORKING,
    ),
]
At = Annotated[
    int | None,
    typer.Option(
        "--at",
        min=1,
        metavar="K",
        help="Show the working of epoch K, not of the first.",
        show_default=False,
        rich_help_panel=WORKING,
    ),
]
Gradcheck = Annotated[
    bool,
    typer.Option(
        "--gradcheck",
        help="Show only how far every gradient is from a central difference of the loss; "
        "exit code 1 if one is too far.",
        rich_help_panel=WORKING,
    ),
]
Brief = Annotated[
    bool, typer.Option("--brief", help="Print the tables alone.", rich_help_panel=WORKING)
]
Exact = Annotated[
    bool,
    typer.Option(
        "--exact",
        help="Carry full precision; round only what is printed.",
        rich_help_panel=WORKING,
    ),
]
Decimals = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=15,
        metavar="N",
        help="Decimals to keep: to carry, where the file asks for rounding; else to print. "
        "By default the file's rounding, else 4.",
        show_default=False,
        rich_help_panel=WORKING,
    ),
]

# --- training --------------------------------------------------------------------------------

Epochs = Annotated[
    int,
    typer.Option(
        min=1,
        metavar="N",
        help="Train for N epochs, in full precision.",
        rich_help_panel=TRAINING,
    ),
]
Rate = Annotated[
    str | None,
    typer.Option(
        "--lr",
        metavar="X",
        help="The learning rate, in the place of the file's.",
        show_default=False,
        rich_help_panel=TRAINING,
    ),
]
Rates = Annotated[
    str,
    typer.Option(
        "--lr", metavar="X,Y,…", help="The learning rates, such as 0.1,0.5,1.", show_default=False
    ),
]
UntilLoss = Annotated[
    str | None,
    typer.Option(
        metavar="X",
        help="End training as soon as the loss is X or less.",
        show_default=False,
        rich_help_panel=TRAINING,
    ),
]
Tolerance = Annotated[
    str | None,
    typer.Option(
        metavar="X",
        help="End training when the loss improves by less than X over 100 epochs.",
        show_default=False,
        rich_help_panel=TRAINING,
    ),
]
EngineName = Annotated[
    Engine,
    typer.Option(
        "--engine",
        help="What runs the loop: numba is faster once it has compiled, and auto takes it where "
        "that repays.",
        rich_help_panel=TRAINING,
    ),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", help="Show no progress bar.", rich_help_panel=TRAINING)
]

Save = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write the trained network to FILE, a configuration that runs and trains on.",
        show_default=False,
        rich_help_panel=KEEPING,
    ),
]
CheckpointFile = Annotated[
    Path | None,
    typer.Option(
        "--checkpoint",
        metavar="FILE",
        help="Write the network to FILE again and again while it trains.",
        show_default=False,
        rich_help_panel=KEEPING,
    ),
]
Every = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="Write a checkpoint every N epochs, by default 100.",
        show_default=False,
        rich_help_panel=KEEPING,
    ),
]
Resume = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Go on from a checkpoint, until --epochs are done in all.",
        show_default=False,
        rich_help_panel=KEEPING,
    ),
]

# --- output ----------------------------------------------------------------------------------

OutputFormat = Annotated[
    Format,
    typer.Option("--format", help="text to read, json for programs.", rich_help_panel=OUTPUT),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="Write to FILE instead.",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]
Force = Annotated[
    bool, typer.Option("--force", help="Replace existing files.", rich_help_panel=OUTPUT)
]
Plot = Annotated[
    bool,
    typer.Option(
        "--plot",
        help="Draw the curves too; --plot FILE draws them to an .svg or .png as --picture does.",
        rich_help_panel=OUTPUT,
    ),
]
Picture = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Draw the curves to FILE, an .svg or a .png; this needs matplotlib.",
        show_default=False,
        rich_help_panel=OUTPUT,
    ),
]
