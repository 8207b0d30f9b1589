"""Weighted sums, biases and activations."""

from collections.abc import Iterator

from backprop_cli.algebra.expression import Call, Choice, Expression, Negative, Partial, Sum, Symbol
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

    if not site.on(Rule.SUM_OF_PARTS):
        yield from everywhere(site.expression, left_out)


def activation_left_out(site: Site) -> Iterator[Change]:
    """Z in the place of a."""
    around = site.activation()
    if site.on(Rule.ACTIVATION) and around:
        yield Change(around[0])
    sums = {neuron.activation: neuron.weighted_sum for neuron in site.network.neurons}
    own = {site.own(a).name: site.own(z) for a, z in sums.items()}
    if site.on(Rule.WEIGHTED_SUM, Rule.PREDICTION) or site.by == "weight":
        for name in site.used([*own]):
            yield Change(replaced(site, name, own[name]), f"{own[name].name} instead of {name}")


def wrong_activation(site: Site) -> Iterator[Change]:
    """Each other activation function."""
    around = site.activation()
    if site.on(Rule.ACTIVATION) and around:
        for name in ACTIVATIONS:
            if name != "linear":
                row = configured(name)
                yield Change(Call(name, around[0], tuple(row.settings.items())), name)
        if isinstance(site.expression, Choice | Call) and around:
            yield Change(Negative(around[0]))
