"""The way back through a softmax of many neurons, whose derivatives are too many to list."""

from collections.abc import Iterator, Sequence

from backprop_cli.algebra.expression import DOTS, Partial, Sum, Symbol, partial, symbols
from backprop_cli.algebra.prose import prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Derivation, Rule, Step
from backprop_cli.functions import softmax
from backprop_cli.lesson.blocks import Block, Equations, Heading, Paragraph
from backprop_cli.lesson.equations import equation, formula, line, result
from backprop_cli.lesson.known import WORKED_OUT, Known, taken_as_known
from backprop_cli.lesson.reasons import reason

# Of more neurons than this, the mean of the gradients is not worked out where it is used.
MOST_IN_MEAN = 40


def mean_of(derivation: Derivation, step: Step) -> Step:
    """The mean of a softmax's gradients, by which a gradient goes back through it."""
    used = (derivation.by_name[symbol.name] for symbol in symbols(step.expression))
    return next(one for one in used if one.rule is Rule.SOFTMAX_MEAN)


def gradients_in(step: Step) -> list[Partial]:
    """The gradients that a step is made of."""
    return [one for one in symbols(step.expression) if isinstance(one, Partial)]


def through_softmax(working: AnyWorking, step: Step, known: Known) -> Iterator[Block]:
    """The gradient by a weighted sum under a softmax of many neurons."""
    assert isinstance(step.defines, Partial)
    of, mean = Symbol(step.defines.by), mean_of(working.derivation, step)
    count = len(gradients_in(mean))
    yield Heading(4, prose(of, f" enters the softmax of {count} neurons"))
    if mean.defines.name not in known:
        yield from _why(count, mean.defines, working.derivation.of)
        if count > MOST_IN_MEAN:
            known[mean.defines.name] = mean.defines
            yield taken_as_known([mean.defines])
            value = result(working, mean.defines.name)
            yield Equations((line(mean.defines, value),))
        else:
            yield from mean_blocks(working, mean, known)
    yield from _lines(working, gradients_in(step), known)
    yield Equations((equation(working, step, reason=reason(working, step)),))
    known[step.defines.name] = of


def mean_blocks(working: AnyWorking, mean: Step, known: Known) -> Iterator[Block]:
    """The mean of a softmax's gradients, after a line for each of them."""
    yield from _lines(working, gradients_in(mean), known)
    yield Equations((equation(working, mean, reason=reason(working, mean)),))
    known[mean.defines.name] = mean.defines


def _lines(working: AnyWorking, gradients: Sequence[Partial], known: Known) -> Iterator[Block]:
    """A line for each gradient that has none yet; of one that rests on others, its value."""
    by_name = working.derivation.by_name
    steps = [by_name[one.name] for one in gradients if one.name not in known]
    if taken := [step.defines for step in steps if step.rule in WORKED_OUT]:
        yield taken_as_known(taken)
    if steps:
        yield Equations(
            tuple(
                line(step.defines, result(working, step.defines.name))
                if step.rule in WORKED_OUT
                else equation(working, step)
                for step in steps
            )
        )
    known.update((one.name, Symbol(one.by)) for one in gradients)


def _why(count: int, mean: Symbol, of: str) -> Iterator[Block]:
    """The way from the parts of all activations to one short formula."""
    z, first, own, last = Symbol("z_i"), Symbol("a_1"), softmax.ANY, Symbol("a_n")
    by_first, by_own, by_last = (partial(of, one.name) for one in (first, own, last))
    parts = Sum(
        (
            by_first * partial(first.name, z.name),
            DOTS,
            by_last * partial(last.name, z.name),
        )
    )
    total = Sum((by_first * first, DOTS, by_last * last))
    gradient = partial(of, z.name)
    yield Paragraph(
        f"Every weighted sum enters all {count} activations, so its gradient has {count} parts:"
    )
    yield Equations((formula(gradient, parts),))
    yield Paragraph(
        prose(
            *("The derivative of ", own, " by ", z, " is ", own - own * own),
            *(", that of any other ", softmax.OTHER, " is ", -(softmax.OTHER * own), "."),
            *(" So ", own, " is a factor of all parts, and what is subtracted is the same sum for"),
            *(" every ", z, ", called ", mean, " here:"),
        )
    )
    yield Equations(
        (
            formula(gradient, by_own * own - total * own),
            formula(gradient, own * (by_own - total)),
        )
    )
