"""The shared part of every writer of formulas: the walk through an expression, its parentheses.

A writer turns an expression into what one medium sets: pieces of text on paper (``paper.py``), a
formula of LaTeX, elements of MathML. It says how each kind of expression looks; which part needs
parentheses is decided here, by one table, and nowhere else.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import IntEnum
from typing import ClassVar, Generic, TypeVar

from backprop_cli.algebra.expression import (
    ZERO,
    Alias,
    Call,
    Choice,
    Derivative,
    Expression,
    Largest,
    Marked,
    Negative,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Relation,
    Sum,
    Symbol,
    parts,
)
from backprop_cli.algebra.matrices import ElementProduct, Matrix, MatrixProduct, Transposed

T = TypeVar("T")

# Above and below the bar of a stacked fraction, which is never broken, stand so many names and
# numbers at most.
WIDEST_STACK = 8
# A medium with colours has so many for the factors of a chain; further ones have them again.
COLOURS = 6


class Binding(IntEnum):
    """The binding strengths of expressions, the loosest first."""

    RELATION = 0
    CHOICE = 1
    SUM = 2
    NEGATIVE = 3
    PRODUCT = 4
    POWER = 5
    ATOM = 6


# An expression that holds less tightly than its surroundings require is put in parentheses.
BINDINGS: Mapping[type[Expression], Binding] = {
    Relation: Binding.RELATION,
    Choice: Binding.CHOICE,
    Sum: Binding.SUM,
    Negative: Binding.NEGATIVE,
    Product: Binding.PRODUCT,
    Quotient: Binding.PRODUCT,
    Derivative: Binding.PRODUCT,
    Power: Binding.POWER,
    Call: Binding.ATOM,
    Largest: Binding.ATOM,
    Number: Binding.ATOM,
    Matrix: Binding.ATOM,
    Transposed: Binding.POWER,
    MatrixProduct: Binding.PRODUCT,
    ElementProduct: Binding.PRODUCT,
    Symbol: Binding.ATOM,
    Partial: Binding.ATOM,
    Alias: Binding.ATOM,
}


TURNED = {">": "<", "≥": "≤", "<": ">", "≤": "≥"}


def compared(test: Expression, sign: str) -> Relation:
    """A comparison with 0 as it reads best: a ≥ b for a − b ≥ 0, z ≤ 3 for 3 − z ≥ 0."""
    match test:
        case Sum((Number(of="") as least, Negative(right))):
            return Relation(right, TURNED[sign], least)
        case Sum((left, Negative(right))):
            return Relation(left, sign, right)
        case Negative(inner):
            return Relation(inner, TURNED[sign], ZERO)
        case _:
            return Relation(test, sign, ZERO)


class Writer(ABC, Generic[T]):
    """A writer of expressions for one medium; T is what it makes of an expression.

    A medium fills in the abstract methods. What they are given is written already, parentheses
    included.
    """

    # Whether the medium sets quotients as stacked fractions and raises exponents, so that these
    # hold their parts together without parentheses.
    stacks: ClassVar[bool] = False

    def write(self, expression: Expression) -> T:
        """The whole expression. Raises TypeError for what is none."""
        return self._write(expression, leading=True)

    # --- what a medium fills in ----------------------------------------------------------------

    @abstractmethod
    def symbol(self, symbol: Symbol) -> T:
        """A quantity by its name, or, of a `Partial`, as the derivative that it is."""

    @abstractmethod
    def number(self, number: Number) -> T:
        """A number: by its name, if it has one, else with its digits (its sign included)."""

    @abstractmethod
    def parenthesized(self, inner: T) -> T:
        """The written expression, in parentheses."""

    @abstractmethod
    def sum(self, first: T, rest: Sequence[tuple[bool, T]]) -> T:
        """Terms after the first, each with whether it is subtracted instead of added."""

    @abstractmethod
    def product(self, factors: Sequence[T]) -> T:
        """At least one factor."""

    @abstractmethod
    def quotient(self, numerator: T, denominator: T) -> T:
        """Numerator over denominator."""

    def in_line(self, numerator: T, denominator: T) -> T:
        """The same in one line, its parts in parentheses where they need some."""
        return self.quotient(numerator, denominator)

    @abstractmethod
    def power(self, base: T, exponent: T) -> T:
        """A base and its exponent."""

    @abstractmethod
    def negative(self, operand: T) -> T:
        """Minus an operand."""

    @abstractmethod
    def call(self, function: str, arguments: Sequence[T]) -> T:
        """A function by its name (``sigmoid``, ``sigmoid′``, ``max``) with its arguments."""

    @abstractmethod
    def choice(self, holds: T, condition: T, otherwise: T) -> T:
        """``holds`` if ``condition``, else ``otherwise``."""

    @abstractmethod
    def relation(self, left: T, sign: str, right: T) -> T:
        """Two expressions with a sign between them; see `Relation` for the signs."""

    @abstractmethod
    def derivative(self, sign: str, of: T, by: T, *, single: bool) -> T:
        """The derivative of a formula; ``single`` says that the formula is of one piece."""

    @abstractmethod
    def marked(self, inner: T, factor: int) -> T:
        """The written expression, set apart as a factor of a chain, e.g. by its colour."""

    def matrix(self, rows: Sequence[Sequence[T]]) -> T:
        """Elements in rows, in brackets."""
        raise TypeError(f"no matrix is written here: {rows}")

    def transposed(self, operand: T) -> T:
        """A matrix transposed."""
        raise TypeError(f"no matrix is written here: {operand}")

    def beside(self, factors: Sequence[T]) -> T:
        """Matrices that are multiplied."""
        raise TypeError(f"no matrix is written here: {factors}")

    def by_element(self, factors: Sequence[T]) -> T:
        """Matrices that are multiplied element by element."""
        raise TypeError(f"no matrix is written here: {factors}")

    # --- the walk ------------------------------------------------------------------------------

    def _write(self, expression: Expression, *, leading: bool) -> T:
        """An expression; ``leading`` says that nothing stands before it, so − may begin it."""
        match expression:
            case Number():
                return self.number(expression)
            case Alias(shown=shown):
                return self.symbol(shown)
            case Symbol():
                return self.symbol(expression)
            case Product((first, *rest)):
                factors = [self._within(first, Binding.PRODUCT, leading=leading)]
                return self.product([*factors, *(self._within(f, Binding.POWER) for f in rest)])
            case Sum((first, *rest)):
                return self.sum(
                    self._within(first, Binding.PRODUCT, leading=leading),
                    [
                        (True, self._within(term.operand, Binding.PRODUCT))
                        if isinstance(term, Negative)
                        else (False, self._within(term, Binding.PRODUCT))
                        for term in rest
                    ],
                )
            case Marked(inner, factor):
                return self.marked(self._write(inner, leading=leading), factor)
            case Quotient(numerator, denominator) if self._is_stacked(expression):
                return self.quotient(self.write(numerator), self.write(denominator))
            case Quotient(numerator, denominator):
                above = self._within(numerator, Binding.PRODUCT, leading=leading)
                return self.in_line(above, self._within(denominator, Binding.POWER))
            case Power(base, exponent):
                below = self._within(base, Binding.ATOM)
                if isinstance(base, Partial) or self._is_stacked(base):
                    # ∂Loss/∂w^2 would be read as a derivative by w^2.
                    below = self.parenthesized(below)
                if isinstance(exponent, int):
                    return self.power(below, self.number(Number(Decimal(exponent))))
                raised = self.write(exponent) if self.stacks else self._within(exponent)
                return self.power(below, raised)
            case Negative(operand):
                return self.negative(self._within(operand, Binding.POWER))
            case Call(function, argument):
                return self.call(function, [self.write(argument)])
            case Largest(among):
                return self.call("max", [*map(self.write, among)])
            case Choice(_, holds, exception=exception) if exception:
                return self._write(holds, leading=leading)
            case Choice(test, holds, otherwise):
                condition = compared(test, expression.relation)
                return self.choice(
                    self._within(holds, Binding.SUM),
                    self.relation(
                        self._within(condition.left, Binding.SUM),
                        condition.sign,
                        self._within(condition.right, Binding.SUM),
                    ),
                    self._within(otherwise, Binding.SUM),
                )
            case Matrix(rows):
                return self.matrix([[self.write(element) for element in row] for row in rows])
            case Transposed(operand):
                return self.transposed(self._within(operand))
            case MatrixProduct(found):
                return self.beside([self._within(part, Binding.POWER) for part in found])
            case ElementProduct(found):
                return self.by_element([self._within(part, Binding.POWER) for part in found])
            case Relation(left, sign, right):
                return self.relation(self.write(left), sign, self.write(right))
            case Derivative(of, by, sign):
                single = self.binding(of) is Binding.ATOM
                return self.derivative(sign, self.write(of), self.symbol(by), single=single)
            case _:
                raise TypeError(f"not an expression: {expression!r}")

    def _within(
        self, part: Expression, at_least: Binding = Binding.ATOM, *, leading: bool = False
    ) -> T:
        """A part of an expression, in parentheses where it holds less tightly than ``at_least``."""
        binding = self.binding(part)
        if binding >= at_least or (leading and binding is Binding.NEGATIVE):
            return self._write(part, leading=leading)
        return self.parenthesized(self.write(part))

    def _is_stacked(self, expression: Expression) -> bool:
        """True if an expression is set as a stacked fraction; one that is too wide is not."""
        return (
            self.stacks
            and isinstance(expression, Quotient)
            and all(_size(part) <= WIDEST_STACK for part in parts(expression))
        )

    def binding(self, expression: Expression) -> Binding:
        """The binding strength of an expression as this medium writes it."""
        match expression:
            case Marked(inner):
                return self.binding(inner)
            case Choice(_, holds, exception=exception) if exception:
                return self.binding(holds)
            case Number(value, "") if value.is_signed():
                return Binding.NEGATIVE
            case Quotient() if self._is_stacked(expression):
                return Binding.ATOM
            case _:
                return BINDINGS[type(expression)]


def _size(expression: Expression) -> int:
    """The number of names and numbers in an expression."""
    return sum(map(_size, parts(expression))) or 1
