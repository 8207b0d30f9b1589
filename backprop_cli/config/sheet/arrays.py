"""Arrays in a text, as programs print them: ``dW1 = [[0.1, 0.2], [0.3, 0.4]]``, ``tensor([…])``."""

import math
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from backprop_cli.algebra.sheet import Place, Written
from backprop_cli.config.sheet.arithmetic import number
from backprop_cli.config.sheet.plain import plain

# A name, a relation (with a formula between two, maybe), and where brackets open; or a name that
# was typed into Python or IPython, and what it answered on the next line.
BEGINS = re.compile(
    r"^(?:(?:>>>|In \[\d{1,5}\]:)[ \t]{0,4}(?:print\()?(?P<typed>[\w.]{1,40})\)?[ \t\r]{0,20}\n"
    r"(?:Out\[\d{1,5}\]:[ \t]{0,20}(?:\r?\n)?)?[ \t]{0,20}"
    r"|(?P<name>[^\n=:\[\]]{1,80}?)[ \t]{0,20}[=:≈](?:[^\[\]\n]{0,120}=)?"
    r"[ \t]{0,20}+(?:\r?\n[ \t]{0,20}+)?+)"
    r"(?:[\w.]{1,30}+\()?+[ \t]{0,20}+(?=\[)",
    re.MULTILINE,
)
# A comma parts numbers here; NumPy writes 2. for 2.0.
TOKEN = re.compile(r"\s*(?:([\[\]])|([-+−]?\s?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(,))")
LONGEST = 100_000  # characters of one array
DEEPEST = 2


def arrays(text: str) -> tuple[list[Written], str]:
    """The figures of all arrays of a text, and the text without those, its lines kept."""
    found: list[Written] = []
    rest: list[str] = []
    done = 0
    for begun in BEGINS.finditer(text):
        if begun.start() < done:
            continue
        name = plain(begun["typed"] or begun["name"])
        read = _array(text, begun.end())
        if read is None or not name:
            continue
        figures, end = read
        line = text.count("\n", 0, begun.end()) + 1
        found += _written(name, figures, line)
        line_end = text.find("\n", end)
        line_end = len(text) if line_end < 0 else line_end
        rest += (text[done : begun.start()], "\n" * text.count("\n", begun.start(), line_end))
        done = line_end
    return found, "".join((*rest, text[done:]))


def _array(text: str, at: int) -> tuple[list[tuple[tuple[int, ...], Decimal, int]], int] | None:
    """Each figure with its place and its line from where the array begins, and the array's end.

    None of what is no array of numbers in rows that are equally long.
    """
    path: list[int] = []
    found: list[tuple[tuple[int, ...], Decimal, int]] = []
    start, end = at, min(len(text), at + LONGEST)
    while token := TOKEN.match(text, at, end):
        bracket, digits, _ = token.groups()
        at = token.end()
        if bracket == "[":
            if path:
                path[-1] += 1
            path.append(-1)
            if len(path) > DEEPEST:
                return None
        elif bracket == "]":
            path.pop()
            if not path:
                return (found, at) if _is_regular(found) else None
        elif digits:
            path[-1] += 1
            digits = re.sub(r"\.(?!\d)", ".0", digits.replace("−", "-").replace(" ", ""))
            figure = number(digits)
            if figure is None:
                return None
            found.append((tuple(path), figure, text.count("\n", start, token.start(2))))
    return None


def _is_regular(figures: Sequence[tuple[tuple[int, ...], Decimal, int]]) -> bool:
    places = [place for place, _, _ in figures]
    if not places or len({len(place) for place in places}) != 1:
        return False
    shape = [max(one) + 1 for one in zip(*places, strict=True)]
    return len(places) == int(math.prod(shape))


def _written(
    name: str, figures: Sequence[tuple[tuple[int, ...], Decimal, int]], line: int
) -> Iterator[Written]:
    places = [place for place, _, _ in figures]
    shape = tuple(max(one) + 1 for one in zip(*places, strict=True))
    for place, figure, further in figures:
        own = name + "".join(f"[{at + 1}]" for at in place)
        text = f"{own} = {figure}"
        yield Written(line + further, text, own, figure, place=Place(name, shape, place))
