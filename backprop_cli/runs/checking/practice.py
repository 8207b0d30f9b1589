"""Practice: which quantities are asked for, and what comes of an answer.

What was answered is a sheet of its own, which `check` reads as any other; practice is taken up
again where that sheet ends.
"""

from collections.abc import Sequence
from typing import NamedTuple

from backprop_cli.algebra.expression import Number, Symbol
from backprop_cli.algebra.sheet import Sheet, Written
from backprop_cli.derivation.steps import Rule, Step
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.checking.check import Checked, checked
from backprop_cli.runs.checking.marking import Marking
from backprop_cli.runs.checking.problem import Problem, problem

# Steps that nobody works on paper.
NEVER_ASKED = (Rule.SOFTMAX_LARGEST, Rule.SOFTMAX_REST)


class Question(NamedTuple):
    """A quantity that is asked for, by its step; ``name`` is its ASCII name."""

    name: str
    step: Step


class Practice(NamedTuple):
    """The questions of an exercise in their order, and what has been answered on a sheet.

    ``facts`` is the right solution.
    """

    facts: Problem
    name: str
    questions: tuple[Question, ...]
    answers: tuple[Written, ...] = ()

    def open(self) -> list[Question]:
        """The questions that have no answer yet."""
        checked = self.checked()
        answered = {marked.entry.quantity for marked in checked.lines}
        return [one for one in self.questions if one.step.defines.name not in answered]

    def answered(self, answer: Written) -> "Practice":
        """Practice with an answer more; an earlier answer to the same question is dropped."""
        kept = tuple(one for one in self.answers if one.name != answer.name)
        return self._replace(answers=(*kept, answer))

    def checked(self) -> Checked:
        """All answers, with their verdicts."""
        numbered = (one._replace(line=at) for at, one in enumerate(self.answers, 1))
        return checked(self.facts, Sheet(self.name, tuple(numbered)))

    def text(self) -> str:
        """The answers as a sheet."""
        return "".join(f"{one.text}\n" for one in self.answers)


def practice(exercise: Exercise, name: str, answers: Sequence[Written] = ()) -> Practice:
    """The practice that an exercise gives, its sheet called ``name``. Raises WorkingError."""
    facts = problem(exercise)
    shown = Marking(facts, Sheet(name, ())).names.shown
    questions = tuple(
        Question(shown(quantity), step)
        for quantity, step in facts.steps.items()
        if not isinstance(step.expression, Symbol | Number) and step.rule not in NEVER_ASKED
    )
    return Practice(facts, name, questions, tuple(answers))
