"""The quantities that a sheet's lines are about, where a name may mean several."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from backprop_cli.algebra.sheet import Written
from backprop_cli.derivation.steps import new
from backprop_cli.runs.checking.entry import Entry
from backprop_cli.runs.checking.names import Names
from backprop_cli.runs.checking.problem import Problem
from backprop_cli.runs.checking.spellings import folded

DIGITS = re.compile(r"\d+")


class Meanings(NamedTuple):
    """The lines that are about a quantity, and those that are about none."""

    entries: list[Entry]
    unknown: list[Written]


def meanings(problem: Problem, names: Names, lines: Sequence[Written]) -> Meanings:
    """The quantity that each line is about.

    Where its figure does not tell which of several, it is what like names mean on other lines: z2
    is of an output where z1 and z3 are.
    """
    found = [(written, names.means(written)) for written in lines]
    right = [
        _right(problem, written, meant) if len(meant) > 1 else None for written, meant in found
    ]
    votes = Counter(
        (_form(written.name), _form(quantity))
        for (written, _), quantity in zip(found, right, strict=True)
        if quantity is not None
    )
    entries: list[Entry] = []
    unknown: list[Written] = []
    updates = {new(name).name for name in problem.network.parameters}
    before: set[str] = set()
    updating = False
    for (written, meant), quantity in zip(found, right, strict=True):
        if not meant:
            unknown.append(written)
            continue
        if quantity is None:
            alike = _form(written.name)
            meant = tuple(sorted(meant, key=lambda one: -votes[alike, _form(one)]))
            prepared = updating or problem.network.gradient(meant[0]).name in before
            quantity = _likeliest(problem, written, meant, prepared)
        entries.append(Entry(written, quantity))
        before.add(quantity)
        updating = updating or quantity in updates
    return Meanings(entries, unknown)


def _form(name: str) -> str:
    return DIGITS.sub("#", folded(name))


def _right(problem: Problem, written: Written, meant: Sequence[str]) -> str | None:
    """That of several quantities whose right value a figure is, if it is one's."""
    for quantity in meant:
        bounds = Entry(written, quantity).bounds
        if any(bounds.holds(value) for value in problem.truths(quantity)):
            return quantity
    return None


def _likeliest(problem: Problem, written: Written, meant: Sequence[str], prepared: bool) -> str:
    """Of several quantities with one name none of whose values the figure is, the likeliest.

    Of a memory of the optimizer that is the updated one. So it is of a parameter with a working, or
    whose update is ``prepared`` by an earlier line: its gradient, or the update of another.
    """
    if len(meant) > 1:
        is_state = meant[0] not in problem.network.by_parameter  # its old value is seldom written
        is_update = meant[0] in problem.given and (written.working or prepared or is_state)
        if is_update and new(meant[0]).name in meant:
            return new(meant[0]).name
    return meant[0]
