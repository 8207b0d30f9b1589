"""A gradient as a chain of factors, and the sums that a gradient rests on."""

from typing import NamedTuple

from backprop_cli.algebra.expression import Partial, symbols
from backprop_cli.derivation.steps import Derivation, Rule, Step


class Link(NamedTuple):
    """One factor of a chain after the first, and the gradient that the chain reaches with it."""

    factor: Step
    reached: Partial


class Chain(NamedTuple):
    """A gradient as a product: a gradient to start from, then one local derivative a link."""

    of: Partial
    start: Step
    links: tuple[Link, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of all factors, the start first."""
        return (self.start, *(link.factor for link in self.links))

    @property
    def factors(self) -> tuple[Partial, ...]:
        """The derivatives that are multiplied."""
        return tuple(step.defines for step in self.steps if isinstance(step.defines, Partial))


def chain_to(derivation: Derivation, target: Partial) -> Chain:
    """The chain of a gradient, back to the loss or to the nearest gradient that is a sum."""
    step = derivation.by_name[target.name]
    links: list[Link] = []
    while step.rule is Rule.CHAIN and isinstance(step.defines, Partial):
        before, local = symbols(step.expression)
        links.append(Link(derivation.by_name[local.name], step.defines))
        step = derivation.by_name[before.name]
    return Chain(target, step, tuple(reversed(links)))


def sums_on_the_way(derivation: Derivation, target: Partial) -> list[Step]:
    """Every gradient that a gradient rests on and that is a sum of parts, from the loss on."""
    needed = derivation.needed_for([target.name])
    return [
        step
        for step in needed
        if step.rule is Rule.SUM_OF_PARTS and step.defines.name != target.name
    ]
