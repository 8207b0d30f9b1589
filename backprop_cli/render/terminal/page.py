"""Lines of styled text: what is between a lesson's blocks and a terminal's segments."""

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len as rich_cell_len

from backprop_cli.algebra.expression import Expression
from backprop_cli.algebra.paper import Break, pieces, text_of
from backprop_cli.algebra.prose import Code, Prose, spans


class Style(Enum):
    """The kind of a piece of text, where it is set apart by how it looks."""

    PLAIN = auto()
    RESULT = auto()
    ASIDE = auto()
    SECTION = auto()
    TITLE = auto()
    PART = auto()


class Span(NamedTuple):
    """A piece of a line. ``factor`` numbers the factor of a chain that it belongs to, from 0.

    ``breaks`` says whether a line that is too long may be broken before it.
    """

    text: str
    style: Style = Style.PLAIN
    factor: int | None = None
    breaks: Break = Break.NEVER


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
        "✓": "+",
        "✗": "x",
        "–": "-",
        "≥": ">=",
        "≤": "<=",
        "Φ": "Phi",
        "φ": "phi",
        "λ": "lambda",
        "α": "alpha",
        "δ": "delta",
        "η": "eta",
        "σ": "sigma",
        "∘": "o",
        "ᵀ": "^T",
        "⋮": ":",
        "⎡": "[",
        "⎢": "[",
        "⎣": "[",
        "⎤": "]",
        "⎥": "]",
        "⎦": "]",
        "π": "pi",
    }
)

ONE_CELL = dict.fromkeys(ASCII, "x")


class Page(NamedTuple):
    """The room for text: ``width`` cells for prose, ``limit`` for equations (None: any length).

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

    def prose(self, prose: Prose) -> str:
        """Prose as one text, likewise."""
        return self.text(text_of(prose))

    def formula(self, expression: Expression, style: Style = Style.PLAIN) -> Line:
        """A formula as spans, a new one wherever a line may be broken."""
        return tuple(
            Span(self.text(piece.text), style, piece.factor, piece.breaks)
            for piece in pieces(expression)
        )

    def fits(self, cells: int) -> bool:
        """True if an equation's line of so many cells is short enough."""
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


def broken(formula: Line, last: Break) -> Iterator[Line]:
    """A formula in pieces, broken wherever ``last`` or a break before it in rank stands."""
    start = 0
    for at in range(1, len(formula) + 1):
        if at == len(formula) or Break.NEVER < formula[at].breaks <= last:
            yield formula[start:at]
            start = at


def wrapped(prose: Prose, page: Page, width: int) -> Iterator[str]:
    """Prose in lines of at most ``width`` cells, longer words left whole.

    A formula, or a clause of one, counts as one word if it fits on a line.
    """
    line = ""
    for word in filter(None, _words(prose, page, width)):
        longer = f"{line} {word}" if line else word
        if line and cell_len(longer) > width:
            yield line
            line = word
        else:
            line = longer
    yield line


def _words(prose: Prose, page: Page, width: int) -> Iterator[str]:
    """The parts that may stand on lines of their own."""
    word = ""
    for span in spans(prose):
        first, *rest = _parts(span, page, width)
        word += first
        for part in rest:
            yield word
            word = part
    yield word


def _parts(span: str | Code | Expression, page: Page, width: int) -> Sequence[str]:
    """The words of a span; the first of them continues what stands before it."""
    if not isinstance(span, Expression):
        return page.prose(span).split(" ")
    formula = page.formula(span)
    parts: list[str] = []
    for clause in broken(formula, Break.CLAUSE):
        last = Break.NEVER if width_of(clause) <= width else Break.FACTOR
        parts += ("".join(one.text for one in line).strip() for line in broken(clause, last))
    return parts
