"""A small algebra: one expression, read as symbols, with numbers put in, or as Python code.

Expressions are frozen trees built with Python's operators, so that a table of formulas reads as
it would on paper: ``A * (ONE - A)``. They are evaluated in ``arithmetic/``, and written by the
writers beside this module, one for each medium.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from operator import is_
from typing import Any, NamedTuple


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

ZERO, ONE = Number(Decimal(0)), Number(Decimal(1))


def partial(of: str, by: str) -> Partial:
    """The derivative ∂of/∂by under its one name."""
    return Partial(f"∂{of}/∂{by}", of, by)


def terms(expression: Expression) -> tuple[Expression, ...]:
    """The terms of a sum; any other expression is its own only term."""
    return expression.terms if isinstance(expression, Sum) else (expression,)


def factors(expression: Expression) -> tuple[Expression, ...]:
    """The factors of a product; any other expression is its own only factor."""
    return expression.factors if isinstance(expression, Product) else (expression,)


class Kind(NamedTuple):
    """The ``parts`` that an expression of a kind is made of; ``again``, the same of others."""

    parts: Callable[[Any], tuple[Expression, ...]]
    again: Callable[[Any, tuple[Any, ...]], Expression]


_ATOM = Kind(lambda _: (), lambda one, _: one)
_COMPOUND = Kind(lambda one: one.parts, lambda one, found: one.made_of(found))
KINDS: Mapping[type[Expression], Kind] = {
    Number: _ATOM,
    Symbol: _ATOM,
    Partial: _ATOM,
    Alias: _ATOM,
    Sum: Kind(lambda one: one.terms, lambda _, found: Sum(found)),
    Product: Kind(lambda one: one.factors, lambda _, found: Product(found)),
    Largest: Kind(lambda one: one.among, lambda _, found: Largest(found)),
    Quotient: Kind(lambda one: (one.numerator, one.denominator), lambda _, found: Quotient(*found)),
    Power: Kind(
        lambda one: (one.base,) if isinstance(one.exponent, int) else (one.base, one.exponent),
        lambda one, found: Power(found[0], one.exponent if len(found) == 1 else found[1]),
    ),
    Negative: Kind(lambda one: (one.operand,), lambda _, found: Negative(*found)),
    Call: Kind(
        lambda one: (one.argument,), lambda one, found: Call(one.function, found[0], one.settings)
    ),
    Choice: Kind(
        lambda one: (one.test, one.holds, one.otherwise),
        lambda one, found: Choice(found[0], found[1], found[2], one.or_zero, one.exception),
    ),
    Relation: Kind(
        lambda one: (one.left, one.right),
        lambda one, found: Relation(found[0], one.sign, found[1]),
    ),
    Derivative: Kind(
        lambda one: (one.of, one.by), lambda one, found: Derivative(found[0], one.by, one.sign)
    ),
    Marked: Kind(lambda one: (one.inner,), lambda one, found: Marked(found[0], one.factor)),
}


def parts(expression: Expression) -> tuple[Expression, ...]:
    """The expressions that an expression is directly made of, from left to right."""
    return KINDS.get(type(expression), _COMPOUND).parts(expression)


def symbols(expression: Expression) -> Iterator[Symbol]:
    """Every symbol of an expression from left to right, repeats included."""
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Symbol):
            yield part
        else:
            waiting += parts(part)[::-1]


def has(kind: type, expression: Expression) -> bool:
    """True if an expression of a kind stands anywhere in an expression."""
    return isinstance(expression, kind) or any(has(kind, part) for part in parts(expression))


def transform(
    expression: Expression, change: Callable[[Expression], Expression | None]
) -> Expression:
    """The expression with each part that ``change`` answers for replaced by its answer.

    ``change`` is asked from the outside in; None keeps the part and goes on inside it. What has
    no part that changes stays the object that it is.
    """
    changed = change(expression)
    if changed is not None:
        return changed
    kind = KINDS.get(type(expression), _COMPOUND)
    old = kind.parts(expression)
    found = tuple([transform(part, change) for part in old])
    return expression if all(map(is_, found, old)) else kind.again(expression, found)


def substitute(expression: Expression, by_name: Mapping[str, Expression]) -> Expression:
    """The expression with the symbols named in ``by_name`` replaced."""
    if isinstance(expression, Symbol):
        return by_name.get(expression.name, expression)
    kind = KINDS.get(type(expression), _COMPOUND)
    old = kind.parts(expression)
    found = tuple([substitute(part, by_name) for part in old])
    return expression if all(map(is_, found, old)) else kind.again(expression, found)
