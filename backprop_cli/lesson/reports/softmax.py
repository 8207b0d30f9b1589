"""Softmax worked for some weighted sums together: exps, their sum, shares and derivatives."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from backprop_cli.algebra.expression import (
    Expression,
    Largest,
    Number,
    Partial,
    Symbol,
    partial,
    substitute,
)
from backprop_cli.algebra.prose import Code, Prose, prose
from backprop_cli.arithmetic.evaluation import Exact
from backprop_cli.functions import softmax
from backprop_cli.lesson.blocks import (
    Block,
    Column,
    Equation,
    Equations,
    Heading,
    Lesson,
    Paragraph,
    Role,
    Table,
)
from backprop_cli.lesson.equations import line
from backprop_cli.lesson.reasons import SOFTMAX_FORMULAS
from backprop_cli.network.structure import Layer, Neuron

SOURCE = "https://en.wikipedia.org/wiki/Softmax_function"

# For so many weighted sums every derivative has its line; for more, those of the first activation.
ALL_WORKED = 4
# For so many the matrix is shown; with more, it would be wider than 80 columns.
MATRIX_SHOWN = 8

Steps = Sequence[tuple[Symbol, Expression]]
Figures = Mapping[str, Number]  # by a quantity's name: what is printed for it


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
    neurons = tuple(Neuron(str(at), ()) for at in range(1, len(weighted_sums) + 1))
    layer = Layer("all", neurons, softmax.SOFTMAX)
    largest, total = softmax.largest(layer), softmax.total(layer)
    exponentials = [softmax.exponential(layer, neuron) for neuron in neurons]
    shares = [(Symbol(neuron.activation), softmax.share(layer, neuron)) for neuron in neurons]
    in_matrix = neurons if 1 < len(neurons) <= MATRIX_SHOWN else neurons[:1]
    slopes = {(row, column): _slope(row, column) for row in in_matrix for column in neurons}
    figures = _work(
        {neuron.weighted_sum: z for neuron, z in zip(neurons, weighted_sums, strict=True)},
        [largest, *exponentials, total, *shares, *slopes.values()],
        Exact(decimals),
    )
    shown = neurons if len(neurons) <= ALL_WORKED else neurons[:1]
    blocks: list[Block] = [
        Heading(3, "The largest weighted sum, subtracted from each so that no exp is too large"),
        _lines([largest], figures),
        Heading(3, "The exps and their sum"),
        _lines([*exponentials, total], figures),
        Heading(3, "The activations: each exp divided by the sum"),
        _lines(shares, figures),
        Heading(3, "The derivatives of the activations by the weighted sums"),
        _lines([slopes[row, column] for row in shown for column in neurons], figures),
    ]
    if len(in_matrix) > 1:
        blocks.append(_matrix(neurons, slopes, figures))
    return (*head, *blocks)


def _slope(row: Neuron, column: Neuron) -> tuple[Partial, Expression]:
    """The derivative of one activation by one weighted sum."""
    slope = softmax.slope(Symbol(row.activation), Symbol(column.activation))
    return partial(row.activation, column.weighted_sum), slope


def _work(given: Mapping[str, Decimal], steps: Steps, arithmetic: Exact) -> Figures:
    """The figures of all steps, worked in their order."""
    values = {name: arithmetic.number(digits) for name, digits in given.items()}
    figures = {name: Number(digits, of=name) for name, digits in given.items()}
    for defined, expression in steps:
        values[defined.name] = arithmetic.evaluate(expression, values)
        # The largest weighted sum is one of those given, and keeps the digits that were typed.
        digits = (
            max(given.values())
            if isinstance(expression, Largest)
            else arithmetic.figure(values[defined.name])
        )
        figures[defined.name] = Number(digits, of=defined.name)
    return figures


def _lines(steps: Steps, figures: Figures) -> Equations:
    return Equations(tuple(_line(defined, expression, figures) for defined, expression in steps))


def _line(defined: Symbol, expression: Expression, figures: Figures) -> Equation:
    """A step in symbols, with its numbers put in, and its result."""
    result = figures[defined.name]
    # A sum of one exp is that exp: there is nothing to put in.
    middle = () if isinstance(expression, Symbol) else (substitute(expression, figures),)
    return line(defined, expression, *middle, result)


def _matrix(
    neurons: Sequence[Neuron],
    slopes: Mapping[tuple[Neuron, Neuron], tuple[Partial, Expression]],
    figures: Figures,
) -> Table:
    """A row for each activation, a column for each weighted sum."""
    rows: tuple[tuple[Prose, ...], ...] = tuple(
        (
            Symbol(row.activation),
            *(figures[slopes[row, column][0].name] for column in neurons),
        )
        for row in neurons
    )
    columns = (
        Column("∂", Role.QUANTITY),
        *(Column(prose("by ", Symbol(n.weighted_sum)), Role.RESULT) for n in neurons),
    )
    return Table("Matrix of derivatives", columns, rows)
