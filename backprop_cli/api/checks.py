"""Results of checks: gradients, and someone's own figures."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from backprop_cli.api.results import Numbers, frozen
from backprop_cli.api.shown import Explanation
from backprop_cli.wording import counted

if TYPE_CHECKING:
    from backprop_cli.runs.checking.check import Checked as CheckedSheet
    from backprop_cli.runs.gradient_check import Check


@dataclass(frozen=True, repr=False)
class GradientCheck:
    """Every gradient beside a difference of the loss."""

    checks: tuple["Check", ...]

    @property
    def passes(self) -> bool:
        """True if every gradient is right."""
        return all(check.passes for check in self.checks)

    @property
    def differences(self) -> Numbers:
        """The difference of the loss for each parameter."""
        return frozen({check.parameter: check.difference for check in self.checks})

    @property
    def report(self) -> Explanation:
        """The check as the command line prints it."""
        from backprop_cli.lesson.reports.gradient_check import gradient_check

        return Explanation(gradient_check(self.checks, None))

    def __repr__(self) -> str:
        wrong = [check.parameter for check in self.checks if not check.passes]
        verdict = f"wrong: {', '.join(wrong)}" if wrong else "all right"
        return f"<GradientCheck of {counted(len(self.checks), 'parameter')}, {verdict}>"

    def _repr_mimebundle_(self, **settings: Any) -> dict[str, str]:
        return self.report._repr_mimebundle_(**settings)


@dataclass(frozen=True)
class Line:
    """One figure of a sheet with its verdict.

    ``verdict`` is right, follows, wrong or unclear; ``expected`` what the formula gives with the
    student's own figures, ``true`` the exact value; ``mistakes`` are the likeliest first.
    """

    line: int
    name: str
    figure: float
    verdict: str
    expected: float | None
    true: float | None
    mistakes: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Checked:
    """A sheet of someone's own figures, marked."""

    sheet: "CheckedSheet"

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every line, in the sheet's order."""
        from backprop_cli.runs.checking.record import record

        return tuple(
            Line(**{**line, "mistakes": tuple(line["mistakes"])})
            for line in record(self.sheet)["lines"]
        )

    @property
    def first_wrong(self) -> Line | None:
        """The first line that is wrong; None where none is."""
        at = self.sheet.first_wrong
        return None if at is None else self.lines[at]

    @property
    def unknown(self) -> tuple[str, ...]:
        """The names that are none of this network's quantities."""
        return tuple(written.name for written, _ in self.sheet.unknown)

    @property
    def missing(self) -> tuple[str, ...]:
        """The quantities that are on no line."""
        return self.sheet.missing

    @property
    def report(self) -> Explanation:
        """The marked sheet as the command line prints it."""
        from backprop_cli.lesson.reports.marked_sheet import marked_sheet

        return Explanation(tuple(marked_sheet(self.sheet)))

    def __repr__(self) -> str:
        wrong = self.first_wrong
        verdict = "nothing wrong" if wrong is None else f"first wrong: {wrong.name}"
        unknown = f", unknown: {', '.join(self.unknown)}" if self.unknown else ""
        return f"<Checked {counted(len(self.lines), 'line')}, {verdict}{unknown}>"

    def _repr_mimebundle_(self, **settings: Any) -> dict[str, str]:
        return self.report._repr_mimebundle_(**settings)


# A program's 0.0 is no rounded figure, as 0.0 on paper is.
ZERO = "0.000000000000000"


def sheet_text(figures: Mapping[str, object]) -> str:
    """Figures by name as the text of a sheet: a line each, or JSON for sections and arrays."""
    plain = {name: _plain(figure) for name, figure in figures.items()}
    if any(isinstance(figure, dict | list) for figure in plain.values()):
        return json.dumps(plain)
    return "".join(f"{name} = {figure}\n" for name, figure in plain.items())


def _plain(figure: object) -> object:
    """A figure, or a section or an array of them, of NumPy too, as JSON can write it."""
    if isinstance(figure, Mapping):
        return {str(name): _plain(one) for name, one in figure.items()}
    if isinstance(figure, list | tuple):
        return [_plain(one) for one in figure]
    if hasattr(figure, "tolist"):
        return _plain(figure.tolist())
    if isinstance(figure, int | str):
        return figure
    return ZERO if figure == 0 else str(figure)
