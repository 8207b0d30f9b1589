"""A network's derivation, each part of it derived when it is first asked for, and once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from backprop_cli.derivation.derive import derive_passes, with_update
from backprop_cli.derivation.objective import goal
from backprop_cli.derivation.steps import Derivation, Step
from backprop_cli.derivation.update import update_steps
from backprop_cli.network.structure import LOSS, Network


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
        """The steps from the inputs of one example to the loss."""
        single = self.update()
        return replace(single, steps=single.needed_for([single.goal, single.of]))

    @cached_property
    def with_inputs(self) -> "Derived":
        """The same, the gradient by each input among them."""
        return self if self.by_inputs else Derived(self.network, by_inputs=True)

    def update(self, batch: Sequence[int] = ()) -> Derivation:
        """The passes of one example, and an update by it or by a batch of several.

        ``batch`` are the numbers of its examples: see `objective.objective_steps`.
        """
        return self._single if not batch else self._by(batch)

    @cached_property
    def _single(self) -> Derivation:
        return self._by(())

    def _by(self, batch: Sequence[int]) -> Derivation:
        update = self._batch_update if batch else update_steps(self.network, LOSS)
        return with_update(self.network, self.passes, batch, update)

    @cached_property
    def _batch_update(self) -> tuple[Step, ...]:
        return tuple(update_steps(self.network, goal(self.network, batched=True)))
