"""Ctrl-C and SIGTERM while training: noted first, so that what was reached is not lost."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# Each with what is done about it where nobody has decided otherwise: a shell's background jobs
# ignore Ctrl-C, and so be it.
ENDING = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}


@contextmanager
def interruption() -> Iterator[Callable[[], int]]:
    """Within it, the first signal to end is only noted; a second ends all.

    The function tells the number of the signal, 0 as long as there was none.
    """
    noted = 0
    before = {number: signal.getsignal(number) for number in ENDING}
    heeded = [number for number, default in ENDING.items() if before[number] == default]

    def note(number: int, _frame: FrameType | None) -> None:
        nonlocal noted
        noted = number
        restore()

    def restore() -> None:
        for number in heeded:
            signal.signal(number, before[number])

    for number in heeded:
        signal.signal(number, note)
    try:
        yield lambda: noted
    finally:
        restore()
