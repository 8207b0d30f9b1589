"""The diagnosis of a wrong line: every mistake that gives just its figure."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import Number
from backprop_cli.arithmetic.intervals import Bounds, Form
from backprop_cli.runs.checking import slips
from backprop_cli.runs.checking.entry import Entry
from backprop_cli.runs.checking.marking import Marking, coarse
from backprop_cli.runs.checking.own import OwnNumbers
from backprop_cli.runs.checking.trial import Changes, Trial
from backprop_cli.runs.mistakes.catalogue import changes_at

# So many skipped quantities behind a line are looked into.
MOST_SKIPPED = 40
# How much is tried for a whole sheet: mistakes, times the steps that each changes.
MOST_WORK = 80_000
CHANGE_COST = 3  # a changed formula takes about as long as so many steps


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


class Suspect(NamedTuple):
    """A mistake that may give a line's figure: the formulas that it puts in the place of others.

    ``changed`` are the quantities of those, the last of them where the mistake was made.
    """

    mistake: str
    sentence: str
    quantity: str
    changes: Changes
    changed: tuple[str, ...]


def causes(marking: Marking, at: int) -> list[Cause]:
    """Every mistake that gives the figure of a line, the simplest first.

    In a large network, or after many wrong lines, not all can be tried.
    """
    own, entry = marking.own, marking.own.entries[at]
    found: dict[tuple[str, str], Cause] = {}
    trial = Trial(own, at, entry)
    for suspect in _all(own, at, entry):
        earlier = found.get((suspect.mistake, suspect.quantity))
        if earlier is not None and earlier.closely:
            continue
        cause = suspect if isinstance(suspect, Cause) else None
        if isinstance(suspect, Suspect):
            if own.work > MOST_WORK:
                continue
            cause = _cause(trial, suspect, only_closely=earlier is not None)
        if cause is not None:
            found[cause.mistake, cause.quantity] = cause
    # A factor that is left out of a product is 1 in it: that is one mistake, not two.
    said: dict[tuple[str, str], Cause] = {}
    for (mistake, quantity), cause in found.items():
        said.setdefault((mistake, cause.sentence if "∂" in cause.sentence else quantity), cause)
    close = [cause for cause in said.values() if cause.closely]
    return close + [cause for cause in said.values() if not cause.closely]


def _cause(trial: Trial, suspect: Suspect, *, only_closely: bool) -> Cause | None:
    """The cause that a trial shows a suspect to be; None if it does not give the figure."""
    met = trial.of(suspect.changes, *suspect.changed, only_closely=only_closely)
    return met and Cause(suspect.mistake, suspect.sentence, suspect.quantity, *met)


def _all(own: OwnNumbers, at: int, entry: Entry) -> Iterator[Cause | Suspect]:
    quantity = entry.quantity
    if quantity not in own.problem.steps:
        known = [slips.Source(quantity, _digits(own, quantity))]
        yield from _miscopied(entry, known)
        return
    expected = own.result(quantity, at).form
    known = slips.sources(own, quantity, at)
    aside = slips.on_the_way(own, quantity, at)
    shown = [*slips.in_working(entry, [*known, *aside], expected.bounds, own.figures)]
    for slip in shown:
        yield Cause(slip.name, slip.sentence, quantity, expected, seen=True)
    if any(slip.name == "arithmetic" for slip in shown):
        # The working shows it: beside that, only its result may have been written down wrongly.
        yield from _of_result(entry, expected)
        return
    yield from _by_formula(own, at, entry)
    yield from _of_result(entry, expected)
    for slip in slips.of_sources(known):
        changes: Changes = {slip.source: Number(slip.value)}
        yield Suspect(slip.name, slip.sentence, quantity, changes, (slip.source,))
    computed = [one for one in known if one.name in own.problem.steps]
    for rounded in slips.rounded_sources([*computed, *aside], min(own.habit.decimals, 6)):
        numbers: Changes = {name: Number(value) for name, value in rounded.items()}
        detail = ", ".join(f"{value} for {name}" for name, value in rounded.items())
        slip = slips.Slip("rounded_too_early", detail)
        yield Suspect(slip.name, slip.sentence, quantity, numbers, tuple(numbers))


def _of_result(entry: Entry, expected: Form) -> Iterator[Cause]:
    """Slips in writing down what was worked out."""
    if expected.is_bounded and not coarse(expected, entry.bounds):
        for slip in slips.of_result(entry, expected.bounds):
            yield Cause(slip.name, slip.sentence, entry.quantity, expected)


def _by_formula(own: OwnNumbers, at: int, entry: Entry) -> Iterator[Suspect]:
    """Mistakes in the step of a line, and in steps that the sheet skips on the way to it."""
    for name in (entry.quantity, *own.skipped(entry.quantity, at, MOST_SKIPPED)):
        step = own.problem.steps[name]
        written = {one for one in own.problem.used[name] if own.line_of(one, at) is not None}
        for mistake, change in changes_at(own.problem, step, written):
            own.work += CHANGE_COST
            if own.work > MOST_WORK:
                return
            sentence = mistake.told(change.detail)
            yield Suspect(mistake.name, sentence, name, {name: change.expression}, (name,))


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
