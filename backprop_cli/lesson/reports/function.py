"""One activation function worked at one point or several, or all of them listed."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import Enum, auto
from typing import NamedTuple

from backprop_cli.algebra.expression import (
    Call,
    Choice,
    Derivative,
    Expression,
    Number,
    Relation,
    Symbol,
    partial,
    substitute,
)
from backprop_cli.algebra.paper import on_paper
from backprop_cli.algebra.prose import Code, Prose, prose
from backprop_cli.arithmetic.evaluation import Exact, OutOfRangeError
from backprop_cli.functions import softmax
from backprop_cli.functions.activations import ACTIVATIONS, SLOPE, A, Activation, Z, configured
from backprop_cli.lesson.blocks import (
    Block,
    Column,
    Equation,
    Equations,
    Heading,
    Lesson,
    Paragraph,
    Role,
    Side,
    Table,
)
from backprop_cli.lesson.equations import formula, sides, since
from backprop_cli.lesson.reasons import activation_formula, derivative_formula
from backprop_cli.lesson.reports.function_plot import function_at
from backprop_cli.network.structure import Settings


def all_functions() -> Lesson:
    """Every activation function with its formula and its derivative."""
    rows = (
        *(line for row in ACTIVATIONS.values() for line in _rows(row)),
        *_softmax_rows(),
    )
    columns = (
        Column("Name", Role.QUANTITY),
        Column("a =", Role.SYMBOLS),
        Column("Derivative da/dz =", Role.SYMBOLS),
    )
    remarks = (
        Paragraph(prose(f"{row.name}: ", remark, "."), bullet=True)
        for row in ACTIVATIONS.values()
        for remark in (*_remarks(row), row.convention)
        if remark
    )
    return (
        Table("Activation functions", columns, rows, numeric=False),
        *remarks,
    )


Row = tuple[Prose, Prose, Prose]


def _rows(row: Activation) -> Iterator[Row]:
    """A function with its derivative; below it, if its slope is trained, that by the slope."""
    yield row.name, row.formula, row.derivative
    if row.by_slope is not None:
        yield "", "", Relation(partial(A.name, SLOPE.name), "=", row.by_slope)


def _softmax_rows() -> Iterator[Row]:
    """Softmax's two derivatives: by the activation's own weighted sum and by another."""
    own, other = softmax.ANY, softmax.OTHER
    by_own = Relation(partial("a_i", "z_i"), "=", softmax.slope(own, own))
    yield softmax.SOFTMAX, softmax.FORMULA, by_own
    yield "", "", Relation(partial("a_i", "z_j"), "=", softmax.slope(own, other))


def _remarks(row: Activation) -> Iterator[Prose]:
    """What must be known of a row beside its formulas: its constants, and what can be set."""
    if row.note:
        yield row.note
    for setting, value in row.settings.items():
        symbol, number, option = Symbol(setting), Number(value), Code(f"--set {setting}=NUMBER")
        if row.by_slope is None:
            yield prose(symbol, " is ", number, "; ", option, " sets it")
        else:
            yield prose(
                *(symbol, " is trained like a weight and starts at ", number, "; "),
                option,
                " sets another start",
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
    head += [Paragraph(prose("Here ", remark, ".")) for remark in _remarks(row)]
    if row.convention and (not points or 0 in points):
        head.append(Paragraph(prose("By convention: ", row.convention, ".")))
    head.append(Paragraph(prose("Source: ", Code(row.source))))
    if len(points) == 1:
        return (*head, Equations(_worked(row, points[0], Exact(decimals))))
    if points:
        names = (_called(quantity, row, Z) for quantity in _quantities(row))
        columns = (
            Column(Z, Role.GIVEN),
            *(Column(name, Role.RESULT) for name in names),
        )
        rows = tuple(_cells(row, point, Exact(decimals)) for point in points)
        return (*head, Table("Values", columns, rows))
    return tuple(head)


# --- what is worked at a point ---------------------------------------------------------------


class _Quantity(Enum):
    """What is worked of a function."""

    VALUE = auto()
    DERIVATIVE = auto()
    BY_SLOPE = auto()


VALUE, DERIVATIVE, BY_SLOPE = _Quantity


def _quantities(row: Activation) -> Mapping[_Quantity, Expression]:
    """The formulas of a function, by what they are of."""
    formulas = {VALUE: row.formula, DERIVATIVE: row.derivative}
    return formulas if row.by_slope is None else {**formulas, BY_SLOPE: row.by_slope}


def _called(quantity: _Quantity, row: Activation, z: Expression) -> Expression:
    """How a quantity is written at z."""
    match quantity:
        case _Quantity.VALUE:
            return Call(row.name, z)
        case _Quantity.DERIVATIVE:
            return Call(f"{row.name}′", z)
        case _Quantity.BY_SLOPE:
            return Derivative(Call(row.name, z), SLOPE)


def _by_slope(row: Activation) -> tuple[Equation, ...]:
    """The formula of the derivative with respect to a slope that is trained."""
    if row.by_slope is None:
        return ()
    return (formula(_called(BY_SLOPE, row, Z), row.by_slope),)


class _At(NamedTuple):
    """A function at a point: the values of z and a, and the figure of each quantity."""

    values: Mapping[str, float]
    figures: Mapping[_Quantity, Decimal]


def _at(row: Activation, point: Decimal, arithmetic: Exact) -> _At:
    """As in a run, a derivative that takes no arithmetic keeps the digits that were typed."""
    z = arithmetic.number(point)
    try:
        a, _ = map(arithmetic.result, function_at(row, z))
    except OutOfRangeError:
        raise OverflowError(f"{row.name}({on_paper(point)}) is too large for float64") from None
    values = {Z.name: z, A.name: a}
    figures = {VALUE: arithmetic.figure(a)}
    for quantity, expression in _quantities(row).items():
        if quantity != VALUE:
            match arithmetic.chosen(expression, values):
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

    def line(quantity: _Quantity, expression: Expression) -> Equation:
        taken = arithmetic.chosen(expression, values)
        numbers, result = substitute(taken, put_in), Number(figures[quantity])
        chain: list[Expression] = [expression] if isinstance(expression, Choice) else []
        if numbers != result:
            chain.append(numbers)
        note: Prose = ""
        if isinstance(expression, Choice):
            note = since(expression, taken is expression.holds, Number(point))
        left = Side(_called(quantity, row, Number(point)), Role.QUANTITY)
        return Equation(None, (left, *sides(*chain, result)), note)

    return tuple(line(*quantity) for quantity in _quantities(row).items())


def _cells(row: Activation, point: Decimal, arithmetic: Exact) -> tuple[Prose, ...]:
    return (Number(point), *map(Number, _at(row, point, arithmetic).figures.values()))
