"""The faults of numbers that are not worth working, such as gradients that can be seen."""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from backprop_cli.algebra.expression import Partial
from backprop_cli.derivation.steps import Rule
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.checking.problem import Problem
from backprop_cli.runs.worksheets.chance import digits_of, is_multiple
from backprop_cli.runs.worksheets.collisions import Collision
from backprop_cli.runs.worksheets.forward import learns
from backprop_cli.wording import listed

# A softmax is saturated where a class has less than this share, or all but that.
LEAST_SHARE = 0.02
MOST_NAMED = 4


class Lacks(NamedTuple):
    """The faults of an exercise's numbers; of two, the smaller has the better numbers.

    ``asleep`` are neurons that are switched off or saturated, ``vanishing`` parameters whose
    gradient is 0 at the digits carried, ``multiples`` pairs of inputs of which one is a multiple
    of the other, ``hidden`` mistakes that cannot be told by their figure, ``near`` those whose
    figure is next to the right one.
    """

    asleep: tuple[str, ...] = ()
    vanishing: tuple[str, ...] = ()
    multiples: tuple[str, ...] = ()
    hidden: tuple[Collision, ...] = ()
    near: tuple[Collision, ...] = ()

    @property
    def weight(self) -> tuple[int, int, int]:
        """The amount that is wrong: with the working, and with what mistakes show."""
        working = len(self.asleep) + len(self.vanishing) + len(self.multiples)
        return working, len(self.hidden), len(self.near)

    def sentences(self) -> Iterator[str]:
        """The sentence for a teacher: what is wrong with the working."""
        for names, one, several in (
            (self.asleep, "is switched off or saturated", "are switched off or saturated"),
            (self.vanishing, "has no gradient", "have no gradients"),
            (self.multiples, "is a multiple of the other", "are multiples of each other"),
        ):
            if names:
                more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
                verb = one if len(names) == 1 else several
                yield f"{listed(names[:MOST_NAMED])}{more} {verb}"


def lacks(exercise: Exercise, facts: Problem) -> Lacks:
    """The faults in the working of an exercise, apart from hidden mistakes."""
    return Lacks(
        tuple(dict.fromkeys(_asleep(facts))),
        tuple(_vanishing(facts)),
        tuple(_multiples(exercise)),
    )


def _asleep(facts: Problem) -> Iterator[str]:
    network = facts.network
    for name, step in facts.steps.items():
        if step.neuron is None or not isinstance(step.defines, Partial):
            continue
        function, value = network.function_of(step.neuron), facts.exact[name]
        if step.rule is Rule.DERIVATIVE_OF_ACTIVATION:
            slope = facts.exact[function.slope] if function.slope else 0.0
            if not learns(function, value, slope):
                yield step.neuron.name
        elif step.rule is Rule.DERIVATIVE_OF_SOFTMAX and step.defines.of in facts.exact:
            share = facts.exact[step.defines.of]
            if not LEAST_SHARE <= share <= 1 - LEAST_SHARE:
                yield step.neuron.name


def _vanishing(facts: Problem) -> Iterator[str]:
    """The parameters whose gradient is less than one unit of the digits carried.

    Where training goes by errors, those of a neuron's error that is 0.
    """
    network, unit = facts.network, 10.0 ** -(facts.decimals or 0)
    for parameter in network.updated or network.parameters:
        gradient = facts.exact.get(network.gradient(parameter).name)
        if gradient is not None and abs(gradient) < unit:
            yield parameter
    for name, step in facts.steps.items():
        if step.rule is Rule.ERROR and facts.exact[name] == 0:
            yield name


def _multiples(exercise: Exercise) -> Iterator[str]:
    """Pairs of inputs of which one is a multiple of the other; a table of examples has its own."""
    if exercise.examples:
        return
    inputs = exercise.network.inputs
    digits = {name: digits_of(exercise.numbers[name]) for name in inputs}
    for one, other in combinations(inputs, 2):
        if is_multiple(digits[one], digits[other]):
            yield f"{one} of {other}"
