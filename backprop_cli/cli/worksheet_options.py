"""The options of backprop worksheet, and of marking its sheets."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from backprop_cli.cli.option_kinds import (
    OUTPUT,
    SHOWN,
    WORKSHEETS,
    choice,
    number,
    option,
    whole,
)


class Blank(StrEnum):
    """The parts that are left out of a worksheet."""

    results = "results"
    gradients = "gradients"
    tables = "tables"


class SheetFormat(StrEnum):
    """The media that a worksheet is written in."""

    text = "text"
    markdown = "markdown"
    latex = "latex"
    html = "html"
    pdf = "pdf"
    moodle = "moodle"


SheetExample = Annotated[
    int,
    number(
        SHOWN,
        "The example that the sheet is about, if the sheet does not say it. Without it: the first.",
        "--example",
        1,
    ),
]
Count = Annotated[
    int | None,
    number(
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
        help="Draw the numbers with seed N, the same each time. Without it: new ones.",
        rich_help_panel=WORKSHEETS,
        parser=whole(),
    ),
]
LeftBlank = Annotated[
    Blank,
    choice(
        WORKSHEETS,
        "What is left blank. results: every result. gradients: the results after the loss. "
        "tables: only the tables of gradients and new values. Without it: results.",
        "--blank",
        Blank,
    ),
]
Names = Annotated[
    Path | None,
    option(
        WORKSHEETS,
        "A CSV file with the names of the students. They are written on the sheets only.",
        "--names",
        metavar="CSV",
    ),
]
WrittenAs = Annotated[
    SheetFormat,
    choice(
        OUTPUT,
        "The format of the sheets. moodle: one file, a quiz to import into Moodle. Without it: "
        "text.",
        "--format",
        SheetFormat,
    ),
]
Together = Annotated[
    bool,
    option(OUTPUT, "Write all sheets into one file, and all keys into another.", "--together"),
]
WithSlip = Annotated[
    bool,
    option(
        WORKSHEETS,
        "Write whole solutions, each with one mistake for the students to find; the key names it.",
        "--slip",
    ),
]
Folder = Annotated[
    Path,
    option(
        OUTPUT,
        "The folder to write to, made if it is missing; the keys go into its folder keys. For "
        "Moodle: the file.",
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
