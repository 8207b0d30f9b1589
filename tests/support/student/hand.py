"""A student's hand: every line worked in order, and what rounding may make of a line."""

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from random import Random

from support.student.functions import Formula, Get
from support.student.style import Style
from support.student.task import Line, Task

PERTURBED = 40


class Student:
    """Works a task's lines in their order, those that are skipped on other paper."""

    def __init__(self, task: Task, style: Style, random: Random) -> None:
        self.task, self.style, self.random = task, style, random
        self.by_name = {line.name: line for line in task.lines}

    def true(self) -> dict[str, float]:
        """The right values, nothing rounded."""
        return self._values(lambda line, get: line.formula(get), lambda value: value)

    def worked(self, wrong: str | None = None, way: Formula | None = None) -> dict[str, float]:
        """What the student carries for every line; ``wrong`` is worked in another way."""
        carried = self.style.carry
        return self._values(
            lambda line, get: way(get) if way and line.name == wrong else line.formula(get),
            lambda value: float(self.style.figure(value)) if carried else value,
        )

    def _values(
        self, worked: Callable[[Line, Get], float], kept: Callable[[float], float]
    ) -> dict[str, float]:
        values = dict(self.task.given)
        open_ones: set[str] = set()

        def get(name: str) -> float:
            if name not in values:
                if name in open_ones:
                    raise RecursionError(name)
                open_ones.add(name)
                values[name] = kept(worked(self.by_name[name], get))
                if not math.isfinite(values[name]) or abs(values[name]) > 1e6:
                    raise OverflowError(name)
            return values[name]

        for line in self.task.lines:
            get(line.name)
        return values

    def reachable(self, name: str, written: Mapping[str, Decimal]) -> tuple[float, float]:
        """The least and greatest that a line can rightly come to from what stands on the sheet.

        Every figure may have been anything that is rounded to it; every skipped number may have
        been rounded on the way.
        """
        found = []
        for _ in range(PERTURBED):
            values = dict(self.task.given)

            def get(one: str, values: dict[str, float] = values) -> float:
                if one not in values:
                    if one in written:
                        half = 0.5 * 10.0 ** int(written[one].as_tuple().exponent)
                        values[one] = float(written[one]) + half * self._within()
                    else:
                        value = self.by_name[one].formula(get)
                        values[one] = value + 0.5 * self.style.unit(value) * self._within()
                return values[one]

            try:
                found.append(self.by_name[name].formula(get))
            except (ArithmeticError, ValueError):
                return -math.inf, math.inf
        middle, half = (min(found) + max(found)) / 2, (max(found) - min(found)) / 2
        return middle - 1.5 * half, middle + 1.5 * half

    def _within(self) -> float:
        return self.random.choice((-1.0, 1.0, self.random.uniform(-1, 1)))
