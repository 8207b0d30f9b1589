"""A gradient as a chain of factors, and the sums that a gradient rests on."""

from collections.abc import Container
from typing import NamedTuple

from backprop_cli.algebra.expression import Partial, symbols
from backprop_cli.derivation.steps import Derivation, Rule, Step

# A chain of up to this many factors goes back to the loss, as the document's do. They are those
# of a network with three hidden layers.
MOST_FACTORS = 9


# What is added up from parts, or goes back through a wide softmax, which adds up as well.
SUMS = (Rule.SUM_OF_PARTS, Rule.THROUGH_SOFTMAX)


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

    @property
    def is_long(self) -> bool:
        """True if it has more factors than can be taken in at once."""
        return len(self.links) >= MOST_FACTORS


def chain_to(derivation: Derivation, target: Partial, known: Container[str] = ()) -> Chain:
    """The chain of a gradient, back to the loss or to the nearest gradient that is a sum.

    One that would be long starts from the nearest gradient of ``known`` instead, if there is one.
    """
    step = derivation.by_name[target.name]
    links: list[Link] = []
    nearest: Chain | None = None
    while step.rule is Rule.CHAIN and isinstance(step.defines, Partial):
        if nearest is None and links and step.defines.name in known:
            nearest = Chain(target, step, tuple(reversed(links)))
        if nearest is not None and len(links) >= MOST_FACTORS:
            return nearest
        before, local = symbols(step.expression)
        links.append(Link(derivation.by_name[local.name], step.defines))
        step = derivation.by_name[before.name]
    whole = Chain(target, step, tuple(reversed(links)))
    return nearest if nearest and whole.is_long else whole


def sums_on_the_way(derivation: Derivation, target: Partial, known: Container[str]) -> list[Step]:
    """Every gradient that a gradient rests on and that is a sum of parts, from the loss on.

    What is ``known``, and what only that rests on, is left out.
    """
    waiting, found = [target.name], {target.name}
    while waiting:
        step = derivation.by_name.get(waiting.pop())
        for symbol in symbols(step.expression) if step else ():
            if isinstance(symbol, Partial) and symbol.name not in found:
                if symbol.name not in known:
                    waiting.append(symbol.name)
                found.add(symbol.name)
    steps = (derivation.by_name[name] for name in found - {target.name} if name not in known)
    sums = [step for step in steps if step.rule in SUMS]
    return sorted(sums, key=lambda step: derivation.places[step.defines.name])
