"""Signs, constant factors, means and squares."""

from collections.abc import Iterator
from decimal import Decimal

from backprop_cli.algebra.expression import (
    Expression,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
)
from backprop_cli.derivation.steps import Rule
from backprop_cli.runs.mistakes.site import (
    LOCAL,
    MOST_OTHERS,
    OF_LOSS,
    Change,
    Site,
    called,
    everywhere,
    without,
)

HALF, TWO = Number(Decimal("0.5")), Number(Decimal(2))


def sign(site: Site) -> Iterator[Change]:
    """Each sign the other way round: of a term, of a part, of the whole."""

    def flipped(part: Expression) -> Iterator[Change]:
        match part:
            case Sum(found):
                for at, term in enumerate(found[:MOST_OTHERS]):
                    other = term.operand if isinstance(term, Negative) else Negative(term)
                    yield Change(Sum((*found[:at], other, *found[at + 1 :])), called(term))
            case Negative(operand):
                yield Change(operand)

    yield from everywhere(site.expression, flipped)
    yield Change(Negative(site.expression))


def factor_left_out(site: Site) -> Iterator[Change]:
    """Each constant factor or divisor left out."""

    def left_out(part: Expression) -> Iterator[Change]:
        match part:
            case Product(found):
                for at, factor in enumerate(found):
                    if isinstance(factor, Number):
                        yield Change(without(found, at, Product), called(factor))
            case Quotient(numerator, Number() as divisor):
                yield Change(numerator, f"1/{called(divisor)}")

    yield from everywhere(site.expression, left_out)


def factor_too_many(site: Site) -> Iterator[Change]:
    """A factor too many: 2, a half, a number of outputs or examples."""
    if site.on(*LOCAL):
        return
    yield Change(TWO * site.expression, "2")
    yield Change(HALF * site.expression, "1/2")
    for count in site.counts():
        if count != 2:
            yield Change(Number(Decimal(count)) * site.expression, str(count))
            yield Change(site.expression / Number(Decimal(count)), f"1/{count}")


def summed_for_averaged(site: Site) -> Iterator[Change]:
    """A mean that was not divided."""
    match site.expression:
        case Quotient(total, Number()) if site.on(
            Rule.OVER_BATCH, *OF_LOSS, Rule.DERIVATIVE_OF_LOSS
        ):
            yield Change(total)


def averaged_for_summed(site: Site) -> Iterator[Change]:
    """A sum that was divided by the number of its terms."""
    if isinstance(site.expression, Sum) and site.on(
        Rule.SUM_OF_LOSSES, Rule.SUM_OF_PARTS, Rule.OVER_BATCH
    ):
        yield Change(site.expression / Number(Decimal(len(site.expression.terms))))
    elif site.on(Rule.LOSS_OF_OUTPUT, Rule.DERIVATIVE_OF_LOSS, Rule.OVER_BATCH):
        for count in site.counts():
            yield Change(site.expression / Number(Decimal(count)))


def not_squared(site: Site) -> Iterator[Change]:
    """Each square left out, with or without its sign."""

    def plain(part: Expression) -> Iterator[Change]:
        if isinstance(part, Power) and part.exponent == 2:
            yield Change(part.base)
            yield Change(Negative(part.base))  # the distance, without its sign

    yield from everywhere(site.expression, plain)
