"""What a lesson is made of: headings, paragraphs, equations, formulas, tables and plots.

Blocks say what is to be read, not how it looks: a renderer decides about colours, widths and the
characters that a terminal can show. All texts are in Unicode, one line each.
"""

from enum import Enum
from typing import NamedTuple


class Role(Enum):
    """What a piece of text is, where a renderer may want to set it apart."""

    PLAIN = "plain"
    RESULT = "result"
    ASIDE = "aside"
    SECTION = "section"
    TITLE = "title"
    PART = "part"


class Span(NamedTuple):
    """A piece of text. ``factor`` numbers the factor of a chain that it belongs to, from 0."""

    text: str
    role: Role = Role.PLAIN
    factor: int | None = None


class Heading(NamedTuple):
    """A heading of ``level`` 1 (the title) to 4, with a short remark that may stand beside it."""

    level: int
    text: str
    aside: str = ""


class Paragraph(NamedTuple):
    """A sentence or two, wrapped to the width there is; ``bullet`` makes it a list's item."""

    text: str
    bullet: bool = False


class Side(NamedTuple):
    """One side of an equation after the first: its relation (= or ≈) and its text."""

    relation: str
    spans: tuple[Span, ...]


class Equation(NamedTuple):
    """``left`` = side = side ≈ side. ``note`` stands beside it, ``reason`` under it."""

    left: tuple[Span, ...]
    sides: tuple[Side, ...]
    note: Span | None = None
    reason: str = ""


class Equations(NamedTuple):
    """Equations that belong together, their relations aligned; ``numbered`` from 1."""

    rows: tuple[Equation, ...]
    numbered: bool = False


class Fraction(NamedTuple):
    """A derivative as a stacked fraction, e.g. ∂Loss over ∂w1."""

    numerator: str
    denominator: str
    factor: int | None = None


class FractionFormula(NamedTuple):
    """``left`` = the ``right`` fractions with ``operator`` (· or +) between them."""

    left: Fraction
    right: tuple[Fraction, ...]
    operator: str = "·"


class Table(NamedTuple):
    """Rows of cells under column headings; every column but the first holds numbers.

    If not ``numeric``, all columns hold text.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: bool = True


class Curve(NamedTuple):
    """A line through ``points`` (x, y), from left to right; a y that is no number leaves a gap."""

    name: str
    points: tuple[tuple[float, float], ...]


class Plot(NamedTuple):
    """Curves over one pair of axes.

    With ``log_y`` the y axis is logarithmic; what is not above 0 has no place on it and leaves a
    gap.
    """

    title: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    log_y: bool = False


Block = Heading | Paragraph | Equations | FractionFormula | Table | Plot
Lesson = tuple[Block, ...]
