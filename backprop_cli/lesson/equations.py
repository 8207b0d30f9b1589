"""A step of a working as the lines in which it is written: symbols, numbers, result."""

from backprop_cli.algebra.expression import (
    Call,
    Choice,
    Expression,
    Marked,
    Negative,
    Number,
    Symbol,
    substitute,
    symbols,
)
from backprop_cli.algebra.prose import Prose, prose
from backprop_cli.algebra.writer import compared
from backprop_cli.arithmetic.exactness import equal
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Step
from backprop_cli.functions.activation import Activation, Z
from backprop_cli.lesson.blocks import Equation, Role, Side


def in_numbers(expression: Expression) -> bool:
    """True if an expression is made of numbers alone."""
    return next(symbols(expression), None) is None


def sides(*expressions: Expression) -> tuple[Side, ...]:
    """The sides of an equation after its left one; the last is the result, if it is a number.

    Between two sides in numbers alone stands = where they are exactly equal, else ≈.
    """
    found: list[Side] = []
    for at, expression in enumerate(expressions):
        before = expressions[at - 1] if at else None
        approximate = before and in_numbers(before) and not equal(before, expression)
        role = Role.NUMBERS if in_numbers(expression) else Role.SYMBOLS
        if role is Role.NUMBERS and at == len(expressions) - 1:
            role = Role.RESULT
        found.append(Side(expression, role, "≈" if approximate else "="))
    return tuple(found)


def line(about: Symbol, *expressions: Expression, note: Prose = "", reason: Prose = "") -> Equation:
    """A quantity and what it is: symbols, numbers, result."""
    return Equation(about, (Side(about, Role.QUANTITY), *sides(*expressions)), note, reason)


def formula(left: Expression, right: Expression, note: Prose = "", reason: Prose = "") -> Equation:
    """A formula that holds in general, of no quantity of the network."""
    both = Side(left, Role.SYMBOLS), Side(right, Role.SYMBOLS, "=")
    return Equation(None, both, note, reason)


def result(working: AnyWorking, name: str) -> Number:
    """A quantity's printed figure, as an expression."""
    return Number(working.figure(name), of=name)


def given_equation(working: AnyWorking, name: str, place: Prose = "") -> Equation:
    """A given number by its name, and where it belongs."""
    relation = "=" if working.is_given_as_shown(name) else "≈"
    left = Side(Symbol(name), Role.QUANTITY)
    figure = Side(result(working, name), Role.GIVEN, relation)
    return Equation(Symbol(name), (left, figure), prose("(", place, ")") if place else "")


def equation(
    working: AnyWorking, step: Step, *, factor: int | None = None, reason: Prose = ""
) -> Equation:
    """One step as a line: the quantity, its symbols, its numbers and its result.

    Of a choice, the branch that holds is shown in numbers, and beside it why. ``factor`` is the
    step's number in the chain that it is a factor of.
    """
    expression = step.expression
    taken = working.taken(expression)
    note = why_taken(working, step)
    if isinstance(expression, Choice) and expression.exception:
        expression = taken
    if isinstance(_signed(expression), Number):
        chain: tuple[Expression, ...] = (expression,)
    else:
        put_in = (working.with_figures(taken), working.with_sums_worked_out(taken))
        between = tuple(map(_signed, put_in))
        end = result(working, step.defines.name)
        of = taken.operand if isinstance(taken, Negative) else taken
        passed_on = isinstance(of, Symbol) or (isinstance(taken, Number) and not taken.name)
        said = {end} if passed_on else set()
        chain = (expression, *(one for one in dict.fromkeys(between) if one not in said), end)
    found = line(step.defines, *chain, note=note, reason=reason)
    return found if factor is None else marked(found, factor)


def _signed(expression: Expression) -> Expression:
    """Minus a number that has no sign of its own as one number."""
    match expression:
        case Negative(Number(value, name, of)) if not name and not value.is_signed():
            return Number(-value, of=of)
    return expression


def marked(row: Equation, factor: int) -> Equation:
    """A factor's own row: its quantity and its result have its colour."""
    first, *most, last = row.sides
    first = first._replace(formula=Marked(first.formula, factor))
    last = last._replace(formula=Marked(last.formula, factor))
    return row._replace(sides=(first, *most, last))


def _decision(step: Step) -> Choice | None:
    """The choice that a step makes; of a neuron with a step function, that of its function."""
    expression, row = step.expression, step.row
    if isinstance(expression, Call) and isinstance(row, Activation) and row.two:
        expression = substitute(row.formula, {Z.name: expression.argument})
    return expression if isinstance(expression, Choice) else None


def why_taken(working: AnyWorking, step: Step) -> Prose:
    """``since 0.3 > 0``, beside a step that makes a choice; else nothing.

    Of an exception, what is said where it is met.
    """
    choice = _decision(step)
    if choice is None:
        return ""
    taken, usual = working.taken(choice), working.taken(choice.holds)
    if choice.exception:
        said = prose(*choice.exception)
        return prose("(", said, ")") if said and taken != usual else ""
    holds = taken is usual
    return since(choice, holds, working.tested_figures(choice.test))


def since(choice: Choice, holds: bool, tested: Expression) -> Prose:
    """The reason why a choice holds or does not, where its test is ``tested`` in numbers."""
    sign = choice.relation if holds else {">": "≤", "≥": "<"}[choice.relation]
    return prose("(since ", compared(tested, sign), ")")
