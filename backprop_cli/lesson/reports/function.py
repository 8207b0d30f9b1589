"""One activation function worked at one point or several, or all of them listed."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from backprop_cli.algebra.expression import (
    Call,
    Choice,
    Derivative,
    Expression,
    Number,
    Relation,
    Symbol,
    partial,
)
from backprop_cli.algebra.paper import on_paper
from backprop_cli.algebra.prose import Code, Prose, prose
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import AnyWorking, WorkingError, work
from backprop_cli.derivation.function import derive_function
from backprop_cli.derivation.steps import Rule, Step
from backprop_cli.functions import softmax
from backprop_cli.functions.activation import SLOPE, A, Activation, Z
from backprop_cli.functions.activations import ACTIVATIONS, configured
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
from backprop_cli.lesson.equations import equation, formula, result
from backprop_cli.lesson.reasons import activation_formula, derivative_formula
from backprop_cli.network.neurons import Settings


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
    """The facts about a row beside its formulas: its constants, and what can be set."""
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
    steps = derive_function(row).steps
    formulas = [activation_formula(row), derivative_formula(row)]
    formulas += [formula(_called(step, row, Z), step.expression) for step in steps[2:]]
    head: list[Block] = [Heading(2, name), Equations(tuple(formulas))]
    head += [Paragraph(prose("Here ", remark, ".")) for remark in _remarks(row)]
    if row.convention and (not points or 0 in points):
        head.append(Paragraph(prose("By convention: ", row.convention, ".")))
    head.append(Paragraph(prose("Source: ", Code(row.source))))
    if len(points) == 1:
        working = _at(row, points[0], decimals)
        lines = (_line(working, step, row, points[0]) for step in steps)
        return (*head, Equations(tuple(lines)))
    if points:
        names = (_called(step, row, Z) for step in steps)
        columns = (
            Column(Z, Role.GIVEN),
            *(Column(name, Role.RESULT) for name in names),
        )
        worked = ((point, _at(row, point, decimals)) for point in points)
        rows = tuple(
            (Number(point), *(result(working, step.defines.name) for step in steps))
            for point, working in worked
        )
        return (*head, Table("Values", columns, rows))
    return tuple(head)


# --- what is worked at a point ---------------------------------------------------------------


def _called(step: Step, row: Activation, z: Expression) -> Expression:
    """The symbol of a function's quantity at z."""
    match step.rule:
        case Rule.ACTIVATION:
            return Call(row.name, z)
        case Rule.DERIVATIVE_OF_ACTIVATION:
            return Call(f"{row.name}′", z)
        case _:
            return Derivative(Call(row.name, z), SLOPE)


def _at(row: Activation, point: Decimal, decimals: int) -> AnyWorking:
    """The function and its derivatives worked at a point."""
    try:
        return work(derive_function(row), {Z.name: point}, Exact(decimals))
    except WorkingError:
        raise OverflowError(f"{row.name}({on_paper(point)}) is too large for float64") from None


def _line(working: AnyWorking, step: Step, row: Activation, point: Decimal) -> Equation:
    """A quantity at a point. Its symbols stand above, and again only if they are a choice."""
    formula = row.formula if step.rule is Rule.ACTIVATION else step.expression
    found = equation(working, step._replace(expression=formula))
    rest = found.sides[1:]
    if not isinstance(formula, Choice) and len(rest) > 1:
        rest = rest[1:]
    left = Side(_called(step, row, Number(point)), Role.QUANTITY)
    return Equation(None, (left, *rest), found.note)
