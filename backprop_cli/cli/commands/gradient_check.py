"""``backprop run --gradcheck``: every gradient against a difference of the loss."""

from pathlib import Path

from backprop_cli.cli.destinations import Files
from backprop_cli.cli.running import loaded
from backprop_cli.lesson.blocks import Lesson
from backprop_cli.lesson.reports import gradient_check as report
from backprop_cli.runs.gradient_check import check_gradients


def gradient_check(source: Path, decimals: int | None, files: Files) -> tuple[Lesson, bool]:
    """The gradient check of a configuration, and whether every gradient passes.

    ``files`` are those to be written. Raises ConfigError and ArithmeticError.
    """
    checks = check_gradients(loaded(source, files))
    return report.gradient_check(checks, decimals), all(check.passes for check in checks)
