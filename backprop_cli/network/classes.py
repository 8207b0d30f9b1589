"""The classes of a data file's target column, and which output stands for each."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

MOST_COUNTED = 2**53  # beyond it a float64 no longer counts on

# A class as the file has it: a name, or a number.
Class = str | int

MINUS = "minus_"
AT_THE_END = re.compile(rf"({MINUS})?([0-9]+)$", re.ASCII)


def not_whole(numbers: Iterable[Decimal]) -> Decimal | None:
    """The first that can number no class, because it is not whole or cannot be counted to."""
    return next(
        (number for number in numbers if abs(number) > MOST_COUNTED or number % 1 != 0), None
    )


def numbered(numbers: Iterable[int]) -> Mapping[str, int]:
    """The classes of these numbers in ascending order, by what outputs are called after them."""
    return {output_name(number): number for number in sorted(set(numbers))}


def output_name(number: int) -> str:
    """The name of an output that stands for the class of a number: ``c_0``, ``c_minus_1``."""
    return f"c_{MINUS if number < 0 else ''}{abs(number)}"


def by_output(classes: Mapping[str, Class], outputs: Sequence[str]) -> Mapping[str, Class] | None:
    """The class that each output stands for; None if that cannot be told.

    ``classes`` are in order, by what outputs are called after them. Outputs may have other names
    where the classes are numbers: they stand for the numbers that they end in, if these are the
    classes, and else for the classes in their order.
    """
    if set(outputs) == set(classes):
        return {name: classes[name] for name in outputs}
    if len(outputs) != len(classes) or any(isinstance(one, str) for one in classes.values()):
        return None
    ends = [*map(_number_at_the_end, outputs)]
    stand_for = ends if set(ends) == set(classes.values()) else classes.values()
    return dict(zip(outputs, stand_for, strict=True))  # type: ignore[arg-type]


def _number_at_the_end(name: str) -> int | None:
    found = AT_THE_END.search(name)
    if found is None:
        return None
    return -int(found[2]) if found[1] else int(found[2])
