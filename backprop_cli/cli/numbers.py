"""Numbers of the command line, read as those of a configuration are."""

from collections.abc import Callable
from decimal import Decimal

from pydantic_core import PydanticCustomError

from backprop_cli.config.shape.scalars import read_number, read_rate
from backprop_cli.errors import UsageError


def number(text: str, where: str) -> Decimal:
    """A number; ``where`` begins a complaint about it. Raises UsageError."""
    return _read(read_number, text, where)


def rate(text: str) -> Decimal:
    """A learning rate. Raises UsageError."""
    return _read(read_rate, text, "--lr: ")


def _read(reader: Callable[[str], Decimal], text: str, where: str) -> Decimal:
    try:
        return reader(text)
    except PydanticCustomError as error:
        raise UsageError(f"{where}{error}") from None
