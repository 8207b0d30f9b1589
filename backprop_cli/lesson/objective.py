"""The goal of an update, as a lesson shows it: the losses of a batch, and the penalty."""

from collections.abc import Iterator, Sequence

from backprop_cli.algebra.expression import DOTS, ZERO, Call, Relation, Symbol, partial
from backprop_cli.algebra.prose import enumerated, prose
from backprop_cli.arithmetic.rounded import Rounded
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.objective import (
    FEW,
    PENALTY,
    loss_of_batch,
    over_batch,
    sum_of_losses,
)
from backprop_cli.functions.optimizers import OLD
from backprop_cli.functions.penalties import PENALTIES, W
from backprop_cli.functions.reductions import REDUCTIONS
from backprop_cli.lesson.blocks import Block, Equation, Equations, Heading, Paragraph
from backprop_cli.lesson.equations import equation, formula, given_equation, line, result
from backprop_cli.lesson.reasons import reason
from backprop_cli.network.structure import LOSS, Network


def rest_of_gradient(network: Network, working: AnyWorking, parameter: str) -> Iterator[Block]:
    """The rest of a parameter's gradient after the backward pass of one example."""
    if working.is_batched:
        name = partial(loss_of_batch(network), parameter).name
        yield Heading(4, f"{REDUCTIONS[network.reduction].adjective} over the batch")
        yield Equations((_line_of(working, name),))
    if network.penalty:
        yield Heading(4, "With the penalty")
        own = [PENALTY] if parameter in network.penalized else []
        names = [partial(of, parameter).name for of in (*own, LOSS)]
        yield Equations(tuple(_line_of(working, name) for name in names))
        yield from _kink(network, working, [parameter])


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


# --- the penalty -----------------------------------------------------------------------------

# The penalty on more weights than this is written without those between the first and the last.
MOST_PENALIZED = 40


def penalty(network: Network, working: AnyWorking) -> Iterator[Block]:
    """The penalty, and the loss that it is added to."""
    row, names = PENALTIES[network.penalty], network.penalized
    also = " and biases" if network.penalizes_biases else ""
    strength = Relation(row.strength, "=", result(working, row.strength.name))
    title = f"The penalty is on {row.title}{also}, with "
    yield Paragraph(prose(title, strength, "; it is added to the loss."))
    by_name = working.derivation.by_name
    found = equation(working, by_name[PENALTY])
    if len(names) > MOST_PENALIZED:
        first, *_, last = names
        shortened = row.around([row.of_one(first), DOTS, row.of_one(last)])
        found = line(Symbol(PENALTY), shortened, result(working, PENALTY))
    yield Equations((found, equation(working, by_name[LOSS])))


def gradients_with_penalty(network: Network, working: AnyWorking) -> Iterator[Block]:
    """Every gradient of the loss as the sum of its two parts."""
    yield Heading(2, "Gradients with the Penalty")
    if working.is_batched:
        yield from penalty(network, working)
    of_data = loss_of_batch(network) if working.is_batched else network.derived
    yield Paragraph("Each gradient of the loss is the sum of two parts, one of them the penalty's:")
    total = partial(of_data, OLD.name) + partial(PENALTY, OLD.name)
    yield Equations((formula(partial(LOSS, OLD.name), total),))
    yield Equations(
        tuple(_line_of(working, partial(PENALTY, name).name) for name in network.penalized)
    )
    yield from _kink(network, working, network.penalized)
    penalized = {*network.penalized}
    yield Equations(
        tuple(
            _in_numbers(working, partial(LOSS, name).name)
            for name in network.parameters
            if name in penalized
        )
    )
    spared = [name for name in network.parameters if name not in penalized]
    if spared:
        yield Paragraph("The penalty does not contain the others:")
        by_name = working.derivation.by_name
        yield Equations(
            tuple(equation(working, by_name[partial(LOSS, name).name]) for name in spared)
        )


def _kink(network: Network, working: AnyWorking, names: Sequence[str]) -> Iterator[Block]:
    """The remark where the penalty has no derivative at a weight."""
    at_zero = [Symbol(name) for name in names if working.values[name] == 0]
    if PENALTIES[network.penalty].has_kink and at_zero and {*names} <= {*network.penalized}:
        size = Call("abs", W)
        where = prose("At ", Relation(W, "=", ZERO), " there is no derivative of ", size)
        yield Paragraph(prose(where, "; ", ZERO, " is taken for ", enumerated(at_zero), "."))
