"""One activation function worked at one point or several, or all of them listed."""

from collections.abc import Sequence
from decimal import Decimal

from backprop_cli.activations import ACTIVATIONS, A, Activation, Z, configured
from backprop_cli.arithmetic import Exact, OutOfRangeError, on_paper
from backprop_cli.blocks import Block, Equation, Equations, Heading, Lesson, Paragraph, Span, Table
from backprop_cli.equations import in_symbols, sides
from backprop_cli.expression import Expression, Number, substitute
from backprop_cli.reasons import activation_formula, derivative_formula


def all_functions() -> Lesson:
    """Every activation function with its formula and its derivative."""
    rows = tuple(
        (row.name, in_symbols(row.formula), in_symbols(row.derivative))
        for row in map(configured, ACTIVATIONS)
    )
    notes = [Paragraph(f"{row.name}: {row.note}.") for row in ACTIVATIONS.values() if row.note]
    return (
        Table("Activation functions", ("Name", "a =", "Derivative da/dz ="), rows, numeric=False),
        *notes,
    )


def function(name: str, points: Sequence[Decimal], decimals: int) -> Lesson:
    """One function: its formulas, and its value and derivative at the points.

    Raises OverflowError where a derivative leaves the range of float64.
    """
    row = configured(name)
    head: list[Block] = [
        Heading(2, name),
        Equations((activation_formula(name), derivative_formula(name))),
    ]
    if row.note:
        head.append(Paragraph(f"Here {row.note}."))
    head.append(Paragraph(f"Source: {row.source}"))
    if len(points) == 1:
        return (*head, Equations(_worked(row, points[0], Exact(decimals))))
    if points:
        columns = ("z", f"{name}(z)", f"{name}′(z)")
        rows = tuple(_row(row, point, Exact(decimals)) for point in points)
        return (*head, Table("Values", columns, rows))
    return tuple(head)


def _values(row: Activation, point: Decimal, arithmetic: Exact) -> tuple[float, float]:
    """The function and its derivative at a point."""
    z = arithmetic.number(point)
    a = arithmetic.evaluate(row.applied(Z), {Z.name: z})
    slope = arithmetic.evaluate(row.derivative, {Z.name: z, A.name: a})
    try:
        return arithmetic.result(a), arithmetic.result(slope)
    except OutOfRangeError:
        raise OverflowError(f"{row.name}({on_paper(point)}) is too large for float64") from None


def _worked(row: Activation, point: Decimal, arithmetic: Exact) -> tuple[Equation, Equation]:
    """The value and the derivative at a point, with its numbers put into the formulas."""
    value, slope = map(arithmetic.figure, _values(row, point, arithmetic))
    put_in: dict[str, Expression] = {Z.name: Number(point), A.name: Number(value)}
    at = on_paper(point)

    def line(left: str, expression: Expression, result: Decimal) -> Equation:
        numbers = substitute(expression, put_in)
        return Equation((Span(left),), sides(numbers, Number(result)))

    return (
        line(f"{row.name}({at})", row.formula, value),
        line(f"{row.name}′({at})", row.derivative, slope),
    )


def _row(row: Activation, point: Decimal, arithmetic: Exact) -> tuple[str, ...]:
    values = _values(row, point, arithmetic)
    return (on_paper(point), *(on_paper(arithmetic.figure(value)) for value in values))
