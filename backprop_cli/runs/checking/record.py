"""A checked sheet as one JSON object."""

import json
import math

from backprop_cli.runs.checking.check import Checked
from backprop_cli.runs.checking.own import Verdict


def as_json(checked: Checked) -> str:
    """One line of JSON; a number that does not exist is null."""
    names = checked.marking.names
    first = checked.first_wrong
    lines = []
    for at, marked in enumerate(checked.lines):
        lines.append(
            {
                "line": marked.entry.written.line,
                "name": names.shown(marked.entry.quantity),
                "figure": marked.entry.figure,
                "verdict": marked.verdict.value,
                "expected": _finite(marked.expected_figure),
                "true": _finite(marked.true),
                "mistakes": checked.mistakes(at),
            }
        )
    return json.dumps(
        {
            "lines": lines,
            "first_wrong": None if first is None else checked.lines[first].entry.written.line,
            **{verdict.value: checked.count(verdict) for verdict in Verdict},
            "missing": [*checked.missing],
            "unread": checked.unread,
        },
        allow_nan=False,
    )


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
