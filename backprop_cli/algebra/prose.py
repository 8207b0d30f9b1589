"""Sentences with formulas in them: plain text, formulas and what is typed, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from backprop_cli.algebra.expression import DOTS, Expression

# Of more than this, a list in a sentence shows the first and the last.
MOST_IN_A_LIST = 8


@dataclass(frozen=True, slots=True)
class Code:
    """Text for a machine, to the letter: an option, a command, a file's name."""

    text: str


Span = str | Expression | Code

# A sentence or a part of one. What is of one span may stand without a tuple around it.
Prose = Span | tuple[Span, ...]


def spans(prose: Prose) -> tuple[Span, ...]:
    """The spans of a piece of prose in any of its forms; of empty text there are none."""
    if isinstance(prose, tuple):
        return prose
    return (prose,) if prose != "" else ()


def prose(*parts: Prose) -> tuple[Span, ...]:
    """Parts one after the other, without anything between them."""
    return tuple(span for part in parts for span in spans(part))


def joined(parts: Sequence[Prose], between: str = ", ") -> tuple[Span, ...]:
    """Parts with the same text between them."""
    return prose(
        *(one for at, part in enumerate(parts) for one in ((between, part) if at else (part,)))
    )


def enumerated(parts: Sequence[Prose]) -> tuple[Span, ...]:
    """Parts as a sentence lists them: ``h1, h2 and h3``; of very many, the first and the last."""
    *most, last = (
        parts if len(parts) <= MOST_IN_A_LIST else (*parts[: MOST_IN_A_LIST - 2], DOTS, parts[-1])
    )
    return prose(joined(most), " and ", last) if most else spans(last)
