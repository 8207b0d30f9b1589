"""A batch as one working, for matrices with a column for each example.

Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 6.5.4; X with an example in
each column as in Ng, "Neural Networks and Deep Learning" (2017).
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from backprop_cli.algebra.expression import Symbol
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.examples import (
    name_of_example,
    step_of_example,
    symbol_of_example,
)
from backprop_cli.derivation.objective import FEW
from backprop_cli.runs.run import Run


def columns(run: Run) -> tuple[int, ...]:
    """The numbers of the examples of the update that is shown; none if it is one, or too many."""
    batch = run.shown.batch
    return tuple(at + 1 for at in batch) if 1 < len(batch) <= FEW else ()


def singles(run: Run) -> Mapping[int, AnyWorking]:
    """The working of each of these examples, by its number."""
    return {number: run.working_of(number - 1) for number in columns(run)}


def working_of_batch(run: Run, of_each: Mapping[int, AnyWorking]) -> AnyWorking:
    """The passes of every example and the update by all of them, in one working.

    The quantities of an example go by its number, as z_h1[2] does. Without several examples it is
    the working of the run.
    """
    working, network = run.working, run.exercise.network
    if not of_each:
        return working
    common = {*network.parameters}
    own = {*network.inputs, *network.targets}
    passes = run.derived.passes.steps
    defined = {step.defines.name for step in passes}
    values: dict[str, Any] = {}
    given: dict[str, Decimal | float] = {}
    for name, value in working.values.items():
        if name not in own | defined:
            values[name] = value
            if name in working.given:
                given[name] = working.given[name]
    for number, one in of_each.items():
        for symbol in (*map(Symbol, own), *(step.defines for step in passes)):
            values[symbol_of_example(symbol, number, common).name] = one.values[symbol.name]
        for name in own:
            given[name_of_example(name, number, common)] = one.given[name]
    rest = [step for step in working.derivation.steps if step.defines.name not in defined]
    each = (step_of_example(step, number, common) for number in of_each for step in passes)
    derivation = replace(working.derivation, steps=(*each, *rest))
    # What an example's pass has worked out is no longer given.
    given = {name: one for name, one in given.items() if name not in derivation.by_name}
    return replace(working, derivation=derivation, values=values, given=given)
