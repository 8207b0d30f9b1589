"""The perceptron rule, as a lesson shows it: errors, and what they change, without gradients."""

from collections.abc import Iterator

from backprop_cli.algebra.expression import ONE, Relation, Symbol
from backprop_cli.algebra.prose import Prose, enumerated, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.perceptron import corrections, error_of
from backprop_cli.derivation.steps import new
from backprop_cli.functions.losses import Y_HAT, Y_TRUE
from backprop_cli.functions.optimizers import ERROR, OLD, OPTIMIZERS, X
from backprop_cli.lesson.blocks import (
    Block,
    Column,
    Equation,
    Equations,
    Heading,
    Paragraph,
    Role,
    Table,
)
from backprop_cli.lesson.equations import equation, formula, result
from backprop_cli.lesson.parameters import kinds_of, old_value
from backprop_cli.lesson.reasons import bias_place, reason, weight_place
from backprop_cli.lesson.updates import update_equation
from backprop_cli.network.structure import LEARNING_RATE, Network


def errors(network: Network, working: AnyWorking) -> Iterator[Block]:
    """The reason for having no gradients, the rule, and the error of every output."""
    names = dict.fromkeys(network.function_of(output).name for output in network.outputs)
    yield Heading(2, "3. Error and Perceptron Rule")
    yield Paragraph(
        prose(
            f"The derivative of {' and '.join(names)} is 0, so gradients would change nothing. The "
            "perceptron rule uses the error instead:"
        )
    )
    yield rule(network)
    yield Heading(3, "Error of each output:")
    yield Equations(tuple(_error(working, error_of(one).name) for one in network.outputs))


def rule(network: Network) -> Equations:
    """The perceptron rule, for any weight w with input x."""
    step = OPTIMIZERS[network.optimizer].step
    always = Relation(X, "=", ONE)
    return Equations(
        (
            formula(ERROR, Y_TRUE - Y_HAT),
            formula(new(OLD.name), OLD + step, note=prose("(for a bias, ", always, ")")),
        )
    )


def _error(working: AnyWorking, name: str) -> Equation:
    step = working.derivation.by_name[name]
    return equation(working, step, reason=reason(working, step))


def error_updates(network: Network, working: AnyWorking) -> Iterator[Block]:
    """Every parameter's update, kind by kind."""
    yield Heading(2, "Weight and Bias Updates")
    yield Paragraph(prose("The learning rate is ", result(working, LEARNING_RATE), "."))
    for kind, _, names in kinds_of(network):
        moved = [name for name in names if name not in network.frozen]
        if moved:
            yield Heading(3, f"{kind} Updation Formula")
            yield Equations(tuple(update_equation(working, name) for name in moved))
        held = [name for name in names if name in network.frozen]
        if held:
            yield Paragraph(prose("Held fixed: ", enumerated([*map(Symbol, held)]), "."))


def explain_correction(network: Network, working: AnyWorking, parameter: str) -> Iterator[Block]:
    """The update of one parameter, from the errors that it goes by."""
    is_weight = parameter in network.weights
    place = (weight_place if is_weight else bias_place)(network, parameter)
    yield Heading(3, prose("Step-by-step Update for ", Symbol(parameter)), place)
    yield rule(network)
    parts = list(corrections(network, parameter))
    names = dict.fromkeys(str(getattr(part[ERROR.name], "name", "")) for part in parts)
    rows = [_error(working, name) for name in names]
    if parameter in network.updated:
        rows.append(update_equation(working, parameter)._replace(reason=_why(network, parameter)))
    yield Equations(tuple(rows), numbered=True)
    if parameter not in network.updated:
        yield Paragraph(prose("Held fixed: ", Symbol(parameter), "."))


def _why(network: Network, parameter: str) -> Prose:
    parts = list(corrections(network, parameter))
    if len(parts) > 1:
        return prose(Symbol(parameter), f" is used {len(parts)} times: the parts are added")
    source = parts[0].get(X.name)
    if source is None:
        return prose("the input of a bias is always ", ONE)
    return prose("the input of ", Symbol(parameter), " is ", source)


def correction_tables(network: Network, working: AnyWorking) -> Iterator[Table]:
    """A table for each kind of parameter: its error, its input, its old and its new value."""
    for title, _, names in kinds_of(network):
        columns = (
            Column(title, Role.QUANTITY),
            Column("Old Value", Role.GIVEN),
            Column("Error", Role.RESULT),
            Column("Input", Role.GIVEN),
            Column("New Value", Role.RESULT),
        )
        rows = tuple(_row(network, working, name) for name in reversed(names))
        yield Table(f"{title} updates", columns, rows)


def _row(network: Network, working: AnyWorking, name: str) -> tuple[Prose, ...]:
    old, parts = old_value(network, working, name), list(corrections(network, name))
    error: Prose = "several"
    source: Prose = "several"
    after: Prose = prose(old, " (fixed)")
    if len(parts) == 1:
        error = working.with_figures(parts[0][ERROR.name])
        source = working.with_figures(parts[0].get(X.name, ONE))
    if name in network.updated:
        after = result(working, new(name).name)
    return Symbol(name), old, error, source, after


def summary() -> Iterator[Block]:
    """One step of the perceptron rule, in a few sentences."""
    yield Heading(2, "Summary")
    for text in (
        "Forward pass: from the inputs to the decision of each neuron",
        "Error: the target minus the prediction; 0 if the prediction is right",
        "Update step: after a mistake, the weights move so that the weighted sum gets nearer to "
        "the right side of 0; otherwise nothing changes",
    ):
        yield Paragraph(text, bullet=True)
    yield Paragraph(
        "Training repeats this for every example, epoch after epoch, until an epoch has no "
        "mistake. It gets there if a line (with more inputs, a plane) divides the two classes."
    )
