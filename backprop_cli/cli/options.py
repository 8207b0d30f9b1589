"""The options of the command line: names, types and help, each declared once."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from backprop_cli.cli.completion import names_of_config
from backprop_cli.cli.media import TYPED, Format
from backprop_cli.cli.option_kinds import (
    KEEPING,
    OUTPUT,
    SHOWN,
    TRAINING,
    choice,
    located,
    number,
    option,
)


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
    """The notation of the solution."""

    plain = "plain"
    delta = "delta"
    matrix = "matrix"


class Color(StrEnum):
    """The choice where colours are printed."""

    auto = "auto"
    always = "always"
    never = "never"


# --- what may be typed -----------------------------------------------------------------------


Config = Annotated[
    Path | None,
    typer.Argument(
        metavar="CONFIG",
        help="The network and its numbers: a YAML file, or the name of an example; - reads "
        "standard input. Without it, the example `default` is worked.",
        callback=located,
    ),
]

# --- what is shown ---------------------------------------------------------------------------

Explain = Annotated[
    list[str] | None,
    option(
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
    number(SHOWN, "Show the solution for example N. Without it: the first.", "--example", 1),
]
At = Annotated[
    int | None, number(SHOWN, "Show the solution for epoch N. Without it: the first.", "--at", 1)
]
Gradcheck = Annotated[
    bool,
    option(
        SHOWN,
        "Check every gradient against a difference of the loss, and show only that. "
        "The exit code is 1 if a gradient is wrong.",
        "--gradcheck",
    ),
]
Only = Annotated[
    Part | None,
    choice(SHOWN, "Show only one part: forward, loss, gradients or updates.", "--only", Part),
]
Notation = Annotated[
    NotationName,
    choice(
        SHOWN,
        "The notation. delta: with net, out and δ, as in many textbooks. matrix: with vectors "
        "and matrices, a layer at a time. Without it: plain.",
        "--notation",
        NotationName,
    ),
]
Brief = Annotated[bool, option(SHOWN, "Show the tables only.", "--brief")]
Exact = Annotated[
    bool,
    option(SHOWN, "Calculate with all digits, and round only what is printed.", "--exact"),
]
ByHand = Annotated[
    bool,
    option(
        SHOWN,
        "Round from line to line through all updates, up to 1,000; without it, through up to 10.",
        "--by-hand",
    ),
]
Decimals = Annotated[
    int | None,
    number(
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
    number(SHOWN, "Print N decimals, from 1 to 15. Without it: 4.", "--decimals", 1, 15),
]

# --- training --------------------------------------------------------------------------------

Epochs = Annotated[
    int | None,
    number(TRAINING, "Train for N epochs. Without it: 1.", "--epochs", 1),
]
SweepEpochs = Annotated[
    int, number(TRAINING, "Train for N epochs. Without it: 100.", "--epochs", 1)
]
DrawnEpochs = Annotated[
    int,
    number(
        TRAINING,
        "Show the network after N epochs of training. Without it: before training.",
        "--epochs",
        0,
    ),
]
ScriptEpochs = Annotated[
    int, number(TRAINING, "The script trains for N epochs. Without it: 1.", "--epochs", 1)
]
Rate = Annotated[
    str | None,
    option(TRAINING, "The learning rate, instead of the one in the file.", "--lr", metavar="X"),
]
Rates = Annotated[
    str,
    typer.Option("--lr", metavar="X,Y,…", help="The learning rates, such as 0.1,0.5,1."),
]
UntilLoss = Annotated[
    str | None,
    option(TRAINING, "End training as soon as the loss is X or less.", metavar="X"),
]
Tolerance = Annotated[
    str | None,
    option(
        TRAINING,
        "End training when the loss falls by less than X over 100 epochs.",
        metavar="X",
    ),
]
EngineName = Annotated[
    Engine,
    choice(
        TRAINING,
        "The engine of the training loop. numba is faster, but it needs some seconds to start; "
        "auto uses it where it saves time. Without it: auto.",
        "--engine",
        Engine,
    ),
]
Quiet = Annotated[bool, option(TRAINING, "Show no progress bar.", "--quiet")]

Save = Annotated[
    Path | None,
    option(
        KEEPING,
        "Write the trained network to FILE, a configuration from which training can go on.",
        metavar="FILE",
    ),
]
CheckpointFile = Annotated[
    Path | None,
    option(
        KEEPING,
        "Write the network to FILE again and again during training.",
        "--checkpoint",
        metavar="FILE",
    ),
]
Every = Annotated[
    int | None,
    number(KEEPING, "Write a checkpoint every N epochs. Without it: every 100.", "--every", 1),
]
Resume = Annotated[
    Path | None,
    option(
        KEEPING,
        "Go on from a checkpoint. --epochs then says how many epochs there are in all.",
        metavar="FILE",
    ),
]

# --- output ----------------------------------------------------------------------------------

OutputFormat = Annotated[
    Format | None,
    choice(
        OUTPUT,
        "json is for programs, the others are for people. Without it: by the ending of the "
        "--output file, or text.",
        "--format",
        TYPED,
    ),
]
Fragment = Annotated[
    bool,
    option(
        OUTPUT,
        "With --format latex: a part for a document of yours, which reads it by \\input.",
        "--fragment",
    ),
]
Output = Annotated[
    Path | None,
    option(OUTPUT, "Write to FILE, not to the terminal.", "-o", "--output", metavar="FILE"),
]
Force = Annotated[bool, option(OUTPUT, "Replace files that are there already.", "--force")]
Plot = Annotated[
    bool,
    option(OUTPUT, "Draw the curves too, in the terminal.", "--plot"),
]
Picture = Annotated[
    Path | None,
    option(
        OUTPUT, "Draw the curves to FILE, an .svg or .png. This needs matplotlib.", metavar="FILE"
    ),
]
Colors = Annotated[
    Color,
    choice(
        OUTPUT,
        "Colours. auto: on a terminal, unless NO_COLOR is set, and everywhere if FORCE_COLOR is "
        "set. always: as on a terminal, also for a pager such as less -R. Without it: auto.",
        "--color",
        Color,
    ),
]

# --- worksheets ------------------------------------------------------------------------------
