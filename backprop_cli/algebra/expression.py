"""A small algebra: one expression, read as symbols, with numbers put in, or as Python code.

Expressions are frozen trees built with Python's operators, so that a table of formulas reads as
it would on paper: ``A * (ONE - A)``. They are evaluated in ``arithmetic/``, and written by the
writers beside this module, one for each medium.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal


class Expression:
    """Any of the kinds below; built from others with + − * / and **."""

    __slots__ = ()

    def __add__(self, other: "Expression") -> "Sum":
        return Sum((*terms(self), other))

    def __sub__(self, other: "Expression") -> "Sum":
        return Sum((*terms(self), Negative(other)))

    def __mul__(self, other: "Expression") -> "Product":
        return Product((*factors(self), other))

    def __truediv__(self, other: "Expression") -> "Quotient":
        return Quotient(self, other)

    def __pow__(self, exponent: "int | Expression") -> "Power":
        return Power(self, exponent)

    def __neg__(self) -> "Negative":
        return Negative(self)


@dataclass(frozen=True, slots=True)
class Number(Expression):
    """A number, written with its digits or, if it has one, by its name.

    ``of`` names the quantity whose figure it is, where it was put in for one; two numbers are the
    same whatever they are of.
    """

    value: Decimal
    name: str = ""
    of: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Symbol(Expression):
    """A named quantity: ``w1``, ``z_h1``, ``Loss``, or a derivative (see `Partial`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Partial(Symbol):
    """The derivative ∂of/∂by, itself a quantity with a name and a value."""

    of: str
    by: str


@dataclass(frozen=True, slots=True)
class Alias(Symbol):
    """A quantity that is written by another name: ``shown`` is the symbol to write for it."""

    shown: Symbol


@dataclass(frozen=True, slots=True)
class Sum(Expression):
    """Terms added from left to right; a `Negative` term is subtracted."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Product(Expression):
    """Factors multiplied from left to right."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Quotient(Expression):
    """Numerator over denominator."""

    numerator: Expression
    denominator: Expression


@dataclass(frozen=True, slots=True)
class Power(Expression):
    """A base to a whole exponent: one of at least 2, or a quantity that counts something."""

    base: Expression
    exponent: int | Expression


@dataclass(frozen=True, slots=True)
class Negative(Expression):
    """Minus one operand."""

    operand: Expression


@dataclass(frozen=True, slots=True)
class Call(Expression):
    """A function applied to an argument: an elementary one such as ``exp``, or an activation."""

    function: str
    argument: Expression
    settings: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Choice(Expression):
    """``holds`` where ``test`` > 0 (or, with ``or_zero``, ≥ 0), else ``otherwise``.

    Where ``otherwise`` is an exception that goes without saying until it is met, ``exception`` is
    what is said then, text and formulas.
    """

    test: Expression
    holds: Expression
    otherwise: Expression
    or_zero: bool = False
    exception: tuple["str | Expression", ...] = ()

    @property
    def relation(self) -> str:
        """The comparison of the test with 0."""
        return "≥" if self.or_zero else ">"


@dataclass(frozen=True, slots=True)
class Largest(Expression):
    """The largest of several expressions."""

    among: tuple[Expression, ...]


# The kinds that follow are for reading only: nothing evaluates them.


@dataclass(frozen=True, slots=True)
class Relation(Expression):
    """Two expressions and what stands between them: = ≈ > ≥ < ≤, or → from a source to a target."""

    left: Expression
    sign: str
    right: Expression


@dataclass(frozen=True, slots=True)
class Derivative(Expression):
    """The derivative of a formula, not of a named quantity: d/dx (x * c); ``sign`` is d or ∂."""

    of: Expression
    by: Symbol
    sign: str = "∂"


class Compound(Expression):
    """A kind that is defined beside this module, by the ``parts`` that it is made of."""

    __slots__ = ()

    @property
    def parts(self) -> tuple[Expression, ...]:
        """The parts that it is made of, from left to right."""
        raise NotImplementedError

    def made_of(self, parts: tuple[Expression, ...]) -> Expression:
        """The same of other parts, as many."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Marked(Expression):
    """A part of a formula that stands for a factor of a chain: its ``factor``-th, from 0."""

    inner: Expression
    factor: int


# What is left out of a row of terms or factors.
DOTS = Symbol("…")
# Where a figure is to be written; a medium rules a line there.
BLANK = Symbol("_" * 12)

ZERO = Number(Decimal(0))
ONE = Number(Decimal(1))


def partial(of: str, by: str) -> Partial:
    """The derivative ∂of/∂by under its one name."""
    return Partial(f"∂{of}/∂{by}", of, by)


def terms(expression: Expression) -> tuple[Expression, ...]:
    """The terms of a sum; any other expression is its own only term."""
    return expression.terms if isinstance(expression, Sum) else (expression,)


def factors(expression: Expression) -> tuple[Expression, ...]:
    """The factors of a product; any other expression is its own only factor."""
    return expression.factors if isinstance(expression, Product) else (expression,)


def parts(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that an expression is directly made of."""
    match expression:
        case Number() | Symbol():
            return ()
        case Sum(found) | Product(found) | Largest(found):
            return found
        case Quotient(numerator, denominator):
            return numerator, denominator
        case Power(base, exponent):
            return (base,) if isinstance(exponent, int) else (base, exponent)
        case Negative(inner) | Call(_, inner) | Marked(inner):
            return (inner,)
        case Choice(test, holds, otherwise):
            return test, holds, otherwise
        case Relation(left, _, right):
            return left, right
        case Derivative(of, by):
            return of, by
        case Compound():
            return expression.parts
        case _:
            raise TypeError(f"not an expression: {expression!r}")


def symbols(expression: Expression) -> Iterator[Symbol]:
    """Every symbol of an expression from left to right, repeats included."""
    if isinstance(expression, Symbol):
        yield expression
    for part in parts(expression):
        yield from symbols(part)


def has(kind: type, expression: Expression) -> bool:
    """True if an expression of a kind stands anywhere in an expression."""
    return isinstance(expression, kind) or any(has(kind, part) for part in parts(expression))


def transform(
    expression: Expression, change: Callable[[Expression], Expression | None]
) -> Expression:
    """The expression with each part that ``change`` answers for replaced by its answer.

    ``change`` is asked from the outside in; None keeps the part and goes on inside it.
    """
    changed = change(expression)
    if changed is not None:
        return changed
    match expression:
        case Number() | Symbol():
            return expression
        case Sum(found):
            return Sum(tuple(transform(term, change) for term in found))
        case Product(found):
            return Product(tuple(transform(factor, change) for factor in found))
        case Largest(found):
            return Largest(tuple(transform(part, change) for part in found))
        case Quotient(numerator, denominator):
            return Quotient(transform(numerator, change), transform(denominator, change))
        case Power(base, exponent):
            if not isinstance(exponent, int):
                exponent = transform(exponent, change)
            return Power(transform(base, change), exponent)
        case Negative(operand):
            return Negative(transform(operand, change))
        case Call(function, argument, settings):
            return Call(function, transform(argument, change), settings)
        case Choice(test, holds, otherwise, or_zero, exception):
            test, holds, otherwise = (transform(one, change) for one in (test, holds, otherwise))
            return Choice(test, holds, otherwise, or_zero, exception)
        case Relation(left, sign, right):
            return Relation(transform(left, change), sign, transform(right, change))
        case Derivative(of, by, sign):
            return Derivative(transform(of, change), by, sign)
        case Marked(inner, factor):
            return Marked(transform(inner, change), factor)
        case Compound():
            return expression.made_of(tuple(transform(part, change) for part in expression.parts))
        case _:
            raise TypeError(f"not an expression: {expression!r}")


def substitute(expression: Expression, by_name: Mapping[str, Expression]) -> Expression:
    """The expression with the symbols named in ``by_name`` replaced."""
    return transform(
        expression, lambda part: by_name.get(part.name) if isinstance(part, Symbol) else None
    )
