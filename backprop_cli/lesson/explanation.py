"""The derivation of one quantity, whichever it is."""

from collections.abc import Callable, Iterator

from backprop_cli.algebra.expression import ONE, ZERO, Partial, Symbol, partial
from backprop_cli.algebra.names import as_typed
from backprop_cli.algebra.prose import Code, Prose, enumerated, prose
from backprop_cli.arithmetic.working import AnyWorking, work
from backprop_cli.derivation.between import Between, derivation_of
from backprop_cli.derivation.objective import parts_of_batch
from backprop_cli.derivation.steps import Rule, Step
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.lesson.blocks import Block, Equations, Heading, Paragraph
from backprop_cli.lesson.chain_rule import Detail, gradient_blocks, long_way
from backprop_cli.lesson.equations import equation, given_equation, line
from backprop_cli.lesson.known import WORKED_OUT, Known
from backprop_cli.lesson.objective import rest_of_gradient
from backprop_cli.lesson.perceptron import explain_correction
from backprop_cli.lesson.reasons import (
    bias_place,
    layer_formulas,
    reason,
    slope_place,
    slope_users,
    title,
    weight_place,
    what_is_left,
)
from backprop_cli.lesson.updates import update_blocks
from backprop_cli.lesson.wide_softmax import mean_blocks
from backprop_cli.network.neurons import Layer, Neuron
from backprop_cli.network.structure import Network
from backprop_cli.runs.run import Run

# What derives one quantity of a working by its name: `explain`, or that of another notation.
Explain = Callable[[Network, AnyWorking, str], Iterator[Block]]


def explain_any(run: Run, name: str, derive: Explain | None = None) -> Iterator[Block]:
    """The derivation of one quantity, also of another example of the batch, or of their sum.

    ``name`` must be one that `names.explainable` answers. ``derive`` is `explain` by default.
    """
    derive = derive or explain
    numbers, network = [at + 1 for at in run.shown.batch], run.exercise.network
    parts = parts_of_batch(network, numbers) if len(numbers) > 1 else {}
    part = next((part for symbol, part in parts.items() if symbol.name == name), None)
    if part is None and name.startswith("∂") and name not in run.working.derivation.by_name:
        of, _, by = name.removeprefix("∂").partition("/∂")
        yield from explain_between(network, run.working, partial(of, by))
    elif part is None:
        yield from derive(network, run.working, name)
    elif part.example is not None:
        yield Heading(2, f"Example {part.example} of the batch")
        yield from derive(network, run.working_of(part.example - 1), part.name)
    else:
        own, (symbol,) = as_typed(part.name), [one for one in parts if one.name == name]
        meaning = run.working.derivation.by_name[part.name].defines
        yield Heading(3, prose("Sum over the batch ", symbol))
        yield Paragraph(
            prose(
                *("It adds up ", meaning, f" of {len(numbers)} examples; "),
                *(Code(f"--example K --explain {own}"), " derives that of example K."),
            )
        )
        yield Equations((given_equation(run.working, name),))


def explain_between(network: Network, working: AnyWorking, wanted: Partial) -> Iterator[Block]:
    """The derivative of any quantity of the forward pass by any other."""
    if Between(network).derives(wanted):
        derivation = derivation_of(network, wanted.of, [wanted.by])
        worked = work(derivation, working.given, working.arithmetic)
        yield from explain(network, worked, wanted.name)
        return
    of, by, same = Symbol(wanted.of), Symbol(wanted.by), wanted.of == wanted.by
    yield Heading(3, prose("Derivative ", wanted))
    yield Paragraph(
        prose(*("It is the derivative of ", of, " by itself, which is 1."))
        if same
        else prose(of, " does not depend on ", by, ": it is the same whatever ", by, " is.")
    )
    yield Equations((line(wanted, ONE if same else ZERO),))


# The gradients of a loss with its penalty: they are explained with what they are the sum of.
PENALIZING = (Rule.PENALIZED, Rule.SPARED)


def explain(network: Network, working: AnyWorking, name: str) -> Iterator[Block]:
    """The derivation of one quantity of the working by its name, and nothing else.

    A parameter's name stands for its gradient.
    """
    step = working.derivation.by_name.get(name)
    if step is not None and step.rule in PENALIZING and isinstance(step.defines, Partial):
        name = step.defines.by
    if goes_by_error(network) and name in network.parameters:
        yield from explain_correction(network, working, name)
    elif name in network.weights:
        yield from explain_weight(network, working, name, Detail.FULL, {})
        yield from rest_of_gradient(network, working, name)
    elif name in network.biases:
        yield Heading(3, _gradient_for(name), bias_place(network, name))
        yield from explain_bias(network, working, name, {})
        yield from rest_of_gradient(network, working, name)
    elif name in network.slopes:
        yield Heading(3, _gradient_for(name), slope_place(network, name))
        yield from explain_slope(network, working, name, {})
        yield from rest_of_gradient(network, working, name)
    elif name in network.parameters:  # of formulas alone
        yield Heading(3, _gradient_for(name))
        yield from gradient_blocks(working, network.gradient(name), {})
        yield from rest_of_gradient(network, working, name)
    elif (step := working.derivation.by_name.get(name)) is None:
        yield Heading(3, prose("Given value ", Symbol(name)))
        yield Equations((given_equation(working, name),))
    elif step.rule in WORKED_OUT and isinstance(step.defines, Partial):
        of_loss = step.defines.of == network.derived
        called = _gradient_for(step.defines.by) if of_loss else prose("Step-by-step ", title(step))
        yield Heading(3, called)
        yield from gradient_blocks(working, step.defines, {})
    elif step.rule is Rule.SOFTMAX_MEAN:
        yield Heading(3, prose("Step-by-step ", step.defines))
        yield from mean_blocks(working, step, {})
    elif step.rule in (Rule.NEW_WEIGHT, Rule.NEW_BIAS):
        yield Heading(3, prose("Update: ", step.defines))
        yield from update_blocks(network, working, name.removesuffix("_new"))
    else:
        yield Heading(3, prose("Step-by-step ", title(step)))
        yield from _formula_of(network, step)
        why = what_is_left(step) if step.longer else reason(working, step)
        yield Equations((equation(working, step, reason=why),))
        if step.longer:
            yield from long_way(working, step)


def _gradient_for(quantity: str) -> Prose:
    return prose("Step-by-step Gradient for ", Symbol(quantity))


def explain_weight(
    network: Network, working: AnyWorking, weight: str, detail: Detail, known: Known
) -> Iterator[Block]:
    """The gradient of one weight. ``known`` is what has been derived before."""
    yield Heading(3, _gradient_for(weight), weight_place(network, weight))
    yield from gradient_blocks(working, network.gradient(weight), known, detail)


def explain_bias(network: Network, working: AnyWorking, bias: str, known: Known) -> Iterator[Block]:
    """The gradient of one bias, under a heading of the caller's."""
    derivation = working.derivation
    users = [neuron for neuron in network.neurons if neuron.bias == bias]
    yield sharing(network, bias)
    yield Equations(
        tuple(
            line(total.defines, total.expression)
            for total in (derivation.by_name[user.weighted_sum] for user in users)
        )
    )
    yield from gradient_blocks(working, network.gradient(bias), known)


def sharing(network: Network, bias: str) -> Paragraph:
    """A remark on what a bias acts like, or which neurons share it, and what follows from that."""
    users = [neuron for neuron in network.neurons if neuron.bias == bias]
    if len(users) == 1:
        return Paragraph("A bias acts like a weight on a constant input of 1.")
    return Paragraph(
        prose(
            *(*enumerated([Symbol(user.name) for user in users]), " share ", Symbol(bias)),
            ", so the gradient is worked out for each of them, and the results are added.",
        )
    )


def explain_slope(
    network: Network, working: AnyWorking, slope: str, known: Known
) -> Iterator[Block]:
    """The gradient of one trained slope, under a heading of the caller's."""
    users = slope_users(network, slope)
    if len(users) > 1:
        yield Paragraph(
            prose(
                *(*enumerated([Symbol(user.name) for user in users]), " share the slope "),
                Symbol(slope),
                ", so the gradient is worked out for each of them, and the results are added.",
            )
        )
    else:
        yield Paragraph("The slope is a parameter like a weight.")
    yield Equations((layer_formulas(_alone(network, users[0]))[0],))
    yield from gradient_blocks(working, network.gradient(slope), known)


def _alone(network: Network, neuron: Neuron) -> Layer:
    """A neuron's layer, as if all its neurons had that one's activation function."""
    name, settings, slope = network.function_of(neuron)
    return network.layer_of(neuron)._replace(activation=name, settings=settings, slope=slope)


def _formula_of(network: Network, step: Step) -> Iterator[Block]:
    """The formula of the function that a step applies."""
    if step.rule is Rule.ACTIVATION and step.neuron is not None:
        yield Equations((layer_formulas(_alone(network, step.neuron))[0],))
