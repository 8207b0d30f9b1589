"""A student's own numbers: what the figures of a sheet stand for, and what follows from them."""

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from backprop_cli.algebra.expression import Number, Symbol
from backprop_cli.arithmetic.intervals import Bounds, Form, evaluate, point
from backprop_cli.derivation.steps import Step
from backprop_cli.runs.checking.entry import Entry
from backprop_cli.runs.checking.forms import value_of
from backprop_cli.runs.checking.habit import cut_bounds, cuts_off, habit
from backprop_cli.runs.checking.problem import Problem


class Known(NamedTuple):
    """A number as a student may have it, and the positions of the lines that it rests on."""

    form: Form
    lines: frozenset[int] = frozenset()


V = TypeVar("V")
NOTHING: frozenset[str] = frozenset()
Key = tuple[str, int, frozenset[str]]


class OwnNumbers:
    """The numbers of one sheet.

    Lines are settled one after another, those first that others rest on; what is settled counts as
    the student's own number from then on.
    """

    def __init__(self, problem: Problem, entries: Sequence[Entry]) -> None:
        self.problem = problem
        self.entries = entries
        self.figures = frozenset(entry.written.figure for entry in entries)
        self.habit = habit(problem, entries)
        self.cuts = cuts_off(problem, entries)
        self.work = 0  # how much has been tried so far to explain wrong lines
        self._at: dict[str, list[int]] = {}
        for at, entry in enumerate(entries):
            self._at.setdefault(entry.quantity, []).append(at)
        self._settled: dict[int, Form] = {}
        self._settled_lines: dict[str, list[int]] = {}
        self._implied: dict[str, Form] = {}
        self._found: dict[Key, Known] = {}
        self._counted: dict[Key, float] = {}
        self._repeats: dict[str, Sequence[int]] = {}

    def bounds(self, at: int) -> Bounds:
        """All numbers that a line's figure stands for, from the hand of this student."""
        entry = self.entries[at]
        if not self.cuts:
            return entry.bounds
        cut = cut_bounds(entry.written.figure)
        return entry.bounds.with_point(cut.low).with_point(cut.high)

    def settle(self, at: int, form: Form) -> None:
        """Take a line's number for the student's own from here on."""
        self._settled[at] = form
        insort(self._settled_lines.setdefault(self.entries[at].quantity, []), at)

    def imply(self, quantity: str, form: Form) -> None:
        """Take a number for the student's own that is on no line: a mistake there has shown it."""
        self._implied[quantity] = form
        self._found.clear()
        self._counted.clear()

    @property
    def implied(self) -> frozenset[str]:
        """The quantities on no line of which a mistake has shown what their numbers are."""
        return frozenset(self._implied)

    def line_of(self, quantity: str, at: int) -> int | None:
        """The line whose figure counts for line ``at``: the last before it, else the next after."""
        lines = self._settled_lines.get(quantity)
        if not lines:
            return None
        return lines[max(0, bisect_left(lines, at) - 1)]

    def lines_of(self, quantity: str) -> Sequence[int]:
        """All lines about a quantity."""
        return self._at.get(quantity, ())

    def known(self, quantity: str, at: int, ignoring: frozenset[str] = NOTHING) -> Known:
        """The student's number for a quantity, as line ``at`` uses it.

        What is on no line, or is to be ignored, is worked from what is.
        """
        key = self._key(quantity, at, ignoring)
        if key not in self._found:
            for name in self._unworked(quantity, at, ignoring, self._found):
                self._found[self._key(name, at, ignoring)] = self._known(name, at, ignoring)
        if key not in self._found:
            self._found[key] = self._known(quantity, at, ignoring)
        return self._found[key]

    def _known(self, quantity: str, at: int, ignoring: frozenset[str]) -> Known:
        line = None if quantity in ignoring else self.line_of(quantity, at)
        if line is not None:
            return Known(self._settled[line], frozenset((line,)))
        if quantity in self._implied and quantity not in ignoring:
            return Known(self._implied[quantity], frozenset((-1,)))
        step = self.problem.steps.get(quantity)
        if step is None:
            return Known(point(self.problem.exact[quantity]))
        known = self.result(quantity, at, ignoring)
        return known._replace(form=self.rounded_aside(quantity, step, known.form))

    def result(self, quantity: str, at: int, ignoring: frozenset[str] = NOTHING) -> Known:
        """The result of a quantity's formula with the student's numbers."""
        used: set[int] = set()

        def form_of(name: str) -> Form:
            known = self.known(name, at, ignoring)
            used.update(known.lines)
            return known.form

        step = self.problem.steps.get(quantity)
        if step is None:
            return Known(point(self.problem.exact[quantity]))
        return Known(evaluate(step.expression, form_of), frozenset(used))

    def rounded_aside(self, quantity: str, step: Step, form: Form) -> Form:
        """A number that is on no line, as it may have been rounded on other paper."""
        if isinstance(step.expression, Symbol | Number) or not form.is_bounded:
            return form
        half = self.habit.half_unit(form.centre) * (2 if self.cuts else 1)
        return form._replace(parts={**form.parts, f"~{quantity}": half}) if half else form

    def worth(self, quantity: str, at: int) -> float:
        """The number that a quantity's formula gives with the figures as they are written."""
        step = self.problem.steps.get(quantity)
        if step is None:
            return self.problem.exact[quantity]
        return value_of(step.expression, Worked(lambda name: self.counted(name, at)))

    def counted(self, quantity: str, at: int) -> float:
        """The number that line ``at`` counts on: the figure of a line, or what others come to."""
        line = self.line_of(quantity, at)
        if line is not None:
            return self.entries[line].figure
        if quantity in self._implied:
            return self._implied[quantity].centre
        if quantity not in self.problem.steps:
            return self.problem.exact[quantity]
        for name in self._unworked(quantity, at, NOTHING, self._counted):
            self._counted[self._key(name, at)] = self.worth(name, at)
        return self._counted[self._key(quantity, at)]

    def _key(self, quantity: str, at: int, ignoring: frozenset[str] = NOTHING) -> Key:
        """The key of a worked number: of the line, only which repeated ones are before it."""
        return quantity, bisect_left(self._repeated(quantity), at), ignoring

    def _unworked(
        self, quantity: str, at: int, ignoring: frozenset[str], kept: Mapping[Key, object]
    ) -> list[str]:
        """The quantities on no line that are to be worked for one, each after those it rests on.

        They are worked in this order, so that a network may be of any depth.
        """
        found: set[str] = set()
        waiting = [quantity]
        while waiting:
            name = waiting.pop()
            on_line = name not in ignoring and (
                name in self._implied or self.line_of(name, at) is not None
            )
            if name in found or on_line or name not in self.problem.steps:
                continue
            if self._key(name, at, ignoring) not in kept:
                found.add(name)
                waiting.extend(self.problem.used[name])
        return sorted(found, key=self.problem.order.__getitem__)

    def skipped(self, quantity: str, at: int, most: int) -> list[str]:
        """The quantities on no line that a quantity is worked through, the nearest first."""
        found: dict[str, None] = {}
        waiting = [quantity]
        while waiting and len(found) < most:
            for name in self.problem.used.get(waiting.pop(0), ()):
                known = name in found or name not in self.problem.steps
                if not known and self.line_of(name, at) is None:
                    found[name] = None
                    waiting.append(name)
        return [*found]

    def sources(self, quantity: str, at: int) -> list[str]:
        """The quantities on lines, or given, that a quantity is worked from in the end."""
        found: dict[str, None] = {}
        for user in (quantity, *self.skipped(quantity, at, 200)):
            for name in self.problem.used.get(user, ()):
                if name not in self.problem.steps or self.line_of(name, at) is not None:
                    found[name] = None
        return [*found]

    def _repeated(self, quantity: str) -> Sequence[int]:
        """The lines of quantities on several lines that a quantity rests on, or is."""
        waiting = [] if quantity in self._repeats else [quantity]
        while waiting:
            name = waiting[-1]
            below = self.problem.used.get(name, ())
            open_ones = [one for one in below if one not in self._repeats]
            if open_ones:
                waiting.extend(open_ones)
                continue
            lines = {line for one in below for line in self._repeats[one]}
            own = self._at.get(name, ())
            self._repeats[name] = sorted(lines.union(own if len(own) > 1 else ()))
            waiting.pop()
        return self._repeats[quantity]


class Worked(dict[str, V]):
    """Numbers by name, each worked when it is first asked for."""

    def __init__(self, work: Callable[[str], V]) -> None:
        super().__init__()
        self.work = work

    def __missing__(self, name: str) -> V:
        self[name] = found = self.work(name)
        return found
