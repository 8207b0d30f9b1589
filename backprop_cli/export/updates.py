"""The optimizers as lines of a loop over arrays, for the targets that write them out."""

from collections.abc import Iterator, Sequence

from backprop_cli.algebra.expression import substitute
from backprop_cli.derivation.steps import new
from backprop_cli.export.arrays import Array
from backprop_cli.export.code import Code
from backprop_cli.export.description import Description
from backprop_cli.export.layout import array
from backprop_cli.functions.optimizers import (
    DECAY,
    DIRECTION,
    GRADIENT,
    OLD,
    OPTIMIZERS,
    PULLED,
    RATE,
    SLOPE,
)


def state(description: Description) -> tuple[str, ...]:
    """The quantities that the optimizer keeps of each array."""
    row = OPTIMIZERS[description.network.optimizer]
    return tuple(symbol.name for symbol in row.state) if description.trained else ()


def running(description: Description, quantities: Sequence[str], call: str) -> Iterator[str]:
    """Some running quantities of each array, as earlier training has left them: ``m_W1 = …``.

    ``call`` makes an array of a list, as ``np.array``.
    """
    if quantities:
        yield "# What the optimizer keeps of each array, as earlier training has left it."
    for quantity in quantities:
        for one in description.trained:
            yield from array([f"{name_of(quantity, one)} = {call}"], one.running[quantity])


def name_of(quantity: str, one: Array) -> str:
    """The name of an array's running quantity in a script."""
    return f"{quantity}_{one.name}"


def lines(description: Description, w: str, i: str, np: str) -> list[str]:
    """The lines that move the array ``w``, which ``i`` finds in lists; g is its gradient.

    Without an index stand the settings, and t, the number of the update.
    """
    network = description.network
    row, mask = OPTIMIZERS[network.optimizer], f"trained[{i}] * " if description.is_masked else ""
    kept = {symbol.name: f"{symbol.name}[{i}]" for symbol in row.state}
    kept |= {new(name).name: place for name, place in kept.items()}
    named = {OLD.name: w, GRADIENT.name: "g", SLOPE.name: "g", **kept}
    inlined = {line.defines.name: line.formula for line in row.lines if line.defines == DIRECTION}
    code = Code(np, named)
    pulled, shrunk = [], []
    if network.decays and row.decoupled:
        shrunk = [f"{w} -= {mask}{code.write(RATE * DECAY * OLD)}"]
    elif network.decays:
        pulled = [f"g = {code.write(PULLED.formula)}"]
    worked = [
        f"{code.symbol(line.defines)} = {code.write(line.formula)}"
        for line in row.lines
        if line.defines.name not in inlined
    ]
    step = code.write(substitute(row.step, inlined))
    return [*pulled, *worked, *shrunk, f"{w} -= {mask}{step}"]
