"""The optimizers as lines of a loop over arrays, for the targets that write them out."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backprop_cli.export.description import Array, Description
from backprop_cli.export.layout import array
from backprop_cli.functions.optimizers import OPTIMIZERS as ROWS


class Update(NamedTuple):
    """An optimizer, for the array ``{w}`` with gradient g: its lines, then what is taken off.

    ``state`` names what it keeps of each array, whose own is found by ``{i}``; ``{np}`` is the
    library. Without braces stand the settings, and t, the number of the update.
    """

    step: str
    lines: tuple[str, ...] = ()
    state: tuple[str, ...] = ()


VELOCITY = "v[{i}] = momentum * v[{i}] + g"
ADAM = Update(
    "learning_rate * m_hat / ({np}.sqrt(v_hat) + epsilon)",
    (
        "m[{i}] = beta1 * m[{i}] + (1 - beta1) * g",
        "v[{i}] = beta2 * v[{i}] + (1 - beta2) * g**2",
        "m_hat = m[{i}] / (1 - beta1**t)",
        "v_hat = v[{i}] / (1 - beta2**t)",
    ),
    ("m", "v"),
)
UPDATES = {
    "sgd": Update("learning_rate * g"),
    "momentum": Update("learning_rate * v[{i}]", (VELOCITY,), ("v",)),
    "nesterov": Update("learning_rate * (g + momentum * v[{i}])", (VELOCITY,), ("v",)),
    "adam": ADAM,
    "adamw": ADAM,
}


def state(description: Description) -> tuple[str, ...]:
    """What the optimizer keeps of each array."""
    return UPDATES[description.network.optimizer].state if description.trained else ()


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
    """What a running quantity of an array is called in a script."""
    return f"{quantity}_{one.name}"


def lines(description: Description, w: str, i: str, np: str) -> list[str]:
    """The lines that move the array ``w``, which ``i`` finds in lists; g is its gradient."""
    network, update = description.network, UPDATES[description.network.optimizer]
    mask = f"trained[{i}] * " if description.is_masked else ""
    pulled, shrunk = [], []
    if network.decays and ROWS[network.optimizer].decoupled:
        shrunk = [f"{w} -= {mask}learning_rate * weight_decay * {w}"]
    elif network.decays:
        pulled = [f"g = g + weight_decay * {w}"]
    moved = f"{w} -= {mask}{update.step}"
    return [
        *pulled,
        *(line.format(i=i, np=np) for line in update.lines),
        *shrunk,
        moved.format(i=i, np=np),
    ]
