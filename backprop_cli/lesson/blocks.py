"""The blocks of a lesson: headings, paragraphs, equations, chain rules, tables, plots, pictures.

A `Lesson` is a tuple of blocks in the order in which they are read. Blocks say what is to be
read, not how it looks: a medium decides about colours, widths, line breaks and signs. There are
eight, and a medium must write each: `Heading`, `Paragraph`, `Equations` (whose rows are each an
`Equation`), `ChainRule`, `Table`, `Plot`, `Picture` and `NewPage`.

**Formulas** are expressions of ``algebra.expression``, never text. A medium writes them with a
writer of its own, a subclass of ``algebra.writer.Writer`` that stands beside ``algebra.paper``
(the writer for one line of text) and says how each kind of expression looks; parentheses are put
by the base class. Besides what is evaluated, these kinds occur:

- `Marked` (inner, factor): the part stands for a factor of a chain, counted from 0. Parts of one
  heading that have the same number belong together and have the same colour: in the chain rule,
  in the factor's own row, in the running products.
- `Relation` (left, sign, right): within prose and conditions; sign is one of = ≈ > ≥ < ≤ →. The
  last stands from a source to what it feeds, ``x1 → h1``.
- `Derivative`: of a formula instead of a quantity, d/dx (x * c).
- `DOTS`, the symbol "…", for terms that are left out, and `BLANK` for a figure that is to be
  filled in.
- a `Call` whose function ends in ′, for the derivative of a function: sigmoid′(z).

A `Symbol` is a quantity by the program's name: x1, w1, b1, z_h1, a_h1, y_hat (or y_hat_o1),
y_true (or y_true_o1), Loss, w1_new; also a neuron or a layer's input by its name, h1. A
`Partial` is the derivative of one quantity ``of`` by another ``by``. A `Number` holds the digits
to print, all of them and no others (`Decimal`, e.g. 0.10), unless it has a ``name`` (λ) to be
written by; ``of`` names the quantity whose figure it is, in numbers that were put into a formula
and in results (a figure between, such as 0.2486 for 1 − 0.7514, has none).

**Prose** (`algebra.prose.Prose`) is plain text, an expression, `Code` (what is typed: an option, a
file's name), or a tuple of these, to be written one after the other without anything between.
`algebra.prose.spans` makes a tuple of each. Plain text is of one line, in Unicode, and holds no
markup: a medium escapes it. It may hold what a user has typed.

**Roles** say what a side of an equation or a column of a table is, so that a medium can set it
apart and a worksheet can leave it blank (`Role`).
"""

from enum import Enum
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression, Number, Partial, Symbol
from backprop_cli.algebra.prose import Prose
from backprop_cli.lesson.diagram import Diagram


class Role(Enum):
    """The role of a side of an equation, or a column of a table, is."""

    QUANTITY = "quantity"  # what is worked out, by its name; in a table: what a row is about
    SYMBOLS = "symbols"  # a formula, as symbols
    NUMBERS = "numbers"  # the formula with its numbers put in, or on the way to its result
    RESULT = "result"  # a figure that was worked out: what a worksheet leaves blank
    GIVEN = "given"  # a figure that was given, or is where the working starts
    WORDS = "words"  # in a table: a column of words


class Heading(NamedTuple):
    """A heading of ``level`` 1 (the title) to 4, with a short remark that may stand beside it.

    Level 2 begins a section (2. Forward Propagation), level 3 a part of one (the gradient of one
    weight), level 4 what belongs together within that (Step by step).
    """

    level: int
    text: Prose
    aside: Prose = ""


class Paragraph(NamedTuple):
    """A sentence or two, wrapped to the width there is; ``bullet`` makes it a list's item."""

    text: Prose
    bullet: bool = False


class Side(NamedTuple):
    """One side of an equation, and the sign before it: = or ≈, of the first side none."""

    formula: Expression
    role: Role
    relation: str = ""

    @property
    def is_figure(self) -> bool:
        """True of a figure that was worked out: a medium sets it in bold."""
        return self.role is Role.RESULT and isinstance(self.formula, Number)


class Equation(NamedTuple):
    """A row: side = side ≈ side. ``note`` stands beside it, ``reason`` under it.

    ``about`` is the quantity whose value it works out or states, also where no side names it: the
    row ``0.7414 * 0.1868 ≈ 0.1385`` is about ∂Loss/∂z_out, which is its note. It is None for a
    formula of no quantity of the network, sigmoid(z) = ….

    The sides are, in this order: the quantity (or what else stands left: numbers in a running
    product, symbols in a general formula), then the formula in symbols, the numbers put in, the
    numbers on the way, the result. Any of these but the first may be missing; a new weight has
    two results, all its digits and a shorter one.
    """

    about: Symbol | None
    sides: tuple[Side, ...]
    note: Prose = ""
    reason: Prose = ""

    def having(self, role: Role) -> tuple[Side, ...]:
        """The sides of a role, from left to right."""
        return tuple(side for side in self.sides if side.role is role)


class Equations(NamedTuple):
    """Equations that belong together, their relations aligned; ``numbered`` from 1."""

    rows: tuple[Equation, ...]
    numbered: bool = False


class ChainRule(NamedTuple):
    """A gradient by the chain rule: ``of`` = the ``parts``, multiplied or, if ``added``, added.

    It is set apart, each derivative as a stacked fraction, with · or + between them.
    The parts of a product are its factors 0, 1, … by their places.
    """

    of: Partial
    parts: tuple[Partial, ...]
    added: bool = False


class Column(NamedTuple):
    """A column's heading, and what its cells are."""

    title: Prose
    role: Role


class Table(NamedTuple):
    """Rows of cells under column headings; every column but the first holds numbers.

    If not ``numeric``, all columns hold text. A cell may be empty.
    """

    title: Prose
    columns: tuple[Column, ...]
    rows: tuple[tuple[Prose, ...], ...]
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


class Picture(NamedTuple):
    """The network as a picture, where it stands among the blocks."""

    diagram: Diagram


class NewPage(NamedTuple):
    """The end of a page: what follows begins a new one, on paper."""


Block = Heading | Paragraph | Equations | ChainRule | Table | Plot | Picture | NewPage
Lesson = tuple[Block, ...]
