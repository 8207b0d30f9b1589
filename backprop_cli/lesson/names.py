"""The names by which quantities can be asked for."""

from collections.abc import Iterable, Mapping, Sequence

from backprop_cli.algebra.paper import written
from backprop_cli.derivation.derived import Derived
from backprop_cli.derivation.update import parts_of_batch
from backprop_cli.errors import UnknownNameError
from backprop_cli.network.exercise import Exercise


def explainable(
    exercise: Exercise, batch: Sequence[int] = (0,), derived: Derived | None = None
) -> dict[str, str]:
    """The names that ``explanation.explain_any`` takes, each with the quantity it means.

    ``batch`` are the examples (by position) of the update that is to be explained, ``derived`` the
    steps of the exercise's network, where that is derived already.

    Each may be asked for as it is printed, ∂Loss/∂ŷ, or in ASCII, dLoss/dy_hat.
    """
    numbers = [at + 1 for at in batch] if len(batch) > 1 else ()
    network = exercise.network
    steps = (derived or Derived(network)).update(numbers).steps
    found = [step.defines for step in steps]
    found += parts_of_batch(network, numbers) if numbers else ()
    names = {name: name for name in exercise.numbers}
    names.update((symbol.name.replace("∂", "d"), symbol.name) for symbol in found)
    names.update((written(symbol), symbol.name) for symbol in found)
    return names


def canonical_names(wanted: Iterable[str], known: Mapping[str, str]) -> list[str]:
    """The quantities that names mean, by the answer of `explainable`.

    Raises UnknownNameError for a name that is none, with the nearest that are.
    """
    names = list(wanted)
    for name in names:
        if name not in known:
            raise UnknownNameError("--explain", name, _as_typed(name, known), "quantity")
    return [known[name] for name in names]


def _as_typed(name: str, known: Iterable[str]) -> list[str]:
    """The names that answer a mistyped one: those in the signs of formulas only to such a one."""
    signs = "∂ŷ"
    if any(sign in name for sign in signs):
        return list(known)
    return [one for one in known if not any(sign in one for sign in signs)]
