"""Another weight, input or neuron in the place of the right one."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from backprop_cli.algebra.expression import Symbol, substitute
from backprop_cli.derivation.steps import Rule, new
from backprop_cli.runs.mistakes.site import (
    MOST_OTHERS,
    OF_ACTIVATION,
    Change,
    Site,
    next_to,
    replaced,
)

MOST_SWAPPED = 8  # terms of a weighted sum of which two may have been swapped


def new_weight_used(site: Site) -> Iterator[Change]:
    """The updated weight in the place of the weight."""
    if site.by == "source":
        for name in site.used(site.weights):
            if new(name).name in site.problem.steps:
                yield Change(replaced(site, name, new(name)), f"{new(name).name} instead of {name}")


def weight_of_another(site: Site) -> Iterator[Change]:
    """Other weights in the place of one, one after the other, or a whole row."""
    if site.on(Rule.FORMULA):
        yield from _mixed_up(site, site.network.updated)
    if not site.on(Rule.WEIGHTED_SUM, Rule.NEW_WEIGHT) and site.by != "source":
        return
    own = site.used(site.weights)
    yield from _mixed_up(site, site.weights)
    if site.on(Rule.WEIGHTED_SUM) and 1 < len(own) <= MOST_SWAPPED:
        yield from _transposed(site, own)


def _mixed_up(site: Site, among: Sequence[str]) -> Iterator[Change]:
    """Another quantity in the place of one of its kind; in a sum or formula, two swapped."""
    own = site.used(among)
    for name in own[:MOST_OTHERS]:
        for other in next_to(among, name):
            yield Change(replaced(site, name, Symbol(other)), f"{other} instead of {name}")
    if site.on(Rule.WEIGHTED_SUM, Rule.FORMULA) and 1 < len(own) <= MOST_SWAPPED:
        for name, other in combinations(own, 2):
            swap = {name: Symbol(other), other: Symbol(name)}
            yield Change(substitute(site.expression, swap), f"{name} and {other} swapped")


def _transposed(site: Site, own: Sequence[str]) -> Iterator[Change]:
    """A weighted sum with the weights of a column in the place of those of a row."""
    for layer in site.network.layers:
        rows = [[edge.weight for edge in neuron.edges] for neuron in layer.neurons]
        if [*own] in rows and all(len(row) == len(rows[0]) for row in rows):
            flat = [weight for row in rows for weight in row]
            at = rows.index([*own])
            for taken in (
                flat[at :: len(rows)][: len(own)],
                [row[at] for row in rows if at < len(row)],
            ):
                if len(taken) == len(own) and taken != own:
                    swap = {name: Symbol(other) for name, other in zip(own, taken, strict=True)}
                    yield Change(substitute(site.expression, swap), "the matrix transposed")
            for other in rows:
                if other != [*own] and len(other) == len(own):
                    swap = {name: Symbol(one) for name, one in zip(own, other, strict=True)}
                    yield Change(substitute(site.expression, swap), f"{', '.join(other)}")


def input_of_another(site: Site) -> Iterator[Change]:
    """Other inputs, activations, targets or weighted sums in the place of one."""
    rules = (Rule.WEIGHTED_SUM, Rule.FORMULA, *OF_ACTIVATION)
    if site.on(*rules) or site.by in ("source", "weight"):
        yield from _mixed_up(site, site.signals)
    predictions = [site.own(site.network.prediction(one)).name for one in site.network.outputs]
    targets = [site.own(site.network.target(one)).name for one in site.network.outputs]
    sums = [site.own(neuron.weighted_sum).name for neuron in site.network.neurons]
    for among in (predictions, targets, sums):
        for name in site.used(among) if not site.on(Rule.WEIGHTED_SUM) else ():
            for other in next_to(among, name):
                yield Change(replaced(site, name, Symbol(other)), f"{other} instead of {name}")
