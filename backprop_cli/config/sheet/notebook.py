"""A Jupyter notebook as the text that stands in it: its cells, and what they have printed."""

import json
from typing import Any


def text_of_notebook(text: str) -> str | None:
    """The cells of a notebook with their outputs, one after another; None of anything else."""
    if not text.lstrip().startswith("{") or '"cells"' not in text:
        return None
    try:
        root = json.loads(text)
    except (ValueError, RecursionError):
        return None
    cells = root.get("cells") if isinstance(root, dict) else None
    if not isinstance(cells, list):
        return None
    found: list[str] = []
    for cell in cells:
        if isinstance(cell, dict):
            found.append(_joined(cell.get("source")))
            outputs = cell.get("outputs")
            for output in outputs if isinstance(outputs, list) else ():
                found += _printed(output)
    return "\n\n".join(found)


def _printed(output: Any) -> list[str]:
    """What an output shows as text."""
    if not isinstance(output, dict):
        return []
    data = output.get("data")
    shown = data.get("text/plain") if isinstance(data, dict) else None
    return [_joined(one) for one in (output.get("text"), shown) if one]


def _joined(lines: Any) -> str:
    """Lines, or text, of a notebook as text."""
    if isinstance(lines, list):
        return "".join(one for one in lines if isinstance(one, str))
    return lines if isinstance(lines, str) else ""
