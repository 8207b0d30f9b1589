"""From gradients to new parameters: the mean over a batch, and the lines of an optimizer."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import (
    Expression,
    Number,
    Partial,
    Product,
    Sum,
    Symbol,
    partial,
    substitute,
    symbols,
)
from backprop_cli.derivation.perceptron import error_update_steps
from backprop_cli.derivation.steps import Kept, Rule, Step, new, step_of
from backprop_cli.functions import optimizers
from backprop_cli.functions.optimizers import OPTIMIZERS, goes_by_error, lines_of, symbol_of
from backprop_cli.network.structure import LOSS, Network

MEAN_LOSS = "MeanLoss"
SUM_OF_LOSSES = "SumLoss"

# The examples of a batch of up to this many are shown one by one, those of a larger one as a sum.
FEW = 8

# By hand, the examples of a batch of up to this many are worked one by one, and added up. Of a
# larger one the sums are taken in float64, and rounded.
MOST_BY_HAND = 100


# Lines that are not the optimizer's own, and how they are kept. Of a weight that decays before its
# step, the digits would grow with every update.
OTHER_LINES = {
    optimizers.PULLED: (Rule.PULLED, Kept.RESULT),
    optimizers.SHRUNK: (Rule.DECAYED, Kept.CLOSER),
}


def of_example(number: int) -> str:
    """The loss of one example of a batch, e.g. ``Loss[2]``."""
    return f"{LOSS}[{number}]"


def batch_gradient(parameter: str, *, batched: bool) -> Partial:
    """The gradient that an update goes by: the example's, or the mean over the batch."""
    return partial(MEAN_LOSS if batched else LOSS, parameter)


def contributions(name: str, batch: Sequence[int]) -> tuple[Symbol, ...]:
    """The terms that are added for the mean of a batch: each example's part, or of many their sum.

    ``name`` is a parameter, whose gradients are meant, or ``Loss`` itself.
    """
    losses = [*map(of_example, batch)] if len(batch) <= FEW else [SUM_OF_LOSSES]
    return tuple(Symbol(loss) if name == LOSS else partial(loss, name) for loss in losses)


class Part(NamedTuple):
    """A part of a batch's quantity that comes from one example: ``name`` in that example's working.

    ``example`` is the example's number; None for the sum over all of a large batch.
    """

    name: str
    example: int | None


def parts_of_batch(network: Network, batch: Sequence[int]) -> Mapping[Symbol, Part]:
    """The losses and gradients that are added for the means of a batch, by their names there."""
    examples = batch if len(batch) <= FEW else [None]
    return {
        symbol: Part(LOSS if name == LOSS else network.gradient(name).name, example)
        for name in (LOSS, *network.parameters)
        for symbol, example in zip(contributions(name, batch), examples, strict=True)
    }


def mean_steps(network: Network, batch: Sequence[int]) -> Iterator[Step]:
    """The mean loss of a batch and the mean gradient of every parameter.

    The mean makes the step independent of the batch's size; it is what PyTorch's losses do.
    """
    for name in (LOSS, *network.parameters):
        mean = Symbol(MEAN_LOSS) if name == LOSS else partial(MEAN_LOSS, name)
        yield Step(mean, mean_over(contributions(name, batch), batch), Rule.MEAN)


def mean_over(parts: Sequence[Symbol], batch: Sequence[int]) -> Expression:
    """The parts' sum, divided by the number of the batch's examples."""
    total = Sum(tuple(parts)) if len(parts) > 1 else parts[0]
    return total / Number(Decimal(len(batch)))


def update_steps(network: Network, *, batched: bool) -> Iterator[Step]:
    """Every line of the update of every parameter.

    A bias's step is a line of its own, then taken off, as it is taught on paper. So is that of a
    weight where it is no product: a new weight is not rounded, and its digits would never end.
    """
    if goes_by_error(network):
        yield from error_update_steps(network)
        return
    row, lines = OPTIMIZERS[network.optimizer], lines_of(network)
    formulas = [row.step, *(line.formula for line in lines)]
    used = {symbol for formula in formulas for symbol in symbols(formula)}
    own = [symbol for symbol in optimizers.OWN if symbol in used]
    for parameter in network.updated:
        slope = batch_gradient(parameter, batched=batched)
        named: dict[str, Expression] = {symbol.name: symbol_of(symbol, parameter) for symbol in own}
        named[optimizers.OLD.name] = old = Symbol(parameter)
        named[optimizers.SLOPE.name] = slope
        if optimizers.PULLED not in lines:
            named[optimizers.GRADIENT.name] = slope
        in_two_lines = network.by_parameter[parameter].kind.by_hand_in_two_lines
        for line in lines:
            formula = substitute(line.formula, named)
            rule, kept = OTHER_LINES.get(line, (Rule.OPTIMIZER, Kept.RUNNING))
            if rule is Rule.DECAYED and in_two_lines:
                rule, kept = Rule.PULLED, Kept.RESULT
            yield Step(symbol_of(line.defines, parameter), formula, rule, row=line, kept=kept)
        if optimizers.SHRUNK in lines:
            old = symbol_of(optimizers.DECAYED, parameter)
        step = substitute(row.step, named)
        if in_two_lines or not isinstance(step, Product):
            taken = step_of(parameter)
            yield Step(taken, step, Rule.STEP)
            step = taken
        # A new weight is not rounded: the document's rule, so that small gradients still move it.
        rule, kept = Rule.NEW_WEIGHT, Kept.WHOLE
        if in_two_lines:
            rule, kept = Rule.NEW_BIAS, Kept.RESULT
        yield Step(new(parameter), old - step, rule, kept=kept)
