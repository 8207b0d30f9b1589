"""A step of a working as the lines in which it is written: symbols, numbers, result."""

from collections.abc import Sequence

from backprop_cli.algebra.expression import (
    Choice,
    Expression,
    Number,
    Partial,
    Symbol,
    symbols,
    written,
)
from backprop_cli.arithmetic.exactness import equal
from backprop_cli.arithmetic.figures import on_paper
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Step
from backprop_cli.lesson.blocks import Equation, Fraction, Role, Side, Span

MOST_LISTED = 8


def shown(name: str) -> str:
    """A quantity's name as it is printed: y_hat as ŷ, everything else as it is."""
    if name == "y_hat" or name.startswith("y_hat_"):
        return "ŷ" + name.removeprefix("y_hat")
    return name


def symbol_text(part: Symbol | Number) -> str:
    """A symbol's or a constant's text in a formula."""
    if isinstance(part, Partial):
        return f"∂{shown(part.of)}/∂{shown(part.by)}"
    if isinstance(part, Number):
        return part.name or on_paper(part.value)
    return shown(part.name)


def in_symbols(expression: Expression) -> str:
    """A formula as it is printed."""
    return written(expression, symbol_text)


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them: ``h1, h2 and h3``; of very many, the first and the last."""
    *most, last = (
        names if len(names) <= MOST_LISTED else (*names[: MOST_LISTED - 2], "…", names[-1])
    )
    return f"{', '.join(most)} and {last}" if most else last


def in_numbers(expression: Expression) -> bool:
    """Whether an expression is made of numbers alone."""
    return next(symbols(expression), None) is None


def sides(*expressions: Expression) -> tuple[Side, ...]:
    """The sides of an equation after its left one; the last is the result.

    Between two sides in numbers alone stands = where they are exactly equal, else ≈.
    """
    found: list[Side] = []
    for at, expression in enumerate(expressions):
        before = expressions[at - 1] if at else None
        approximate = before and in_numbers(before) and not equal(before, expression)
        role = Role.RESULT if expression is expressions[-1] else Role.PLAIN
        found.append(Side("≈" if approximate else "=", (Span(in_symbols(expression), role),)))
    return tuple(found)


def result(working: AnyWorking, name: str) -> Number:
    """A quantity's printed figure, as an expression."""
    return Number(working.figure(name))


def given_equation(working: AnyWorking, name: str, place: str = "") -> Equation:
    """A given number by its name, and where it belongs."""
    relation = "=" if working.is_given_as_shown(name) else "≈"
    figure = Side(relation, (Span(in_symbols(result(working, name)), Role.RESULT),))
    return Equation((Span(shown(name)),), (figure,), Span(f"({place})") if place else None)


def equation(
    working: AnyWorking, step: Step, *, factor: int | None = None, reason: str = ""
) -> Equation:
    """One step as a line: the quantity, its symbols, its numbers and its result.

    Of a choice, the branch that holds is shown in numbers, and beside it why. ``factor`` is the
    step's number in the chain that it is a factor of.
    """
    expression = step.expression
    taken = working.taken(expression)
    note = _why_taken(working, expression) if isinstance(expression, Choice) else None
    if isinstance(expression, Choice) and expression.exception:
        expression = taken
    if isinstance(expression, Number):
        chain: tuple[Expression, ...] = (expression,)
    elif isinstance(taken, Symbol) or (isinstance(taken, Number) and not taken.name):
        chain = (expression, result(working, step.defines.name))
    else:
        numbers = working.with_figures(taken)
        between = working.with_sums_worked_out(taken)
        middle = (numbers,) if between == numbers else (numbers, between)
        chain = (expression, *middle, result(working, step.defines.name))
    *most, last = sides(*chain)
    last = last._replace(spans=tuple(span._replace(factor=factor) for span in last.spans))
    left = (Span(symbol_text(step.defines), factor=factor),)
    return Equation(left, (*most, last), note, reason)


def _why_taken(working: AnyWorking, choice: Choice) -> Span | None:
    """``since 0.3 > 0``, beside a choice; of an exception, what is said where it is met."""
    holds = working.taken(choice) is working.taken(choice.holds)
    if choice.exception:
        return None if holds else Span(f"({choice.exception})")
    return since(choice, holds, working.with_figures(choice.test))


def since(choice: Choice, holds: bool, tested: Expression) -> Span:
    """Why a choice holds or does not, where its test is ``tested`` in numbers."""
    relation = choice.relation if holds else {">": "≤", "≥": "<"}[choice.relation]
    return Span(f"(since {in_symbols(tested)} {relation} 0)")


def fraction(derivative: Partial, factor: int | None = None) -> Fraction:
    """A derivative as a stacked fraction."""
    return Fraction(f"∂{shown(derivative.of)}", f"∂{shown(derivative.by)}", factor)
