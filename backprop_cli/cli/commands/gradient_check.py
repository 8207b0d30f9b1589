"""``backprop run --gradcheck``: every gradient against a difference of the loss."""

from pathlib import Path

from backprop_cli import config
from backprop_cli.lesson.blocks import Lesson
from backprop_cli.lesson.reports import gradient_check as report
from backprop_cli.runs.gradient_check import check_gradients


def gradient_check(source: Path, decimals: int | None) -> tuple[Lesson, bool]:
    """The gradient check of a configuration, and whether every gradient passes.

    Raises ConfigError and ArithmeticError.
    """
    checks = check_gradients(config.load(str(source)))
    return report.gradient_check(checks, decimals), all(check.passes for check in checks)
