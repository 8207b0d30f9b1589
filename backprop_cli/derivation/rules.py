"""Expression → its derivatives: one rule for each kind of expression.

Elementary functions have a row here; activation functions bring their derivative from theirs.

Source: https://en.wikipedia.org/wiki/Differentiation_rules
"""

from collections.abc import Callable, Container, Iterable, Mapping
from decimal import Decimal
from math import prod
from typing import Any

from backprop_cli.algebra.expression import (
    ONE,
    ZERO,
    Call,
    Choice,
    Expression,
    Largest,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    factors,
    substitute,
    terms,
)
from backprop_cli.functions.activation import A, Z
from backprop_cli.functions.activations import configured

# The derivatives of one expression, by the quantities that occur in it.
Derivatives = Mapping[str, Expression]
Inner = Callable[[Expression], Derivatives]

TWO = Number(Decimal(2))

# In terms of the argument z and of the function's own value a.
ELEMENTARY: Mapping[str, Expression] = {
    "exp": A,
    "ln": ONE / Z,
    "sqrt": ONE / (TWO * A),
    "abs": Call("sign", Z),
    "sin": Call("cos", Z),
    "cos": -Call("sin", Z),
    "Φ": Call("φ", Z),
    "φ": -(Z * A),
}


def derivatives(
    expression: Expression,
    by: Container[str],
    value: Expression | None = None,
    *,
    computed: bool = False,
) -> Derivatives:
    """The derivative of an expression by each quantity of ``by`` that occurs in it.

    ``value`` is a shorter expression of the same value, if there is one, e.g. the name under which
    it is known. With ``computed``, activation functions' are arranged so that float64 loses no
    digits. The work is proportional to the size of the expression, if its products are short.
    """

    def inner(part: Expression) -> Derivatives:
        return derivatives(part, by, computed=computed)

    match expression:
        case Symbol(name):
            return {name: ONE} if name in by else {}
        case Number():
            return {}
        case Call():
            return _of_call(expression, value or expression, inner, computed=computed)
        case _:
            return RULES[type(expression)](expression, inner)


def _of_sum(found: Sum, inner: Inner) -> Derivatives:
    """The sum rule: the derivative of a sum is the sum of the derivatives."""
    collected: dict[str, list[Expression]] = {}
    for term in found.terms:
        for name, derivative in inner(term).items():
            collected.setdefault(name, []).append(derivative)
    return {name: added(parts) for name, parts in collected.items()}


def _of_product(found: Product, inner: Inner) -> Derivatives:
    """The product rule: a sum in which each factor in turn is differentiated."""
    collected: dict[str, list[Expression]] = {}
    for at, factor in enumerate(found.factors):
        for name, derivative in inner(factor).items():
            one = multiplied(*found.factors[:at], derivative, *found.factors[at + 1 :])
            collected.setdefault(name, []).append(one)
    return {name: added(parts) for name, parts in collected.items()}


def _of_quotient(found: Quotient, inner: Inner) -> Derivatives:
    """The quotient rule: (u / v)′ = (u′ * v − u * v′) / v^2, shorter where u or v is constant."""
    above, below = found.numerator, found.denominator
    by_above, by_below = inner(above), inner(below)
    found_by: dict[str, Expression] = {}
    for name in {**by_above, **by_below}:
        if name not in by_below:
            found_by[name] = divided(by_above[name], below)
            continue
        less = negated(multiplied(above, by_below[name]))
        if name in by_above:
            less = added([multiplied(by_above[name], below), less])
        found_by[name] = divided(less, below**2)
    return found_by


def _of_power(found: Power, inner: Inner) -> Derivatives:
    """The power rule u^n: n * u^(n − 1) * u′; where n is no constant, by way of n * ln(u)."""
    base, exponent = found.base, found.exponent
    if isinstance(exponent, int):
        one_less = base if exponent == 2 else base ** (exponent - 1)
        return {
            name: multiplied(Number(Decimal(exponent)), one_less, derivative)
            for name, derivative in inner(base).items()
        }
    by_base, by_exponent = inner(base), inner(exponent)
    lower = Number(exponent.value - 1) if isinstance(exponent, Number) else exponent - ONE
    collected: dict[str, list[Expression]] = {}
    for name, derivative in by_base.items():
        collected[name] = [multiplied(exponent, base**lower, derivative)]
    for name, derivative in by_exponent.items():
        grown = multiplied(found, Call("ln", base), derivative)
        collected.setdefault(name, []).append(grown)
    return {name: added(parts) for name, parts in collected.items()}


def _of_negative(found: Negative, inner: Inner) -> Derivatives:
    return {name: negated(derivative) for name, derivative in inner(found.operand).items()}


def _of_call(found: Call, value: Expression, inner: Inner, *, computed: bool) -> Derivatives:
    """The chain rule: the function's own derivative times that of its argument."""
    formula = ELEMENTARY.get(found.function)
    if formula is None:
        row = configured(found.function, found.settings)
        formula = (row.computed_derivative if computed else None) or row.derivative
    own = substitute(formula, {Z.name: found.argument, A.name: value})
    return {name: multiplied(own, derivative) for name, derivative in inner(found.argument).items()}


def _of_largest(found: Largest, inner: Inner) -> Derivatives:
    """The derivative of the part that is the largest; of several that are, of the first."""
    first, *others = found.among
    if not others:
        return inner(first)
    rest = Largest(tuple(others)) if len(others) > 1 else others[0]
    return _either(first - rest, inner(first), inner(rest), or_zero=True)


def _of_choice(found: Choice, inner: Inner) -> Derivatives:
    """The derivative of the branch that is taken."""
    return _either(found.test, inner(found.holds), inner(found.otherwise), or_zero=found.or_zero)


def _either(
    test: Expression, holds: Derivatives, otherwise: Derivatives, *, or_zero: bool
) -> Derivatives:
    return {
        name: Choice(test, holds.get(name, ZERO), otherwise.get(name, ZERO), or_zero)
        for name in {**holds, **otherwise}
    }


RULES: Mapping[type[Expression], Callable[[Any, Inner], Derivatives]] = {
    Sum: _of_sum,
    Product: _of_product,
    Quotient: _of_quotient,
    Power: _of_power,
    Negative: _of_negative,
    Largest: _of_largest,
    Choice: _of_choice,
}


# --- what a teacher leaves out: factors of 1, terms of 0, double signs ------------------------


def added(parts: Iterable[Expression]) -> Expression:
    """The sum of some expressions."""
    found = [term for part in parts for term in terms(part) if term != ZERO]
    if len(found) > 1:
        return Sum(tuple(found))
    return found[0] if found else ZERO


def multiplied(*parts: Expression) -> Expression:
    """The product of some expressions, at most one minus sign before it."""
    found: list[Expression] = []
    minus = False
    for part in parts:
        if isinstance(part, Negative):
            minus, part = not minus, part.operand
        found += [factor for factor in factors(part) if factor != ONE]
    found = _without_inverses(found)
    if ZERO in found:
        return ZERO
    product: Expression = ONE if not found else found[0]
    if len(found) > 1:
        product = Product(tuple(found))
    return -product if minus else product


def _without_inverses(found: list[Expression]) -> list[Expression]:
    """The factors without plain numbers that come to 1, as 0.5 and 2 do."""
    numbers = [factor for factor in found if isinstance(factor, Number) and not factor.name]
    if len(numbers) < 2 or prod(number.value for number in numbers) != 1:
        return found
    return [factor for factor in found if factor not in numbers]


def divided(above: Expression, below: Expression) -> Expression:
    """A quotient, its minus sign before it."""
    if isinstance(above, Negative):
        return negated(divided(above.operand, below))
    return above if above == ZERO else above / below


def negated(part: Expression) -> Expression:
    """Minus an expression."""
    if isinstance(part, Negative):
        return part.operand
    return part if part == ZERO else -part
