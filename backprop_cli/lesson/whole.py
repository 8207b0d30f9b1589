"""A whole working arranged as the document arranges it. Its order of sections is kept here."""

from collections.abc import Iterator
from itertools import chain

from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.lesson.backward import (
    backward,
    bias_gradients,
    gradient_summary,
    gradient_tables,
    other_gradients,
    slope_gradients,
)
from backprop_cli.lesson.blocks import (
    Block,
    Heading,
    Lesson,
    Paragraph,
)
from backprop_cli.lesson.flat import nothing_is_learnt
from backprop_cli.lesson.forward import forward
from backprop_cli.lesson.given import (
    architecture,
    initial_values,
    readable,
)
from backprop_cli.lesson.known import Known
from backprop_cli.lesson.parameters import update_tables
from backprop_cli.lesson.perceptron import correction_tables, error_updates, errors, summary
from backprop_cli.lesson.updates import mean_gradients, updates
from backprop_cli.network.structure import Network
from backprop_cli.runs.run import Run


def full(run: Run) -> Lesson:
    """The whole working of the example that a run shows."""
    network, working = run.exercise.network, run.working
    order = run.exercise.order
    known: Known = {}  # by weights, biases and slopes alike
    batch = [at + 1 for at in run.shown.batch]
    if goes_by_error(network):
        return (
            *architecture(network),
            *initial_values(run),
            *forward(network, working),
            *errors(network, working),
            *(error_updates(network, working) if readable(network) else ()),
            *_update_tables(network, working),
            *summary(),
        )
    sections = (
        architecture(network),
        initial_values(run),
        forward(network, working),
        backward(network, working, order, known),
        other_gradients(network, working, order, known),
        gradient_summary(network, working),
        nothing_is_learnt(network, working),
        bias_gradients(network, working, order, known),
        slope_gradients(network, working, order, known),
        mean_gradients(network, working, batch) if len(batch) > 1 and readable(network) else (),
        updates(network, working) if network.learns and readable(network) else (),
        _update_tables(network, working) if network.learns else (),
        _summary(network),
    )
    return tuple(chain.from_iterable(sections))


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
    if not network.learns:
        update = "none here, as there is no learning rate; a line learning_rate: 0.5 gives one"
    elif not network.updated:
        update = "none here, as every parameter is held fixed"
    yield Heading(2, "Summary")
    for text in (
        "Forward pass: from the inputs to activations and predictions",
        *(["Loss: how far the predictions are from the targets"] if network.aimed else []),
        "Backward pass: the chain rule carries the error back and gives every gradient",
        f"Update step: {update}",
    ):
        yield Paragraph(text, bullet=True)
    if network.learns:
        yield Paragraph(
            "Training repeats this for every example, epoch after epoch, until the model converges."
        )
