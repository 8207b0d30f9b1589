"""Simulated students, who work apart from the program, are understood.

The full measure, with 2,000 and 10,000 sheets, is ``tests/benchmarks/checking.py``.
"""

from collections import Counter
from random import Random

from support.student.measured import outcome
from support.student.working import right_sheet, wrong_sheet

SEED = "a smaller one"
MISTAKEN, RIGHT = 120, 200


def test_a_mistake_is_located_and_named() -> None:
    """At least 98 % at the right line, and at least 95 % of these named."""
    found = [outcome(wrong_sheet(Random(f"{SEED}/{at}"))) for at in range(MISTAKEN)]
    located = [one for one in found if one.located]
    assert len(located) >= 0.98 * MISTAKEN
    assert sum(one.named for one in located) >= 0.95 * len(located)
    assert sum(one.named_first for one in located) >= 0.85 * len(located)


def test_no_line_of_a_right_sheet_is_called_wrong_and_few_cannot_be_judged() -> None:
    found: Counter[str] = Counter()
    for at in range(RIGHT):
        sheet = right_sheet(Random(f"{SEED}/{at}"))
        verdicts = outcome(sheet).verdicts
        assert not verdicts["wrong"], f"{sheet.task.yaml}\n{sheet.text}"
        found += verdicts
    assert found["right"] >= 0.98 * found.total()
