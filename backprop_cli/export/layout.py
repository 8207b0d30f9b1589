"""Pieces of Python source, laid out as `ruff format` does: literals, lists, whole scripts."""

import textwrap
from collections.abc import Iterable, Sequence

from backprop_cli.export.arrays import Entries

WIDTH = 88  # of a line, ruff's default
INDENT = "    "

Block = Sequence[str]  # lines that belong together


def script(blocks: Iterable[Block]) -> str:
    """Blocks with blank lines between them: two beside a definition, else one."""
    text, after_definition = "", False
    for block in filter(None, blocks):
        definition = block[0].startswith(("def ", "class ", "@"))
        if text:
            text += "\n\n" if definition or after_definition else "\n"
        text += "".join(f"{line}\n" for line in block)
        after_definition = definition
    return text


def indented(lines: Iterable[str]) -> list[str]:
    """Lines one level deeper."""
    return [f"{INDENT}{line}" if line else "" for line in lines]


def quoted(text: str) -> str:
    """A text as a string literal, in double quotes where those need no escape."""
    if '"' in text:
        return repr(text)
    # With a double quote in it, repr takes single quotes, and escapes those that there are.
    return '"' + repr(f'"{text}')[2:-1].replace("\\'", "'") + '"'


def literal(entries: Entries) -> str:
    """A vector or matrix on one line."""
    parts = (literal(part) if isinstance(part, tuple) else repr(part) for part in entries)
    return f"[{', '.join(parts)}]"


def array(calls: Sequence[str], entries: Entries, depth: int = 0) -> list[str]:
    """A statement that passes a vector or matrix to a call in a call: ``x = f(g([1.0]))``.

    ``calls`` is what stands before each bracket, as ``x = f`` and ``g``; ``depth`` is how deep
    the statement will be indented.
    """
    room = WIDTH - len(INDENT) * depth
    opened = "".join(f"{call}(" for call in calls)
    line = f"{opened}{literal(entries)}{')' * len(calls)}"
    if len(line) <= room:
        return [line]
    rows = [entry for entry in entries if isinstance(entry, tuple)]
    deepest = room - len(INDENT) * (len(calls) + 1)
    longest = max((len(literal(row)) + 1 for row in rows), default=room)
    if longest <= deepest or len(literal(entries)) <= room - len(INDENT) * len(calls):
        return _split(calls, entries, room)
    # Ruff would put every number on a line of its own.
    return [
        "# fmt: off",
        f"{opened}[",
        *_packed(rows or [entries], room, bare=not rows),
        f"]{')' * len(calls)}",
        "# fmt: on",
    ]


def _split(calls: Sequence[str], entries: Entries, room: int) -> list[str]:
    """Brackets opened from the outside in until what is left fits on a line."""
    line = "".join(f"{call}(" for call in calls) + literal(entries) + ")" * len(calls)
    if len(line) <= room:
        return [line]
    if not calls:
        return ["[", *(f"{INDENT}{literal(row)}," for row in entries), "]"]  # type: ignore[arg-type]
    return [f"{calls[0]}(", *indented(_split(calls[1:], entries, room - len(INDENT))), ")"]


def _packed(rows: Iterable[Entries], room: int, *, bare: bool) -> list[str]:
    """Rows of numbers, as many to a line as it holds."""
    lines = []
    for row in rows:
        text = f"{literal(row)[1:-1] if bare else literal(row)},"
        deeper = "" if bare else " "
        lines += textwrap.wrap(
            text,
            room,
            initial_indent=INDENT,
            subsequent_indent=f"{INDENT}{deeper}",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines


def listing(start: str, items: Sequence[str], depth: int = 0, brackets: str = "[]") -> list[str]:
    """A statement that ends with a list: on one line, or with an item a line."""
    opening, closing = brackets[0], brackets[1]
    line = f"{start}{opening}{', '.join(items)}{closing}"
    if len(line) <= WIDTH - len(INDENT) * depth:
        return [line]
    return [f"{start}{opening}", *(f"{INDENT}{item}," for item in items), closing]
