"""Command lines as people type them: the command that is meant where none is named."""

import shlex
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from backprop_cli.errors import UsageError
from backprop_cli.shipped import examples
from backprop_cli.wording import nearest, printable

CONFIGURATIONS = (".yaml", ".yml")
SOME_FILE = "mine.yaml"

# A word instead of a command → the command and the options that it stands for.
SYNONYMS = {
    "solve": ("run",),
    "work": ("run",),
    "calculate": ("run",),
    "gradcheck": ("run", "--gradcheck"),
    "forward": ("run", "--only", "forward"),
    "loss": ("run", "--only", "loss"),
    "gradients": ("run", "--only", "gradients"),
    "updates": ("run", "--only", "updates"),
    "tables": ("run", "--brief"),
    "version": ("--version",),
}
TRAINING = ("--epochs", "--until-loss", "--tolerance", "--resume")


class Known(NamedTuple):
    """The words of the command line: its commands, and the options of ``run`` that take a value.

    ``own`` are the options that need no command.
    """

    commands: Collection[str]
    options: Collection[str]
    with_value: Collection[str]
    own: Collection[str]


def meant(args: Sequence[str], known: Known) -> list[str]:
    """The arguments, with the command that is plainly meant.

    Raises UsageError where it is not plain, with what may have been meant.
    """
    word, rest = args[0], list(args[1:])
    if word.startswith("-"):
        of_run = word.partition("=")[0] in known.options and word not in known.own
        return ["run", *args] if of_run else list(args)
    if word in known.commands:
        return list(args)
    if _is_configuration(word):
        return ["run", *args]
    if word in SYNONYMS:
        return [*SYNONYMS[word], *rest]
    if word == "explain":
        return _explained(rest, known)
    if word == "train":
        if any(arg.partition("=")[0] in TRAINING for arg in rest):
            return ["run", *rest]
        rest = [*(rest or [SOME_FILE]), "--epochs", "1000"]
        raise _not_a_command(word, ["run", *rest])
    near = nearest(word, known.commands, 1)
    raise _not_a_command(word, [*near, *rest] if near else [])


def _is_configuration(word: str) -> bool:
    return word.lower().endswith(CONFIGURATIONS) or word in examples()


def _explained(args: Sequence[str], known: Known) -> list[str]:
    """``explain mine.yaml w1 b1`` as ``run mine.yaml --explain w1 --explain b1``."""
    others: list[str] = []
    names: list[str] = []
    for before, arg in zip(("", *args), args, strict=False):
        is_value = before in known.with_value
        is_file = _is_configuration(arg) or arg == "-" or Path(arg).suffix != ""
        (others if is_value or is_file or arg.startswith("-") else names).append(arg)
    if not names:
        raise _not_a_command("explain", ["run", *(others or [SOME_FILE]), "--explain", "w1"])
    return ["run", *others, *(part for name in names for part in ("--explain", name))]


def _not_a_command(word: str, suggested: Sequence[str]) -> UsageError:
    said = f"there is no command {printable(word) or repr(word)}"
    if not suggested:
        return UsageError(f"{said}; backprop --help shows what there is")
    return UsageError(f"{said}; did you mean {shlex.join(['backprop', *suggested])}?")
