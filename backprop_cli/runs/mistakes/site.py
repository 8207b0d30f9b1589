"""A step at which a mistake may be made, and what a mistake makes of it."""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from backprop_cli.algebra.expression import (
    ONE,
    Expression,
    Number,
    Partial,
    Product,
    Sum,
    Symbol,
    substitute,
    symbols,
    transform,
)
from backprop_cli.derivation.steps import Rule, Step
from backprop_cli.network.structure import Network
from backprop_cli.runs.checking.problem import Problem

# Of a large layer, only so many other weights and inputs are tried in the place of one.
MOST_OTHERS = 24
OF_ACTIVATION = (Rule.DERIVATIVE_OF_ACTIVATION, Rule.DERIVATIVE_OF_SOFTMAX)
LOCAL = (Rule.DERIVATIVE, *OF_ACTIVATION, Rule.DERIVATIVE_BY_SLOPE)
OF_LOSS = (Rule.LOSS, Rule.LOSS_OF_OUTPUT, Rule.SUM_OF_LOSSES)


class Change(NamedTuple):
    """The formula that a mistake makes of a step's; ``detail`` says what was done to what."""

    expression: Expression
    detail: str = ""


class Site:
    """A step at which a mistake may be made, and what surrounds it."""

    def __init__(self, problem: Problem, step: Step) -> None:
        self.problem, self.step = problem, step
        self.network: Network = problem.network
        self.rule, self.expression, self.defines = step.rule, step.expression, step.defines

    def on(self, *rules: Rule) -> bool:
        """True if the step holds by one of several rules."""
        return self.rule in rules

    @property
    def by(self) -> str:
        """The kind of quantity that a local derivative is by: a ``source``, ``weight`` or ``bias``.

        Empty for any other step.
        """
        if self.rule is not Rule.DERIVATIVE or not isinstance(self.defines, Partial):
            return ""
        if self.defines.by not in self.network.parameters:
            return "source"
        return "bias" if self.expression == ONE else "weight"

    def step_of(self, name: str) -> Step | None:
        """The step that defines a quantity."""
        return self.problem.steps.get(name)

    @cached_property
    def index(self) -> str:
        """The number of the step's example in brackets; empty where there is only one."""
        name = self.defines.of if isinstance(self.defines, Partial) else self.defines.name
        return name[name.index("[") :] if self.problem.examples and name.endswith("]") else ""

    def own(self, name: str) -> Symbol:
        """The symbol of a quantity of the step's example."""
        return Symbol(f"{name}{self.index}")

    @cached_property
    def weights(self) -> Sequence[str]:
        """All weights."""
        return self.network.weights

    @cached_property
    def signals(self) -> Sequence[str]:
        """All inputs and activations of the step's example."""
        activations = [neuron.activation for neuron in self.network.neurons]
        return [self.own(name).name for name in (*self.network.inputs, *activations)]

    def used(self, names: Sequence[str]) -> list[str]:
        """Those of the names that stand in the step's formula, each once."""
        among = set(names)
        found = (symbol.name for symbol in symbols(self.expression))
        return [*dict.fromkeys(name for name in found if name in among)]

    def counts(self) -> list[int]:
        """The numbers that people divide by: the outputs, and the examples of a batch."""
        found = {len(self.network.outputs), len(self.problem.examples)}
        return sorted(found - {0, 1})

    def activation(self) -> tuple[Expression, Expression] | None:
        """The weighted sum and the activation of the step's neuron, as its symbols."""
        neuron = self.step.neuron
        if neuron is None:
            return None
        if isinstance(self.defines, Partial):
            return Symbol(self.defines.by), Symbol(self.defines.of)
        return self.own(neuron.weighted_sum), self.own(neuron.activation)


def everywhere(
    expression: Expression, change: Callable[[Expression], Iterator[Change]]
) -> Iterator[Change]:
    """The expression with one part changed, for each part and each change of it."""
    found: list[Expression] = []
    transform(expression, lambda part: found.append(part))
    for place, part in enumerate(found):
        for changed, detail in change(part):
            yield Change(_with(expression, place, changed), detail)


def _with(expression: Expression, place: int, changed: Expression) -> Expression:
    """The expression with the part at a place, counted from the outside in, replaced."""
    at = -1

    def put(_part: Expression) -> Expression | None:
        nonlocal at
        at += 1
        return changed if at == place else None

    return transform(expression, put)


def without(parts: Sequence[Expression], at: int, whole: type[Sum] | type[Product]) -> Expression:
    """A sum or product without one of its parts."""
    rest = (*parts[:at], *parts[at + 1 :])
    if len(rest) > 1:
        return whole(rest)
    return rest[0]


def called(expression: Expression) -> str:
    """The text that stands for a part in a detail: its symbols' names."""
    names = [symbol.name for symbol in symbols(expression)]
    if isinstance(expression, Number):
        return expression.name or str(expression.value)
    return " * ".join(names[:4])


def replaced(site: Site, old: str, by: Expression) -> Expression:
    """The formula of a step with one symbol replaced."""
    return substitute(site.expression, {old: by})


def terms_in(expression: Expression) -> tuple[Expression, ...]:
    """The terms of a sum; of anything else none."""
    return expression.terms if isinstance(expression, Sum) else ()


def next_to(names: Sequence[str], name: str) -> list[str]:
    """The other names, those that stand next to a name first; of very many, the next ones."""
    at = names.index(name)
    others = sorted(range(len(names)), key=lambda place: abs(place - at))
    return [names[place] for place in others[1 : MOST_OTHERS + 1]]
