"""A solution with one usual mistake in it, carried on through all later lines."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from backprop_cli.algebra.expression import Expression, Number, Symbol, symbols
from backprop_cli.algebra.sheet import Sheet, Written
from backprop_cli.arithmetic.evaluation import Arithmetic
from backprop_cli.arithmetic.rounded import Rounded
from backprop_cli.arithmetic.working import AnyWorking, WorkingError, work
from backprop_cli.derivation.steps import Derivation, Rule, Step
from backprop_cli.runs.checking.check import check
from backprop_cli.runs.checking.entry import Verdict
from backprop_cli.runs.checking.problem import Problem, problem
from backprop_cli.runs.mistakes.catalogue import Mistake, changes_at
from backprop_cli.runs.mistakes.site import Change
from backprop_cli.runs.run import Run
from backprop_cli.runs.worksheets.chance import Chance

# Steps that are on no line of a solution.
ON_NO_LINE = (Rule.SOFTMAX_LARGEST, Rule.STEP)
# So many mistakes are tried until one shows.
MOST_TRIES = 60


class Slip(NamedTuple):
    """A run in which one line, that of ``quantity``, was worked with a mistake.

    ``mistake`` is its identifier in the catalogue, ``sentence`` what was done.
    """

    run: Run
    quantity: str
    mistake: str
    sentence: str


def slipped(run: Run, seed: int) -> Slip | None:
    """The run with one mistake, chosen by a seed, and rounded from line to line as on paper.

    Where it begins with numbers that nobody typed, it is worked as the run is.

    The mistake is one that `check` finds at its line and names. Of a batch of several examples,
    it is made in the update. None where no mistake shows.
    """
    return _Planting(run, Chance(Random(f"{seed}/slip"))).slip()


class _Planting:
    def __init__(self, run: Run, chance: Chance) -> None:
        self._run, self._chance = run, chance
        # What was calculated, such as standardized data, is not rounded before it is begun with.
        typed = all(isinstance(number, Decimal) for number in run.working.given.values())
        arithmetic: Arithmetic[Any] = run.working.arithmetic
        self._by_hand = Rounded(arithmetic.decimals) if typed else arithmetic
        self._facts: Problem = problem(run.exercise, run.shown.example, run.derived)
        self._steps = [step for step in run.working.derivation.steps if self._is_open(step)]

    def slip(self) -> Slip | None:
        """The first mistake that shows, if there is one with which other lines go on."""
        for number in range(MOST_TRIES if self._steps else 0):
            step = self._steps[self._chance.below(len(self._steps))]
            chosen = self._chosen(step)
            working = chosen and self._worked(step, chosen[1].expression)
            if not chosen or not working:
                continue
            if number < MOST_TRIES / 2 and not self._goes_on(step, working):
                continue
            mistake, change = chosen
            faulty = replace(self._run, shown=self._run.shown._replace(working=working))
            slip = Slip(faulty, step.defines.name, mistake.name, mistake.told(change.detail))
            if self._is_found(slip):
                return slip
        return None

    def _is_open(self, step: Step) -> bool:
        """True where a mistake can be made in a step: it is a line on which something is worked."""
        in_passes = step.defines.name in self._run.derived.passes.by_name
        return (
            not isinstance(step.expression, Symbol | Number)
            and step.rule not in ON_NO_LINE
            and step.defines.name in self._facts.steps
            and not (in_passes and len(self._run.shown.batch) > 1)
        )

    def _chosen(self, step: Step) -> tuple[Mistake, Change] | None:
        """One of the mistakes that can be made at a step, and one way to make it."""
        ways: dict[str, list[tuple[Mistake, Change]]] = {}
        steps = self._facts.steps
        for mistake, change in changes_at(self._facts, steps[step.defines.name], steps):
            if not isinstance(change.expression, Symbol | Number):
                ways.setdefault(mistake.name, []).append((mistake, change))
        if not ways:
            return None
        found = [*ways.values()][self._chance.below(len(ways))]
        return found[self._chance.below(len(found))]

    def _worked(self, step: Step, expression: Expression) -> AnyWorking | None:
        """The working with another formula for a step; None where it has no value."""
        working = self._run.working
        derivation = _with(working.derivation, step, expression)
        if derivation is None:
            return None
        try:
            return work(derivation, working.given, self._by_hand)
        except (WorkingError, KeyError):
            return None

    def _goes_on(self, step: Step, working: AnyWorking) -> bool:
        """True where another line has another figure for a mistake at a step."""
        right = self._run.working
        return any(
            working.figure(name) != right.figure(name)
            for name in self._lines()
            if name != step.defines.name
        )

    def _is_found(self, slip: Slip) -> bool:
        """True where the mistake is the only thing that is wrong, and its figure tells which."""
        working = slip.run.working
        lines = tuple(
            Written(at, "", name, working.figure(name)) for at, name in enumerate(self._lines(), 1)
        )
        checked = check(slip.run.exercise, Sheet("", lines), slip.run.shown.example)
        wrong = [at for at, one in enumerate(checked.lines) if one.verdict is Verdict.WRONG]
        return (
            len(wrong) == 1
            and lines[wrong[0]].name == slip.quantity
            and slip.mistake in checked.mistakes(wrong[0])
        )

    def _lines(self) -> Iterator[str]:
        """The quantities on the lines of the solution."""
        for step in self._run.working.derivation.steps:
            if not isinstance(step.expression, Symbol | Number) and step.rule not in ON_NO_LINE:
                yield step.defines.name


def _with(derivation: Derivation, step: Step, expression: Expression) -> Derivation | None:
    """The steps with another formula for one of them; None where that uses what rests on it.

    What it uses of later steps, such as a weight that is updated already, comes before it.
    """
    needed = derivation.needed_for(symbol.name for symbol in symbols(expression))
    if step in needed:
        return None
    at = derivation.places[step.defines.name]
    before = derivation.steps[:at]
    earlier = [one for one in needed if one not in before]
    after = [one for one in derivation.steps[at + 1 :] if one not in earlier]
    changed = step._replace(expression=expression, computed=None, locals=None, row=None)
    return replace(derivation, steps=(*before, *earlier, changed, *after))
