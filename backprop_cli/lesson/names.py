"""The names by which quantities can be asked for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import product

from backprop_cli.algebra.expression import Partial, partial
from backprop_cli.algebra.names import as_typed
from backprop_cli.algebra.paper import written
from backprop_cli.algebra.sheet import Written
from backprop_cli.arithmetic.working import WorkingError
from backprop_cli.derivation.between import Between
from backprop_cli.derivation.derived import Derived
from backprop_cli.derivation.objective import of_example, parts_of_batch
from backprop_cli.errors import UnknownNameError, UsageError
from backprop_cli.network.exercise import Exercise
from backprop_cli.network.structure import DATA_LOSS, LOSS
from backprop_cli.runs.checking.names import Names
from backprop_cli.runs.checking.problem import problem
from backprop_cli.runs.checking.spellings import DERIVATIVE, example_last, folded
from backprop_cli.wording import printable

# An edge, from its source to the neuron that it feeds.
ARROW = re.compile(r"\s*(.+?)\s*(?:->|→)\s*(.+?)\s*")
OF_EXAMPLE = re.compile(r"\[(\d{1,6})\]")


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
    names = {name: name for name in (*network.parameters, *exercise.numbers)}
    names.update((as_typed(symbol.name), symbol.name) for symbol in found)
    names.update((written(symbol), symbol.name) for symbol in found)
    # What a penalty adds nothing to: ∂Loss/∂z_h1 is ∂DataLoss/∂z_h1.
    of_data = [one for one in found if isinstance(one, Partial) and one.of == DATA_LOSS]
    for symbol, sign in product(of_data, "∂d"):
        names.setdefault(written(partial(LOSS, symbol.by)).replace("∂", sign), symbol.name)
    return names


def canonical_names(
    wanted: Iterable[str], known: Mapping[str, str], exercise: Exercise, example: int = 0
) -> list[str]:
    """The quantities that names mean, by the answer of `explainable` or as courses call them.

    What is spelt exactly like a known name means that. Raises UnknownNameError for a name that is
    none, with the nearest that are.
    """
    return [known.get(name) or _in_a_course(name, known, exercise, example) for name in wanted]


def _in_a_course(name: str, known: Mapping[str, str], exercise: Exercise, example: int) -> str:
    """The quantity that a name such as dE/dw1, delta_h1, net_h1 or x1->h1 means."""
    edge = ARROW.fullmatch(name)
    if edge:
        for neuron in exercise.network.neurons:
            for source, weight in neuron.edges:
                if (source, neuron.name) == (edge[1], edge[2]):
                    return weight
    between = Between(exercise.network)
    spelt = DERIVATIVE.match(name.replace("∂", "d"))
    if spelt and between.is_within_softmax(
        spelt[1]
    ):  # E_o1 is a loss, e_o1 no other than exp(z_o1)
        raise UnknownNameError("--explain", name, _as_typed(name, known), "quantity")
    try:
        names = Names(problem(exercise, example))
    except WorkingError:  # the run itself says where
        names = None
    shown = of_example("", example + 1)
    others = set[str]()
    for found in names.means(Written(1, name, name, Decimal(0))) if names else ():
        # Of several examples, a quantity goes by the name that it has in the working of one.
        for own in (found, found.replace(shown, "")):
            if own in known.values():
                return own
        others.update(OF_EXAMPLE.findall(found))
    # Without a batch, no example has names of its own; L2 is the loss of an output or an example.
    one_output = len(exercise.network.outputs) == 1
    others.update(OF_EXAMPLE.findall(example_last(folded(name), ()) if one_output else name))
    number = min(map(int, others), default=0)
    if 1 <= number <= exercise.example_count and number != example + 1:
        raise UsageError(
            f"--explain {printable(name)}: this is about example {number}, and example "
            f"{example + 1} is shown; add --example {number}"
        )
    plain = name.replace(shown, "")
    pairs = [one for one in names.derivatives(plain) if between.offers(one)] if names else []
    # Of several, one that there is: a_out may be another name of the prediction.
    pairs.sort(key=lambda one: not between.derives(one))
    if pairs:
        return pairs[0].name
    raise UnknownNameError("--explain", name, _as_typed(name, known), "quantity")


def _as_typed(name: str, known: Iterable[str]) -> list[str]:
    """The names that answer a mistyped one: those in the signs of formulas only to such a one."""
    signs = "∂ŷ"
    if any(sign in name for sign in signs):
        return list(known)
    return [one for one in known if not any(sign in one for sign in signs)]
