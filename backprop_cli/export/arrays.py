"""Parameters as the arrays of a script: vectors and matrices, and what is trained of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from backprop_cli.algebra.expression import Symbol
from backprop_cli.functions.optimizers import OPTIMIZERS, symbol_of
from backprop_cli.network.exercise import Figure
from backprop_cli.network.structure import Network

Vector = tuple[float, ...]
Matrix = tuple[Vector, ...]
Entries = Vector | Matrix
Parameter = str | None  # its name, None where there is none


class Array(NamedTuple):
    """A matrix or vector of parameters under the name that it has in a script.

    ``trained`` has the shape of ``values``, with 1 for what an update moves and 0 for a frozen
    parameter or one that there is not (an edge or a bias left out), whose value is 0. So has each
    of the ``running`` quantities of the optimizer, by name, as earlier training has left them.
    """

    name: str
    values: Entries
    trained: Entries
    running: Mapping[str, Entries]

    @property
    def is_trained(self) -> bool:
        """True if an update moves any of it."""
        return any(flat(self.trained))

    @property
    def is_masked(self) -> bool:
        """True if an update moves some of it and leaves the rest."""
        return self.is_trained and not all(flat(self.trained))

    @property
    def moving(self) -> Entries:
        """The values of what is trained, 0 elsewhere."""
        return _where(self.trained, self.values, 1.0)

    @property
    def fixed(self) -> Entries:
        """The values of what is not trained, 0 elsewhere."""
        return _where(self.trained, self.values, 0.0)


def array_of(
    name: str,
    parameters: Sequence[Parameter] | Sequence[Sequence[Parameter]],
    network: Network,
    numbers: Mapping[str, Figure],
) -> Array:
    """The array of parameters that are named in its shape."""

    def number(parameter: Parameter) -> float:
        return 0.0 if parameter is None else float(numbers[parameter])

    def is_trained(parameter: Parameter) -> float:
        return float(parameter is not None and parameter not in network.frozen)

    def running(quantity: Symbol) -> Callable[[Parameter], float]:
        return lambda parameter: (
            float(numbers[symbol_of(quantity, parameter).name])
            if parameter is not None and is_trained(parameter)
            else 0.0
        )

    state = OPTIMIZERS[network.optimizer].state
    return Array(
        name,
        _entries(parameters, number),
        _entries(parameters, is_trained),
        {quantity.name: _entries(parameters, running(quantity)) for quantity in state},
    )


def _entries(
    parameters: Sequence[Parameter] | Sequence[Sequence[Parameter]],
    entry: Callable[[Parameter], float],
) -> Entries:
    """The arrays that belong to each parameter, in the same shape."""
    if isinstance(parameters[0], list):
        return tuple(tuple(map(entry, row)) for row in parameters)  # type: ignore[arg-type]
    return tuple(map(entry, parameters))  # type: ignore[arg-type]


def flat(entries: Entries) -> Iterator[float]:
    """The entries of a vector or of a matrix, row by row."""
    for entry in entries:
        if isinstance(entry, tuple):
            yield from entry
        else:
            yield entry


def _where(trained: Entries, values: Entries, wanted: float) -> Entries:
    def row(marks: Vector, numbers: Vector) -> Vector:
        pairs = zip(marks, numbers, strict=True)
        return tuple(number if mark == wanted else 0.0 for mark, number in pairs)

    if isinstance(values[0], tuple):
        rows = zip(trained, values, strict=True)
        return tuple(row(marks, numbers) for marks, numbers in rows)  # type: ignore[arg-type]
    return row(trained, values)  # type: ignore[arg-type]
