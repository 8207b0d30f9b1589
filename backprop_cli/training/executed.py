"""Source → what it defines. Nowhere else is code run that the program has written."""

from typing import Any

from backprop_cli.functions.elementary import MATH


def executed(source: str) -> dict[str, Any]:
    """The functions that a source defines, by name; it may use those of `MATH`."""
    namespace: dict[str, Any] = dict(MATH)
    exec(source, namespace)
    return namespace
