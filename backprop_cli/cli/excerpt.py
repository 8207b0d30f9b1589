"""The line of a file that a complaint is about, with a caret under the place."""

import unicodedata

from backprop_cli.errors import ConfigError

MARGIN = "  "
TAB = "    "  # a tab takes so much, wherever it stands
WIDEST = 79
CUT = "…"


def excerpt(error: ConfigError, encoding: str, columns: int) -> list[str]:
    """The line, then the line of its caret, then how many other faults there are.

    A long line is cut around the place, to fit a terminal of so many ``columns``. Characters that
    could do harm, or that the ``encoding`` lacks, are written as escapes.
    """
    lines = []
    if error.text.strip():
        lines += _with_caret(error.text, error.column, encoding, min(columns - 1, WIDEST))
    if error.more:
        lines.append(_others(error.more))
    return lines


MOST_TOLD = 10


def _others(count: int) -> str:
    if count >= MOST_TOLD:
        return f"There are {count} more faults in this file, or more."
    faults = "is 1 more fault" if count == 1 else f"are {count} more faults"
    return f"There {faults} in this file."


def _with_caret(text: str, column: int | None, encoding: str, width: int) -> list[str]:
    room = max(width - len(MARGIN), 20)
    at = (column or 1) - 1
    cut = _written(CUT, encoding)
    before = [_written(char, encoding) for char in text[max(at - room, 0) : at]]
    after = [_written(char, encoding) for char in text[at : at + room]]
    # What follows gets a third of the room at least, what goes before the rest.
    shown = "".join(before)
    least = min(_cells("".join(after)), room // 3)
    if at > len(before) or _cells(shown) > room - least:
        while before and _cells(shown) > room - least - _cells(cut):
            del before[0]
            shown = "".join(before)
        shown = cut + shown
    rest, left = "", room - _cells(shown)
    for number, piece in enumerate(after):
        is_last = number == len(after) - 1 and at + len(after) == len(text)
        if _cells(rest + piece) > left - (0 if is_last else _cells(cut)):
            rest += cut
            break
        rest += piece
    lines = [f"{MARGIN}{shown}{rest}".rstrip()]
    if column is not None:
        lines.append(f"{MARGIN}{' ' * _cells(shown)}^")
    return lines


def _written(char: str, encoding: str) -> str:
    if char == "\t":
        return TAB
    if not char.isprintable():
        return ascii(char)[1:-1]
    return char.encode(encoding, "backslashreplace").decode(encoding)


def _cells(text: str) -> int:
    """The number of terminal cells that a text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
