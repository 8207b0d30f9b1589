"""A Jupyter notebook as the text that stands in it: its cells, and what they have printed."""

import json
import re
from typing import Any

# A name on the last line of a cell has its value shown: a number, [0.1, 0.2], array(…).
NAME = re.compile(r"[^\W\d][\w.]{0,40}")
VALUE = re.compile(r"[-+.\d\[]|[\w.]{1,30}\(")


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
            source = _joined(cell.get("source"))
            found.append(source)
            last = source.rstrip().rpartition("\n")[2]
            name = last if NAME.fullmatch(last) else ""
            outputs = cell.get("outputs")
            for output in outputs if isinstance(outputs, list) else ():
                found += _printed(output, name)
    return "\n\n".join(found)


def _printed(output: Any, name: str) -> list[str]:
    """The text that an output shows; a value that is shown is that of ``name``, if there is one."""
    if not isinstance(output, dict):
        return []
    data = output.get("data")
    shown = _joined(data.get("text/plain")) if isinstance(data, dict) else ""
    if name and VALUE.match(shown):
        shown = f"{name} = {shown}"
    return [one for one in (_joined(output.get("text")), shown) if one]


def _joined(lines: Any) -> str:
    """Lines, or text, of a notebook as text."""
    if isinstance(lines, list):
        return "".join(one for one in lines if isinstance(one, str))
    return lines if isinstance(lines, str) else ""
