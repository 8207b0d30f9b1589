"""Weighted sums, biases and activations."""

from collections.abc import Iterator
from decimal import Decimal

from backprop_cli.algebra.expression import (
    Call,
    Choice,
    Expression,
    Negative,
    Number,
    Partial,
    Quotient,
    Sum,
    Symbol,
    transform,
)
from backprop_cli.derivation.steps import Rule
from backprop_cli.functions.activations import ACTIVATIONS, configured
from backprop_cli.runs.mistakes.site import (
    MOST_OTHERS,
    Change,
    Site,
    called,
    everywhere,
    replaced,
    terms_in,
    without,
)


def _is_parameter(site: Site, term: Expression) -> bool:
    return isinstance(term, Symbol) and term.name in site.network.parameters


def bias_left_out(site: Site) -> Iterator[Change]:
    """A weighted sum without its bias."""
    found = terms_in(site.expression)
    if site.on(Rule.WEIGHTED_SUM) and len(found) > 1:
        for at, term in enumerate(found):
            if _is_parameter(site, term):
                yield Change(without(found, at, Sum), called(term))


def bias_value_used(site: Site) -> Iterator[Change]:
    """The bias in the place of its derivative 1."""
    if site.by == "bias" and isinstance(site.defines, Partial):
        yield Change(Symbol(site.defines.by), site.defines.by)


def term_left_out(site: Site) -> Iterator[Change]:
    """Each term of a sum left out, but a bias and the parts of a gradient."""

    def left_out(part: Expression) -> Iterator[Change]:
        found = terms_in(part)
        for at, term in enumerate(found[:MOST_OTHERS]):
            if not _is_parameter(site, term) or not site.on(Rule.WEIGHTED_SUM):
                yield Change(without(found, at, Sum), called(term))

    # Of m / (1 − β^t) that is the bias correction.
    corrects = site.on(Rule.OPTIMIZER) and isinstance(site.expression, Quotient)
    if not site.on(Rule.SUM_OF_PARTS) and not corrects:
        yield from everywhere(site.expression, left_out)


def activation_left_out(site: Site) -> Iterator[Change]:
    """Z in the place of a."""
    around = site.activation()
    if site.on(Rule.ACTIVATION) and around:
        yield Change(around[0], "z was used")
    if site.on(Rule.FORMULA):
        yield from everywhere(site.expression, _without_function)
    sums = {neuron.activation: neuron.weighted_sum for neuron in site.network.neurons}
    own = {site.own(a).name: site.own(z) for a, z in sums.items()}
    if site.on(Rule.WEIGHTED_SUM, Rule.PREDICTION) or site.by == "weight":
        for name in site.used([*own]):
            yield Change(replaced(site, name, own[name]), f"{own[name].name} instead of {name}")


def _without_function(part: Expression) -> Iterator[Change]:
    if isinstance(part, Call):
        yield Change(part.argument, f"{part.function} is missing")


def _of_another_function(part: Expression) -> Iterator[Change]:
    if isinstance(part, Call) and part.function in ACTIVATIONS:
        for name in ACTIVATIONS:
            if name not in ("linear", part.function):
                yield Change(_call(name, part.argument), f"{name} instead of {part.function}")


def _call(name: str, argument: Expression) -> Call:
    return Call(name, argument, tuple(configured(name).settings.items()))


def wrong_activation(site: Site) -> Iterator[Change]:
    """Each other activation function."""
    around = site.activation()
    if site.on(Rule.ACTIVATION) and around:
        for name in ACTIVATIONS:
            if name != "linear":
                yield Change(_call(name, around[0]), name)
        if isinstance(site.expression, Choice | Call) and around:
            yield Change(Negative(around[0]))
    if site.on(Rule.FORMULA):
        yield from everywhere(site.expression, _of_another_function)


def other_logarithm(site: Site) -> Iterator[Change]:
    """The logarithm of a calculator's key log, or that to base 2, in the place of each ln."""
    for base in (10, 2):
        of_base = Call("ln", Number(Decimal(base)))

        def changed(part: Expression, of_base: Call = of_base) -> Expression | None:
            return part / of_base if isinstance(part, Call) and part.function == "ln" else None

        found = transform(site.expression, changed)
        if found != site.expression:
            yield Change(found, f"log{base} instead of ln")
