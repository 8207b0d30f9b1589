"""One activation function worked at one point or several, or all of them listed."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import Choice, Expression, Number, Symbol, substitute
from backprop_cli.arithmetic.evaluation import Exact, OutOfRangeError
from backprop_cli.arithmetic.figures import on_paper
from backprop_cli.functions import softmax
from backprop_cli.functions.activations import ACTIVATIONS, SLOPE, A, Activation, Z, configured
from backprop_cli.lesson.blocks import (
    Block,
    Equation,
    Equations,
    Heading,
    Lesson,
    Paragraph,
    Span,
    Table,
)
from backprop_cli.lesson.equations import in_symbols, sides, since
from backprop_cli.lesson.reasons import activation_formula, derivative_formula
from backprop_cli.lesson.reports.function_plot import function_at
from backprop_cli.network.exercise import Settings


def all_functions() -> Lesson:
    """Every activation function with its formula and its derivative."""
    rows = (
        *(line for row in ACTIVATIONS.values() for line in _rows(row)),
        *_softmax_rows(),
    )
    remarks = (
        Paragraph(f"{row.name}: {remark}.", bullet=True)
        for row in ACTIVATIONS.values()
        for remark in (*_remarks(row), row.convention)
        if remark
    )
    return (
        Table("Activation functions", ("Name", "a =", "Derivative da/dz ="), rows, numeric=False),
        *remarks,
    )


def _rows(row: Activation) -> Iterator[tuple[str, str, str]]:
    """A function with its derivative; below it, if its slope is trained, that by the slope."""
    yield row.name, in_symbols(row.formula), in_symbols(row.derivative)
    if row.by_slope is not None:
        yield "", "", f"{in_symbols(row.by_slope)} by {SLOPE.name}"


def _softmax_rows() -> Iterator[tuple[str, str, str]]:
    """Softmax's two derivatives: by the activation's own weighted sum and by another."""
    own, other = Symbol("a_i"), Symbol("a_j")
    yield softmax.SOFTMAX, softmax.FORMULA, f"{in_symbols(softmax.slope(own, own))} by z_i"
    yield "", "", f"{in_symbols(softmax.slope(own, other))} by z_j"


def _remarks(row: Activation) -> Iterator[str]:
    """What must be known of a row beside its formulas: its constants, and what can be set."""
    if row.note:
        yield row.note
    for setting, value in row.settings.items():
        number = on_paper(value)
        if row.by_slope is None:
            yield f"{setting} is {number}; --set {setting}=NUMBER sets it"
        else:
            yield (
                f"{setting} is trained like a weight, from {number} on; --set {setting}=NUMBER "
                "sets where"
            )


def function(
    name: str, points: Sequence[Decimal], decimals: int, settings: Settings = ()
) -> Lesson:
    """One function: its formulas, and its value and derivative at the points.

    Raises OverflowError where a derivative leaves the range of float64.
    """
    row = configured(name, settings)
    head: list[Block] = [
        Heading(2, name),
        Equations((activation_formula(row), derivative_formula(row), *_by_slope(row))),
    ]
    head += [Paragraph(f"Here {remark}.") for remark in _remarks(row)]
    if row.convention and (not points or 0 in points):
        head.append(Paragraph(f"By convention: {row.convention}."))
    head.append(Paragraph(f"Source: {row.source}"))
    if len(points) == 1:
        return (*head, Equations(_worked(row, points[0], Exact(decimals))))
    if points:
        columns = ("z", *(_called(quantity, row, Z.name) for quantity in _quantities(row)))
        rows = tuple(_cells(row, point, Exact(decimals)) for point in points)
        return (*head, Table("Values", columns, rows))
    return tuple(head)


# --- what is worked at a point ---------------------------------------------------------------

VALUE, DERIVATIVE, BY_SLOPE = "{name}({z})", "{name}′({z})", f"∂{{name}}({{z}})/∂{SLOPE.name}"


def _quantities(row: Activation) -> Mapping[str, Expression]:
    """The formulas of a function, by what they are of."""
    formulas = {VALUE: row.formula, DERIVATIVE: row.derivative}
    return formulas if row.by_slope is None else {**formulas, BY_SLOPE: row.by_slope}


def _called(quantity: str, row: Activation, z: str) -> str:
    return quantity.format(name=row.name, z=z)


def _by_slope(row: Activation) -> tuple[Equation, ...]:
    """The formula of the derivative with respect to a slope that is trained."""
    if row.by_slope is None:
        return ()
    return (Equation((Span(_called(BY_SLOPE, row, Z.name)),), sides(row.by_slope)),)


class _At(NamedTuple):
    """A function at a point: the values of z and a, and the figure of each quantity."""

    values: Mapping[str, float]
    figures: Mapping[str, Decimal]


def _at(row: Activation, point: Decimal, arithmetic: Exact) -> _At:
    """As in a run, a derivative that takes no arithmetic keeps the digits that were typed."""
    z = arithmetic.number(point)
    try:
        a, _ = map(arithmetic.result, function_at(row, z))
    except OutOfRangeError:
        raise OverflowError(f"{row.name}({on_paper(point)}) is too large for float64") from None
    values = {Z.name: z, A.name: a}
    figures = {VALUE: arithmetic.figure(a)}
    for quantity, formula in _quantities(row).items():
        if quantity != VALUE:
            match arithmetic.chosen(formula, values):
                case Symbol(Z.name):
                    figures[quantity] = point
                case Number(digits, ""):
                    figures[quantity] = digits
                case taken:
                    figures[quantity] = arithmetic.figure(arithmetic.evaluate(taken, values))
    return _At(values, figures)


def _worked(row: Activation, point: Decimal, arithmetic: Exact) -> tuple[Equation, ...]:
    """Every quantity at a point, with its numbers put into its formula.

    Of a choice, the branch that holds is shown in numbers, and beside it why.
    """
    values, figures = _at(row, point, arithmetic)
    put_in: dict[str, Expression] = {Z.name: Number(point), A.name: Number(figures[VALUE])}

    def line(quantity: str, formula: Expression) -> Equation:
        taken = arithmetic.chosen(formula, values)
        numbers, result = substitute(taken, put_in), Number(figures[quantity])
        chain: list[Expression] = [formula] if isinstance(formula, Choice) else []
        if numbers != result:
            chain.append(numbers)
        note = None
        if isinstance(formula, Choice):
            note = since(formula, taken is formula.holds, Number(point))
        left = _called(quantity, row, on_paper(point))
        return Equation((Span(left),), sides(*chain, result), note)

    return tuple(line(*quantity) for quantity in _quantities(row).items())


def _cells(row: Activation, point: Decimal, arithmetic: Exact) -> tuple[str, ...]:
    return (on_paper(point), *map(on_paper, _at(row, point, arithmetic).figures.values()))
