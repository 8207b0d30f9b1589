"""A sheet worked out by hand: lines that each give a name, a working and a figure."""

from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression


class Place(NamedTuple):
    """The place of a figure in an array: ``array`` is its name, ``at`` counts from 0."""

    array: str
    shape: tuple[int, ...]
    at: tuple[int, ...]


class Written(NamedTuple):
    """One line: ``name`` = ``working`` = … = ``figure``, all as they were written.

    ``line`` counts from 1, ``text`` is the whole line made readable. ``working`` holds those sides
    between name and figure that are arithmetic; a name in them is a `Symbol` as it was spelt.
    ``figure`` keeps its digits: they say how closely it was rounded. ``remark`` is what was odd
    about the number. ``example`` is the number of the example under whose heading the line stands.
    """

    line: int
    text: str
    name: str
    figure: Decimal
    working: tuple[Expression, ...] = ()
    remark: str = ""
    place: Place | None = None
    example: int | None = None


class Sheet(NamedTuple):
    """All lines of one sheet, in their order; ``unread`` are lines whose figure is no number.

    ``code`` is what stands on it as the code of a worksheet, as it was written.
    """

    name: str
    lines: tuple[Written, ...]
    unread: tuple[int, ...] = ()
    code: str = ""
