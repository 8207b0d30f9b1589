"""The goal of an update: the loss of one example, or of a batch, and the penalty beside it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression, Number, Sum, Symbol, partial
from backprop_cli.derivation.backward import backward_steps
from backprop_cli.derivation.steps import Derivation, Rule, Step
from backprop_cli.functions.penalties import PENALTIES
from backprop_cli.functions.reductions import REDUCTIONS, SUM
from backprop_cli.network.structure import LOSS, Network

PENALTY = "Penalty"

# The examples of a batch of up to this many are shown one by one, those of a larger one as a sum.
FEW = 8

# By hand, the examples of a batch of up to this many are worked one by one, and added up. Of a
# larger one the sums are taken in float64, and rounded.
MOST_BY_HAND = 100


# --- names -----------------------------------------------------------------------------------


def loss_of_batch(network: Network) -> str:
    """The name of a batch's loss without its penalty, e.g. ``MeanLoss``."""
    return f"{REDUCTIONS[network.reduction].prefix}{network.derived}"


def sum_of_losses(network: Network) -> str:
    """The name of the sum of a batch's losses, ``SumLoss``."""
    return f"{SUM.prefix}{network.derived}"


def goal(network: Network, *, batched: bool) -> str:
    """The name of what an update lowers."""
    if network.penalty:
        return LOSS
    return loss_of_batch(network) if batched else network.derived


def of_example(name: str, number: int) -> str:
    """The name of a quantity of one example among several, e.g. ``Loss[2]``."""
    return f"{name}[{number}]"


def reduced(network: Network, name: str) -> Symbol:
    """The result of a batch's losses, or of its gradients by the parameter ``name``."""
    of = loss_of_batch(network)
    return Symbol(of) if name == network.derived else partial(of, name)


def contributions(network: Network, name: str, batch: Sequence[int]) -> tuple[Symbol, ...]:
    """The terms that are added for a batch: each example's part, or of many their sum.

    ``name`` is a parameter, whose gradients are meant, or the derived loss itself.
    """
    of = network.derived
    losses = [sum_of_losses(network)]
    if len(batch) <= FEW:
        losses = [of_example(of, number) for number in batch]
    return tuple(Symbol(loss) if name == of else partial(loss, name) for loss in losses)


class Part(NamedTuple):
    """A part of a batch's quantity that comes from one example: ``name`` in that example's working.

    ``example`` is the example's number; None for the sum over all of a large batch.
    """

    name: str
    example: int | None


def parts_of_batch(network: Network, batch: Sequence[int]) -> Mapping[Symbol, Part]:
    """The losses and gradients that are added up over a batch, by their names there."""
    examples = batch if len(batch) <= FEW else [None]
    of = network.derived
    return {
        symbol: Part(of if name == of else network.gradient(name).name, example)
        for name in (of, *network.parameters)
        for symbol, example in zip(contributions(network, name, batch), examples, strict=True)
    }


# --- steps -----------------------------------------------------------------------------------


def objective_steps(network: Network, batch: Sequence[int]) -> Iterator[Step]:
    """The goal of an update by a batch, and its gradient by every parameter.

    ``batch`` are the numbers of the examples, whose own losses and gradients are given quantities;
    none for the only example of an update.
    """
    if not batch:
        return _with_penalty(network, network.derived)
    return _of_batch(network, lambda name: over_batch(network, name, batch))


def over_batch(network: Network, name: str, batch: Sequence[int]) -> Expression:
    """The reduced losses of a batch, or its reduced gradients by a parameter."""
    parts = contributions(network, name, batch)
    total = Sum(parts) if len(parts) > 1 else parts[0]
    return REDUCTIONS[network.reduction].of(total, Number(Decimal(len(batch))))


def objective_of_sums(network: Network, count: Expression) -> Iterator[Step]:
    """The same, where the sums over so many examples are given quantities."""
    of = sum_of_losses(network)

    def from_total(name: str) -> Expression:
        total = Symbol(of) if name == network.derived else partial(of, name)
        return REDUCTIONS[network.reduction].of(total, count)

    return _of_batch(network, from_total)


def loss_of_sums(network: Network, count: Expression) -> Derivation:
    """The goal of updates, worked out over all of so many examples from the sum of their losses."""
    lowered = goal(network, batched=True)
    steps = Derivation(tuple(objective_of_sums(network, count))).needed_for([lowered])
    return Derivation(steps, lowered, goal=lowered)


def _of_batch(network: Network, over: Callable[[str], Expression]) -> Iterator[Step]:
    row = REDUCTIONS[network.reduction]
    for name in (network.derived, *network.parameters):
        found, expression = reduced(network, name), over(name)
        if found != expression:  # the sum of many examples is given already
            yield Step(found, expression, Rule.OVER_BATCH, row=row)
    yield from _with_penalty(network, loss_of_batch(network))


def penalty_steps(network: Network) -> Iterator[Step]:
    """The penalty, and its derivative by every parameter that it is on."""
    row, penalized = PENALTIES[network.penalty], network.penalized
    penalty = Step(Symbol(PENALTY), row.of(penalized), Rule.PENALTY, row=row)
    yield penalty
    yield from backward_steps([penalty], PENALTY, penalized)


def _with_penalty(network: Network, data_loss: str) -> Iterator[Step]:
    """The penalty, and the sums of its parts and those of the loss that it is added to."""
    if not network.penalty:
        return
    yield from penalty_steps(network)
    yield Step(Symbol(LOSS), Symbol(data_loss) + Symbol(PENALTY), Rule.PENALIZED)
    penalized = {*network.penalized}
    for name in network.parameters:
        of_data = partial(data_loss, name)
        if name in penalized:
            total = of_data + partial(PENALTY, name)
            yield Step(partial(LOSS, name), total, Rule.PENALIZED)
        else:
            yield Step(partial(LOSS, name), of_data, Rule.SPARED)
