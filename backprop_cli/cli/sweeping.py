"""The work of ``backprop sweep``, from a configuration's path to a lesson."""

from decimal import Decimal
from pathlib import Path

from backprop_cli.cli.destinations import NONE, Files
from backprop_cli.cli.numbers import rate
from backprop_cli.cli.running import loaded
from backprop_cli.cli.settings import Settings
from backprop_cli.errors import UsageError
from backprop_cli.lesson.blocks import Lesson, Plot
from backprop_cli.lesson.reports.sweep import comparison
from backprop_cli.runs.sweep import Swept, swept
from backprop_cli.training.compiled import Compiled
from backprop_cli.training.watch import Watch
from backprop_cli.wording import printable


def swept_rates(
    source: Path, rates: str, settings: Settings, files: Files = NONE
) -> tuple[Lesson, Plot, int]:
    """Train once for each of several learning rates, and compare; and what interrupted it.

    That is the number of a signal, or 0. ``files`` are those to be written. Raises ConfigError,
    and UsageError for what means nothing.
    """
    exercise = loaded(source, files).with_rate(Decimal(1))
    if not exercise.network.learns:
        raise UsageError("--lr: there is no target to train by; add a line target: …")
    found: list[Swept] = []
    numbers = [rate(text.strip()) for text in rates.split(",")]
    if len(set(numbers)) < len(numbers):
        raise UsageError(f"--lr {printable(rates)}: a learning rate is given twice")
    epochs, limits = settings.epochs, settings.limits
    compiled: Compiled | None = None
    signal = 0
    for number in numbers:
        with settings.watched(exercise, Watch()) as (watch, noted):
            compiled = compiled or Compiled(
                exercise, settings.engine, epochs * len(numbers), watch.compiling
            )
            found.append(swept(exercise, number, compiled, epochs, limits, watch))
            signal = noted()
        if signal:
            break
    return (*comparison(found, settings.decimals), signal)
