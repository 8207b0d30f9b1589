"""The parts of a configuration, written in YAML: its numbers, names, mappings and lists.

What is written here is read alike by this program and by readers of YAML 1.1 and 1.2, to whom
``1e-05`` is text and ``no`` is false, as the case may be.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

from backprop_cli.config.shape.scalars import LONGEST_NUMBER
from backprop_cli.network.exercise import Figure
from backprop_cli.wording import span

# Text that is a name, but for what some reader of YAML takes for something else.
PLAIN = re.compile("[A-Za-z][A-Za-z0-9_./-]*")
NOT_PLAIN = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}

# A typed number is written without an exponent down to about 0.000000001.
LEAST_EXPONENT = -10


def number(figure: Figure) -> str:
    """A number with all its digits: a typed one with those, a calculated one bit for bit."""
    if isinstance(figure, float):
        digits = float.__repr__(figure)  # of a library's own floats too
    else:
        _, _, exponent = figure.as_tuple()
        assert isinstance(exponent, int)
        is_short = not figure or figure.adjusted() >= LEAST_EXPONENT
        digits = f"{figure:f}" if exponent <= 0 and is_short else f"{figure:e}"
    if "e" in digits and "." not in digits:
        # Without a point, YAML 1.1 takes it for text. Decimals keep their digits by it.
        digits = digits.replace("e", ".e")
    if len(digits) > LONGEST_NUMBER and "e" not in digits:
        digits = digits.replace("0.", ".", 1)  # the longest number of all may have been typed so
    return digits


def name(plain: str) -> str:
    """A name as a key or a value."""
    return f'"{plain}"' if plain.lower() in NOT_PLAIN else plain


def text(content: str) -> str:
    """Any text, in quotation marks if it needs them."""
    if PLAIN.fullmatch(content):
        return name(content)
    return '"' + "".join(map(_escaped, content)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return f"\\{char}"
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def flow(entries: Mapping[str, str]) -> str:
    """A mapping on one line: ``{x1: 0.05, x2: 0.10}``."""
    return f"{{{', '.join(f'{name(key)}: {value}' for key, value in entries.items())}}}"


def row(items: Iterable[str]) -> str:
    """A list on one line: ``[0.05, 0.10]``."""
    return f"[{', '.join(items)}]"


def neuron(called: str, weights: Mapping[str, str], parameters: Sequence[str]) -> str:
    """The line of a neuron: its weights by source, and in a comment what they are called."""
    return remarked(f"    {name(called)}: {flow(weights)}", parameters)


def remarked(line: str, parameters: Sequence[str]) -> str:
    """A line with the names of its parameters in a comment, if there are any."""
    return f"{line}  # {listed(parameters)}" if parameters else line


def listed(parameters: Sequence[str]) -> str:
    """Parameters that are numbered on, for a comment: ``w1, w2`` or ``w1 to w4``."""
    return ", ".join(parameters) if len(parameters) <= 2 else span(parameters)
