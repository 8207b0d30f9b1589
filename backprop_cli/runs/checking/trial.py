"""Formulas changed for a trial: what a line then comes to, held against its figure."""

from collections.abc import Iterable, Mapping
from functools import cached_property

from backprop_cli.algebra.expression import Expression, symbols
from backprop_cli.arithmetic.intervals import Form, evaluate
from backprop_cli.derivation.steps import reached
from backprop_cli.runs.checking.entry import Entry
from backprop_cli.runs.checking.forms import value_of
from backprop_cli.runs.checking.marking import coarse
from backprop_cli.runs.checking.own import OwnNumbers, Worked

# So many skipped quantities behind a line may be concerned.
MOST_BETWEEN = 400
# What is more than this share of a figure's own last digit away from it does not give it.
WITHIN = 0.55
GENEROUSLY = 5.0
FORMS_COST = 10  # bounds of a number take about so many times as long as the number

# Formulas in the place of those of the steps, to see what a mistake leads to.
Changes = Mapping[str, Expression]


class Trial:
    """The trials of one line: formulas are changed, and its figure met or not."""

    def __init__(self, own: OwnNumbers, at: int, entry: Entry) -> None:
        self.own, self.at, self.entry = own, at, entry
        self._resting: dict[str, frozenset[str]] = {}
        self._behind: dict[str, frozenset[str]] = {}
        self._between = frozenset((entry.quantity, *own.skipped(entry.quantity, at, MOST_BETWEEN)))
        self._counted = Worked(lambda name: own.counted(name, at))
        self._known = Worked(lambda name: own.known(name, at).form)

    def of(
        self, changes: Changes, *changed: str, only_closely: bool = False
    ) -> tuple[Form, bool] | None:
        """The result of the last changed quantity, and whether the figure is met closely.

        None where it is not met, or not closely and that is asked for.
        """
        affected = frozenset().union(*map(self._resting_on, changed))
        if self.entry.quantity not in affected or not self._has_values(changes, affected):
            return None
        name, bounds = changed[-1], self.own.bounds(self.at)
        in_order = sorted(affected, key=self.own.problem.order.__getitem__)
        self.own.work += len(in_order)
        worth = self._worth(changes, in_order)
        off = abs(worth - self.entry.figure)
        closely = off <= 2 * WITHIN * bounds.radius
        if not closely and (only_closely or not off <= bounds.radius + self._reach(worth)):
            return None
        self.own.work += FORMS_COST * len(in_order)
        forms = self._forms(changes, in_order)
        form = forms[self.entry.quantity]
        judged = form.is_bounded and not coarse(form, bounds)
        if not closely and not (judged and form.bounds.meets(bounds)):
            return None
        return forms.get(name, form), closely

    def _worth(self, changes: Changes, affected: list[str]) -> float:
        """The number that the line comes to from the figures as they are written.

        Not a number where it does not exist.
        """
        steps, values = self.own.problem.steps, Worked(self._counted.__getitem__)
        for name in affected:
            values[name] = value_of(changes.get(name) or steps[name].expression, values)
        return values[self.entry.quantity]

    def _forms(self, changes: Changes, affected: list[str]) -> Mapping[str, Form]:
        """The same for all numbers that the figures stand for, and for what is on the way."""
        steps, forms = self.own.problem.steps, Worked(self._known.__getitem__)
        for name in affected:
            step = steps.get(name)
            form = evaluate(changes.get(name) or steps[name].expression, forms.__getitem__)
            aside = step is not None and name != self.entry.quantity
            forms[name] = self.own.rounded_aside(name, step, form) if step and aside else form
        return forms

    def _reach(self, worth: float) -> float:
        """A generous bound, quickly found, on how far rounding on the way may move a number."""
        expected = self._expected
        scale = max(1.0, abs(worth / expected.centre)) if expected.centre else 1.0
        return GENEROUSLY * scale * (expected.radius + self.entry.bounds.radius)

    @cached_property
    def _expected(self) -> Form:
        return self.own.result(self.entry.quantity, self.at).form

    def _has_values(self, changes: Changes, affected: frozenset[str]) -> bool:
        """True if no changed step uses what rests on it: an updated weight may."""
        for name, expression in changes.items():
            for symbol in symbols(expression):
                if symbol.name not in self.own.problem.exact:
                    return False
                if symbol.name == name or symbol.name in affected:
                    return False
                off_line = self.own.line_of(symbol.name, self.at) is None
                if (off_line or symbol.name == self.entry.quantity) and any(
                    changed in self._worked_from(symbol.name) for changed in changes
                ):
                    return False
        return True

    def _worked_from(self, quantity: str) -> frozenset[str]:
        """The quantities that one is worked from without a line between, and itself."""
        if quantity not in self._behind:
            self._behind[quantity] = self._found_behind(quantity)
        return self._behind[quantity]

    def _found_behind(self, quantity: str) -> frozenset[str]:
        def used(name: str) -> Iterable[str]:
            passes = self.own.line_of(name, self.at) is None or name == self.entry.quantity
            return self.own.problem.used.get(name, ()) if passes else ()

        return frozenset(reached([quantity], used))

    def _resting_on(self, name: str) -> frozenset[str]:
        """The quantities between a changed one and the line that are worked from it."""
        if name not in self._resting:
            users, between = self.own.problem.users, self._between
            found = reached([name], lambda one: between.intersection(users.get(one, ())))
            self._resting[name] = frozenset(found)
        return self._resting[name]
