"""Lines of styled text: what is between a lesson's blocks and a terminal's segments."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len as rich_cell_len

from backprop_cli.lesson.blocks import Span

Line = tuple[Span, ...]

# What stands for a character that a terminal without UTF-8 cannot show.
ASCII = str.maketrans(
    {
        "∂": "d",
        "ŷ": "y_hat",
        "−": "-",
        "·": "*",
        "≈": "~=",
        "→": "->",
        "…": "...",
        "′": "'",
        "─": "-",
        "═": "=",
        "•": "*",
        "≥": ">=",
        "≤": "<=",
        "Φ": "Phi",
        "φ": "phi",
        "λ": "lambda",
        "α": "alpha",
        "π": "pi",
    }
)

ONE_CELL = dict.fromkeys(ASCII, "x")


class Page(NamedTuple):
    """Where text goes: ``width`` cells for prose, ``limit`` for equations (None: any length).

    ``unicode`` is False where only ASCII can be shown.
    """

    width: int
    limit: int | None
    unicode: bool

    def text(self, text: str) -> str:
        """A text in the characters that the page can show."""
        if self.unicode or text.isascii():
            return text
        return text.translate(ASCII).encode("ascii", "backslashreplace").decode("ascii")

    def line(self, spans: Iterable[Span]) -> Line:
        """Spans in the characters that the page can show."""
        if self.unicode:
            return tuple(spans)
        return tuple(span._replace(text=self.text(span.text)) for span in spans)

    def fits(self, cells: int) -> bool:
        """Whether an equation's line of so many cells is short enough."""
        return self.limit is None or cells <= self.limit


@lru_cache(maxsize=4096)
def cell_len(text: str) -> int:
    """The cells that a text takes: one a character, but in names of some scripts."""
    # Rich looks every character up; nearly every text is of ASCII and our own symbols alone.
    if text.isascii() or text.translate(ONE_CELL).isascii():
        return len(text)
    return rich_cell_len(text)


def width_of(line: Line) -> int:
    """The cells that a line takes."""
    return cell_len("".join([span.text for span in line]))


def padded(line: Line, width: int) -> Line:
    """A line filled up with spaces to a width."""
    missing = width - width_of(line)
    return (*line, Span(" " * missing)) if missing > 0 else line


# What holds a formula within prose together: no line ends beside these.
OPERATORS = frozenset(("=", "≈", "~=", "+", "−", "-", "*", "/", "·", ">", "≥", ">="))


def words_wrapped(text: str, width: int) -> Iterator[str]:
    """Prose broken at spaces into lines of at most ``width`` cells, longer words left whole.

    A formula counts as one word if it fits on a line.
    """
    line = ""
    for word in _words(text, width):
        longer = f"{line} {word}" if line else word
        if line and cell_len(longer) > width:
            yield line
            line = word
        else:
            line = longer
    yield line


def _words(text: str, width: int) -> Iterator[str]:
    """The words of a text, those of a formula as one if they fit into ``width`` cells."""
    words = text.split()
    start = 0
    for at in range(1, len(words) + 1):
        if at < len(words) and OPERATORS.intersection(words[at - 1 : at + 1]):
            continue
        formula = " ".join(words[start:at])
        yield from (formula,) if cell_len(formula) <= width else words[start:at]
        start = at
