"""Questions on a terminal, each asked again until its answer can be used."""

from collections.abc import Callable
from shutil import get_terminal_size
from textwrap import fill
from typing import NamedTuple, TypeVar

from backprop_cli.cli.world import World
from backprop_cli.errors import UsageError
from backprop_cli.wording import printable

WIDEST = 100

T = TypeVar("T")


class Dialog(NamedTuple):
    """Asks a user. What ends it, Ctrl-C or Ctrl-D, is raised: KeyboardInterrupt or EOFError."""

    world: World

    def ask(self, question: str, default: str, read: Callable[[str], T]) -> T:
        """The answer, as ``read`` takes it; an empty one stands for the default.

        ``read`` raises UsageError for what it cannot take: the user is told, and asked again.
        """
        while True:
            answer = self.world.ask(f"{question} [{default}]: ").strip() or default
            try:
                return read(answer)
            except UsageError as error:
                self.say(f"  {printable(str(error).strip())}")

    def choose(self, question: str, default: str, choices: tuple[str, ...]) -> str:
        """One of several words, of which the first letters are enough."""

        def read(answer: str) -> str:
            found = [choice for choice in choices if choice.startswith(answer.lower())]
            if len(found) != 1:
                raise UsageError(f"{answer}: please answer {' or '.join(choices)}")
            return found[0]

        return self.ask(question, default, read)

    def say(self, line: str = "") -> None:
        """Print a line, a long one in several, set in alike."""
        margin = " " * (len(line) - len(line.lstrip()))
        room = min(get_terminal_size().columns, WIDEST)
        self.world.out.write(f"{fill(line, room, subsequent_indent=margin)}\n")
        self.world.out.flush()
