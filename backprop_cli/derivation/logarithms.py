"""Expression → its logarithm and that of 1 minus it, where float64 has lost it beside 0 or 1.

For losses of predictions that are formulas: exp(−800) is 0 in float64, its logarithm is −800. One
rule for each kind of expression, as in ``rules.py``; what has none goes by its value.

Source: https://en.wikipedia.org/wiki/Logarithmic_differentiation
"""

from collections.abc import Container, Mapping, Sequence
from typing import NamedTuple

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
    substitute,
    transform,
)
from backprop_cli.derivation.rules import (
    Derivatives,
    added,
    derivatives,
    divided,
    multiplied,
    negated,
)
from backprop_cli.derivation.steps import LogSlopes
from backprop_cli.functions.activation import A, Z
from backprop_cli.functions.activations import HALF, configured
from backprop_cli.network.neurons import Settings


class Logarithms(NamedTuple):
    """1 − p, ln(p) and ln(1 − p) of a probability p; without a value where it is none."""

    complement: Expression
    log: Expression
    log_complement: Expression


def logarithms(probability: Expression, value: Expression) -> Logarithms:
    """The logarithms of a formula whose ``value`` is known by a name."""
    rest = _rest(probability)
    missing = ONE - value if rest is None else rest
    log, near_0 = _log(probability), Call("ln1p", -value)
    if rest is None:  # factors that are nearly 1 have logarithms where 1 − p is 0
        complement_log: Expression = Call("ln", missing)
    else:
        log, complement_log = Choice(HALF - value, log, Call("ln1p", -missing)), _log(rest)
    return Logarithms(
        missing,
        _if_positive(value, log),
        _if_positive(missing, Choice(HALF - value, near_0, complement_log)),
    )


def log_slopes(
    probability: Expression, value: Expression, by: Container[str]
) -> Mapping[str, LogSlopes]:
    """The derivatives of these logarithms by each quantity that occurs in the formula."""
    rest = _rest(probability)
    missing = ONE - value if rest is None else rest
    of_log = _log_slopes(probability, by)
    of_rest = {} if rest is None else _log_slopes(rest, by)

    def slopes(name: str) -> LogSlopes:
        # By way of the smaller of p and 1 − p: the other takes nearly equal numbers off each other.
        by_value = of_log.get(name, ZERO)
        near_0 = by_value, negated(divided(multiplied(value, by_value), missing))
        if rest is None:
            return LogSlopes(*near_0, anywhere=False, beside=(value, missing))
        by_rest = of_rest.get(name, ZERO)
        near_1 = negated(divided(multiplied(missing, by_rest), value)), by_rest
        of_p, of_missing = (
            Choice(HALF - value, *pair) for pair in zip(near_0, near_1, strict=True)
        )
        return LogSlopes(of_p, of_missing, anywhere=False, beside=(value, missing))

    return {name: slopes(name) for name in {**of_log, **of_rest}}


def stable(probability: Expression) -> Expression:
    """The formula without differences from 1 that lose digits where they can be told otherwise."""

    def changed(part: Expression) -> Expression | None:
        match part:
            case Sum((one, Negative(less))) if one == ONE:
                return _rest(less)
        return None

    return transform(probability, changed)


def _if_positive(value: Expression, log: Expression) -> Expression:
    """A logarithm, but of a negative number the one that does not exist."""
    return Choice(value, log, Call("ln", value), or_zero=True)


def _rest(probability: Expression) -> Expression | None:
    """1 − p as a formula that loses no digits beside p = 1; None where there is none."""
    match probability:
        case Sum((one, Negative(rest))) if one == ONE:
            return rest
        case Quotient(above, Sum(among)) if above in among:
            others = [*among]
            others.remove(above)
            return added(others) / Sum(among)
        case Call(function, argument, settings) if function == "sigmoid":
            return Call(function, -argument, settings)
        case Call("exp", argument):
            return -Call("expm1", argument)
        case Product((first, *others)):  # 1 − pq = (1 − p) + p (1 − q)
            product = Product(tuple(others)) if others[1:] else others[0]
            without, of_others = _rest(first), _rest(product)
            if without is not None and of_others is not None:
                return _positive(Sum((without, Product((first, of_others)))))
        case Power(base, int(exponent)) if exponent > 1:  # 1 − pⁿ = (1 − p) (1 + p + … + pⁿ⁻¹)
            without = _rest(base)
            if without is not None:
                powers = (Power(base, one) for one in range(2, exponent))
                return _positive(Product((without, Sum((ONE, base, *powers)))))
    return None


def _positive(rest: Expression) -> Expression | None:
    """A formula in which no terms cancel, or None."""
    return rest if _is_positive(rest) else None


# --- the logarithm of a number's size -----------------------------------------------------------


def _log(part: Expression) -> Expression:
    """ln(|u|) of an expression u."""
    match part:
        case Call("exp", argument):
            return argument
        case Call(function, argument, settings) if _is_positive(part):
            return _of_row(function, settings, argument, part)[0]
        case Negative(operand):
            return _log(operand)
        case Product(factors):
            return Sum(tuple(map(_log, factors)))
        case Quotient(above, below):
            return Sum((_log(above), Negative(_log(below))))
        case Power(base, int(exponent)):
            return Number(ONE.value * exponent) * _log(base)
        case Sum((one, Negative(less))) if one == ONE and (rest := _rest(less)) is not None:
            return _log(rest)
        case Sum(terms) if all(map(_is_positive, terms)):
            return _log_of_sum([*map(_log, terms)])
    return Call("ln", Call("abs", part))


def _log_of_sum(logs: Sequence[Expression]) -> Expression:
    """ln(exp(l_1) + … + exp(l_n)), the largest taken off each: none can overflow."""
    largest = Largest(tuple(logs))
    total = Sum(tuple(Call("exp", Sum((one, Negative(largest)))) for one in logs))
    return Sum((largest, Call("ln", total)))


def _log_slopes(part: Expression, by: Container[str]) -> Derivatives:
    """The derivatives of ln(|u|) by each quantity that occurs in u."""

    def inner(one: Expression) -> Derivatives:
        return _log_slopes(one, by)

    match part:
        case Call("exp", argument):
            return derivatives(argument, by, computed=True)
        case Call("expm1", argument):
            own: Expression = Call("exp", argument) / part
            of_argument = derivatives(argument, by, computed=True)
            return {name: multiplied(own, one) for name, one in of_argument.items()}
        case Call(function, argument, settings) if _is_positive(part):
            own = _of_row(function, settings, argument, part)[1]
            of_argument = derivatives(argument, by, computed=True)
            return {name: multiplied(own, one) for name, one in of_argument.items()}
        case Negative(operand):
            return inner(operand)
        case Product(factors):
            return _sum_of([*map(inner, factors)])
        case Quotient(above, below):
            less = {name: negated(one) for name, one in inner(below).items()}
            return _sum_of([inner(above), less])
        case Power(base, int(exponent)):
            times = Number(ONE.value * exponent)
            return {name: multiplied(times, one) for name, one in inner(base).items()}
        case Sum((one, Negative(less))) if one == ONE and (rest := _rest(less)) is not None:
            return inner(rest)
        case Sum(terms) if all(map(_is_positive, terms)):
            logs = [*map(_log, terms)]
            total = _log_of_sum(logs)
            shares = [Call("exp", Sum((one, Negative(total)))) for one in logs]
            return _sum_of(
                [
                    {name: multiplied(share, one) for name, one in inner(term).items()}
                    for share, term in zip(shares, terms, strict=True)
                ]
            )
    return {name: divided(one, part) for name, one in derivatives(part, by, computed=True).items()}


def _sum_of(parts: Sequence[Derivatives]) -> Derivatives:
    names = dict.fromkeys(name for one in parts for name in one)
    return {name: added(one[name] for one in parts if name in one) for name in names}


# Functions that are above 0 for every argument.
POSITIVE = ("exp", "sigmoid", "softplus")


def _is_positive(part: Expression) -> bool:
    """True if an expression is surely above 0."""
    match part:
        case Number(value):
            return value > 0
        case Call(function):
            return function in POSITIVE
        case Product(among) | Sum(among):
            return all(map(_is_positive, among))
        case Quotient(above, below):
            return _is_positive(above) and _is_positive(below)
        case Power(base):
            return _is_positive(base)
    return False


def _of_row(
    function: str, settings: Settings, argument: Expression, value: Expression
) -> tuple[Expression, Expression]:
    """ln(a) of an activation function, and its derivative by the argument."""
    row = configured(function, settings)
    put_in: Mapping[str, Expression] = {Z.name: argument, A.name: value}
    return substitute(row.log, put_in), substitute(row.log_slopes[0], put_in)
