"""Softmax worked for some weighted sums together: exps, their sum, shares and derivatives."""

from collections.abc import Container, Sequence
from decimal import Decimal

from backprop_cli.algebra.expression import Symbol, partial
from backprop_cli.algebra.prose import Code, Prose, prose
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import AnyWorking, work
from backprop_cli.derivation.function import derive_softmax
from backprop_cli.derivation.steps import Rule
from backprop_cli.functions import softmax
from backprop_cli.lesson.blocks import (
    Block,
    Column,
    Equations,
    Heading,
    Lesson,
    Paragraph,
    Role,
    Table,
)
from backprop_cli.lesson.equations import equation, result
from backprop_cli.lesson.forward import softmax_steps
from backprop_cli.lesson.reasons import SOFTMAX_FORMULAS
from backprop_cli.network.neurons import Layer, Neuron

SOURCE = "https://en.wikipedia.org/wiki/Softmax_function"

# For so many weighted sums every derivative has its line; for more, those of the first activation.
ALL_WORKED = 4
# For so many the matrix is shown; with more, it would be wider than 80 columns.
MATRIX_SHOWN = 8


SHIFTED = "The largest weighted sum, subtracted from each so that no exp is too large"


def softmax_at(weighted_sums: Sequence[Decimal], decimals: int) -> Lesson:
    """Softmax: its formula and derivatives, worked for the weighted sums if there are any."""
    head: tuple[Block, ...] = (
        Heading(2, softmax.SOFTMAX),
        Equations((SOFTMAX_FORMULAS[0], *SOFTMAX_FORMULAS[1])),
        Paragraph("It uses all weighted sums of a layer together."),
        Paragraph(prose("Source: ", Code(SOURCE))),
    )
    if not weighted_sums:
        return head
    neurons = tuple(Neuron(str(at)) for at in range(1, len(weighted_sums) + 1))
    in_matrix = neurons if 1 < len(neurons) <= MATRIX_SHOWN else neurons[:1]
    layer = Layer("all", neurons, softmax.SOFTMAX)
    derivation = derive_softmax(layer, in_matrix)
    given = {neuron.weighted_sum: z for neuron, z in zip(neurons, weighted_sums, strict=True)}
    working = work(derivation, given, Exact(decimals))
    shown = neurons if len(neurons) <= ALL_WORKED else neurons[:1]
    largest, *exps = softmax_steps(layer, working)
    blocks: list[Block] = []
    if largest.rule is Rule.SOFTMAX_LARGEST:
        blocks += [Heading(3, SHIFTED), Equations((equation(working, largest),))]
    else:
        exps = [largest, *exps]
    blocks += [
        Heading(3, "The exps and their sum"),
        Equations(tuple(equation(working, step) for step in exps)),
        Heading(3, "The activations: each exp divided by the sum"),
        _lines(working, Rule.ACTIVATION),
        Heading(3, "The derivatives of the activations by the weighted sums"),
        _lines(working, Rule.DERIVATIVE_OF_SOFTMAX, at=shown),
    ]
    if len(in_matrix) > 1:
        blocks.append(_matrix(working, neurons))
    return (*head, *blocks)


def _lines(working: AnyWorking, *rules: Rule, at: Container[Neuron] | None = None) -> Equations:
    """The steps of some rules as lines, all or those at some neurons."""
    return Equations(
        tuple(
            equation(working, step)
            for step in working.derivation.steps
            if step.rule in rules and (at is None or step.neuron in at)
        )
    )


def _matrix(working: AnyWorking, neurons: Sequence[Neuron]) -> Table:
    """A row for each activation, a column for each weighted sum."""
    rows: tuple[tuple[Prose, ...], ...] = tuple(
        (
            Symbol(row.activation),
            *(
                result(working, partial(row.activation, column.weighted_sum).name)
                for column in neurons
            ),
        )
        for row in neurons
    )
    columns = (
        Column("∂", Role.QUANTITY),
        *(Column(prose("by ", Symbol(n.weighted_sum)), Role.RESULT) for n in neurons),
    )
    return Table("Matrix of derivatives", columns, rows)
