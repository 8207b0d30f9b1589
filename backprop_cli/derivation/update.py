"""From gradients to new parameters: the lines of an optimizer."""

from collections.abc import Iterator

from backprop_cli.algebra.expression import (
    Expression,
    Product,
    Symbol,
    partial,
    substitute,
    symbols,
)
from backprop_cli.derivation.perceptron import error_update_steps
from backprop_cli.derivation.steps import Kept, Rule, Step, new, step_of
from backprop_cli.functions import optimizers
from backprop_cli.functions.optimizers import OPTIMIZERS, goes_by_error, lines_of, symbol_of
from backprop_cli.network.structure import Network

# Lines that are not the optimizer's own, and how they are kept. Of a weight that decays before its
# step, the digits would grow with every update.
OTHER_LINES = {
    optimizers.PULLED: (Rule.PULLED, Kept.RESULT),
    optimizers.SHRUNK: (Rule.DECAYED, Kept.CLOSER),
}


def update_steps(network: Network, goal: str) -> Iterator[Step]:
    """Every line of the update of every parameter, by the gradients of the ``goal``.

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
        slope = partial(goal, parameter)
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
