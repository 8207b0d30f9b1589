"""``backprop check``: figures worked by hand, each with its verdict and the likely mistake."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backprop_cli.cli.destinations import apart, destination, not_over
from backprop_cli.cli.exits import FAILED, complaints
from backprop_cli.cli.media import Format, format_of
from backprop_cli.cli.options import (
    CodeOfSheet,
    Color,
    Colors,
    Force,
    Fragment,
    Output,
    OutputFormat,
    SheetExample,
)
from backprop_cli.cli.printing import show, write
from backprop_cli.cli.world import World
from backprop_cli.errors import ConfigError, UsageError
from backprop_cli.shipped import DEFAULT, named
from backprop_cli.wording import printable

if TYPE_CHECKING:
    from backprop_cli.runs.checking.check import Checked

STANDARD_INPUT = Path("-")


def check(
    ctx: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="[CONFIG] SHEET",
            help="The network in YAML (without it, the shipped example), and the sheet: text, "
            "Markdown, LaTeX, a table, CSV, YAML or JSON. - reads standard input. A worksheet's "
            "numbers are known by its code.",
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
    with complaints(None):
        as_format = format_of(output_format, output, world, fragment=fragment)
        config, sheet_file = _configuration_and_sheet(files)
        source = config or DEFAULT
        apart(source, {"--output": output})
        not_over(sheet_file, "the sheet is", {"--output": output})
        written_to = destination(output, force=force, pipes=True)
    with complaints(source):
        from backprop_cli.cli.running import loaded
        from backprop_cli.config.sheet.reading import load_sheet
        from backprop_cli.runs.checking.check import check as check_sheet
        from backprop_cli.runs.checking.entry import Verdict

        exercise = loaded(source, {"--output": output})
        sheet = load_sheet(str(sheet_file))
    if code or sheet.code:
        from backprop_cli.cli.origins import Origins
        from backprop_cli.runs.worksheets.marking import without_given

        with complaints(None if code else sheet_file):
            origins = Origins(exercise if config else None)
            exercise = origins.exercise(code or sheet.code, sheet_file.parent)
        sheet = without_given(exercise, sheet)
    with complaints(source):
        if example > exercise.example_count:
            raise UsageError(f"--example {example}: there are {exercise.example_count} examples")
        checked = check_sheet(exercise, sheet, example - 1)
        if not checked.lines:
            raise _nothing_known(checked)
        if as_format is Format.json:
            from backprop_cli.runs.checking.record import as_json

            whole = write(f"{as_json(checked)}\n", written_to, world)
        else:
            from backprop_cli.lesson.reports.marked_sheet import marked_sheet

            whole = show(marked_sheet(checked), written_to, world, as_format)
    if checked.count(Verdict.WRONG) or not whole:
        raise typer.Exit(FAILED)


def _configuration_and_sheet(files: list[Path]) -> tuple[Path | None, Path]:
    """The two files that were named, or no configuration and one. Raises UsageError."""
    if len(files) > 2:
        raise UsageError("check takes a configuration and a sheet, no more files")
    if len(files) == 1:
        return None, files[0]
    source, sheet = named(files[0]), files[1]
    if source == sheet == STANDARD_INPUT:
        raise UsageError("only one of the two can be standard input; name a file for the other")
    return source, sheet


def _nothing_known(checked: "Checked") -> ConfigError:
    """The message about a sheet that is about some other network, or has no figure yet."""
    if not checked.unknown:
        return ConfigError(checked.sheet.name, "no figure is filled in yet")
    (written, near), *_ = checked.unknown
    name, nearest = printable(written.name[:40]), ", ".join(near)
    return ConfigError(
        checked.sheet.name,
        f"no line is about a quantity of this network; for {name} the nearest are {nearest}",
        (written.line, 1),
    )


SETTINGS = {
    "epilog": "Examples:\n\nbackprop check mine.yaml sheet.txt\n\n"
    "backprop check mine.yaml gradients.json --format json"
}
