"""A whole working arranged as the document arranges it. Its order of sections is kept here."""

from collections.abc import Iterable, Iterator
from itertools import chain

from backprop_cli.algebra.expression import Symbol
from backprop_cli.algebra.prose import Prose, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.lesson.backward import gradient_tables
from backprop_cli.lesson.blocks import (
    Block,
    Heading,
    Lesson,
    Paragraph,
)
from backprop_cli.lesson.flat import nothing_is_learnt
from backprop_cli.lesson.forward import loss
from backprop_cli.lesson.given import (
    architecture,
    initial_values,
    readable,
)
from backprop_cli.lesson.notation import PLAIN, Notation
from backprop_cli.lesson.objective import gradients_of_batch, gradients_with_penalty
from backprop_cli.lesson.parameters import update_tables
from backprop_cli.lesson.perceptron import correction_tables, error_updates, errors, summary
from backprop_cli.network.structure import Network
from backprop_cli.runs.run import Run

# What a run may be asked to show alone, in the order in which it is worked.
FORWARD, LOSS_PART, GRADIENTS, UPDATES = PARTS = ("forward", "loss", "gradients", "updates")


def full(run: Run, notation: Notation = PLAIN) -> Lesson:
    """The whole working of the example that a run shows."""
    network = run.exercise.network
    sections = (
        notation.written(run, (*architecture(network), *initial_values(run))),
        *(part(run, name, notation) for name in PARTS),
        summary() if goes_by_error(network) else _summary(network),
    )
    return tuple(chain.from_iterable(sections))


def part(run: Run, name: str, notation: Notation = PLAIN) -> Lesson:
    """One of the `PARTS` of the working of the example that a run shows; empty if it has none.

    Where the perceptron rule is learnt by, the error stands instead of the loss, and of gradients
    there are none.
    """
    return notation.written(run, tuple(_part(run, name, notation)))


def _part(run: Run, name: str, notation: Notation) -> Iterable[Block]:
    network, working = run.exercise.network, run.working
    by_error = goes_by_error(network)
    if name == FORWARD:
        return notation.forward(run)
    if name == LOSS_PART:
        if by_error:
            return errors(network, working)
        return loss(network, working) if network.aimed else ()
    if name == GRADIENTS:
        return () if by_error else _gradients(run, notation)
    if not network.learns:
        return ()
    shown = error_updates(network, working) if by_error else notation.updates(run)
    return (*(shown if readable(network) else ()), *_update_tables(network, working))


def _gradients(run: Run, notation: Notation) -> Iterator[Block]:
    network = run.exercise.network
    yield from notation.gradients(run)
    if len(run.shown.batch) > 1 and readable(network):
        yield from gradients_of_batch(network, run.working, [at + 1 for at in run.shown.batch])
    if network.penalty and readable(network):
        yield from gradients_with_penalty(network, run.working)


def brief(run: Run) -> Lesson:
    """The tables alone."""
    network, working = run.exercise.network, run.working
    tables = _update_tables(network, working) if network.learns else ()
    if goes_by_error(network):
        return tuple(tables)
    said = nothing_is_learnt(network, working)
    return (*gradient_tables(network, working), *said, *tables)


def _update_tables(network: Network, working: AnyWorking) -> Iterator[Block]:
    if readable(network):
        yield Heading(2, "Weight & BIAS Update Tables")
    by_error = goes_by_error(network)
    yield from (correction_tables if by_error else update_tables)(network, working)


def _summary(network: Network) -> Iterator[Block]:
    update = "each parameter moves against its gradient; small enough steps lower the loss"
    if network.optimizer != "sgd":
        update = "the optimizer turns the gradients into steps that are meant to lower the loss"
    if not network.aimed:
        update = "none here, as there is no target"
    elif not network.learns:
        update = "none here, as there is no learning rate; a line learning_rate: 0.5 gives one"
    elif not network.updated:
        update = "none here, as every parameter is held fixed"
    yield Heading(2, "Summary")
    output = Symbol(network.derived)
    passes: tuple[Prose, ...] = (
        "Forward pass: from the inputs to activations and predictions",
        "Loss: how far the predictions are from the targets",
        "Backward pass: the chain rule carries the error back and gives every gradient",
    )
    if not network.aimed:
        passes = (
            prose("Forward pass: from the inputs to the output ", output),
            prose("Backward pass: the chain rule gives every derivative of ", output),
        )
    for text in (*passes, f"Update step: {update}"):
        yield Paragraph(text, bullet=True)
    if network.learns:
        yield Paragraph(
            "Training repeats this for every example, epoch after epoch, until the model converges."
        )
