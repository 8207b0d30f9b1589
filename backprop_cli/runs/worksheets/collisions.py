"""Usual mistakes that numbers hide: their figure is the right one, or that of another mistake."""

from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from random import Random
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.figures import unit_of
from backprop_cli.arithmetic.rounded import Rounded
from backprop_cli.arithmetic.working import WorkingError
from backprop_cli.derivation.derived import Derived
from backprop_cli.derivation.steps import Kept
from backprop_cli.network.exercise import Example, Exercise, Figure
from backprop_cli.runs.checking.problem import Problem, problem
from backprop_cli.runs.mistakes.catalogue import MOST_FREQUENT, changes_at

RIGHT = ""  # in the place of a mistake's name
# Numbers are moved by up to this share, to see whether two formulas are one for any numbers.
MOVED = 1e-3
# What agrees to so many digits after that is the same.
SAME = 1e-9
NOTHING = 1e-15  # what is left of 0 in float64


class Way(NamedTuple):
    """One way of working a line: the right one, or one of a mistake's."""

    mistake: str
    formula: Expression


class Line(NamedTuple):
    """A line, how its result is kept, and the ways of working it, the right one first."""

    name: str
    kept: Kept
    ways: tuple[Way, ...]


class Collision(NamedTuple):
    """Two ways of working a line that give one figure; ``other`` is the earlier one of them.

    ``near`` says that the figures are one unit apart: the right one may have been rounded so.
    """

    line: str
    mistake: str
    other: str
    near: bool = False


def lines_of(facts: Problem) -> tuple[Line, ...]:
    """The lines of a problem at which the most frequent mistakes are made."""
    found = []
    for name, step in facts.steps.items():
        ways = dict.fromkeys(
            Way(mistake.name, change.expression)
            for mistake, change in changes_at(facts, step, facts.steps, MOST_FREQUENT)
        )
        if ways:
            # All digits of a new weight would tell everything apart.
            kept = Kept.CLOSER if step.kept is Kept.WHOLE else step.kept
            found.append(Line(name, kept, (Way(RIGHT, step.expression), *ways)))
    return tuple(found)


class Numbers:
    """An exercise's numbers, and what they make of the ways in which its lines are worked."""

    def __init__(self, exercise: Exercise, facts: Problem, derived: Derived) -> None:
        self._exercise, self._facts, self._derived = exercise, facts, derived
        self._values = {**facts.exact, **facts.rounded}
        self._hand = Rounded(facts.decimals or 0)

    def collisions(self, lines: Collection[Line], kept: Collection[str] = ()) -> list[Collision]:
        """The mistakes that these numbers hide, and others would not.

        Numbers that are ``kept`` cannot be others.
        """
        pairs = [(line, *pair) for line in lines for pair in self._alike(line)]
        if not pairs:
            return []
        others = self._moved(kept)
        return [
            Collision(line.name, one.mistake, other.mistake, near)
            for line, one, other, near in pairs
            if not _is_same(one.formula, other.formula, others)
        ]

    def _alike(self, line: Line) -> Iterator[tuple[Way, Way, bool]]:
        """The ways of a line that come to the figure of an earlier one by another mistake.

        Of the right figure, also those that come near to it.
        """
        by_figure: dict[Decimal, Way] = {}
        next_to_right: Decimal | None = None
        right = Decimal(0)
        for way in line.ways:
            figure = self._figure(way.formula, line.kept)
            if figure is None:
                continue
            other = by_figure.setdefault(figure, way)
            if way.mistake == RIGHT:
                right, next_to_right = figure, unit_of(figure)
            elif other.mistake != way.mistake:
                yield way, other, False
            elif next_to_right and abs(figure - right) <= next_to_right:
                yield way, line.ways[0], True

    def _figure(self, formula: Expression, kept: Kept) -> Decimal | None:
        value = _value(formula, self._values)
        try:
            return None if value is None else self._hand.result(Decimal(repr(value)), kept)
        except ArithmeticError:
            return None

    def _moved(self, kept: Collection[str]) -> Mapping[str, float]:
        """The values that numbers near to these would lead to."""
        exercise, network, random = self._exercise, self._exercise.network, Random("moved")

        def moved(name: str, number: Figure) -> float:
            stays = name in kept or (name in network.targets and abs(number) in (0, 1))
            return float(number) * (1 if stays else 1 + MOVED * random.random())

        def row(names: tuple[str, ...], numbers: tuple[Figure, ...]) -> tuple[float, ...]:
            return tuple(moved(name, one) for name, one in zip(names, numbers, strict=True))

        names = (*network.inputs, *network.parameters, *network.targets)
        others = exercise._replace(
            numbers={
                **exercise.numbers,
                **{name: moved(name, exercise.numbers[name]) for name in names},
            },
            examples=tuple(
                Example(row(network.inputs, one.inputs), row(network.targets, one.targets))
                for one in exercise.examples
            ),
            rounding=None,
        )
        try:
            return problem(others, derived=self._derived).exact
        except WorkingError:
            return {}


def _is_same(one: Expression, other: Expression, values: Mapping[str, float]) -> bool:
    """True if two formulas are one, by what they come to with numbers that are not rounded."""
    first, second = _value(one, values), _value(other, values)
    if first is None or second is None:
        return False
    return abs(first - second) <= SAME * max(abs(first), abs(second)) + NOTHING


def _value(formula: Expression, values: Mapping[str, float]) -> float | None:
    try:
        return Exact().evaluate(formula, values)
    except (ArithmeticError, KeyError, ValueError):
        return None
