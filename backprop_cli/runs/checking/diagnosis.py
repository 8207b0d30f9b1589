"""The diagnosis of a wrong line: every mistake that gives just its figure."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression, Number, symbols
from backprop_cli.arithmetic.intervals import Bounds, Form
from backprop_cli.runs.checking import slips
from backprop_cli.runs.checking.entry import Entry
from backprop_cli.runs.checking.marking import Marking, coarse
from backprop_cli.runs.checking.own import OwnNumbers
from backprop_cli.runs.mistakes.catalogue import changes_at

# So many skipped quantities behind a line are looked into.
MOST_SKIPPED = 40
# How much is tried for a whole sheet: mistakes, times the steps that each concerns.
MOST_WORK = 80_000
# What is more than this share of a figure's own last digit away from it does not give it.
WITHIN = 0.55
GENEROUSLY = 5.0


class Cause(NamedTuple):
    """A mistake that gives a line's figure.

    ``quantity`` is where it was made: that of the line, or one that the sheet skips, whose value
    was then ``value``. ``closely`` says that it gives the figure from the figures as they are
    written, ``seen`` that the working on the line shows it.
    """

    mistake: str
    sentence: str
    quantity: str
    value: Form
    closely: bool = True
    seen: bool = False


def causes(marking: Marking, at: int) -> list[Cause]:
    """Every mistake that gives the figure of a line, the simplest first.

    In a large network, or after many wrong lines, not all can be tried.
    """
    entry = marking.own.entries[at]
    found: dict[tuple[str, str], Cause] = {}
    for cause in _all(marking, at, entry):
        key = (cause.mistake, cause.quantity)
        if key not in found or (cause.closely and not found[key].closely):
            found[key] = cause
    close = [cause for cause in found.values() if cause.closely]
    return close + [cause for cause in found.values() if not cause.closely]


def _all(marking: Marking, at: int, entry: Entry) -> Iterator[Cause]:
    own, quantity = marking.own, entry.quantity
    if quantity not in own.problem.steps:
        known = [slips.Source(quantity, _digits(own, quantity))]
        yield from _miscopied(entry, known)
        return
    expected = own.result(quantity, at).form
    known = slips.sources(own, quantity, at)
    aside = slips.on_the_way(own, quantity, at)
    shown = [*slips.in_working(entry, [*known, *aside], expected.bounds)]
    for slip in shown:
        yield Cause(slip.name, slip.sentence, quantity, expected, seen=True)
    if any(slip.name == "arithmetic" for slip in shown):
        # The working shows it: beside that, only its result may have been written down wrongly.
        yield from _of_result(entry, expected)
        return
    yield from _by_formula(own, at, entry)
    yield from _of_result(entry, expected)
    trial = _Trial(own, at, entry)
    for slip in slips.of_sources(known):
        cause = trial.of({slip.source: Number(slip.value)}, slip.source)
        if cause is not None:
            yield Cause(slip.name, slip.sentence, quantity, *cause)
    computed = [one for one in known if one.name in own.problem.steps]
    for rounded in slips.rounded_sources([*computed, *aside], min(own.habit.decimals, 6)):
        numbers: dict[str, Expression] = {name: Number(value) for name, value in rounded.items()}
        cause = trial.of(numbers, *numbers)
        if cause is not None:
            detail = ", ".join(f"{value} for {name}" for name, value in rounded.items())
            slip = slips.Slip("rounded_too_early", detail)
            yield Cause(slip.name, slip.sentence, quantity, *cause)


def _of_result(entry: Entry, expected: Form) -> Iterator[Cause]:
    """Slips in writing down what was worked out."""
    if expected.is_bounded and not coarse(expected, entry.bounds):
        for slip in slips.of_result(entry, expected.bounds):
            yield Cause(slip.name, slip.sentence, entry.quantity, expected)


def _by_formula(own: OwnNumbers, at: int, entry: Entry) -> Iterator[Cause]:
    """Mistakes in the step of a line, and in steps that the sheet skips on the way to it."""
    trial = _Trial(own, at, entry)
    left = MOST_WORK - own.work
    for name in (entry.quantity, *own.skipped(entry.quantity, at, MOST_SKIPPED)):
        step = own.problem.steps[name]
        used = {symbol.name for symbol in symbols(step.expression)}
        written = {one for one in used if own.line_of(one, at) is not None}
        for mistake, change in changes_at(own.problem, step, written):
            if left < 0:
                return
            left -= trial.size
            own.work += trial.size
            cause = trial.of({name: change.expression}, name)
            if cause is not None:
                sentence = mistake.told(change.detail)
                yield Cause(mistake.name, sentence, name, *cause)


class _Trial:
    """A trial: the result of a line where something is changed, held against its figure."""

    def __init__(self, own: OwnNumbers, at: int, entry: Entry) -> None:
        self.own, self.at, self.entry = own, at, entry
        self._resting: dict[str, frozenset[str]] = {}
        self._behind: dict[str, frozenset[str]] = {}
        self._between = frozenset((entry.quantity, *own.skipped(entry.quantity, at, 400)))

    @property
    def size(self) -> int:
        """The number of steps that a trial concerns."""
        return len(self._between)

    def of(self, changes: Mapping[str, Expression], *changed: str) -> tuple[Form, bool] | None:
        """The result of the last changed quantity, and whether the figure is met closely.

        None where it is not met.
        """
        affected = frozenset().union(*map(self._resting_on, changed))
        if self.entry.quantity not in affected or not self._has_values(changes, affected):
            return None
        name, bounds = changed[-1], self.own.bounds(self.at)
        worth = self.own.worth_changed(self.entry.quantity, self.at, changes, affected)
        off = abs(worth - self.entry.figure)
        if not off <= bounds.radius + self._reach(worth):
            return None
        forms = self.own.changed(self.entry.quantity, self.at, changes, affected)
        form = forms[self.entry.quantity]
        judged = form.is_bounded and not coarse(form, bounds)
        closely = off <= 2 * WITHIN * bounds.radius
        if not closely and not (judged and form.bounds.meets(bounds)):
            return None
        return forms.get(name, form), closely

    def _reach(self, worth: float) -> float:
        """A generous bound, quickly found, on how far rounding on the way may move a number."""
        expected = self._expected
        scale = max(1.0, abs(worth / expected.centre)) if expected.centre else 1.0
        return GENEROUSLY * scale * (expected.radius + self.entry.bounds.radius)

    @cached_property
    def _expected(self) -> Form:
        return self.own.result(self.entry.quantity, self.at).form

    def _has_values(self, changes: Mapping[str, Expression], affected: frozenset[str]) -> bool:
        """True if no changed step uses what rests on it: an updated weight may."""
        problem = self.own.problem
        for name, expression in changes.items():
            for symbol in symbols(expression):
                if symbol.name not in problem.exact:
                    return False
                if symbol.name != name and symbol.name not in self._between:
                    continue
                if symbol.name == name or symbol.name in affected:
                    return False
        return not any(
            self._rests_on(symbol.name, name)
            for name, expression in changes.items()
            for symbol in symbols(expression)
            if self.own.line_of(symbol.name, self.at) is None or symbol.name == self.entry.quantity
        )

    def _rests_on(self, quantity: str, on: str) -> bool:
        """True if a quantity that the sheet skips is worked from another."""
        if quantity not in self._behind:
            self._behind[quantity] = self._found_behind(quantity)
        return on in self._behind[quantity]

    def _found_behind(self, quantity: str) -> frozenset[str]:
        """The quantities that one is worked from without a line between, and itself."""
        waiting, seen = [quantity], set[str]()
        found: set[str] = set()
        while waiting:
            name = waiting.pop()
            found.add(name)
            step = self.own.problem.steps.get(name)
            on_line = self.own.line_of(name, self.at) is not None and name != self.entry.quantity
            if step is None or name in seen or on_line:
                continue
            seen.add(name)
            waiting.extend(symbol.name for symbol in symbols(step.expression))
        return frozenset(found)

    def _resting_on(self, name: str) -> frozenset[str]:
        """The quantities between a changed one and the line that are worked from it."""
        if name not in self._resting:
            found = {name}
            waiting = [name]
            while waiting:
                for user in self.own.affected_by.get(waiting.pop(), ()):
                    if user in self._between and user not in found:
                        found.add(user)
                        waiting.append(user)
            self._resting[name] = frozenset(found)
        return self._resting[name]


def _miscopied(entry: Entry, known: list[slips.Source]) -> Iterator[Cause]:
    """Slips in copying a number that is given."""
    (given,) = known
    exact = Bounds(float(given.figure), float(given.figure))
    found = [*slips.of_result(entry, exact)]
    if not found:
        found = [slips.Slip("misread_figure", f"{entry.written.figure} for {given.figure}")]
    for slip in found:
        yield Cause(slip.name, slip.sentence, entry.quantity, Form(float(given.figure)))


def _digits(own: OwnNumbers, quantity: str) -> Decimal:
    return Decimal(repr(own.problem.exact[quantity]))


def telling_apart(marking: Marking, at: int, one: Cause, other: Cause) -> str | None:
    """The skipped quantity whose line would tell two causes apart; None where none does."""
    own = marking.own
    for quantity in dict.fromkeys((one.quantity, other.quantity)):
        if quantity == own.entries[at].quantity:
            continue
        right = own.known(quantity, at).form
        values = [cause.value if cause.quantity == quantity else right for cause in (one, other)]
        if not values[0].bounds.meets(values[1].bounds):
            return quantity
    return None
