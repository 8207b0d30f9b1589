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
        "The sheet is about example N, where it names none itself. Without it: the first.",
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
        help="Draw the same numbers again, those of seed N. Without it: new numbers each time.",
        rich_help_panel=WORKSHEETS,
        parser=whole(),
    ),
]
LeftBlank = Annotated[
    Blank,
    choice(
        WORKSHEETS,
        "What is left blank: every result; only what comes after the loss, from gradients on; or "
        "only tables of gradients and new values, without the lines to them. Without it: results.",
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
        "What the sheets are written as; moodle is a quiz to be imported there, in one file. "
        "Without it: text.",
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
        "Instead of blanks, the whole solution with one mistake in it, which students are to find; "
        "the key names it.",
        "--slip",
    ),
]
Folder = Annotated[
    Path,
    option(
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
