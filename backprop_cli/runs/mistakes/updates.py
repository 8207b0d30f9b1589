"""The lines of an update, and of an optimizer."""

from collections.abc import Iterator

from backprop_cli.algebra.expression import (
    ONE,
    Call,
    Expression,
    Partial,
    Product,
    Quotient,
    Sum,
    Symbol,
    factors,
    substitute,
    symbols,
)
from backprop_cli.derivation.steps import Rule
from backprop_cli.network.structure import LEARNING_RATE
from backprop_cli.runs.mistakes.site import (
    Change,
    Site,
    called,
    everywhere,
    replaced,
    terms_in,
    without,
)

RATE = Symbol(LEARNING_RATE)
UPDATE = (Rule.NEW_WEIGHT, Rule.NEW_BIAS, Rule.STEP, Rule.DECAYED)


def bias_not_updated(site: Site) -> Iterator[Change]:
    """The old value in the place of the new one."""
    found = terms_in(site.expression)
    if site.on(Rule.NEW_BIAS, Rule.NEW_WEIGHT) and found:
        yield Change(found[0], called(found[0]))


def rate_left_out(site: Site) -> Iterator[Change]:
    """An update without the learning rate."""

    def left_out(part: Expression) -> Iterator[Change]:
        found = factors(part)
        if isinstance(part, Product) and RATE in found:
            yield Change(without(found, found.index(RATE), Product))

    if site.on(*UPDATE):
        yield from everywhere(site.expression, left_out)


def rate_twice(site: Site) -> Iterator[Change]:
    """The learning rate squared."""
    if site.on(*UPDATE) and RATE in symbols(site.expression):
        yield Change(replaced(site, RATE.name, RATE * RATE))


def _gradients_in(site: Site) -> list[str]:
    return [one.name for one in symbols(site.expression) if isinstance(one, Partial)]


def _parameter_of(site: Site) -> str | None:
    """The parameter that a line of the update is about."""
    stems = ("_new", "")
    for name in sorted(site.network.parameters, key=len, reverse=True):
        if any(site.defines.name.endswith(f"{name}{stem}") for stem in stems):
            return name
    return None


def weight_for_gradient(site: Site) -> Iterator[Change]:
    """The parameter in the place of its gradient."""
    if site.on(*UPDATE) and (own := _parameter_of(site)):
        for gradient in _gradients_in(site):
            yield Change(replaced(site, gradient, Symbol(own)))


def gradient_for_weight(site: Site) -> Iterator[Change]:
    """The gradient in the place of the parameter."""
    if site.on(Rule.NEW_WEIGHT, Rule.NEW_BIAS) and (own := _parameter_of(site)):
        for step in site.problem.steps:
            if step.startswith("∂") and step.endswith(f"Loss/∂{own}"):
                yield Change(replaced(site, own, Symbol(step)))


def momentum_left_out(site: Site) -> Iterator[Change]:
    """A running quantity without its memory."""

    def left_out(part: Expression) -> Iterator[Change]:
        found = terms_in(part)
        for at, term in enumerate(found):
            if any(symbol.name == "momentum" for symbol in symbols(term)):
                yield Change(without(found, at, Sum))

    if site.on(Rule.OPTIMIZER):
        yield from everywhere(site.expression, left_out)


def old_state_used(site: Site) -> Iterator[Change]:
    """A running quantity as it was before this update."""
    if site.on(Rule.OPTIMIZER, *UPDATE):
        for symbol in symbols(site.expression):
            old = symbol.name.removesuffix("_new")
            if old != symbol.name and old in site.problem.given:
                yield Change(
                    replaced(site, symbol.name, Symbol(old)), f"{old} instead of {symbol.name}"
                )


def bias_correction_left_out(site: Site) -> Iterator[Change]:
    """The running mean itself in the place of the corrected one."""
    if site.on(Rule.OPTIMIZER) and isinstance(site.expression, Quotient):
        yield Change(site.expression.numerator)
    if site.on(*UPDATE):
        raw = {}
        for symbol in symbols(site.expression):
            stem, hat, parameter = symbol.name.partition("_hat_")
            name = f"{stem}_{parameter}_new"
            if hat and name in site.problem.steps:
                raw[symbol.name] = Symbol(name)
                yield Change(substitute(site.expression, {symbol.name: Symbol(name)}), symbol.name)
        if len(raw) > 1:
            yield Change(substitute(site.expression, raw))


def betas_swapped(site: Site) -> Iterator[Change]:
    """beta1 and beta2 in the place of each other."""
    one, two = Symbol("beta1"), Symbol("beta2")
    if site.on(Rule.OPTIMIZER):
        yield Change(substitute(site.expression, {one.name: two, two.name: one}))


def epsilon_inside_root(site: Site) -> Iterator[Change]:
    """sqrt(v + epsilon) in the place of sqrt(v) + epsilon."""

    def inside(part: Expression) -> Iterator[Change]:
        match part:
            case Sum((Call("sqrt", argument), Symbol("epsilon") as epsilon)):
                yield Change(Call("sqrt", argument + epsilon))

    yield from everywhere(site.expression, inside)


def decay_coupled(site: Site) -> Iterator[Change]:
    """Weight decay in the gradient where it belongs beside it, or left out."""
    decay = Symbol("weight_decay")
    if decay.name not in site.problem.given or (own := _parameter_of(site)) is None:
        return
    if site.on(Rule.OPTIMIZER):
        for gradient in _gradients_in(site):
            coupled = Symbol(gradient) + decay * Symbol(own)
            yield Change(replaced(site, gradient, coupled))
    if site.on(Rule.DECAYED):
        yield Change(Symbol(own))
    if site.on(Rule.PULLED):
        for gradient in _gradients_in(site):
            yield Change(Symbol(gradient))


def wrong_t(site: Site) -> Iterator[Change]:
    """The number of the update one too high or too low."""
    count = Symbol("t")
    if site.on(Rule.OPTIMIZER) and count in symbols(site.expression):
        yield Change(replaced(site, "t", count + ONE), "t + 1")
        yield Change(replaced(site, "t", count - ONE), "t - 1")
