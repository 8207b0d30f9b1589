"""One activation function worked at one point or several, or all of them listed."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from backprop_cli import softmax
from backprop_cli.activations import ACTIVATIONS, A, Activation, Z, configured
from backprop_cli.arithmetic import Exact, OutOfRangeError
from backprop_cli.blocks import Block, Equation, Equations, Heading, Lesson, Paragraph, Span, Table
from backprop_cli.equations import in_symbols, sides
from backprop_cli.expression import Expression, Number, Symbol, substitute
from backprop_cli.figures import on_paper
from backprop_cli.function_plot import function_at
from backprop_cli.network import Settings
from backprop_cli.reasons import activation_formula, derivative_formula


def all_functions() -> Lesson:
    """Every activation function with its formula and its derivative."""
    rows = (
        *(
            (row.name, in_symbols(row.formula), in_symbols(row.derivative))
            for row in ACTIVATIONS.values()
        ),
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
        yield f"{setting} is {on_paper(value)}; --set {setting}=NUMBER sets it"


def function(
    name: str, points: Sequence[Decimal], decimals: int, settings: Settings = ()
) -> Lesson:
    """One function: its formulas, and its value and derivative at the points.

    Raises OverflowError where a derivative leaves the range of float64.
    """
    row = configured(name, settings)
    head: list[Block] = [
        Heading(2, name),
        Equations((activation_formula(row), derivative_formula(row))),
    ]
    head += [Paragraph(f"Here {remark}.") for remark in _remarks(row)]
    if row.convention and (not points or 0 in points):
        head.append(Paragraph(f"By convention: {row.convention}."))
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
    try:
        a, slope = function_at(row, arithmetic.number(point))
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
