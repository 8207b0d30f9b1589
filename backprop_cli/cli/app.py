"""The command line as Typer knows it: which commands there are, and what is the same for all.

A command is imported, and its options read, when it is asked for; what it does is imported when it
runs: ``--help`` and completion need not wait for it.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from backprop_cli.cli.exits import complaints
from backprop_cli.cli.meant import Known, meant
from backprop_cli.cli.printing import write

# The commands, each a function in the file of that name, in the order in which help lists them.
NAMES = (
    *("run", "check", "practice", "worksheet", "sweep", "draw", "activation", "new"),
    *("examples", "export", "schema", "help"),
)


class _Plain:
    """The class of all commands: --help shows no types, but how a value is called."""

    def get_params(self, ctx: Any) -> list[Any]:
        """See typer."""
        found: list[Any] = super().get_params(ctx)  # type: ignore[misc]
        for one in found:
            if one.param_type_name == "argument":
                one.display_type_rich = lambda ctx: None  # noqa: ARG005 - its name says enough
            elif one.is_flag:
                one.metavar = ""
        return found


class _Command(_Plain, TyperCommand):
    pass


@cache
def _command(name: str) -> Any:
    """A command by itself."""
    module = import_module(f"backprop_cli.cli.commands.{name}")
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(cls=_Command, **module.SETTINGS)(getattr(module, name))
    return typer.main.get_command(alone)


class _Commands(Mapping[str, Any]):
    """All commands by name."""

    def __getitem__(self, name: str) -> Any:
        if name not in NAMES:
            raise KeyError(name)
        return _command(name)

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


class _Group(_Plain, TyperGroup):
    def __init__(self, **settings: Any) -> None:
        super().__init__(**{**settings, "commands": _Commands()})

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """See typer; where no command is named, the one that is meant is put there."""
        if args and args[0] not in self.commands and not ctx.resilient_parsing:
            params = self.commands["run"].params
            known = Known(
                self.commands,
                {name for one in params for name in one.opts},
                {name for one in params if not getattr(one, "is_flag", True) for name in one.opts},
                {name for one in self.get_params(ctx) for name in one.opts},
            )
            with complaints(None):
                args = meant(args, known)
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_Group,
    help="Calculates a small neural network step by step, as on paper: forward pass, "
    "backpropagation and update. Every line shows the formula, then the numbers, then the result.",
    epilog="Examples: backprop new, backprop run mazur --explain w1",
    context_settings={"help_option_names": ["-h", "--help"]},
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(ctx: typer.Context, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # slow to import, and rarely wanted

        with complaints(None):
            write(f"backprop {version('backprop-cli')}\n", None, ctx.obj)
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass
