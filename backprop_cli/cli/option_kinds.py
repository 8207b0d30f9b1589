"""Makers of options: on a panel of the help, for numbers in a range, and for words of a list."""

import re
from collections.abc import Callable, Iterable
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import typer

from backprop_cli.cli.exits import complaints
from backprop_cli.errors import UsageError
from backprop_cli.network.classes import MOST_COUNTED
from backprop_cli.shipped import named, nearest_file
from backprop_cli.wording import shown

SHOWN = "What is shown"
TRAINING = "Training"
OUTPUT = "Output"
KEEPING = "Keeping a trained network"
WORKSHEETS = "The sheets"
Kind = TypeVar("Kind", bound=StrEnum)


def option(panel: str, help: str, *names: str, **more: Any) -> Any:
    """An option in a panel of --help; without names it is called as its parameter is."""
    return typer.Option(*names, help=help, rich_help_panel=panel, **more)


def located(ctx: typer.Context, path: Path | None) -> Path | None:
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


def choice(panel: str, help: str, name: str, kinds: Iterable[Kind]) -> Any:
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

    return option(
        panel,
        help,
        name,
        parser=read,
        autocompletion=complete,
        metavar="|".join(values),
        show_default=False,
    )


def number(panel: str, help: str, name: str, least: int, most: int = MOST_COUNTED) -> Any:
    """An option that takes a whole number, which --help calls N."""
    return option(panel, help, name, parser=whole(least, most), metavar="N", show_default=False)
