"""Sheets on the command line: which file is a configuration, and whose numbers a sheet has."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from backprop_cli.algebra.sheet import Sheet
from backprop_cli.cli.origins import Origins
from backprop_cli.config.sheet.reading import load_sheet
from backprop_cli.errors import ConfigError, UsageError
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.checking.check import Checked, check
from backprop_cli.runs.worksheets.marking import Handed, OtherNumbersError, without_given
from backprop_cli.shipped import examples, named
from backprop_cli.wording import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

STANDARD_INPUT = Path("-")
CONFIGURATIONS = (".yaml", ".yml")
NO_CODE = "there is no line Code: … on it"


class Sheets(NamedTuple):
    """The sheets to be checked, and the exercise that was named for them, if one was."""

    files: tuple[Path, ...]
    config: Path | None


def sorted_out(files: Sequence[Path]) -> Sheets:
    """The files of a command line: a configuration, if there is one, and the sheets.

    Of several files the first is the configuration, unless it is a worksheet, or one of many sheets
    by its name. Raises UsageError.
    """
    first, *rest = files
    if not rest:
        return Sheets((first,), None)
    config = named(first)
    if config == STANDARD_INPUT and STANDARD_INPUT in rest:
        raise UsageError("only one of the two can be standard input; name a file for the other")
    if STANDARD_INPUT in files and len(files) > 2:
        raise UsageError("- is one sheet; name files to check several")
    is_config = config.suffix.lower() in CONFIGURATIONS or config in examples().values()
    if is_config or (len(files) == 2 and not any(map(_has_code, files))):
        return Sheets((*rest,), config)
    return Sheets((*files,), None)


def _has_code(file: Path) -> bool:
    """True if a file is a worksheet."""
    if file == STANDARD_INPUT:
        return False
    try:
        return bool(load_sheet(str(file)).code)
    except ConfigError:
        return False


def checked_sheet(
    exercise: Exercise, sheet: Sheet, origins: Origins, code: str, beside: Path, example: int
) -> Checked:
    """A sheet checked against the exercise, or against the numbers of its code.

    Raises UsageError for a code that is none, and ConfigError where nothing can be checked.
    """
    if code:
        exercise = origins.exercise(code, beside)
        try:
            sheet = without_given(exercise, sheet)
        except OtherNumbersError as error:
            raise UsageError(f"code {printable(code[:40])}: {error}") from None
    if example > exercise.example_count:
        raise UsageError(f"--example {example}: there are {exercise.example_count} examples")
    checked = check(exercise, sheet, example - 1)
    if not checked.lines:
        raise _nothing_known(checked)
    return checked


def _nothing_known(checked: Checked) -> ConfigError:
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


def marked_class(
    exercise: Exercise, files: Sequence[Path], origins: Origins, example: int
) -> list[Handed]:
    """The sheets of a class, each by its own code; what is wrong with one stops no other.

    Where no sheet has a code, all are checked against the one exercise.
    """
    sheets = [*_read(files)]
    codes = Counter(sheet.code.upper() for sheet in sheets if isinstance(sheet, Sheet))
    coded = any(code for code in codes)
    handed: list[Handed] = []
    for file, sheet in zip(files, sheets, strict=True):
        if isinstance(sheet, ConfigError):
            handed.append(Handed(str(file), "", fault=sheet.message))
            continue
        code = sheet.code.upper()
        if coded and not code:
            handed.append(Handed(str(file), "", fault=NO_CODE))
            continue
        several = code and codes[code] > 1
        remark = f"the same code is on {codes[code]} sheets" if several else ""
        try:
            checked = checked_sheet(exercise, sheet, origins, code, file.parent, example)
            handed.append(Handed(str(file), code, checked, remark=remark))
        except (UsageError, ArithmeticError) as error:
            handed.append(Handed(str(file), code, fault=str(error), remark=remark))
        except ConfigError as error:
            handed.append(Handed(str(file), code, fault=error.message, remark=remark))
    return handed


def _read(files: Sequence[Path]) -> "Iterator[Sheet | ConfigError]":
    for file in files:
        try:
            yield load_sheet(str(file))
        except ConfigError as error:
            yield error
