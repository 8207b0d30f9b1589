"""The chain rule: derivatives of activations, factors and parts of a gradient."""

from collections.abc import Iterator

from backprop_cli.algebra.expression import (
    ONE,
    Call,
    Partial,
    Product,
    Sum,
    Symbol,
    factors,
    partial,
    substitute,
    symbols,
)
from backprop_cli.derivation.steps import Rule
from backprop_cli.functions.activations import ACTIVATIONS, configured
from backprop_cli.functions.losses import LOSSES
from backprop_cli.runs.mistakes.site import OF_ACTIVATION, Change, Site, called, terms_in, without

# Losses that cancel with the derivative of the activation under them.
CANCELLING = ("binary_cross_entropy", "cross_entropy")


def derivative_at_weighted_sum(site: Site) -> Iterator[Change]:
    """Z in the place of a, or where only z stands, a in the place of z."""
    if site.on(*OF_ACTIVATION) and isinstance(site.defines, Partial):
        of, by = site.defines.of, site.defines.by
        yield Change(substitute(site.expression, {of: Symbol(by)}))
        if of not in {symbol.name for symbol in symbols(site.expression)}:
            yield Change(substitute(site.expression, {by: Symbol(of)}), f"{of} instead of {by}")


def derivative_applied_twice(site: Site) -> Iterator[Change]:
    """The activation function of a in the place of a."""
    call = _call_of(site)
    if site.on(*OF_ACTIVATION) and call and isinstance(site.defines, Partial):
        of, by = site.defines.of, site.defines.by
        again = Call(call.function, Symbol(of), call.settings)
        yield Change(substitute(site.expression, {of: again, by: Symbol(of)}))
        yield Change(substitute(site.expression, {of: again}))


def _call_of(site: Site) -> Call | None:
    """The activation function's call of the neuron of the step."""
    name: str = site.defines.of if isinstance(site.defines, Partial) else site.defines.name
    for _ in range(2):  # a prediction is the activation of an output
        step = site.step_of(name)
        if step is None:
            return None
        if isinstance(step.expression, Call):
            return step.expression
        if not isinstance(step.expression, Symbol):
            return None
        name = step.expression.name
    return None


def activation_derivative_left_out(site: Site) -> Iterator[Change]:
    """1 in the place of the derivative."""
    if site.on(*OF_ACTIVATION):
        yield Change(ONE)


def wrong_derivative(site: Site) -> Iterator[Change]:
    """The derivative of another activation or loss, or a wrong formula of it."""
    around = site.activation()
    if site.on(*OF_ACTIVATION) and around:
        z, a = around
        for name in ACTIVATIONS:
            row = configured(name)
            if row.name != "linear":
                yield Change(row.slope(z, a), f"that of {name}")
        for formula in (a, ONE - a, a**2, ONE + a, (ONE - a) ** 2, a * (ONE + a), -(a * (ONE - a))):
            yield Change(formula)
        yield Change(a**2 * (ONE - a))
        yield Change(a * (ONE - a**2))
    neuron = site.step.neuron
    if site.on(Rule.DERIVATIVE_OF_LOSS) and neuron is not None:
        target = site.own(site.network.target(neuron))
        prediction = site.own(site.network.prediction(neuron))
        for name, loss in LOSSES.items():
            formula = loss.configured().slope(target, prediction, len(site.network.outputs))
            yield Change(formula, f"that of {name}")
        yield Change(-(target / prediction))
        yield Change(target / prediction)


def cancelled_twice(site: Site) -> Iterator[Change]:
    """The derivative once more, where the loss has cancelled it."""
    neuron = site.step.neuron
    if site.network.loss not in CANCELLING:
        return
    if site.on(Rule.DERIVATIVE_OF_LOSS) and neuron is not None:
        target = site.own(site.network.target(neuron))
        yield Change(site.own(site.network.prediction(neuron)) - target)
    if not isinstance(site.defines, Partial):
        return
    for output in site.network.outputs:
        prediction = site.own(site.network.prediction(output))
        if site.defines.by == site.own(output.weighted_sum).name:
            local = partial(prediction.name, site.defines.by)
            if local.name in site.problem.steps:
                yield Change(site.expression * local)


def cross_terms_left_out(site: Site) -> Iterator[Change]:
    """Of a softmax, the part through the own neuron alone."""
    if site.on(Rule.SUM_OF_PARTS) and isinstance(site.defines, Partial):
        sums = {site.own(neuron.weighted_sum).name: neuron.name for neuron in site.network.neurons}
        own = sums.get(site.defines.by)
        for term in terms_in(site.expression) if own else ():
            part = site.step_of(called(term))
            if part is not None and part.through == own:
                yield Change(term)


def chain_factor_left_out(site: Site) -> Iterator[Change]:
    """Each factor left out but the derivative of an activation."""
    if site.by in ("source", "weight") or site.on(Rule.DERIVATIVE_OF_LOSS):
        yield Change(ONE, site.defines.name)
    found = factors(site.expression)
    if site.on(Rule.CHAIN) and len(found) > 1:
        for at, factor in enumerate(found):
            step = site.step_of(called(factor))
            if step is None or step.rule not in OF_ACTIVATION:
                yield Change(without(found, at, Product), called(factor))


def path_left_out(site: Site) -> Iterator[Change]:
    """Each part of a gradient left out, or all others."""
    found = terms_in(site.expression)
    if site.on(Rule.SUM_OF_PARTS) and len(found) > 1:
        for at, term in enumerate(found):
            yield Change(without(found, at, Sum), f"{called(term)} is missing")
        if len(found) > 2:
            for term in found:
                yield Change(term, f"only {called(term)}")
