"""A line of a student's sheet, worked with the student's own numbers."""

import math
from collections.abc import Iterator
from decimal import Decimal

from backprop_cli.algebra.expression import Choice, Expression, Number, Symbol, symbols, transform
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.figures import rounded
from backprop_cli.lesson.blocks import Equation
from backprop_cli.lesson.equations import line
from backprop_cli.network.exercise import Figure
from backprop_cli.runs.checking.check import Checked
from backprop_cli.runs.checking.marking import Marked

DECIMALS = 4
MOST_SKIPPED = 6  # steps on the way to a line that the sheet leaves out


def own_derivation(checked: Checked, marked: Marked, *, steps: bool) -> Iterator[Equation]:
    """The line with the student's own numbers; with ``steps``, what it skips too."""
    own, quantity = checked.marking.own, marked.entry.quantity
    if quantity not in own.problem.steps:
        yield line(symbol_of(checked, quantity), Number(_typed(own.problem.given[quantity])))
        return
    names = [quantity]
    if steps:
        names += own.skipped(quantity, marked.at, MOST_SKIPPED)
    for name in reversed(names):
        yield own_line(checked, marked.at, name)


def own_line(checked: Checked, at: int, quantity: str) -> Equation:
    """A quantity's formula in symbols, with the student's numbers, and its result."""
    own = checked.marking.own
    step = own.problem.steps[quantity]
    used = {symbol.name for symbol in symbols(step.expression)}
    numbers = {name: _own_figure(checked, name, at) for name in used}

    def put_in(part: Expression) -> Expression | None:
        return numbers.get(part.name) if isinstance(part, Symbol) else None

    formula = step.expression
    if isinstance(formula, Choice):
        values = {name: float(number.value) for name, number in numbers.items()}
        formula = Exact().chosen(formula, values)
    between = transform(formula, put_in)
    # What a mistake shows of a skipped quantity is known by now; a line is worked without that.
    is_line = at < len(checked.lines) and checked.lines[at].entry.quantity == quantity
    result = _figure(checked, checked.lines[at].expected if is_line else own.worth(quantity, at))
    if isinstance(formula, Symbol):
        result = _own_figure(checked, formula.name, at)
    sides = (
        (formula, result) if isinstance(formula, Symbol | Number) else (formula, between, result)
    )
    return line(step.defines, *sides)


def _own_figure(checked: Checked, name: str, at: int) -> Number:
    """A number as the student has it: from the sheet, as it is given, or worked from those."""
    own = checked.marking.own
    on_line = own.line_of(name, at)
    if on_line is not None:
        return Number(own.entries[on_line].written.figure, of=name)
    if name in own.problem.given:
        return Number(_typed(own.problem.given[name]), of=name)
    step = own.problem.steps[name]
    if isinstance(step.expression, Symbol):
        return _own_figure(checked, step.expression.name, at)
    return Number(_figure(checked, own.worth(name, at)).value, of=name)


def _figure(checked: Checked, value: float) -> Number:
    if not math.isfinite(value):
        return Number(Decimal(0), name="a number that does not exist")
    return Number(rounded(Decimal(repr(value)), checked.marking.problem.decimals or DECIMALS))


def _typed(figure: Figure) -> Decimal:
    return figure if isinstance(figure, Decimal) else Decimal(repr(figure))


def symbol_of(checked: Checked, quantity: str) -> Symbol:
    """The symbol that a quantity is written as."""
    step = checked.marking.problem.steps.get(quantity)
    return step.defines if step else Symbol(quantity)
