"""The options of the command line: names, types and help, each declared once."""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from backprop_cli.cli.completion import names_of_config
from backprop_cli.cli.exits import complaints
from backprop_cli.cli.media import TYPED, Format
from backprop_cli.errors import UsageError
from backprop_cli.network.classes import MOST_COUNTED
from backprop_cli.shipped import named, nearest_file
from backprop_cli.wording import shown

SHOWN, TRAINING, OUTPUT = "What is shown", "Training", "Output"
KEEPING = "Keeping a trained network"
WORKSHEETS = "The sheets"


class Engine(StrEnum):
    """The engines of the training loop."""

    auto = "auto"
    python = "python"
    numba = "numba"


class Part(StrEnum):
    """The parts of a solution that may be shown alone."""

    forward = "forward"
    loss = "loss"
    gradients = "gradients"
    updates = "updates"


class NotationName(StrEnum):
    """How the solution is written."""

    plain = "plain"
    delta = "delta"
    matrix = "matrix"


class Blank(StrEnum):
    """What is left out of a worksheet."""

    results = "results"
    gradients = "gradients"
    tables = "tables"


class SheetFormat(StrEnum):
    """What a worksheet is written as."""

    text = "text"
    markdown = "markdown"
    latex = "latex"
    html = "html"
    pdf = "pdf"
    moodle = "moodle"


class Color(StrEnum):
    """The choice where colours are printed."""

    auto = "auto"
    always = "always"
    never = "never"


# --- what may be typed -----------------------------------------------------------------------

Kind = TypeVar("Kind", bound=StrEnum)


def _option(panel: str, help: str, *names: str, **more: Any) -> Any:
    """An option in a panel of --help; without names it is called as its parameter is."""
    return typer.Option(*names, help=help, rich_help_panel=panel, **more)


def _located(ctx: typer.Context, path: Path | None) -> Path | None:
    """The file, or the example of that name; the command ends if only a near one is there."""
    if path is None:
        return None
    path = named(path)
    with complaints(None):
        if not ctx.resilient_parsing and (near := nearest_file(path)):
            raise UsageError(f"{path}: there is no such file; did you mean {near}?")
    return path


def whole(least: int | None = None, most: int = MOST_COUNTED) -> Callable[[Any], int]:
    """A reader of whole numbers, which complains in our words."""
    wanted = "a whole number"
    if least is not None and most < MOST_COUNTED:
        wanted += f" from {least} to {most}"
    elif least is not None:
        wanted += f" of {least} or more"

    def read(text: Any) -> int:
        if isinstance(text, int):  # a default
            return text
        digits = re.fullmatch("[+-]?[0-9]{1,16}", text)
        number = int(text) if digits else None
        if number is None or not (-MOST_COUNTED if least is None else least) <= number <= most:
            raise typer.BadParameter(f"{wanted} belongs here, not {shown(text)}")
        return number

    return read


def _choice(panel: str, help: str, name: str, kinds: Iterable[Kind]) -> Any:
    """An option with a few values, which the shell completes."""
    known = {kind.value: kind for kind in kinds}
    values = [*known]

    def read(text: Any) -> Kind:
        if text not in values:
            *most, last = values
            wanted = f"{', '.join(most)} or {last}"
            raise typer.BadParameter(f"{wanted} belongs here, not {shown(text)}")
        return known[text]

    def complete(incomplete: str) -> list[str]:
        return [value for value in values if value.startswith(incomplete)]

    return _option(
        panel,
        help,
        name,
        parser=read,
        autocompletion=complete,
        metavar="|".join(values),
        show_default=False,
    )


def _number(panel: str, help: str, name: str, least: int, most: int = MOST_COUNTED) -> Any:
    """An option that takes a whole number, which --help calls N."""
    return _option(panel, help, name, parser=whole(least, most), metavar="N", show_default=False)


Config = Annotated[
    Path | None,
    typer.Argument(
        metavar="CONFIG",
        help="The network and its numbers: a YAML file, or the name of an example; - reads "
        "standard input. Without it, the example `default` is worked.",
        callback=_located,
    ),
]

# --- what is shown ---------------------------------------------------------------------------

Explain = Annotated[
    list[str] | None,
    _option(
        SHOWN,
        "Show only how one quantity is derived: a weight, a bias or any other, such as w1, b1, "
        "z_h1, y_hat or Loss. May be repeated.",
        "--explain",
        metavar="NAME",
        autocompletion=names_of_config,
    ),
]
Example = Annotated[
    int,
    _number(SHOWN, "Show the solution for example N. Without it: the first.", "--example", 1),
]
SheetExample = Annotated[
    int,
    _number(
        SHOWN,
        "The sheet is about example N, where it names none itself. Without it: the first.",
        "--example",
        1,
    ),
]
At = Annotated[
    int | None, _number(SHOWN, "Show the solution for epoch N. Without it: the first.", "--at", 1)
]
Gradcheck = Annotated[
    bool,
    _option(
        SHOWN,
        "Check every gradient against a difference of the loss, and show only that. "
        "The exit code is 1 if a gradient is wrong.",
        "--gradcheck",
    ),
]
Only = Annotated[
    Part | None,
    _choice(SHOWN, "Show only one part: forward, loss, gradients or updates.", "--only", Part),
]
Notation = Annotated[
    NotationName,
    _choice(
        SHOWN,
        "How it is written. delta: with net, out and δ, as in many textbooks. matrix: with vectors "
        "and matrices, a layer at a time. Without it: plain.",
        "--notation",
        NotationName,
    ),
]
Brief = Annotated[bool, _option(SHOWN, "Show the tables only.", "--brief")]
Exact = Annotated[
    bool,
    _option(SHOWN, "Calculate with all digits, and round only what is printed.", "--exact"),
]
ByHand = Annotated[
    bool,
    _option(
        SHOWN,
        "Round from line to line through all updates, up to 1,000; without it, through up to 10.",
        "--by-hand",
    ),
]
Decimals = Annotated[
    int | None,
    _number(
        SHOWN,
        "Print N decimals, from 1 to 15. If the file asks for rounding, every line is rounded to "
        "N decimals too. Without it: as many as the file says, or 4.",
        "--decimals",
        1,
        15,
    ),
]

PrintedDecimals = Annotated[
    int,
    _number(SHOWN, "Print N decimals, from 1 to 15. Without it: 4.", "--decimals", 1, 15),
]

# --- training --------------------------------------------------------------------------------

Epochs = Annotated[
    int | None,
    _number(TRAINING, "Train for N epochs, with all digits. Without it: 1.", "--epochs", 1),
]
SweepEpochs = Annotated[
    int, _number(TRAINING, "Train for N epochs. Without it: 100.", "--epochs", 1)
]
DrawnEpochs = Annotated[
    int,
    _number(
        TRAINING,
        "Show the network after N epochs of training. Without it: before training.",
        "--epochs",
        0,
    ),
]
ScriptEpochs = Annotated[
    int, _number(TRAINING, "The script trains for N epochs. Without it: 1.", "--epochs", 1)
]
Rate = Annotated[
    str | None,
    _option(TRAINING, "The learning rate, instead of the one in the file.", "--lr", metavar="X"),
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
        TRAINING,
        "End training when the loss falls by less than X over 100 epochs.",
        metavar="X",
    ),
]
EngineName = Annotated[
    Engine,
    _choice(
        TRAINING,
        "What runs the training loop. numba is faster, but it needs some seconds to start; auto "
        "uses it where that is worth it. Without it: auto.",
        "--engine",
        Engine,
    ),
]
Quiet = Annotated[bool, _option(TRAINING, "Show no progress bar.", "--quiet")]

Save = Annotated[
    Path | None,
    _option(
        KEEPING,
        "Write the trained network to FILE: a configuration, with which training can go on.",
        metavar="FILE",
    ),
]
CheckpointFile = Annotated[
    Path | None,
    _option(
        KEEPING,
        "Write the network to FILE again and again during training.",
        "--checkpoint",
        metavar="FILE",
    ),
]
Every = Annotated[
    int | None,
    _number(KEEPING, "Write a checkpoint every N epochs. Without it: every 100.", "--every", 1),
]
Resume = Annotated[
    Path | None,
    _option(
        KEEPING,
        "Go on from a checkpoint. --epochs then says how many epochs there are in all.",
        metavar="FILE",
    ),
]

# --- output ----------------------------------------------------------------------------------

OutputFormat = Annotated[
    Format | None,
    _choice(
        OUTPUT,
        "json is for programs, the others are to be read. Without it: what the name of the "
        "--output file ends in, or text.",
        "--format",
        TYPED,
    ),
]
Fragment = Annotated[
    bool,
    _option(
        OUTPUT,
        "With --format latex: no whole document, but a part to read by \\input into yours.",
        "--fragment",
    ),
]
Output = Annotated[
    Path | None,
    _option(OUTPUT, "Write to FILE, not to the terminal.", "-o", "--output", metavar="FILE"),
]
Force = Annotated[bool, _option(OUTPUT, "Replace files that are there already.", "--force")]
Plot = Annotated[
    bool,
    _option(OUTPUT, "Draw the curves too, in the terminal.", "--plot"),
]
Picture = Annotated[
    Path | None,
    _option(
        OUTPUT, "Draw the curves to FILE, an .svg or .png. This needs matplotlib.", metavar="FILE"
    ),
]
Colors = Annotated[
    Color,
    _choice(
        OUTPUT,
        "Colours. auto: on a terminal, unless NO_COLOR is set, and everywhere if FORCE_COLOR is "
        "set. always: as on a terminal, also for a pager such as less -R. Without it: auto.",
        "--color",
        Color,
    ),
]

# --- worksheets ------------------------------------------------------------------------------

Count = Annotated[
    int | None,
    _number(
        WORKSHEETS,
        "Write N sheets, up to 1,000. Without it: one for each name, or 30.",
        "--count",
        1,
        1000,
    ),
]
SheetSeed = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        help="Draw the same numbers again, those of seed N. Without it: new numbers each time.",
        rich_help_panel=WORKSHEETS,
        parser=whole(),
    ),
]
LeftBlank = Annotated[
    Blank,
    _choice(
        WORKSHEETS,
        "What is left blank: every result; only what comes after the loss, from gradients on; or "
        "only tables of gradients and new values, without the lines to them. Without it: results.",
        "--blank",
        Blank,
    ),
]
Names = Annotated[
    Path | None,
    _option(
        WORKSHEETS,
        "A CSV file with the names of the students. They are written on the sheets only.",
        "--names",
        metavar="CSV",
    ),
]
WrittenAs = Annotated[
    SheetFormat,
    _choice(
        OUTPUT,
        "What the sheets are written as; moodle is a quiz to be imported there, in one file. "
        "Without it: text.",
        "--format",
        SheetFormat,
    ),
]
Together = Annotated[
    bool,
    _option(OUTPUT, "Write all sheets into one file, and all keys into another.", "--together"),
]
WithSlip = Annotated[
    bool,
    _option(
        WORKSHEETS,
        "Instead of blanks, the whole solution with one mistake in it, which students are to find; "
        "the key names it.",
        "--slip",
    ),
]
Folder = Annotated[
    Path,
    _option(
        OUTPUT,
        "The folder to write to; it is made if it is missing. The keys go into its folder keys. "
        "Of a quiz for Moodle, the file.",
        "-o",
        "--output",
        metavar="FOLDER",
        show_default=False,
    ),
]
CodeOfSheet = Annotated[
    str | None,
    typer.Option(
        "--code",
        metavar="CODE",
        help="The code of the worksheet, instead of the one that is written on the sheet.",
    ),
]
