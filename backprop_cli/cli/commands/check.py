"""``backprop check``: figures worked by hand, each with its verdict and the likely mistake."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backprop_cli.cli.destinations import Destination, apart, destination, not_over
from backprop_cli.cli.exits import BAD_INPUT, FAILED, complaints
from backprop_cli.cli.media import Format, format_of
from backprop_cli.cli.options import Color, Colors, Force, Fragment, Output, OutputFormat
from backprop_cli.cli.printing import show, write
from backprop_cli.cli.worksheet_options import CodeOfSheet, SheetExample
from backprop_cli.cli.world import World
from backprop_cli.errors import UsageError
from backprop_cli.shipped import DEFAULT

if TYPE_CHECKING:
    from backprop_cli.runs.checking.check import Checked
    from backprop_cli.runs.worksheets.marking import Handed

# Not a medium of lessons: the marks of a class are a table of data.
TABLE = ".csv"


def check(
    ctx: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="[CONFIG] SHEET…",
            help="The network in YAML (without it, the shipped example), and the sheet: text, "
            "Markdown, LaTeX, a table, CSV, YAML or JSON. - reads standard input. The code on a "
            "worksheet says which numbers it has. Several sheets are marked as a class.",
            show_default=False,
        ),
    ],
    code: CodeOfSheet = None,
    example: SheetExample = 1,
    output_format: OutputFormat = None,
    fragment: Fragment = False,
    output: Output = None,
    color: Colors = Color.auto,
    force: Force = False,
) -> None:
    """Check figures worked by hand: what is right, the first slip, and what probably happened."""
    world: World = ctx.obj.with_color(color)
    is_table = output is not None and output.suffix.lower() == TABLE and output_format is None
    with complaints(None):
        as_format = Format.text
        if not is_table:
            as_format = format_of(output_format, output, world, fragment=fragment)
        from backprop_cli.cli.marking import sorted_out

        sheets = sorted_out(files)
        if code and len(sheets.files) > 1:
            raise UsageError("--code: it is of one sheet; write a line Code: … on each of several")
        source = sheets.config or DEFAULT
        apart(source, {"--output": output})
        for file in sheets.files:
            not_over(file, "the sheet is", {"--output": output})
        written_to = destination(output, force=force, pipes=True)
    with complaints(source):
        from backprop_cli.cli.marking import checked_sheet, marked_class
        from backprop_cli.cli.origins import Origins
        from backprop_cli.cli.running import loaded
        from backprop_cli.config.sheet.reading import load_sheet

        exercise = loaded(source, {"--output": output})
        origins = Origins(exercise if sheets.config else None)
    if len(sheets.files) > 1 or is_table:
        handed = marked_class(exercise, sheets.files, origins, example)
        with complaints(None):
            _print_class(handed, as_format, written_to, world, is_table=is_table)
        return
    (file,) = sheets.files
    with complaints(source):
        sheet = load_sheet(str(file))
    with complaints(None if code else file if sheet.code else source):
        known = code or sheet.code
        checked = checked_sheet(exercise, sheet, origins, known, file.parent, example)
    with complaints(source):
        _print(checked, as_format, written_to, world)


def _print(
    checked: "Checked", as_format: Format, written_to: Destination | None, world: World
) -> None:
    """Show a checked sheet, and end with its code."""
    from backprop_cli.runs.checking.entry import Verdict

    if as_format is Format.json:
        from backprop_cli.runs.checking.record import as_json

        whole = write(f"{as_json(checked)}\n", written_to, world)
    else:
        from backprop_cli.lesson.reports.marked_sheet import marked_sheet

        whole = show(marked_sheet(checked), written_to, world, as_format)
    if checked.count(Verdict.WRONG) or not whole:
        raise typer.Exit(FAILED)


def _print_class(
    handed: "list[Handed]",
    as_format: Format,
    written_to: Destination | None,
    world: World,
    *,
    is_table: bool,
) -> None:
    """Show the marks of a class, beside the table if one is written, and end with their code."""
    from backprop_cli.lesson.reports.marked_class import marked_class
    from backprop_cli.runs.checking.entry import Verdict
    from backprop_cli.runs.worksheets.record import as_csv, as_json

    whole = True
    if as_format is Format.json:
        whole = write(f"{as_json(handed)}\n", written_to, world)
    else:
        if is_table:
            whole = write(as_csv(handed), written_to, world)
            written_to = None
        whole &= show(marked_class(handed), written_to, world, as_format)
    if any(one.fault for one in handed):
        raise typer.Exit(BAD_INPUT)
    if any(one.count(Verdict.WRONG) for one in handed) or not whole:
        raise typer.Exit(FAILED)


SETTINGS = {
    "epilog": "Examples:\n\nbackprop check mine.yaml sheet.txt\n\n"
    "backprop check mine.yaml gradients.json --format json\n\n"
    "backprop check class/*.txt -o class.csv"
}
