"""The parameters, as a lesson shows them: their kinds, and the tables of their updates."""

from collections.abc import Iterator, Sequence

from backprop_cli.algebra.expression import (
    Number,
    Symbol,
)
from backprop_cli.algebra.prose import Prose, prose
from backprop_cli.arithmetic.figures import padded
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import new
from backprop_cli.functions.optimizers import (
    lines_of,
    symbol_of,
)
from backprop_cli.functions.reductions import REDUCTIONS
from backprop_cli.lesson.blocks import (
    Column,
    Role,
    Table,
)
from backprop_cli.lesson.equations import result
from backprop_cli.network.parameters import FACTOR
from backprop_cli.network.structure import Network

BIAS_DECIMALS = 3  # an old bias is shown with at least three decimals, 0.600


def kinds_of(network: Network) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """The kinds of parameters that a network has: the title, the letter and the names of each."""
    kinds = (
        ("Weight", "w", network.weights),
        ("Bias", "b", network.biases),
        ("Slope", "s", network.slopes),
        ("Parameter", "p", network.of_kind(FACTOR)),
    )
    return tuple(kind for kind in kinds if kind[2])


def update_tables(network: Network, working: AnyWorking) -> Iterator[Table]:
    """A table for each kind of parameter: its values and all that its update works out."""
    gradient = "Gradient"
    if working.is_batched and not network.penalty:
        gradient = f"{REDUCTIONS[network.reduction].adjective} gradient"
    between = [line.defines for line in lines_of(network)]
    for title, letter, names in kinds_of(network):
        columns = (
            Column(title, Role.QUANTITY),
            Column("Old Value", Role.GIVEN),
            Column(f"{gradient} (dL/d{letter})", Role.RESULT),
            *(
                Column(Symbol(quantity.name.removesuffix("_new")), Role.RESULT)
                for quantity in between
            ),
            Column("New Value", Role.RESULT),
        )
        rows = tuple(
            _row(network, working, name, [symbol_of(quantity, name).name for quantity in between])
            for name in reversed(names)
        )
        yield Table(f"{title} updates", columns, rows)


def _row(
    network: Network, working: AnyWorking, name: str, between: Sequence[str]
) -> tuple[Prose, ...]:
    held = name in network.frozen
    old = old_value(network, working, name)

    def figure(quantity: str) -> Prose:
        return result(working, quantity)

    worked = ("",) * len(between) if held else tuple(map(figure, between))
    after = prose(old, " (fixed)") if held else figure(new(name).name)
    return Symbol(name), old, figure(working.update_gradient(name)), *worked, after


def old_value(network: Network, working: AnyWorking, name: str) -> Number:
    """A parameter before the update, as typed; a bias with three decimals at least."""
    digits = working.figure(name)
    if name in network.biases:
        digits = padded(digits, BIAS_DECIMALS)
    return Number(digits, of=name)
