"""The steps of one example among several, whose quantities are told apart by its number.

Parameters are those of all examples: z_h1[2] = x1[2] * w1 + b1.
"""

from collections.abc import Container

from backprop_cli.algebra.expression import Expression, Partial, Symbol, partial, transform
from backprop_cli.derivation.objective import of_example
from backprop_cli.derivation.steps import Step


def name_of_example(name: str, number: int, common: Container[str]) -> str:
    """The name of a quantity of an example; what is ``common`` to all keeps its own."""
    return name if name in common else of_example(name, number)


def symbol_of_example(symbol: Symbol, number: int, common: Container[str]) -> Symbol:
    """The quantity of an example, a derivative by both of its names."""
    if isinstance(symbol, Partial):
        of, by = (name_of_example(name, number, common) for name in (symbol.of, symbol.by))
        return partial(of, by)
    return Symbol(name_of_example(symbol.name, number, common))


def step_of_example(step: Step, number: int, common: Container[str]) -> Step:
    """A step of the passes of an example."""

    def change(part: Expression) -> Expression | None:
        return symbol_of_example(part, number, common) if isinstance(part, Symbol) else None

    return step._replace(
        defines=symbol_of_example(step.defines, number, common),
        expression=transform(step.expression, change),
        computed=None if step.computed is None else transform(step.computed, change),
    )
