"""Steps compiled one by one: each a function of the values before it."""

from collections.abc import Callable, Mapping, Sequence

from backprop_cli.algebra.expression import symbols
from backprop_cli.derivation.steps import Step
from backprop_cli.training.executed import executed
from backprop_cli.training.statements import Statements


def stepwise(steps: Sequence[Step]) -> list[Callable[[Mapping[str, float]], float]]:
    """For each step a function from the values by name, in float64, to the step's own value."""
    lines = []
    for at, step in enumerate(steps):
        used = symbols(step.computed or step.expression)
        known = {symbol.name: f"v[{symbol.name!r}]" for symbol in used}
        statements = Statements([step], [step.defines], known, frozenset())
        body = [*statements.lines, f"return {statements.code(step.defines)}"]
        lines += [f"def step{at}(v):", *(f"    {line}" for line in body)]
    functions = executed("\n".join(lines))
    return [functions[f"step{at}"] for at in range(len(steps))]
