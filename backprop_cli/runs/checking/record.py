"""A checked sheet as plain data, and as one JSON object."""

import json
import math
from typing import Any

from backprop_cli.runs.checking.check import Checked
from backprop_cli.runs.checking.entry import Verdict


def as_json(checked: Checked) -> str:
    """The record as one line of JSON."""
    return json.dumps(record(checked), allow_nan=False)


def record(checked: Checked) -> dict[str, Any]:
    """A checked sheet as plain data; a number that does not exist is None."""
    names = checked.marking.names
    first = checked.first_wrong
    lines = []
    for at, marked in enumerate(checked.lines):
        lines.append(
            {
                "line": marked.entry.written.line,
                "name": names.shown(marked.entry.quantity),
                "figure": float(marked.entry.as_written),
                "verdict": marked.verdict.value,
                "expected": _finite(marked.expected_figure),
                "true": _finite(marked.true),
                "mistakes": checked.mistakes(at),
            }
        )
    return {
        "lines": lines,
        "first_wrong": None if first is None else checked.lines[first].entry.written.line,
        **{verdict.value: checked.count(verdict) for verdict in Verdict},
        "missing": [*checked.missing],
        "unread": checked.unread,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
