"""What a command prints: a lesson to read, or a text for programs."""

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from backprop_cli.cli.destinations import naming
from backprop_cli.cli.world import World
from backprop_cli.disk import write_whole

if TYPE_CHECKING:
    from backprop_cli.lesson.blocks import Lesson


def show(lesson: "Lesson", output: Path | None, world: World) -> None:
    """Print a lesson, or write it to a file as it stands in a pipe. Raises OSError."""
    from backprop_cli.render.terminal.console import console_for, plain_console
    from backprop_cli.render.terminal.console import show as print_lesson

    if output is None:
        print_lesson(lesson, console_for(world.out))
    else:
        text = StringIO()
        print_lesson(lesson, plain_console(text))
        write(text.getvalue(), output, world)


def write(text: str, output: Path | None, world: World) -> None:
    """Print a text that programs read, or write it to a file; in UTF-8. Raises OSError.

    That is what a script, a configuration and JSON are written in, whatever the terminal is.
    """
    if output is not None:
        with naming(output):
            write_whole(output, text)
    elif world.bytes_out is None:
        world.out.write(text)
    else:
        world.out.flush()
        world.bytes_out.write(text.encode("utf-8"))
        world.bytes_out.flush()
