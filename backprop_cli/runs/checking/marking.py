"""A verdict for every line of a sheet."""

import math
from bisect import bisect_left, insort
from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import Number, Symbol
from backprop_cli.algebra.sheet import Sheet
from backprop_cli.arithmetic.figures import LOSSLESS, decimals_of, unit_of
from backprop_cli.arithmetic.intervals import Bounds, Form, between, point
from backprop_cli.runs.checking.entry import Entry, Verdict
from backprop_cli.runs.checking.error_signals import with_one_sign
from backprop_cli.runs.checking.forms import carried
from backprop_cli.runs.checking.habit import cut_bounds, fits, is_cut_off
from backprop_cli.runs.checking.meanings import meanings
from backprop_cli.runs.checking.names import Names
from backprop_cli.runs.checking.own import Known, OwnNumbers
from backprop_cli.runs.checking.problem import Problem

# How many of the quantities that a line rests on are tried without, one at a time.
MOST_LEFT_OUT = 12
# Of a figure that was written again and again, so many of the nearest lines are tried.
MOST_REPEATED = 6
# A result is too coarse to judge a figure by if it may be off by this share of itself, and by far
# more than the figure's own last digit tells.
COARSE, COARSER_THAN_FIGURE = 0.5, 5.0

CUT_OFF = "cut off instead of rounded"
HALF_EVEN = "a half rounded to the even digit; half up gives {}"


class Marked(NamedTuple):
    """A line with its verdict.

    ``expected`` is what the formula gives with the student's own figures, ``true`` the exact value.
    """

    entry: Entry
    at: int
    verdict: Verdict
    expected: float
    true: float
    remark: str = ""

    @property
    def expected_figure(self) -> float:
        """The formula's result, with the digits of the figure, and at least two significant."""
        if not math.isfinite(self.expected) or not self.expected:
            return self.expected
        decimals = decimals_of(self.entry.written.figure)
        least = 1 - math.floor(math.log10(abs(self.expected)))
        return round(self.expected, max(decimals, least))


class Marking:
    """The verdicts of a sheet, and the numbers that they were found with."""

    def __init__(self, problem: Problem, sheet: Sheet) -> None:
        names = Names(problem)
        strange = [written for written in sheet.lines if not names.means(written)]
        derivatives = [one for one in map(names.other_derivative, strange) if one is not None]
        if derivatives:
            problem = problem.with_derivatives(derivatives)
            names = Names(problem)
        self.problem, self.names = problem, names
        found, self.unknown = meanings(problem, names, sheet.lines)
        entries = with_one_sign(problem, names, found)
        self.own = OwnNumbers(problem, entries)
        self.found: dict[int, Marked] = {}
        # What is marked: the first line of each figure of a quantity, and all by their figures.
        self._same: dict[tuple[str, float], int] = {}
        self._seen: dict[str, list[tuple[float, int]]] = {}

    def in_order(self) -> Iterator[int]:
        """The positions of all lines, those first that others rest on."""
        order, entries = self.problem.order, self.own.entries
        return iter(sorted(range(len(entries)), key=lambda at: (order[entries[at].quantity], at)))

    def mark(self, at: int) -> Marked:
        """The verdict of one line; those that it rests on must have theirs."""
        own, entry = self.own, self.own.entries[at]
        quantity, bounds = entry.quantity, entry.bounds
        exact = self.problem.exact[quantity]
        verdict, route, remark = self._verdict(at, entry)
        marked = Marked(entry, at, verdict, own.worth(quantity, at), exact, remark)
        self.found[at] = marked
        self._same.setdefault((quantity, entry.figure), at)
        insort(self._seen.setdefault(quantity, []), (entry.figure, at))
        if verdict is not Verdict.RIGHT:
            own.settle(at, between(bounds, f"line {at}"))
        elif self._is_exact(quantity) and math.isclose(entry.figure, exact, rel_tol=1e-14):
            own.settle(at, point(exact))
        else:
            results = [route.form.bounds] if route and route.form.is_bounded else []
            results += [Bounds(value, value) for value in self.problem.truths(quantity)]
            bounds = cut_bounds(entry.written.figure) if remark == CUT_OFF else bounds
            own.settle(at, carried(entry, at, results, bounds))
        return marked

    def _verdict(self, at: int, entry: Entry) -> tuple[Verdict, Known | None, str]:
        """The verdict, what the figure was found among, and a remark."""
        quantity, bounds = entry.quantity, entry.bounds
        truths = self.problem.truths(quantity)
        nearest = self.own.result(quantity, at)
        if any(bounds.holds(value) for value in truths):
            return Verdict.RIGHT, nearest, _remark(entry, truths)
        if any(is_cut_off(entry.written.figure, value) for value in truths):
            return Verdict.RIGHT, nearest, CUT_OFF
        copied = self._copied(entry)
        if copied is not None:
            verdict = copied.verdict if copied.verdict is Verdict.RIGHT else Verdict.FOLLOWS
            remark = f"as in line {copied.entry.written.line}"
            return verdict, None, "" if verdict is Verdict.RIGHT else remark
        if quantity not in self.problem.steps:
            return Verdict.WRONG, None, ""
        worth = self.own.worth(quantity, at)
        for route in self._routes(quantity, at, nearest):
            if not route.form.is_bounded:
                return Verdict.UNCLEAR, None, ""
            result = route.form.bounds
            # The figures as they are written may lead to the very end of the bounds: a half.
            met = result.meets(bounds) or (route is nearest and bounds.holds(worth))
            cut = is_cut_off(entry.written.figure, worth) and route is nearest
            if not met and not cut and not self._cut_from(entry.written.figure, result):
                continue
            if coarse(route.form, bounds):
                return Verdict.UNCLEAR, None, ""
            remark = "" if met else CUT_OFF
            return self._as_good_as(route), route, remark
        return Verdict.WRONG, None, ""

    def _routes(self, quantity: str, at: int, nearest: Known) -> Iterator[Known]:
        """The results of the formula from the nearest figures, and from those behind them."""
        yield nearest
        if -1 in nearest.lines:
            yield self.own.result(quantity, at, self.own.implied)
        on_lines = [self.own.entries[line].quantity for line in sorted(nearest.lines) if line >= 0]
        worked = [name for name in dict.fromkeys(on_lines) if name in self.problem.steps]
        for name in worked[:MOST_LEFT_OUT]:
            yield self.own.result(quantity, at, frozenset((name,)))
        if len(worked) > 1:
            yield self.own.result(quantity, at, frozenset(worked))
        for name in worked[:MOST_LEFT_OUT]:  # a figure that was written twice, differently
            lines = sorted(self.own.lines_of(name), key=lambda line: abs(line - at))
            for line in lines[:MOST_REPEATED]:
                if line not in nearest.lines and line in self.found:
                    yield self.own.result(quantity, line + 1)

    def _as_good_as(self, known: Known) -> Verdict:
        """The verdict of what follows from lines: right where they all are."""
        found = {self.found[line].verdict if line >= 0 else Verdict.WRONG for line in known.lines}
        if found <= {Verdict.RIGHT}:
            return Verdict.RIGHT
        return Verdict.UNCLEAR if found <= {Verdict.RIGHT, Verdict.UNCLEAR} else Verdict.FOLLOWS

    def _cut_from(self, figure: Decimal, result: Bounds) -> bool:
        """True if a figure may be a result with its further digits left away.

        Of one who does that regularly, it is enough that it can be.
        """
        if self.own.cuts:
            return bool(figure) and result.meets(cut_bounds(figure))
        return _cut_within(figure, result)

    def _copied(self, entry: Entry) -> Marked | None:
        """An earlier line about the same quantity whose figure this one repeats."""
        same = self._same.get((entry.quantity, entry.figure))
        if same is not None:
            return self.found[same]
        bounds, seen = entry.bounds, self._seen.get(entry.quantity, [])
        for _, line in seen[bisect_left(seen, (bounds.low, 0)) :]:
            earlier = self.found[line]
            if not bounds.holds(earlier.entry.figure):
                break
            if bounds.radius > earlier.entry.bounds.radius:
                return earlier
        return None

    def _is_exact(self, quantity: str) -> bool:
        """True if a quantity is given, or worked from given numbers alone."""
        step = self.problem.steps.get(quantity)
        if step is None:
            return True
        if isinstance(step.expression, Symbol):
            return self._is_exact(step.expression.name)
        used = self.problem.used[quantity]
        return isinstance(step.expression, Number) or not any(
            name in self.problem.steps for name in used
        )


def coarse(form: Form, figure: Bounds) -> bool:
    """True if a number is known so coarsely that it cannot judge a figure."""
    radius = form.radius
    return radius > COARSE * abs(form.centre) and radius > COARSER_THAN_FIGURE * figure.radius


def _cut_within(figure: Decimal, result: Bounds) -> bool:
    """True if a figure is all values of a narrow result with their further digits left away."""
    if result.radius > float(unit_of(figure)) / 4:
        return False
    return is_cut_off(figure, result.low) and is_cut_off(figure, result.high)


def _as_decimal(value: float) -> Decimal:
    return Decimal(repr(value))


def _remark(entry: Entry, truths: Sequence[float]) -> str:
    """A remark on a right figure: a half rounded to the even digit."""
    figure = entry.written.figure
    unit = unit_of(figure)
    for value in truths:
        if not fits(value, unit):
            continue
        half_up = _as_decimal(value).quantize(unit, ROUND_HALF_UP, LOSSLESS)
        if half_up == figure:
            return ""
        if _as_decimal(value).quantize(unit, ROUND_HALF_EVEN, LOSSLESS) == figure:
            return HALF_EVEN.format(half_up)
    return ""
