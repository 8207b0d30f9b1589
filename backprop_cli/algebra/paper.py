"""Formulas and numbers as they stand on paper, on one line: ``0.5 * (y_true − ŷ)^2``.

A formula is written in pieces. Their texts in a row are the formula; where a piece begins, a line
that is too long may go on.
"""

from collections.abc import Sequence
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression, Number, Partial, Symbol
from backprop_cli.algebra.prose import Code, Prose, spans
from backprop_cli.algebra.writer import Writer

MINUS = "−"  # a hyphen is for code

# Beyond these powers of ten a number is written as 1.2e-10 or 3.4e20.
SMALLEST_PLAIN, LARGEST_PLAIN = -9, 15


def on_paper(digits: Decimal) -> str:
    """A number as it is written: every digit it has, and a minus sign that is not a hyphen."""
    if not digits.is_finite():
        text = f"{digits:f}".lower()
    elif digits == 0 or SMALLEST_PLAIN <= digits.adjusted() < LARGEST_PLAIN:
        text = f"{digits:f}"
    else:
        mantissa, _, exponent = f"{digits:e}".partition("e")
        text = f"{mantissa}e{int(exponent)}"
    return text.replace("-", MINUS)


def name_on_paper(name: str) -> str:
    """A quantity's name as it is printed: y_hat as ŷ, everything else as it is."""
    if name == "y_hat" or name.startswith("y_hat_"):
        return "ŷ" + name.removeprefix("y_hat")
    return name


class Break(IntEnum):
    """The places where a line may be broken: the lower, the sooner."""

    NEVER = 0
    CLAUSE = 1  # before "if" and "else"
    TERM = 2  # before + and −, and after a comma
    FACTOR = 3  # before *, and before the sign of a relation


class Piece(NamedTuple):
    """A piece of a written formula.

    ``breaks`` says whether a line may be broken before it (a space that it begins with is dropped
    then). ``factor`` is the factor of a chain that it belongs to, from 0.
    """

    text: str
    breaks: Break = Break.NEVER
    factor: int | None = None


Pieces = tuple[Piece, ...]


def _row(*parts: str | Piece | Pieces) -> Pieces:
    """Pieces in a row; those that nothing keeps apart are made one."""
    row: list[Piece] = []
    for part in parts:
        run = (Piece(part),) if isinstance(part, str) else part
        for piece in (run,) if isinstance(run, Piece) else run:
            if row and not piece.breaks and piece.factor == row[-1].factor:
                row[-1] = row[-1]._replace(text=row[-1].text + piece.text)
            else:
                row.append(piece)
    return tuple(row)


class Paper(Writer[Pieces]):
    """The writer for one line of text."""

    def symbol(self, symbol: Symbol) -> Pieces:
        """A name; a derivative as ∂Loss/∂w1."""
        if isinstance(symbol, Partial):
            return (Piece(f"∂{name_on_paper(symbol.of)}/∂{name_on_paper(symbol.by)}"),)
        return (Piece(name_on_paper(symbol.name)),)

    def number(self, number: Number) -> Pieces:
        """Its name or its digits."""
        return (Piece(number.name or on_paper(number.value)),)

    def parenthesized(self, inner: Pieces) -> Pieces:
        """(…)."""
        return _row("(", inner, ")")

    def sum(self, first: Pieces, rest: Sequence[tuple[bool, Pieces]]) -> Pieces:
        """Terms with + and − between them."""
        signed = (
            (Piece(f" {MINUS} " if subtracted else " + ", Break.TERM), term)
            for subtracted, term in rest
        )
        return _row(first, *(part for pair in signed for part in pair))

    def product(self, factors: Sequence[Pieces]) -> Pieces:
        """Factors with * between them."""
        first, *rest = factors
        times = Piece(" * ", Break.FACTOR)
        return _row(first, *(part for factor in rest for part in (times, factor)))

    def quotient(self, numerator: Pieces, denominator: Pieces) -> Pieces:
        """Numerator / denominator."""
        return _row(numerator, " / ", denominator)

    def power(self, base: Pieces, exponent: Pieces) -> Pieces:
        """Base^exponent."""
        return _row(base, "^", exponent)

    def negative(self, operand: Pieces) -> Pieces:
        """−operand."""
        return _row(MINUS, operand)

    def call(self, function: str, arguments: Sequence[Pieces]) -> Pieces:
        """function(argument, argument)."""
        first, *rest = arguments
        more = (part for argument in rest for part in (",", Piece(" ", Break.TERM), argument))
        return _row(f"{function}(", first, *more, ")")

    def choice(self, holds: Pieces, condition: Pieces, otherwise: Pieces) -> Pieces:
        """Holds if condition, else otherwise."""
        if_, else_ = Piece(" if ", Break.CLAUSE), Piece(" else ", Break.CLAUSE)
        return _row(holds, if_, condition, ",", else_, otherwise)

    def relation(self, left: Pieces, sign: str, right: Pieces) -> Pieces:
        """Left sign right."""
        return _row(left, Piece(f" {sign} ", Break.FACTOR), right)

    def derivative(self, sign: str, of: Pieces, by: Pieces, *, single: bool) -> Pieces:
        """∂relu(z)/∂slope, or d/dx (x * c)."""
        if single:
            return _row(sign, of, f"/{sign}", by)
        return _row(f"{sign}/{sign}", by, " ", self.parenthesized(of))

    def matrix(self, rows: Sequence[Sequence[Pieces]]) -> Pieces:
        """[a, b; c, d]."""
        found: list[str | Piece | Pieces] = []
        for down, row in enumerate(rows):
            for across, element in enumerate(row):
                first = ";" if down and not across else "," if across else "["
                found += (
                    [first, Piece(" ", Break.TERM), element] if first != "[" else ["[", element]
                )
        return _row(*found, "]")

    def transposed(self, operand: Pieces) -> Pieces:
        """Aᵀ."""
        return _row(operand, "ᵀ")

    def beside(self, factors: Sequence[Pieces]) -> Pieces:
        """A B."""
        first, *rest = factors
        return _row(first, *(p for factor in rest for p in (Piece(" ", Break.FACTOR), factor)))

    def by_element(self, factors: Sequence[Pieces]) -> Pieces:
        """A ∘ B."""
        first, *rest = factors
        return _row(first, *(p for factor in rest for p in (Piece(" ∘ ", Break.FACTOR), factor)))

    def marked(self, inner: Pieces, factor: int) -> Pieces:
        """The same, each piece with the factor's number."""
        return tuple(piece._replace(factor=factor) for piece in inner)


PAPER = Paper()
pieces = PAPER.write


def written(expression: Expression) -> str:
    """A formula as one text."""
    return "".join([piece.text for piece in pieces(expression)])


def text_of(prose: Prose) -> str:
    """Prose as one text, its formulas written as on paper."""
    return "".join(
        [
            span
            if isinstance(span, str)
            else span.text
            if isinstance(span, Code)
            else written(span)
            for span in spans(prose)
        ]
    )
