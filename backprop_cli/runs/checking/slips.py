"""Slips of numbers: the formula is right, and a figure was copied or worked out wrongly."""

import math
from collections.abc import Container, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression, Number, parts
from backprop_cli.arithmetic.figures import LOSSLESS, decimals_of, unit_of
from backprop_cli.arithmetic.intervals import Bounds, Form, bounds_of, evaluate
from backprop_cli.runs.checking.entry import Entry
from backprop_cli.runs.checking.own import OwnNumbers

# What a student is told of each slip; what was done stands behind it.
SLIPS: Mapping[str, str] = {
    "arithmetic": "the result does not follow from the numbers put in",
    "sign": "a sign is the other way round",
    "decimal_point": "the decimal point is in the wrong place",
    "digits_swapped": "two digits were swapped",
    "rounded_too_early": "numbers were rounded too early",
    "misread_figure": "a figure was copied wrongly",
}
SHIFTS = (1, -1, 2, -2, 3, -3)
MOST_SOURCES = 8
MOST_DIGITS = 8


class Slip(NamedTuple):
    """One slip: of the result, or of ``source`` with the value that was taken for it."""

    name: str
    detail: str
    source: str = ""
    value: Decimal = Decimal(0)

    @property
    def sentence(self) -> str:
        """The sentence for the student."""
        if self.name == "arithmetic":
            return f"{SLIPS[self.name]}: {self.detail}"
        return f"{SLIPS[self.name]} ({self.detail})"


class Source(NamedTuple):
    """A number that a line is worked from, with its digits as the student has it."""

    name: str
    figure: Decimal


def sources(own: OwnNumbers, quantity: str, at: int) -> list[Source]:
    """The figures that a quantity is worked from."""
    found = []
    for name in own.sources(quantity, at)[:MOST_SOURCES]:
        line = own.line_of(name, at)
        if line is not None:
            found.append(Source(name, own.entries[line].written.figure))
        else:
            value = own.problem.given[name]
            found.append(
                Source(name, value if isinstance(value, Decimal) else Decimal(repr(value)))
            )
    return found


def on_the_way(own: OwnNumbers, quantity: str, at: int) -> list[Source]:
    """The numbers on no line that a quantity is worked through, with as many digits as others."""
    found = []
    for name in own.skipped(quantity, at, MOST_SOURCES):
        value = own.worth(name, at)
        half = own.habit.half_unit(value)
        if math.isfinite(value) and half > 1e-12:
            unit = Decimal(1).scaleb(round(math.log10(2 * half)))
            found.append(Source(name, Decimal(repr(value)).quantize(unit, ROUND_HALF_UP, LOSSLESS)))
    return found


def of_result(entry: Entry, expected: Bounds) -> Iterator[Slip]:
    """Slips in writing the result down."""
    figure = entry.written.figure
    if bounds_of(-figure).meets(expected) and figure:
        yield Slip("sign", f"{figure} for {-figure}")
    for shift in SHIFTS:
        if bounds_of(figure.scaleb(-shift)).meets(expected) and figure:
            yield Slip("decimal_point", f"{figure} for {figure.scaleb(-shift):f}")
    for swapped in with_digits_swapped(figure):
        if bounds_of(swapped).meets(expected):
            yield Slip("digits_swapped", f"{figure} for {swapped}")


def of_sources(known: list[Source]) -> Iterator[Slip]:
    """Slips in copying a number that a line is worked from."""
    for name, figure in known:
        for shift in SHIFTS:
            moved = figure.scaleb(shift)
            yield Slip("decimal_point", f"{moved:f} for {figure}, {name}", name, moved)
        for swapped in with_digits_swapped(figure):
            yield Slip("digits_swapped", f"{swapped} for {figure}, {name}", name, swapped)
    for name, figure in known:
        for other in with_one_digit_changed(figure):
            yield Slip("misread_figure", f"{other} for {figure}, {name}", name, other)
        for other_name, other in known:
            if other != figure:
                detail = f"{other}, {other_name}, for {figure}, {name}"
                yield Slip("misread_figure", detail, name, other)
        if figure:
            yield Slip("sign", f"{-figure} for {figure}, {name}", name, -figure)


def in_working(
    entry: Entry, known: list[Source], expected: Bounds, others: Container[Decimal]
) -> Iterator[Slip]:
    """Slips that a line's working shows: another number put in, or a result that is another.

    ``others`` are the figures of all lines.
    """
    if not entry.written.working:
        return
    working = entry.written.working[-1]
    value = evaluate(working, _no_symbol).centre
    put_in = [number.value for number in _numbers(working)]
    strange = [one for one in put_in if not _is_known(one, known)]
    for one in strange:
        if one in others:  # it is another quantity's, taken for this one's
            continue
        near = min(known, key=lambda source: abs(float(source.figure - one)), default=None)
        if near and _resembles(one, near.figure):
            yield Slip("misread_figure", f"{one} for {near.figure}, {near.name}", near.name, one)
    if not entry.bounds.holds(value) and math.isfinite(value):
        unit = unit_of(entry.written.figure)
        rounded = Decimal(repr(value)).quantize(unit, ROUND_HALF_UP, LOSSLESS)
        if rounded != entry.written.figure and (expected.meets(bounds_of(rounded)) or strange):
            yield Slip("arithmetic", f"they give {rounded}")


def rounded_sources(known: list[Source], decimals: int) -> Iterator[dict[str, Decimal]]:
    """All numbers that a line is worked from, or one, with fewer decimals than asked for."""
    for kept in range(decimals - 1, -1, -1):
        unit = Decimal(1).scaleb(-kept)
        rounded = {
            name: figure.quantize(unit, ROUND_HALF_UP, LOSSLESS)
            for name, figure in known
            if decimals_of(figure) > kept and abs(figure.adjusted()) < 20
        }
        rounded = {name: value if value else abs(value) for name, value in rounded.items()}
        if rounded:
            yield rounded
        if len(rounded) > 1:
            for name, figure in rounded.items():
                yield {name: figure}


def with_digits_swapped(figure: Decimal) -> Iterator[Decimal]:
    """The figure with two neighbouring digits swapped; a zero at its end may be unwritten."""
    sign, digits, exponent = _spelt(figure)
    for at in range(len(digits) - 1):
        if digits[at] != digits[at + 1]:
            swapped = (*digits[:at], digits[at + 1], digits[at], *digits[at + 2 :])
            yield Decimal((sign, swapped, exponent))
    if exponent < 0 and digits and digits[-1]:
        yield Decimal((sign, (*digits[:-1], 0, digits[-1]), exponent - 1))


def with_one_digit_changed(figure: Decimal) -> Iterator[Decimal]:
    """The figure with one of its digits another, for each digit."""
    sign, digits, exponent = _spelt(figure)
    for at, digit in enumerate(digits):
        for other in range(10):
            changed = (*digits[:at], other, *digits[at + 1 :])
            if other != digit and any(changed):  # nobody reads a figure as 0
                yield Decimal((sign, changed, exponent))


def _spelt(figure: Decimal) -> tuple[int, tuple[int, ...], int]:
    """Sign, digits and exponent, with the zeros between the point and the first digit.

    A figure that nobody copies by hand has no digits here.
    """
    sign, digits, exponent = figure.as_tuple()
    if len(digits) > MOST_DIGITS or not isinstance(exponent, int):
        return sign, (), 0
    return sign, (*(0,) * (1 - exponent - len(digits)), *digits), exponent


def _no_symbol(name: str) -> Form:
    raise KeyError(name)


def _numbers(expression: Expression) -> Iterator[Number]:
    if isinstance(expression, Number):
        yield expression
    for part in parts(expression):
        yield from _numbers(part)


def _is_known(number: Decimal, known: list[Source]) -> bool:
    """True if a number put in is one that a line is worked from, 1 less that, or a constant."""
    if number in (0, 1, 2) or number == Decimal("0.5"):
        return True
    bounds = bounds_of(number)
    values = [float(source.figure) for source in known]
    return any(bounds.holds(one) for value in values for one in (value, -value, 1 - value))


def _resembles(one: Decimal, other: Decimal) -> bool:
    """True if a figure may be another one copied wrongly: it is near, or has the same digits."""
    if not other:
        return False
    near = abs(float(one - other)) < 0.05 * abs(float(other))
    return near or sorted(one.as_tuple().digits) == sorted(other.as_tuple().digits)
