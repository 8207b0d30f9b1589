"""Results of checks: gradients, and someone's own figures."""

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
        return f"<Checked {counted(len(self.lines), 'line')}, {verdict}>"

    def _repr_mimebundle_(self, **settings: Any) -> dict[str, str]:
        return self.report._repr_mimebundle_(**settings)
