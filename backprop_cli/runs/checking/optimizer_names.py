"""The names by which people call an optimizer's running quantities: m1, v_dw1, m̂_t.

``m_w1`` and ``m_hat_w1`` are the program's own. Kingma and Ba, "Adam", write m_t for the only
parameter; Ng's courses write V_dW for the memory of momentum.
"""

import re
from collections.abc import Iterator

from backprop_cli.functions.optimizers import M_HAT, OPTIMIZERS, V_HAT, M, V, symbol_of
from backprop_cli.network.structure import Network
from backprop_cli.runs.checking.spellings import folded

NUMBERED = re.compile(r"^[a-z]+_?(\d+)$", re.I)


def optimizer_names(network: Network) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every such name without capitals and _, and the quantity that it means.

    Its new value stands for a memory, as that is what is worked out.
    """
    state = OPTIMIZERS[network.optimizer].state
    stems = {"m": M, "v": V, "mhat": M_HAT, "vhat": V_HAT}
    if M not in state:  # momentum's memory, which is called v here
        stems |= {"m": V, "b": V}
    for parameter in network.updated if state else ():
        called = folded(parameter)
        number = NUMBERED.match(parameter)
        if number and parameter in network.weights:
            yield f"g{number[1]}", (network.gradient(parameter).name,)
        for stem, quantity in stems.items():
            meant = (symbol_of(quantity, parameter).name,)
            yield f"{stem}{called}", meant
            yield f"{stem}d{called}", meant
            if number and parameter in network.weights:
                yield f"{stem}{number[1]}", meant
                yield f"{stem[0]}{number[1]}{stem[1:]}", meant
    if len(network.updated) == 1:
        (only,) = network.updated
        gradient = network.gradient(only).name
        for end in ("", "t", "1"):
            yield f"g{end}", (gradient,)
            for stem, quantity in stems.items():
                yield f"{stem}{end}", (symbol_of(quantity, only).name,)
        if only != "w":
            yield "w", (only,)
