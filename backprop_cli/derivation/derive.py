"""From a network to every step of its passes and its update, in symbols."""

from collections.abc import Sequence

from backprop_cli.derivation.backward import backward_steps
from backprop_cli.derivation.forward import forward_steps
from backprop_cli.derivation.steps import Derivation
from backprop_cli.derivation.update import mean_steps, update_steps
from backprop_cli.network.exercise import LOSS, Network


def derive(network: Network, batch: Sequence[int] = ()) -> Derivation:
    """Derive every step of one update, on one example or on a batch of several.

    ``batch`` are the numbers of the examples whose mean gradient the update goes by. The forward
    and backward pass are those of one of them; the others' gradients are given quantities.
    """
    means = mean_steps(network, batch) if batch else ()
    update = update_steps(network, batched=bool(batch))
    return Derivation(network, (*derive_passes(network).steps, *means, *update))


def derive_passes(network: Network) -> Derivation:
    """Derive every step of the forward and the backward pass of one example."""
    forward = tuple(forward_steps(network))
    return Derivation(network, (*forward, *backward_steps(forward, LOSS, network.parameters)))
