"""Names, counts and pieces of a file, put into a sentence.

Whatever comes from a file may hold escape codes or be a megabyte long, so all of it passes
through ``shown`` before it is put into a message.
"""

from collections.abc import Iterable, Sequence
from itertools import islice

LONGEST_SHOWN = 40
MOST_LISTED = 6
NEAREST = 3

Path = tuple[str | int, ...]


def nearest(name: str, names: Iterable[str], most: int, likeness: float = 0.6) -> list[str]:
    """The known names that a mistyped one is nearest to, in capitals or not, the nearest first.

    ``likeness``, from 0 to 1, is what they must have at least.
    """
    from difflib import get_close_matches  # needed by the run that fails, and by no other

    by_lower_case = {known.lower(): known for known in names}
    found = get_close_matches(name.lower(), by_lower_case, most, likeness)
    return [by_lower_case[lower] for lower in found]


def dotted(path: Path) -> str:
    """A path as it is printed, list items counted from 1: ``weights.hidden.2.1``."""
    steps = [str(step + 1) if isinstance(step, int) else shown(step) for step in path]
    return ".".join(steps[:MOST_LISTED] + ["…"] * (len(steps) > MOST_LISTED))


def shown(text: str) -> str:
    """Text from a file, made short and harmless: quoted and escaped unless it is one plain word."""
    if len(text) > LONGEST_SHOWN:
        text = text[: LONGEST_SHOWN - 1] + "…"
    plain = text.isprintable() and not set(text) & set(" '\"[]{}:,#\\") and text != ""
    return text if plain else repr(text)


def printable(text: str) -> str:
    """Text with its control characters escaped."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def visible(text: str) -> str:
    """Text for a page, with � instead of each control character."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def listed(names: Iterable[str], most: int = MOST_LISTED) -> str:
    """The names in a row, a long row abbreviated: ``x1, x2, x3, x4, x5, x6, …``."""
    first = list(islice(names, most + 1))
    return ", ".join(shown(name) for name in first[:most]) + (", …" if len(first) > most else "")


def did_you_mean(name: str, names: Sequence[str]) -> str:
    """``did you mean weights?`` when one of the names is close, else nothing."""
    near = nearest(name[:LONGEST_SHOWN], names, 1)
    return f"did you mean {shown(near[0])}?" if near else ""


def counted(count: int, noun: str) -> str:
    """``1 weight``, ``2 weights``, ``3 biases``."""
    plural = noun + ("es" if noun.endswith("s") else "s")
    return f"{count} {noun if count == 1 else plural}"


def span(names: Sequence[str]) -> str:
    """Names that are numbered on: ``w1 to w6``."""
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
