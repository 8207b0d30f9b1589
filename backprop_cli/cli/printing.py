"""Printing, writing and drawing; each function says whether it went where it was to go."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from shutil import get_terminal_size
from textwrap import fill
from typing import IO, TYPE_CHECKING, Any, cast

from backprop_cli.cli.destinations import Destination
from backprop_cli.cli.media import Format, written
from backprop_cli.cli.world import World
from backprop_cli.wording import printable

if TYPE_CHECKING:
    from backprop_cli.lesson.blocks import Lesson, Plot
    from backprop_cli.lesson.diagram import Diagram


class Counted:
    """A stream that counts the lines that are written to it."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream
        self.lines = 0

    def write(self, text: str) -> int:
        """Write a text."""
        self.lines += text.count("\n")
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def show(
    lesson: "Lesson",
    output: Destination | None,
    world: World,
    as_format: Format = Format.text,
    diagram: "Callable[[], Diagram] | None" = None,
    when_long: Mapping[str, Sequence[str]] | None = None,
) -> bool:
    """Print a lesson, or write it to a file; as text, as it stands in a pipe. Raises OSError.

    ``diagram`` makes the picture of the network for a format that shows one; ``when_long`` is what
    to end with on a terminal, if the lesson is longer than its screen: lists under their titles.
    """
    if as_format is not Format.text:
        return write(written(lesson, diagram, as_format), output, world)
    from backprop_cli.render.terminal.console import console_for, plain_text
    from backprop_cli.render.terminal.console import show as print_lesson

    if output is None:
        counted = Counted(world.out)
        print_lesson(lesson, console_for(cast(IO[str], counted), world.color))
        screen = get_terminal_size()
        if when_long and world.out.isatty() and counted.lines >= screen.lines:
            rows = (_row(title, what, screen.columns) for title, what in when_long.items())
            world.out.write("".join(f"\n{row}" for row in rows) + "\n")
        return True
    return write(plain_text(lesson), output, world)


def _row(title: str, what: Sequence[str], width: int) -> str:
    """A list under its title, folded between what it lists."""
    whole = ", ".join(printable(one).replace(" ", "\N{NO-BREAK SPACE}") for one in what)
    margin = " " * (len(title) + 2)
    row = fill(
        f"{title}: {whole}",
        width,
        subsequent_indent=margin,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return row.replace("\N{NO-BREAK SPACE}", " ")


def show_page(markdown: str, world: World) -> None:
    """Print a help page, as a terminal or a pipe shows it. Raises OSError."""
    from backprop_cli.render.terminal.console import console_for
    from backprop_cli.render.terminal.help_page import show_page

    show_page(markdown, console_for(world.out))


def say_written(files: Sequence[Destination], command: str, world: World) -> None:
    """Say which files were written, and the command that takes up the first of them."""
    verb = "is" if len(files) == 1 else "are"
    written = " and ".join(str(file.path) for file in files)
    world.tell(f"{written} {verb} written. Next: {command} {shlex.quote(str(files[0].path))}")


def write(content: str | bytes, output: Destination | None, world: World) -> bool:
    """Print what programs read, or write it to a file; a text in UTF-8. Raises OSError.

    That is what a script, a configuration and JSON are written in, whatever the terminal is.
    """
    if output is not None:
        return output.write(content, world.tell).path == output.path
    if world.bytes_out is None:
        world.out.write(content if isinstance(content, str) else content.decode("utf-8", "replace"))
    else:
        world.out.flush()
        world.bytes_out.write(content.encode("utf-8") if isinstance(content, str) else content)
        world.bytes_out.flush()
    return True


def draw(curves: "Plot | None", picture: Destination | None, world: World) -> bool:
    """Draw curves to a file, if there are any and they are wanted there.

    A file that cannot be written is told: what else the command does is done all the same.
    """
    if curves is None or picture is None:
        return True
    from backprop_cli.render.picture import drawn

    try:
        written = picture.write(drawn(curves, picture.path.suffix), world.tell)
    except OSError as error:
        world.tell(f"{error.filename}: {error.strerror}; the curves are not drawn")
        return False
    return written.path == picture.path
