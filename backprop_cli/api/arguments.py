"""Arguments from Python: what is of another kind than is wanted is told in one sentence."""

import operator
from numbers import Real
from typing import Any


def whole(name: str, value: Any) -> int:
    """A whole number, of NumPy too. Raises TypeError."""
    if not isinstance(value, bool):
        try:
            return operator.index(value)
        except TypeError:
            pass
    raise TypeError(f"{name} is a whole number such as {name}=10, not {_kind(value)}")


def real(name: str, value: Any) -> float:
    """A number. Raises TypeError."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} is a number such as {name}=0.01, not {_kind(value)}")
    return float(value)


def text(what: str, value: Any, such_as: str, otherwise: str = "") -> str:
    """A text; ``such_as`` is an example of one, ``otherwise`` what else could be done.

    Raises TypeError.
    """
    if isinstance(value, str):
        return value
    more = f"; {otherwise}" if otherwise else ""
    raise TypeError(f"{what} is text such as {such_as!r}, not {_kind(value)}{more}")


def _kind(value: Any) -> str:
    """The kind of a value, and the value itself where it is short: ``the text '10'``."""
    if value is None:
        return "None"
    name = type(value).__name__
    shown = repr(value)
    if isinstance(value, str | int | float) and len(shown) <= 20 and shown.isprintable():
        return f"the text {shown}" if isinstance(value, str) else shown
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"
