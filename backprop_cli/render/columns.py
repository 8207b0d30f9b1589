"""A table's columns on a page: how wide they are, and which stand beside each other."""

from collections.abc import Iterator, Sequence

from backprop_cli.algebra.paper import text_of
from backprop_cli.lesson.blocks import Table

# What a column takes besides its characters.
GAP = 3


def width(table: Table, at: int) -> int:
    """The characters of a column's longest cell."""
    cells = (table.columns[at].title, *(row[at] for row in table.rows))
    return max(len(text_of(cell)) for cell in cells)


def shares(table: Table, columns: Sequence[int], room: float) -> list[float]:
    """The widths that columns of words have in so many characters, if they do not fit as they are.

    They are equal parts, or what each needs. None are given where the columns fit or hold numbers.
    """
    if table.numeric or sum(width(table, at) for at in columns) <= room:
        return []
    found = dict.fromkeys(columns, 0.0)
    left = sorted(columns, key=lambda at: width(table, at))
    while left:
        found[left[0]] = min(width(table, left[0]), room / len(left))
        room -= found[left.pop(0)]
    return [*found.values()]


def pieces(table: Table, room: int) -> Iterator[list[int]]:
    """The columns, by number, of pieces that each fit in so many characters.

    The first column stands in each piece. A table of words is one piece: its columns are wrapped.
    """
    if not table.numeric:
        yield [*range(len(table.columns))]
        return
    first, *widths = (width(table, at) + GAP for at in range(len(table.columns)))
    taken, used = [0], first
    for at, one in enumerate(widths, 1):
        if len(taken) > 1 and used + one > room:
            yield taken
            taken, used = [0], first
        taken.append(at)
        used += one
    yield taken
