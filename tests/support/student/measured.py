"""What the checker makes of a simulated student's sheet, held against what was planted in it."""

from collections import Counter
from typing import NamedTuple

from backprop_cli import config
from backprop_cli.config.sheet.reading import parse_sheet
from backprop_cli.runs.checking.check import check
from support.student.working import Sheet


class Outcome(NamedTuple):
    """Whether the mistake was found at its line, was named there, and named first."""

    located: bool
    named: bool
    named_first: bool
    verdicts: Counter[str]


def outcome(sheet: Sheet) -> Outcome:
    """Check a sheet. Every line of it must be read."""
    exercise = config.parse(sheet.task.yaml, "network.yaml")
    checked = check(exercise, parse_sheet(sheet.text, "sheet.txt"))
    assert not checked.unread, sheet.text
    verdicts = Counter(marked.verdict.value for marked in checked.lines)
    first = checked.first_wrong
    if first is None or sheet.planted is None:
        return Outcome(False, False, False, verdicts)
    located = checked.lines[first].entry.written.line in sheet.planted.lines
    mistakes = checked.mistakes(first) if located else []
    planted = sheet.planted.mistake
    return Outcome(located, planted in mistakes, mistakes[:1] == [planted], verdicts)
