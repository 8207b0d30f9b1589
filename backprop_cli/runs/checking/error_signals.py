"""The sign of a sheet's error signals: many books write δ and Err with target − output.

Their δ is −∂Loss/∂z, and an update adds: Mitchell, "Machine Learning", section 4.5; Han and
Kamber, "Data Mining: Concepts and Techniques", the chapter on backpropagation.
"""

from collections.abc import Sequence
from dataclasses import replace

from backprop_cli.algebra.expression import Negative, Partial
from backprop_cli.algebra.sheet import Written
from backprop_cli.runs.checking.entry import Entry
from backprop_cli.runs.checking.names import Names
from backprop_cli.runs.checking.problem import Problem

REMARK = "with target − output, so it is −∂Loss/∂z"


def with_one_sign(problem: Problem, names: Names, entries: Sequence[Entry]) -> list[Entry]:
    """The entries, those of error signals with the sign of ∂Loss/∂z.

    They are turned where the right ones have the other sign, unless a gradient has it as well: that
    is a slip.
    """
    signals = {at for at, one in enumerate(entries) if _is_signal(names, one)}
    others = {at for at, one in enumerate(entries) if _is_gradient(problem, one)} - signals
    plain = sum(_fits(problem, entries[at]) for at in signals)
    turned = sum(_fits(problem, _turned(entries[at])) for at in signals)
    slips = any(
        _fits(problem, _turned(entries[at])) and not _fits(problem, entries[at]) for at in others
    )
    if turned <= plain or slips:
        return [*entries]
    return [_turned(one) if at in signals else one for at, one in enumerate(entries)]


def _is_signal(names: Names, entry: Entry) -> bool:
    return _is_gradient(names.problem, entry) and names.is_error_signal(entry.written)


def _is_gradient(problem: Problem, entry: Entry) -> bool:
    step = problem.steps.get(entry.quantity)
    return step is not None and isinstance(step.defines, Partial)


def _fits(problem: Problem, entry: Entry) -> bool:
    return any(entry.bounds.holds(value) for value in problem.truths(entry.quantity))


def _turned(entry: Entry) -> Entry:
    written: Written = entry.written
    working = tuple(Negative(side) for side in written.working)
    written = written._replace(figure=-written.figure, working=working, remark=REMARK)
    return replace(entry, written=written, turned=True)
