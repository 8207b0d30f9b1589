"""The colours of a terminal: each can be told from the others, on a dark and on a light ground."""

from typing import NamedTuple

from rich.console import Console
from rich.style import Style


class Palette(NamedTuple):
    """The looks of the ``factors`` of a chain, ``titles``, and weights of either sign."""

    factors: tuple[Style, ...]
    title: Style
    positive: Style
    negative: Style


# Of middling lightness; all of them are among the 256 colours.
MANY_COLOURS = Palette(
    tuple(
        Style(color=colour)
        for colour in ("#0087d7", "#d75f00", "#af5faf", "#5f8700", "#d7005f", "#008787")
    ),
    Style(bold=True, color="#0087d7"),
    Style(color="#0087d7"),
    Style(color="#d7005f"),
)

# Of 8 or 16 colours, each terminal has its own shades. Green, cyan and yellow are faint on white in
# most, and blue is on black: red and magenta are left, and what needs no colour. A line under a
# name would hide the one within it: z_h1.
FEW_COLOURS = Palette(
    (
        Style(color="red"),
        Style(color="magenta"),
        Style(bold=True),
        Style(color="red", reverse=True),
        Style(color="magenta", reverse=True),
        Style(reverse=True),
    ),
    Style(bold=True),
    Style(),
    Style(color="red"),
)


def palette_of(console: Console) -> Palette:
    """The palette of a console, by the number of colours that it has."""
    return MANY_COLOURS if console.color_system in ("256", "truecolor") else FEW_COLOURS
