"""Worksheets that come back filled in: what of them a student has written."""

from backprop_cli.algebra.sheet import Sheet, Written
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.checking.names import Names
from backprop_cli.runs.checking.problem import problem


def without_given(exercise: Exercise, sheet: Sheet) -> Sheet:
    """A sheet without the lines that only repeat what is given, which are printed on it."""
    facts = problem(exercise)
    names = Names(facts)

    def is_given(line: Written) -> bool:
        return any(
            name in facts.given and float(facts.given[name]) == float(line.figure)
            for name in names.means(line)
        )

    return sheet._replace(lines=tuple(line for line in sheet.lines if not is_given(line)))
