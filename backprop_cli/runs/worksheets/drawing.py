"""An exercise with other numbers that are worth working, the same again from the same seed."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from random import Random
from typing import NamedTuple

from backprop_cli.arithmetic.evaluation import DEFAULT_DECIMALS
from backprop_cli.arithmetic.working import WorkingError
from backprop_cli.derivation.derived import Derived
from backprop_cli.network.exercise import Batches, Exercise
from backprop_cli.network.structure import Network
from backprop_cli.runs.checking.problem import Problem, problem
from backprop_cli.runs.worksheets.collisions import Line, Numbers, lines_of
from backprop_cli.runs.worksheets.numbers import renumbered
from backprop_cli.runs.worksheets.worth import Lacks, lacks

# How often numbers are drawn at most, and how many ways of working a line are tried in all: of a
# small network many draws are looked at, of a larger one, where chance hides less, a few.
MOST_DRAWS = 40
MOST_WAYS = 4_000
# Of a network with more parameters nobody works every line by hand: what mistakes show there is not
# looked at. Of one with more than the second number, nothing is worked.
MOST_READ, MOST_WORKED = 60, 200


class Drawing(NamedTuple):
    """An exercise with drawn numbers, and what these lack (None: that was not looked at)."""

    exercise: Exercise
    lacks: Lacks | None


def drawn(exercise: Exercise, seed: int) -> Exercise:
    """The exercise in its shape with numbers drawn anew, the same from a seed on every platform."""
    return drawing(exercise, seed).exercise


def drawing(exercise: Exercise, seed: int, kept: Collection[str] = ()) -> Drawing:
    """The first drawn numbers that lack nothing, or the best of all that were looked at.

    They have two decimals, no gradient is 0 at the digits carried, no neuron is switched off or
    saturated, no input is a multiple of another, and the most frequent mistakes give figures
    that differ from the right one and from each other. Numbers that are ``kept``, by their names,
    stay.
    """
    if len(exercise.network.parameters) > MOST_WORKED:
        return Drawing(renumbered(exercise, Random(f"{seed}/0"), kept), None)
    return _Search(exercise, kept).best(seed)


class _Shape:
    """The facts that all exercises of one network share."""

    def __init__(self, network: Network) -> None:
        self.derived = Derived(network)
        self._lines: dict[tuple[int, Batches], Sequence[Line]] = {}

    def lines(self, exercise: Exercise, facts: Problem) -> Sequence[Line]:
        """The lines at which mistakes are made."""
        batch = exercise.example_count, exercise.batches
        if batch not in self._lines:
            few = len(facts.network.parameters) <= MOST_READ
            self._lines[batch] = lines_of(facts) if few else ()
        return self._lines[batch]


_shape = lru_cache(maxsize=4)(_Shape)  # a class has thirty sheets of one network


class _Search:
    """The numbers of an exercise, drawn again and again."""

    def __init__(self, exercise: Exercise, kept: Collection[str]) -> None:
        self._as_given, self._kept = exercise, kept
        self._shape = _shape(exercise.network)

    def best(self, seed: int) -> Drawing:
        """The best of the seed's numbers.

        What mistakes show is looked at where nothing is wrong with the working itself.
        """
        found = Drawing(renumbered(self._as_given, Random(f"{seed}/0"), self._kept), None)
        ways = 0
        for at in range(MOST_DRAWS):
            exercise = renumbered(self._as_given, Random(f"{seed}/{at}"), self._kept)
            facts = self._worked(exercise)
            if facts is None:
                continue
            lacking = lacks(exercise, facts)
            if found.lacks and lacking.weight >= found.lacks.weight:
                continue
            if not any(lacking.weight):
                lines = self._shape.lines(exercise, facts)
                ways += sum(len(line.ways) for line in lines)
                lacking = self._with_mistakes(lacking, exercise, facts)
            if found.lacks is None or lacking.weight < found.lacks.weight:
                found = Drawing(exercise, lacking)
            if not any(lacking.weight) or ways > MOST_WAYS:
                break
        if found.lacks and found.lacks.weight[0] and (facts := self._worked(found.exercise)):
            whole = self._with_mistakes(found.lacks, found.exercise, facts)
            found = found._replace(lacks=whole)
        return found

    def _with_mistakes(self, lacking: Lacks, exercise: Exercise, facts: Problem) -> Lacks:
        lines = self._shape.lines(exercise, facts)
        alike = Numbers(exercise, facts, self._shape.derived).collisions(lines, self._kept)
        return lacking._replace(
            hidden=tuple(one for one in alike if not one.near),
            near=tuple(one for one in alike if one.near),
        )

    def _worked(self, exercise: Exercise) -> Problem | None:
        """The working at the digits that are carried, or printed; None where there is none."""
        exercise = exercise._replace(rounding=exercise.rounding or DEFAULT_DECIMALS)
        try:
            return problem(exercise, derived=self._shape.derived)
        except WorkingError:
            return None
