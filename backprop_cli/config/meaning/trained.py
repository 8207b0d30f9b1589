"""The state of a training, as a saved network tells it under the key ``trained``."""

from collections.abc import Mapping
from decimal import Decimal

from backprop_cli.config.meaning import data_wording
from backprop_cli.config.meaning.faults import Faults
from backprop_cli.config.shape.sections import TrainedSoFar
from backprop_cli.functions.optimizers import OPTIMIZERS, T, initial_state, symbol_of
from backprop_cli.network.exercise import Trained
from backprop_cli.network.structure import Network
from backprop_cli.wording import Path

KEY = "trained"

# The keys that hold a running quantity of any optimizer, by parameter.
QUANTITIES = tuple(dict.fromkeys(symbol for row in OPTIMIZERS.values() for symbol in row.state))


def trained(given: TrainedSoFar | None) -> Trained:
    """The training that is done already."""
    if given is None:
        return Trained()
    losses = (given.first_loss, given.compared_loss)
    return Trained(given.epochs, *(None if loss is None else float(loss) for loss in losses))


def state(given: TrainedSoFar | None, network: Network) -> Mapping[str, Decimal]:
    """The running quantities that training carries, by name: as given, or as it starts."""
    found = dict(initial_state(network))
    if given is None:
        return found
    for symbol in OPTIMIZERS[network.optimizer].state:
        values: Mapping[str, Decimal] = getattr(given, symbol.name) or {}
        found.update((symbol_of(symbol, name).name, value) for name, value in values.items())
    if given.t is not None:
        found[T.name] = Decimal(given.t)
    return found


def check(found: Faults, given: TrainedSoFar | None, network: Network) -> None:
    """Note in ``found`` what does not go with the network and its optimizer."""
    if given is None:
        return
    row = OPTIMIZERS[network.optimizer]
    kept = [symbol.name for symbol in row.state if network.updated]
    kept += [T.name] if row.counts else []
    for name in (*(symbol.name for symbol in QUANTITIES), T.name):
        path: Path = (KEY, name)
        if name in kept and getattr(given, name) is None:
            found.complain((KEY,), data_wording.quantity_missing, row.name, name)
        elif name not in kept and getattr(given, name):
            found.complain(path, data_wording.no_quantity, row.name, name, kept, key=True)
    for symbol in row.state:
        values: Mapping[str, Decimal] | None = getattr(given, symbol.name)
        if values is not None:
            is_square = symbol in row.squares
            _check_values(found, symbol.name, values, network, is_square=is_square)


def _check_values(
    found: Faults,
    quantity: str,
    values: Mapping[str, Decimal],
    network: Network,
    *,
    is_square: bool,
) -> None:
    """There must be a running quantity for each parameter that is updated, and no other."""
    path: Path = (KEY, quantity)
    updated = set(network.updated)
    for name, value in values.items():
        if name not in updated:
            found.complain(
                (*path, name), data_wording.not_running, quantity, name, network, key=True
            )
        elif is_square and value < 0:
            found.complain((*path, name), data_wording.below_zero, quantity)
    if updated.issuperset(values):
        # A misspelt name explains a missing one, and has had its complaint.
        for name in network.updated:
            if name not in values:
                found.complain(path, data_wording.none_for, quantity, name)
