"""The exercises of a class: one for each sheet, all of one shape, no two with the same numbers."""

from itertools import islice
from typing import NamedTuple

from backprop_cli.arithmetic.working import WorkingError
from backprop_cli.derivation.derived import Derived
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import Run, calculate
from backprop_cli.runs.worksheets.code import seeds
from backprop_cli.runs.worksheets.drawing import drawing
from backprop_cli.runs.worksheets.worth import Lacks

# So many seeds are tried for each sheet.
TRIES = 20


class Worksheet(NamedTuple):
    """An exercise of a class, worked, and the seed that its numbers were drawn with.

    ``lacks`` is what is wrong with its numbers, where that was looked at.
    """

    seed: int
    run: Run
    lacks: Lacks | None = None


def worksheets(exercise: Exercise, seed: int, count: int) -> list[Worksheet]:
    """So many worksheets in the shape of an exercise; the first are the same for any count.

    Numbers with which a step has no value are passed over. There may be fewer where an exercise
    has no more. Raises WorkingError where it has none.
    """
    found: list[Worksheet] = []
    seen: list[Exercise] = []
    failed: WorkingError | None = None
    derived = Derived(exercise.network)  # the sheets differ in numbers alone
    for own in islice(seeds(seed), TRIES * count):
        other, lacks = drawing(exercise, own)
        if other in seen:
            continue
        try:
            run = calculate(other, Plan(shown_only=True), derived=derived)
        except WorkingError as error:
            failed = error
            continue
        seen.append(other)
        found.append(Worksheet(own, run, lacks))
        if len(found) == count:
            break
    if failed and not found:
        raise failed
    return found
