"""The lines of a sheet that may say something: neither pictures nor what TeX alone reads."""

import re
from collections.abc import Iterator, Sequence

LONGEST_LINE = 4_000
# Edges are drawn in braille; around a node stands a box, and its text or a label has an =.
EDGES, BOX = re.compile("[\u2800-\u28ff]"), re.compile("[╭╰│]")
# How the program's own LaTeX draws and sets its page.
DRAWN = re.compile(r"^\s*\\(?:put\b|par\\medskip|setlength|leftmost|end\{picture|[a-z]+=\d)")
DOCUMENT = r"\begin{document}"


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """The lines with their numbers; a line of LaTeX that holds several is given as several."""
    block: list[tuple[int, str]] = []
    begins = text.find(DOCUMENT)
    first = text.count("\n", 0, begins) + 1 if begins >= 0 else 0
    for at, raw in enumerate(text.splitlines(), 1):
        if raw.strip():
            block.append((at, raw))
            continue
        yield from _lines(block, first)
        yield at, raw
        block = []
    yield from _lines(block, first)


def _lines(block: Sequence[tuple[int, str]], first: int) -> Iterator[tuple[int, str]]:
    """The lines between two blank ones, if they are no picture."""
    is_drawn = any(BOX.search(raw) for _, raw in block) and any("=" in raw for _, raw in block)
    if is_drawn or any(EDGES.search(raw) for _, raw in block):
        return
    for at, raw in block:
        if at >= first and len(raw) <= LONGEST_LINE and not DRAWN.match(raw):
            yield from ((at, piece) for piece in raw.split(r"\\"))
