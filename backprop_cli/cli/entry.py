"""The console script: what is set once for the whole process, and how it ends."""

import gc
import os
import sys

from backprop_cli.cli.world import OutputLostError, World


def main() -> None:
    """Run the command line, and end the process with its exit code."""
    # A run builds trees that live until it ends and hardly any cycles: looking for some while
    # the libraries are being imported costs one part in twenty of a short run, and finds none.
    gc.disable()
    # Plugins of pydantic are of no use here, and looking for them costs every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    world = World.of_this_process()
    try:
        code = _ended(world)
    except KeyboardInterrupt:  # before or after the command itself, which Typer looks after
        code = 130
    finally:
        # At its end Python looks for cycles once more, whatever was disabled: an eighth of a short
        # run, to free what the system takes back anyway.
        gc.freeze()
    sys.exit(code)


def _ended(world: World) -> int:
    """The exit code, once every byte is written or it is said that it is not."""
    from backprop_cli.cli.exits import DONE, FAILED

    try:
        try:
            code = _command(world)
        except SystemExit as ended:  # as Typer itself ends after completion
            code = int(ended.code or DONE)
        world.out.flush()
    except OutputLostError as lost:
        if lost.reader_is_gone:  # who has seen enough
            return DONE
        world.tell(f"standard output: {lost}")
        return FAILED
    return code


def _command(world: World) -> int:
    """Run one command, and tell what went wrong; returns the exit code."""
    from backprop_cli.cli.app import app
    from backprop_cli.cli.exits import BAD_INPUT, DONE, ComplaintError
    from backprop_cli.cli.slips import SLIPS, in_our_words
    from backprop_cli.errors import ConfigError

    try:
        return int(app(prog_name="backprop", standalone_mode=False, obj=world) or DONE)
    except ComplaintError as complaint:
        world.tell(str(complaint))
        if isinstance(complaint.error, ConfigError):
            from backprop_cli.cli.excerpt import excerpt

            lines = excerpt(complaint.error, world.err.encoding or "utf-8", world.columns)
            for line in lines:
                world.tell(line)
        return complaint.code
    except SLIPS as slip:
        if message := in_our_words(slip):
            world.tell(message)
        return BAD_INPUT
