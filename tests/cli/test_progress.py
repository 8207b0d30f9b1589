"""What a run that takes long shows of its progress, and how little that costs it."""

import io
import re
import threading

import pytest
from support.program import Backprop, OnTerminal, without_codes

from backprop_cli.cli.progress_bar import Bar


class Terminal(io.StringIO):
    """A text that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def terminal_on(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """A terminal of 80 columns."""
    screen = Terminal()
    for name, value in (("TERM", "xterm-256color"), ("COLUMNS", "80")):
        monkeypatch.setenv(name, value)
    return screen


def test_the_bar_is_drawn_four_times_a_second_and_by_no_thread_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = terminal_on(monkeypatch)
    clock, threads = [100.0], threading.active_count()
    monkeypatch.setattr("backprop_cli.cli.progress_bar.perf_counter", lambda: clock[0])
    bar = Bar(1000, terminal)
    bar.start()
    try:
        for epoch in range(1, 301):
            clock[0] += 1 / 64
            bar.show(epoch, 64.0, 0.5)
        assert threading.active_count() == threads
    finally:
        bar.stop()
    shown = re.findall(r"Epoch (\d+) of", without_codes(terminal.getvalue()))
    assert sorted({int(epoch) for epoch in shown}) == [0, *range(1, 301, 16)]


@pytest.mark.numba
@pytest.mark.parametrize("options", [(), ("--until-loss", "1e-9")])
def test_that_numba_compiles_is_said_once_on_a_terminal(
    on_terminal: OnTerminal, backprop: Backprop, options: tuple[str, ...]
) -> None:
    run = ("run", "--epochs", "5", "--brief", "--engine", "numba", *options)
    assert on_terminal(*run).text.startswith("numba is compiling the network\n")
    assert on_terminal(*run).text.count("numba is compiling") == 1
    assert "numba is compiling" not in on_terminal(*run, "--quiet").text
    assert backprop(*run).stderr == ""
    assert "numba is compiling" not in on_terminal(*run, "--engine", "python").text
