"""The completions that the shell offers for an option or an argument that is typed so far."""

import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from backprop_cli.errors import ConfigError
from backprop_cli.shipped import DEFAULT, named


def names_of_config(ctx: typer.Context, incomplete: str) -> list[str]:
    """The names that ``--explain`` can complete to: those of the file given so far.

    Each quantity is offered once: as it is typed, or, to one who types ∂ or ŷ, as it is printed.
    """
    from backprop_cli.cli import running

    # Where an option stands after the file, what came before it is still unread.
    given = ctx.params.get("config") or next(iter(ctx.args), None) or DEFAULT
    source = named(Path(given))
    if not source.is_file():
        return []  # a pipe, or standard input, would be waited for here, and is the run's
    try:
        with _no_longer_than(PATIENCE):
            names = running.names_to_explain(source)
    except (ConfigError, OSError):
        return []
    typed: dict[str, str] = {}
    for name, quantity in names.items():
        if name.startswith(incomplete):
            typed.setdefault(quantity, name)
    return list(typed.values())


PATIENCE = 2.0  # seconds that someone waits for the shell to offer something


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """Within it, what takes longer ends with TimeoutError: a pipe that holds the data, say."""
    if not hasattr(signal, "setitimer"):  # as on Windows
        yield
        return

    def end(_number: int, _frame: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def functions(incomplete: str) -> list[str]:
    """Activation functions by name, softmax among them."""
    from backprop_cli.config.shape.fields import ACTIVATION_NAMES

    return _beginning(incomplete, ACTIVATION_NAMES)


def losses(incomplete: str) -> list[str]:
    """Losses by name."""
    from backprop_cli.functions.losses import LOSSES

    return _beginning(incomplete, LOSSES)


def optimizers(incomplete: str) -> list[str]:
    """Optimizers by name."""
    from backprop_cli.functions.optimizers import OPTIMIZERS

    return _beginning(incomplete, OPTIMIZERS)


def libraries(incomplete: str) -> list[str]:
    """Libraries that scripts are written for."""
    from backprop_cli.export import TARGETS

    return _beginning(incomplete, TARGETS)


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]
