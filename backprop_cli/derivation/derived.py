"""A network's derivation, each part of it derived when it is first asked for, and once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from backprop_cli.derivation.derive import derive_passes
from backprop_cli.derivation.steps import Derivation, Step
from backprop_cli.derivation.update import mean_steps, update_steps
from backprop_cli.network.structure import Network


@dataclass(frozen=True)
class Derived:
    """The steps of a network, which everything that one run calculates has in common.

    With ``by_inputs`` the gradient by each input is among them.
    """

    network: Network
    by_inputs: bool = False

    @cached_property
    def passes(self) -> Derivation:
        """The forward and the backward pass of one example."""
        return derive_passes(self.network, by_inputs=self.by_inputs)

    @cached_property
    def forward(self) -> Derivation:
        """The steps from the inputs to the loss."""
        return replace(self.passes, steps=self.passes.needed_for([self.network.derived]))

    def update(self, batch: Sequence[int] = ()) -> Derivation:
        """The passes, and an update by one example or by the mean over a batch.

        ``batch`` are the numbers of its examples: see `derive.derive`.
        """
        if not batch:
            return self._single
        steps = (*self.passes.steps, *mean_steps(self.network, batch), *self._mean_update)
        return replace(self.passes, steps=steps)

    @cached_property
    def _single(self) -> Derivation:
        update = update_steps(self.network, batched=False)
        return replace(self.passes, steps=(*self.passes.steps, *update))

    @cached_property
    def _mean_update(self) -> tuple[Step, ...]:
        return tuple(update_steps(self.network, batched=True))
