"""The right figure of each blank of a worksheet, and what usual mistakes would write there."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_UP, Decimal
from typing import NamedTuple

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.figures import LOSSLESS, unit_of
from backprop_cli.arithmetic.rounded import Rounded
from backprop_cli.derivation.steps import Kept, Step
from backprop_cli.runs.checking.problem import Problem, problem
from backprop_cli.runs.mistakes.catalogue import MISTAKES, changes_at
from backprop_cli.runs.run import Run

# Of one mistake so many ways are told at a line: of many weights, any may have been taken.
MOST_WAYS = 6
MOST_TOLD = 3  # of the mistakes that give one figure
MOST_WRONG = 40  # for one blank, whose field would grow too long to be read by a quiz

Place = tuple[int | None, str]  # the number of an example, where several are told apart; a name


class Wrong(NamedTuple):
    """A figure that is wrong, and the sentences that say what may have been done."""

    figure: Decimal
    sentences: tuple[str, ...]


class Answer(NamedTuple):
    """The answer to a blank: a figure, and how far from it is right too.

    No figure of ``wrong`` is as near as that, or stands twice.
    """

    figure: Decimal
    tolerance: Decimal
    wrong: tuple[Wrong, ...]


def answers(run: Run) -> Mapping[Place, Answer]:
    """The answer for every quantity of a run's update. Raises WorkingError."""
    facts = problem(run.exercise, run.shown.example, run.derived)
    hand = Rounded(run.working.arithmetic.decimals)
    return {_place(facts, name): _answer(facts, step, hand) for name, step in facts.steps.items()}


def _place(facts: Problem, name: str) -> Place:
    for number in facts.examples:
        if f"[{number}]" in name:
            return number, name.replace(f"[{number}]", "")
    return None, name


def _answer(facts: Problem, step: Step, hand: Rounded) -> Answer:
    name = step.defines.name
    exact, value = facts.exact[name], facts.rounded.get(name, facts.exact[name])
    # A new weight has all its digits on paper; here they are no more than can be told apart.
    kept = Kept.CLOSER if step.kept is Kept.WHOLE else step.kept
    figure = _rounded(value, kept, hand)
    unit = unit_of(figure) if step.kept is not Kept.WHOLE else 10 * unit_of(figure)
    # Whoever works with all digits ends a little beside whoever rounds.
    beside = abs(Decimal(repr(exact)) - figure) + unit / 2
    tolerance = max(unit, beside.quantize(unit, ROUND_UP, LOSSLESS))
    wrong: dict[Decimal, list[str]] = {}
    for other, sentence in _mistaken(facts, step, kept, hand):
        if abs(other - figure) > tolerance:
            said = wrong.setdefault(other, [])
            if len(said) < MOST_TOLD and sentence not in said:
                said.append(sentence)
    told_of = [Wrong(one, tuple(said)) for one, said in wrong.items()]
    return Answer(figure, tolerance, tuple(told_of[:MOST_WRONG]))


def _mistaken(
    facts: Problem, step: Step, kept: Kept, hand: Rounded
) -> Iterator[tuple[Decimal, str]]:
    """The figures that mistakes give at a step, frequent ones first, and what is told of each."""
    values = {**facts.exact, **facts.rounded}
    ways: dict[str, dict[Decimal, str]] = {}
    for mistake, change in changes_at(facts, step, facts.steps):
        found = ways.setdefault(mistake.name, {})
        if len(found) >= MOST_WAYS:
            continue
        try:
            figure = _rounded(Exact().evaluate(change.expression, values), kept, hand)
        except (ArithmeticError, ValueError, KeyError):
            continue
        found.setdefault(figure, mistake.told(change.detail))
    for name in sorted(ways, key=lambda name: -MISTAKES[name].seen):
        yield from ways[name].items()


def _rounded(value: float, kept: Kept, hand: Rounded) -> Decimal:
    return hand.figure(hand.result(Decimal(repr(value)), kept))
