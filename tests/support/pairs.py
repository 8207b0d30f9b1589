"""Cases in which every two values meet: what goes wrong depends on two values, seldom on three.

Kuhn, Wallace & Gallo, "Software fault interactions and implications for software testing" (2004).
"""

from collections.abc import Callable, Sequence
from itertools import combinations, product
from typing import Any

Row = tuple[Any, ...]
Pair = tuple[int, Any, int, Any]  # a column and its value, and a later column and its value


def every_pair(
    *columns: Sequence[Any], allowed: Callable[..., bool] = lambda *_row: True
) -> list[Row]:
    """Rows with a value of each column; every allowed two values of two columns stand in one.

    The first two columns are gone through in order, and what stands beside them is what meets the
    most values that it has not met: some as many rows as the two longest columns have pairs.
    ``allowed`` is told the values of a whole row.
    """
    every = [row for row in product(*columns) if allowed(*row)]
    missing = dict.fromkeys(pair for row in every for pair in _pairs(row))
    rows: list[Row] = []
    while missing:
        at, first, later, second = next(iter(missing))
        fitting = [row for row in every if (row[at], row[later]) == (first, second)]
        best = max(fitting, key=lambda row: sum(pair in missing for pair in _pairs(row)))
        rows.append(best)
        for pair in _pairs(best):
            missing.pop(pair, None)
    return rows


def _pairs(row: Row) -> list[Pair]:
    return [(at, row[at], later, row[later]) for at, later in combinations(range(len(row)), 2)]
