"""``backprop examples``: the configurations that come with the program."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from backprop_cli import shipped
from backprop_cli.cli.destinations import destination
from backprop_cli.cli.exits import FAILED, complaints
from backprop_cli.cli.options import Force, Output
from backprop_cli.cli.printing import say_written, show, write
from backprop_cli.errors import UnknownNameError, UsageError

if TYPE_CHECKING:
    from backprop_cli.lesson.blocks import Lesson


def listing() -> "Lesson":
    """All examples with a line each, and how one is run and taken as a beginning."""
    from backprop_cli.algebra.prose import Code
    from backprop_cli.lesson.blocks import Column, Paragraph, Role, Table

    columns = (Column("Name", Role.QUANTITY), Column("What it is", Role.WORDS))
    rows = tuple((name, shipped.title(path)) for name, path in shipped.examples().items())
    return (
        Table("Examples that come with the program", columns, rows, numeric=False),
        Paragraph((Code("backprop run mazur"), " works one of them."), bullet=True),
        Paragraph(
            (Code("backprop examples mazur -o mine.yaml"), " writes it to a file of your own."),
            bullet=True,
        ),
    )


def _data_of(path: Path) -> list[Path]:
    """The data files that an example names, which lie beside it."""
    import yaml

    data = yaml.safe_load(path.read_text(encoding="utf-8")).get("data")
    return [path.parent / data["file"]] if data else []


def _completed(incomplete: str) -> list[str]:
    return [name for name in shipped.examples() if name.startswith(incomplete)]


def examples(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            help="The example to print; without it, all are listed.", autocompletion=_completed
        ),
    ] = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """List the examples that come with the program, or print one of them."""
    known = shipped.examples()
    with complaints(None):
        if name is None:
            if output is not None:
                raise UsageError("which example is to be written? backprop examples lists them")
            show(listing(), None, ctx.obj)
            return
        if name not in known:
            raise UnknownNameError("examples", name, known, "example")
        text = known[name].read_text(encoding="utf-8")
        file = destination(output, force=force, pipes=True)
        if file is None:
            write(text, None, ctx.obj)
            return
        files, texts = [file], [text]
        for data in _data_of(known[name]):
            copy = destination(file.path.parent / data.name, force=force)
            assert copy is not None
            files.append(copy)
            texts.append(data.read_text(encoding="utf-8"))
        in_place = [write(text, file, ctx.obj) for file, text in zip(files, texts, strict=True)]
        if not all(in_place):
            raise typer.Exit(FAILED)
        say_written(files, "backprop run", ctx.obj)


SETTINGS = {"epilog": "Examples:\n\nbackprop run mazur\n\nbackprop examples mazur -o mine.yaml"}
