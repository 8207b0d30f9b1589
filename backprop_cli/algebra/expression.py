"""A small algebra: one expression, read as symbols, with numbers put in, or as Python code.

Expressions are frozen trees built with Python's operators, so that a table of formulas reads as
it would on paper: ``A * (ONE - A)``. Evaluating one is the business of ``arithmetic.py``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

# How `written` spells the minus sign (a hyphen is for code) and what stands between factors.
MINUS = "−"
TIMES = " * "


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
    """A constant of a formula, written with its digits or, if it has one, by its name."""

    value: Decimal
    name: str = ""


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
    what is said then.
    """

    test: Expression
    holds: Expression
    otherwise: Expression
    or_zero: bool = False
    exception: str = ""

    @property
    def relation(self) -> str:
        """How the test compares with 0."""
        return "≥" if self.or_zero else ">"


@dataclass(frozen=True, slots=True)
class Largest(Expression):
    """The largest of several expressions."""

    among: tuple[Expression, ...]


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
        case Negative(inner) | Call(_, inner):
            return (inner,)
        case Choice(test, holds, otherwise):
            return test, holds, otherwise
        case _:
            raise TypeError(f"not an expression: {expression!r}")


def symbols(expression: Expression) -> Iterator[Symbol]:
    """Every symbol of an expression from left to right, repeats included."""
    if isinstance(expression, Symbol):
        yield expression
    for part in parts(expression):
        yield from symbols(part)


def has_calls(expression: Expression) -> bool:
    """Whether a function is called anywhere in an expression."""
    return isinstance(expression, Call) or any(map(has_calls, parts(expression)))


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
            return Choice(
                transform(test, change),
                transform(holds, change),
                transform(otherwise, change),
                or_zero,
                exception,
            )
        case _:
            raise TypeError(f"not an expression: {expression!r}")


def substitute(expression: Expression, by_name: Mapping[str, Expression]) -> Expression:
    """The expression with the symbols named in ``by_name`` replaced."""
    return transform(
        expression, lambda part: by_name.get(part.name) if isinstance(part, Symbol) else None
    )


# How tightly each kind of expression holds together; one that holds less tightly than its
# surroundings require is put in parentheses.
CHOICE, SUM, NEGATIVE, PRODUCT, POWER, ATOM = range(6)


def written(expression: Expression, atom: Callable[[Symbol | Number], str]) -> str:
    """The expression as it stands on paper: ``0.5 * (y_true − y_hat)^2``.

    ``atom`` writes a `Symbol` or `Number`: by its name for the formula in symbols, by its value
    for the line with the numbers put in. A text that ``atom`` starts with a minus sign is put in
    parentheses wherever it would otherwise follow an operator.
    """
    return _write(expression, atom, leading=True)[0]


def _write(
    expression: Expression, atom: Callable[[Symbol | Number], str], *, leading: bool
) -> tuple[str, int]:
    """The text of an expression and how tightly it holds.

    ``leading`` says that nothing stands before it, so that it may begin with a minus sign.
    """

    def within(part: Expression, at_least: int, *, leading: bool = False) -> str:
        text, binding = _write(part, atom, leading=leading)
        if binding >= at_least or (leading and binding == NEGATIVE):
            return text
        return f"({text if leading else _write(part, atom, leading=True)[0]})"

    match expression:
        case Number() | Symbol():
            text = atom(expression)
            return text, NEGATIVE if text.startswith(MINUS) else ATOM
        case Sum((first, *rest)):
            text = within(first, PRODUCT, leading=leading)
            for term in rest:
                if isinstance(term, Negative):
                    text += f" {MINUS} {within(term.operand, PRODUCT)}"
                else:
                    text += f" + {within(term, PRODUCT)}"
            return text, SUM
        case Product((first, *rest)):
            texts = [within(first, PRODUCT, leading=leading)]
            texts += [within(factor, POWER) for factor in rest]
            return TIMES.join(texts), PRODUCT
        case Quotient(numerator, denominator):
            above = within(numerator, PRODUCT, leading=leading)
            return f"{above} / {within(denominator, POWER)}", PRODUCT
        case Power(base, exponent):
            power = exponent if isinstance(exponent, int) else within(exponent, ATOM)
            below = within(base, ATOM)
            if isinstance(base, Partial):  # ∂Loss/∂w^2 would be read as a derivative by w^2
                below = f"({below})"
            return f"{below}^{power}", POWER
        case Negative(operand):
            return f"{MINUS}{within(operand, POWER)}", NEGATIVE
        case Call(function, argument):
            return f"{function}({_write(argument, atom, leading=True)[0]})", ATOM
        case Largest(found):
            texts = [_write(part, atom, leading=True)[0] for part in found]
            return f"max({', '.join(texts)})", ATOM
        case Choice(_, holds, exception=exception) if exception:
            return _write(holds, atom, leading=leading)
        case Choice(test, holds, otherwise):
            condition = f"{within(test, SUM)} {expression.relation} 0"
            return f"{within(holds, SUM)} if {condition}, else {within(otherwise, SUM)}", CHOICE
        case _:
            raise TypeError(f"not an expression: {expression!r}")
