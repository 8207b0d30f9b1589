"""The forms of a weight or a bias: a number, a parameter's name, or a name and its number."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.config.files.yaml_source import Quoted
from backprop_cli.config.shape.names import check_parameter_name
from backprop_cli.config.shape.scalars import NUMBER, complaint, read_number

LIKE_A_FAN = (
    "a neuron's weights are a mapping such as {x1: 0.15, x2: 0.20}, or a list of numbers; a "
    'formula is text such as "x1 * x2"'
)


class Label(NamedTuple):
    """A parameter that is named where its number stands: ``{w13: 0.2}``."""

    name: str
    number: Decimal


class Text(str):
    """A formula as it was typed."""

    __slots__ = ()


# What stands for one parameter.
Given = Decimal | str | Label


def read_parameter(value: object) -> Given:
    """A number, the name of a parameter, or a name and its number."""
    if isinstance(value, Mapping):
        if len(value) != 1:
            raise complaint("a number belongs here, or one name with its number: {w13: 0.2}")
        ((name, number),) = value.items()
        return Label(check_parameter_name(name), read_number(number))
    return read_slope(value)


def read_slope(value: object) -> Decimal | str:
    """A number, or the name of a parameter."""
    if isinstance(value, str) and value.isidentifier() and value[0].isalpha():
        return check_parameter_name(str(value))
    return read_number(value)


def read_formula_text(value: object) -> Text:
    """The text of a formula."""
    text = str(value)
    is_number = not isinstance(value, Quoted) and NUMBER.fullmatch(text) is not None
    if is_number or not text.strip():
        raise complaint(LIKE_A_FAN)
    return Text(text)
