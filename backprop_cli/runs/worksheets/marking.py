"""Worksheets that come back filled in: what a student has written of them, and a class's marks."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from backprop_cli.algebra.sheet import Sheet, Written
from backprop_cli.arithmetic.intervals import bounds_of
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.checking.check import Checked
from backprop_cli.runs.checking.entry import Verdict
from backprop_cli.runs.checking.marking import Marked
from backprop_cli.runs.checking.names import Names
from backprop_cli.runs.checking.problem import problem

# So many given numbers may have been copied wrongly.
FEW = 2
# Of what no quantity of a network is called: linear'(z) = 1.
FORMULA = re.compile(r"\w+'*\s*\(z\)")


class OtherNumbersError(ValueError):
    """A sheet on which other numbers are given than those that its code stands for."""


def without_given(exercise: Exercise, sheet: Sheet) -> Sheet:
    """A sheet without what is printed on it: lines that repeat what is given, general formulas.

    Raises OtherNumbersError where most of what is given on it is something else.
    """
    facts = problem(exercise)
    names = Names(facts)
    kept: list[Written] = []
    same = other = 0
    for line in sheet.lines:
        given = [facts.given[name] for name in names.means(line) if name in facts.given]
        if any(bounds_of(line.figure).holds(float(one)) for one in given):
            same += 1
        elif not FORMULA.fullmatch(line.name):
            other += bool(given)
            kept.append(line)
    if other > max(same, FEW):
        raise OtherNumbersError("the numbers that are given on it are not those of its code")
    return sheet._replace(lines=tuple(kept))


class Handed(NamedTuple):
    """A sheet as it was handed in: checked, or why it could not be.

    ``remark`` is what else there is to say of it.
    """

    file: str
    code: str
    checked: Checked | None = None
    fault: str = ""
    remark: str = ""

    def count(self, verdict: Verdict) -> int:
        """The number of lines with a verdict."""
        return self.checked.count(verdict) if self.checked else 0

    @property
    def first_wrong(self) -> Marked | None:
        """The first wrong line."""
        if self.checked is None or self.checked.first_wrong is None:
            return None
        return self.checked.lines[self.checked.first_wrong]

    @property
    def name_of_first(self) -> str:
        """The ASCII name of the quantity on the first wrong line; nothing where there is none."""
        first = self.first_wrong
        if self.checked is None or first is None:
            return ""
        return self.checked.marking.names.shown(first.entry.quantity)

    @property
    def mistake(self) -> str:
        """The likeliest mistake on the first wrong line; nothing where none gives its figure."""
        if self.checked is None or self.checked.first_wrong is None:
            return ""
        return next(iter(self.checked.mistakes(self.checked.first_wrong)), "")

    @property
    def mistakes(self) -> Counter[str]:
        """The likeliest mistake of every wrong line."""
        if self.checked is None:
            return Counter()
        wrong = (at for at, line in enumerate(self.checked.lines) if line.verdict is Verdict.WRONG)
        return Counter(found[0] for at in wrong if (found := self.checked.mistakes(at)))


class Frequent(NamedTuple):
    """A mistake of a class: on how many sheets it was made, and on how many lines of them."""

    mistake: str
    sheets: int
    lines: int


def frequent(handed: Sequence[Handed]) -> list[Frequent]:
    """The mistakes of a class, those that most students made first."""
    sheets: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for one in handed:
        sheets.update(one.mistakes.keys())
        lines.update(one.mistakes)
    found = [Frequent(name, sheets[name], lines[name]) for name in sheets]
    return sorted(found, key=lambda one: (-one.sheets, -one.lines, one.mistake))
