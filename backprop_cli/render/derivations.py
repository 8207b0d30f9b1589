"""The derivations of a lesson as plain data, for programs: each step by its parts."""

import math
from collections.abc import Iterator
from typing import Any

from backprop_cli.algebra.expression import Marked, Number
from backprop_cli.algebra.names import as_typed
from backprop_cli.algebra.paper import text_of, written
from backprop_cli.lesson.blocks import ChainRule, Equation, Equations, Heading, Lesson, Role, Side


def derivations(lesson: Lesson) -> list[dict[str, Any]]:
    """The steps of a lesson in their order, each under the headings that it stands below.

    A step is ``{"quantity", "formula", "numbers", "result", "reason", "under", "written"}``: the
    quantity by the ASCII name that --explain takes, the formula and the lines of numbers as text,
    the result as it is printed, a float, and the whole line as text. What a step does not have is
    None, or an empty list; so is a result that no float holds, which stands in numbers where it is
    used.
    """
    return [*_steps(lesson)]


def _steps(lesson: Lesson) -> Iterator[dict[str, Any]]:
    headings: dict[int, str] = {}
    for block in lesson:
        if isinstance(block, Heading):
            above = {level: text for level, text in headings.items() if level < block.level}
            headings = {**above, block.level: text_of(block.text)}
        elif isinstance(block, ChainRule):
            sign = " + " if block.added else " * "
            right = sign.join(map(written, block.parts))
            yield {
                "quantity": as_typed(block.of.name),
                "formula": right,
                "numbers": [],
                "result": None,
                "reason": None,
                "under": [*headings.values()],
                "written": f"{written(block.of)} = {right}",
            }
        elif isinstance(block, Equations):
            yield from (_step(row, [*headings.values()]) for row in block.rows)


def _step(row: Equation, under: list[str]) -> dict[str, Any]:
    symbols = [written(side.formula) for side in row.having(Role.SYMBOLS)]
    numbers = [written(side.formula) for side in row.having(Role.NUMBERS)]
    return {
        "quantity": None if row.about is None else as_typed(row.about.name),
        "formula": symbols[0] if symbols else None,
        "numbers": numbers,
        "result": _figure(row),
        "reason": text_of(row.reason) or text_of(row.note) or None,
        "under": under,
        "written": " ".join(map(_with_relation, row.sides)),
    }


def _with_relation(side: Side) -> str:
    return f"{side.relation} {written(side.formula)}".strip()


def _figure(row: Equation) -> float | None:
    """The last figure of a row, worked out or given."""
    for side in reversed(row.sides):
        formula = side.formula.inner if isinstance(side.formula, Marked) else side.formula
        if isinstance(formula, Number):
            figure = float(formula.value)
            return figure if math.isfinite(figure) else None
    return None
