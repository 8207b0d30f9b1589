"""What an update lowers, as a lesson shows it: the loss and the gradients of a batch."""

from collections.abc import Iterator, Sequence

from backprop_cli.algebra.expression import Symbol, partial
from backprop_cli.algebra.prose import enumerated, prose
from backprop_cli.arithmetic.evaluation import Rounded
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.objective import FEW, loss_of_batch, over_batch, sum_of_losses
from backprop_cli.functions.optimizers import OLD
from backprop_cli.functions.reductions import REDUCTIONS
from backprop_cli.lesson.blocks import Block, Equation, Equations, Heading, Paragraph
from backprop_cli.lesson.equations import equation, formula, given_equation, line, result
from backprop_cli.lesson.reasons import reason
from backprop_cli.network.structure import Network


def rest_of_gradient(network: Network, working: AnyWorking, parameter: str) -> Iterator[Block]:
    """How a parameter's gradient goes on after the backward pass of one example."""
    if working.is_batched:
        name = partial(loss_of_batch(network), parameter).name
        yield Heading(4, f"{REDUCTIONS[network.reduction].adjective} over the batch")
        yield Equations((_line_of(working, name),))


def _line_of(working: AnyWorking, name: str) -> Equation:
    """The line of a quantity, or its value where it is given."""
    step = working.derivation.by_name.get(name)
    if step is None:
        return given_equation(working, name)
    return equation(working, step, reason=reason(working, step))


def gradients_of_batch(
    network: Network, working: AnyWorking, batch: Sequence[int]
) -> Iterator[Block]:
    """The loss and every gradient of a batch, whose examples are given by number."""
    row, total = REDUCTIONS[network.reduction], sum_of_losses(network)
    yield Heading(2, f"{row.adjective} Gradients of the Batch")
    few = len(batch) <= FEW
    which = prose("examples ", enumerated([*map(str, batch)])) if few else f"{len(batch)} examples"
    said = prose(
        "The update is made for ", which, f" together, by the {row.name} of their gradients."
    )
    if not few:
        said = prose(said, " ", Symbol(total), " is the sum of their losses")
        if isinstance(working.arithmetic, Rounded) and isinstance(working.given.get(total), float):
            said = prose(said, ", taken in full precision and then rounded")
        said = prose(said, ".")
    yield Paragraph(said)
    of_batch = loss_of_batch(network)
    left, right = partial(of_batch, OLD.name), over_batch(network, OLD.name, batch)
    if left != right:
        yield Equations((formula(left, right),))
    quantities = (of_batch, *(partial(of_batch, name).name for name in network.parameters))
    yield Equations(tuple(_in_numbers(working, quantity) for quantity in quantities))


def _in_numbers(working: AnyWorking, name: str) -> Equation:
    """A quantity with its numbers put in, without its symbols."""
    step = working.derivation.by_name.get(name)
    if step is None:
        return given_equation(working, name)
    return line(step.defines, working.with_figures(step.expression), result(working, name))
