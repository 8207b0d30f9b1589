"""The marks of a class as plain data: one JSON object, or a table with a row for each sheet."""

import csv
import json
from collections.abc import Sequence
from io import StringIO
from typing import Any

from backprop_cli.runs.checking.entry import Verdict
from backprop_cli.runs.checking.record import record
from backprop_cli.runs.worksheets.marking import Handed, frequent

COLUMNS = (
    *("file", "code", "right", "follows", "wrong", "unclear", "missing"),
    *("first_wrong_line", "first_wrong", "mistake", "remark"),
)


def as_json(handed: Sequence[Handed]) -> str:
    """The record as one line of JSON."""
    return json.dumps(
        {
            "sheets": [_sheet(one) for one in handed],
            "mistakes": [one._asdict() for one in frequent(handed)],
        },
        allow_nan=False,
    )


def _sheet(one: Handed) -> dict[str, Any]:
    checked = record(one.checked) if one.checked else {}
    return {"file": one.file, "code": one.code, **checked, "remark": one.fault or one.remark}


def as_csv(handed: Sequence[Handed]) -> str:
    """A header and a row for each sheet; of one that could not be marked, only why."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(_row, handed))
    return text.getvalue()


def _row(one: Handed) -> tuple[str | int, ...]:
    if one.checked is None:
        return one.file, one.code, *("",) * 8, one.fault
    first = one.first_wrong
    return (
        *(one.file, one.code),
        *(one.count(verdict) for verdict in Verdict),
        len(one.checked.missing),
        first.entry.written.line if first else "",
        one.name_of_first,
        one.mistake,
        one.remark,
    )
