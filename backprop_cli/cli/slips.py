"""Slips on the command line, as Typer finds them, in our words."""

import re
from collections.abc import Sequence
from typing import Any

import typer

from backprop_cli.wording import did_you_mean, printable

# What Typer raises for any of them; the class has no name of its own there.
SLIPS: type[Exception] = typer.BadParameter.__mro__[2]

# What Typer says → what we say; the groups are put into it.
WORDINGS = (
    (r"Option '(--plot)' does not take a value\.", "{0} draws in the terminal and takes no value; "
     "to draw to a file, write --picture FILE"),
    (r"Option '(.+)' does not take a value\.", "{0} takes no value; write {0} alone"),
    (r"Option '(.+)' requires an argument\.", "{0}: a value is missing after it"),
    (r"Missing command\.", "a command is missing"),
)  # fmt: skip


def in_our_words(slip: Any) -> str:
    """The line that tells a user of a slip; ``slip`` is an exception of Typer's.

    Empty where Typer has shown the help in its place.
    """
    kind = type(slip).__name__
    if kind == "NoArgsIsHelpError":
        return ""
    message = str(slip.message)
    parameter = getattr(slip, "param", None)
    if kind == "NoSuchOption":
        message = f"there is no option {slip.option_name}"
        hint = did_you_mean(slip.option_name, _options(slip.ctx))
        return f"{message}; {hint}" if hint else f"{message}{_help(slip.ctx)}"
    if kind == "MissingParameter":
        name, value = _name(parameter), str(getattr(parameter, "metavar", None) or "")
        wanted = f"{name} {value}" if name.startswith("-") else name
        return f"{wanted} is missing{_help(slip.ctx)}"
    if parameter is not None:
        return f"{_name(parameter)}: {message}"
    if found := re.fullmatch(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", message):
        return (
            f"{found[1]}: nothing more belongs here{_about(found[1], slip.ctx) or _help(slip.ctx)}"
        )
    for pattern, wording in WORDINGS:
        if found := re.fullmatch(pattern, message):
            return wording.format(*found.groups()) + (
                _help(slip.ctx) if "{0}" not in wording else ""
            )
    return printable(message)


def _about(extra: str, ctx: Any) -> str:
    """The hint where --plot FILE was written."""
    for name in (extra, str(ctx.params.get("config")) if ctx else ""):
        if name.lower().endswith((".svg", ".png")):
            return f"; to draw to a file, write --picture {name}"
    return ""


def _help(ctx: Any) -> str:
    """A hint where to read on."""
    return f"; {ctx.command_path} --help shows what there is" if ctx else ""


def _name(parameter: Any) -> str:
    """A parameter as a user types it: an option's long form, an argument's metavar."""
    longest = max(parameter.opts, key=len)
    if longest.startswith("-"):
        return str(longest)
    return str(parameter.metavar or longest.upper())


def _options(ctx: Any) -> Sequence[str]:
    return [name for one in ctx.command.params for name in one.opts] if ctx else ()
