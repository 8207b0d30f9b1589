"""A whole sheet checked: verdicts, the causes of what is wrong, and what is missing."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from backprop_cli.algebra.sheet import Sheet, Written
from backprop_cli.derivation.steps import new
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.checking.diagnosis import Cause, causes, telling_apart
from backprop_cli.runs.checking.entry import Verdict
from backprop_cli.runs.checking.marking import Marked, Marking
from backprop_cli.runs.checking.problem import Problem, problem
from backprop_cli.runs.checking.together import Together, together
from backprop_cli.wording import NEAREST, nearest

# The causes of so many wrong lines are looked for: mending the first mends most of the others.
MOST_EXPLAINED = 12
EXPLAINED = 3  # of so many names that are none the nearest are looked for


class Checked(NamedTuple):
    """A sheet with a verdict for every line, in the sheet's order.

    ``causes`` are those of wrong lines by their positions in ``lines``, the likeliest first; where
    there are several, ``teller`` may have the quantity whose line would tell the first two apart.
    ``together`` are wrong lines that one mistake explains as a whole. ``missing`` are the ASCII
    names of what is on no line, ``unknown`` the lines whose names are none, the first of them with
    the nearest that are.
    """

    sheet: Sheet
    marking: Marking
    lines: tuple[Marked, ...]
    causes: Mapping[int, Sequence[Cause]]
    teller: Mapping[int, str]
    together: Sequence[Together]
    missing: tuple[str, ...]
    unknown: tuple[tuple[Written, tuple[str, ...]], ...]

    def count(self, verdict: Verdict) -> int:
        """The number of lines with a verdict."""
        return sum(marked.verdict is verdict for marked in self.lines)

    def mistakes(self, at: int) -> list[str]:
        """The identifiers of the mistakes that give the figure of a line, the likeliest first."""
        found = [group.mistake for group in self.together if at in group.lines]
        return [*dict.fromkeys((*found, *(cause.mistake for cause in self.causes.get(at, ()))))]

    @property
    def first_wrong(self) -> int | None:
        """The position in ``lines`` of the first line that is wrong."""
        wrong = (at for at, one in enumerate(self.lines) if one.verdict is Verdict.WRONG)
        return next(wrong, None)

    @property
    def unread(self) -> int:
        """The number of lines that look like a quantity's and are none."""
        return len(self.unknown) + len(self.sheet.unread)


def check(exercise: Exercise, sheet: Sheet, example: int = 0) -> Checked:
    """Check a sheet against the first update of an exercise; ``example`` counts from 0.

    Raises WorkingError where the exercise itself leaves the range of float64.
    """
    return checked(problem(exercise, example), sheet)


def checked(facts: Problem, sheet: Sheet) -> Checked:
    """Check a sheet against the right solution of an exercise."""
    marking = Marking(facts, sheet)
    explained: dict[int, Sequence[Cause]] = {}
    teller: dict[int, str] = {}
    for at in marking.in_order():
        if marking.mark(at).verdict is not Verdict.WRONG or len(explained) >= MOST_EXPLAINED:
            continue
        explained[at] = found = causes(marking, at)
        if len(found) > 1:
            tells = telling_apart(marking, at, found[0], found[1])
            if tells is not None:
                teller[at] = marking.names.shown(tells)
        if found and found[0].quantity != marking.own.entries[at].quantity:
            marking.own.imply(found[0].quantity, found[0].value)
    shown = marking.names.all_shown
    lines = tuple(marking.found[at] for at in range(len(marking.own.entries)))
    groups = together(marking, lines)
    return Checked(
        sheet,
        marking,
        lines,
        explained,
        teller,
        groups,
        _missing(marking),
        tuple(
            (one, tuple(nearest(one.name[:40], shown, NEAREST, likeness=0.0)))
            for one in marking.unknown[:EXPLAINED]
        )
        + tuple((one, ()) for one in marking.unknown[EXPLAINED:]),
    )


def _missing(marking: Marking) -> tuple[str, ...]:
    """The quantities that a whole working has and the sheet has not."""
    network, problem = marking.problem.network, marking.problem
    alike = {one.activation: network.prediction(one) for one in network.outputs}
    wanted = [
        alike.get(name, name)
        for one in network.neurons
        for name in (one.weighted_sum, one.activation)
    ]
    of = network.derived
    wanted += [of, *(network.gradient(name).name for name in network.parameters)]
    wanted += [new(name).name for name in network.parameters]
    written = {entry.quantity for entry in marking.own.entries}
    written |= {alike[name] for name in written & alike.keys()}
    return tuple(
        marking.names.shown(name)
        for name in wanted
        if name in problem.steps and name not in written
    )
