"""The program as its users start it: in a pipe, and on a terminal of a given width."""

import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from support.warm import READ_BY_A_RUN, WarmProgram

ROOT = Path(__file__).parents[2]
CONFIGS = ROOT / "configs"
DEFAULT = CONFIGS / "default.yaml"
PROGRAM = (sys.executable, "-m", "backprop_cli")
VERY_HIGH = 30_000  # a terminal on which nothing is too long to be seen at once
PATIENCE = 60.0  # seconds after which a run counts as hung

# Whatever would change what a run prints is taken out of the environment of the tests.
NOT_INHERITED = re.compile(
    "COLUMNS|LINES|TERM|.*COLOR.*|TTY_.*|LC_.*|LANG|LANGUAGE|PYTHON.*|.*_COMPLETE.*|COMP_.*"
)

# Two inputs, three hidden layers, three outputs; each kind of bias; names by default.
DEEP = """\
inputs: [0.05, 0.10]
weights:
  hidden1: [[0.1, 0.2], [0.3, 0.4]]
  hidden2: [[0.5, 0.6], [0.7, 0.8]]
  hidden3: [[0.9, 0.11], [0.12, 0.13]]
  output: [[0.14, 0.15], [0.16, 0.17], [0.18, 0.19]]
biases: {hidden1: 0.1, hidden2: [0.2, 0.3], output: 0.4}
target: [0.01, 0.5, 0.99]
learning_rate: 0.5
rounding: 4
"""

# Thirty inputs into one neuron: the longest equation is several times as wide as a terminal.
WIDE = f"""\
inputs: [{", ".join(f"0.{n:02}" for n in range(1, 31))}]
weights: {{output: [[{", ".join(f"0.{n:02}" for n in range(1, 31))}]]}}
biases: {{output: 0.5}}
target: 0.5
learning_rate: 0.5
"""


@dataclass(frozen=True)
class Run:
    """What came of one run of the program."""

    stdout: str
    stderr: str
    returncode: int


class Backprop(Protocol):
    """Runs the program in a pipe."""

    def __call__(
        self,
        *args: str | Path,
        input: str = "",
        env: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        preexec: Callable[[], None] | None = None,
        program: tuple[str, ...] = PROGRAM,
        privileged: bool = True,
    ) -> Run:
        """``preexec`` is called in the new process, before the program is.

        Unless it is ``privileged``, the program respects permissions even where root runs it.
        """
        ...


@dataclass(frozen=True)
class Screen:
    """What a terminal received, escape codes and all."""

    raw: str
    returncode: int

    @property
    def text(self) -> str:
        """The characters alone."""
        return without_codes(self.raw).replace("\r\n", "\n")


class Process(Protocol):
    """A process under way."""

    def send_signal(self, number: int, /) -> None:
        """Send it a signal."""

    def kill(self) -> None:
        """End it at once."""

    def wait(self) -> int:
        """Wait for its end, and return its exit code."""
        ...


Types = Callable[[str, Process], str | None]


class OnTerminal(Protocol):
    """Runs the program on a pseudo-terminal that is its input, output and error."""

    def __call__(
        self,
        *args: str | Path,
        width: int = 80,
        height: int = VERY_HIGH,
        env: Mapping[str, str] | None = None,
        seen: Callable[[str, Process], None] | None = None,
        types: Types | None = None,
        cwd: Path = ROOT,
    ) -> Screen:
        """``seen`` is called with what the terminal has received so far, and the process.

        ``types`` likewise, whenever nothing comes: what it returns is typed.
        """
        ...


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a run: an ordinary one, and what the test adds to it."""
    inherited = {k: v for k, v in os.environ.items() if not NOT_INHERITED.fullmatch(k)}
    return {**inherited, "LANG": "C.UTF-8", **(extra or {})}


def can_be_interrupted() -> None:
    """Let Ctrl-C end this process: a shell's background jobs ignore it, and hand that down."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _with_its_own_terminal() -> None:
    """Let the pseudo-terminal send this process a signal for Ctrl-C, as any terminal does."""
    can_be_interrupted()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def without_codes(raw: str) -> str:
    """A terminal's text without its escape codes."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", raw)


def cells(line: str) -> int:
    """The cells that a line takes on a terminal."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in line)
    return len(line) + wide - sum(unicodedata.combining(c) > 0 for c in line)


def one_spaced(text: str) -> list[str]:
    """The lines of an output, each with single spaces between its words."""
    return [" ".join(line.split()) for line in text.splitlines()]


def run_in_pipe(
    *args: str | Path,
    input: str = "",
    env: Mapping[str, str] | None = None,
    cwd: Path = ROOT,
    preexec: Callable[[], None] | None = None,
    program: tuple[str, ...] = PROGRAM,
    privileged: bool = True,
) -> Run:
    """Run the program in a pipe; ``preexec`` is called in the new process before the program is.

    Where nothing is asked for that Python or a library reads as it starts, the process is a fork of
    one that has imported the program: see `support.warm`.
    """
    if not preexec and program == PROGRAM and is_read_by_a_run(env):
        argv = ["backprop_cli", *map(str, args)]
        out, err, code = warm().run(
            argv, environment(env), cwd, PATIENCE, typed=input.encode(), privileged=privileged
        )
        return Run(out.decode(), err.decode(), code)
    assert privileged, "only a fork gives up what root may"
    done = subprocess.run(
        [*program, *map(str, args)],
        input=input.encode(),
        capture_output=True,
        env=environment(env),
        cwd=cwd,
        preexec_fn=preexec,
        timeout=PATIENCE,
    )
    return Run(done.stdout.decode(), done.stderr.decode(), done.returncode)


@cache
def warm() -> WarmProgram:
    """The process of which a run is a fork."""
    return WarmProgram(environment())


def is_read_by_a_run(env: Mapping[str, str] | None) -> bool:
    """Whether a run that is a fork heeds all of what is added to the environment."""
    return not any(
        name not in READ_BY_A_RUN and NOT_INHERITED.fullmatch(name) for name in env or {}
    )


def run_on_terminal(
    *args: str | Path,
    width: int = 80,
    height: int = VERY_HIGH,
    env: Mapping[str, str] | None = None,
    seen: Callable[[str, Process], None] | None = None,
    types: Types | None = None,
    cwd: Path = ROOT,
) -> Screen:
    """Run the program on a pseudo-terminal; ``seen`` is told what it has received so far.

    As in `run_in_pipe` the process is a fork, where nothing is asked for that is read before.
    """
    ours, theirs = pty.openpty()
    whole = environment({"TERM": "xterm-256color", **(env or {})})
    process: Process
    try:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        if is_read_by_a_run(env):
            argv = ["backprop_cli", *map(str, args)]
            process = warm().start(argv, (theirs,) * 3, whole, cwd, on_terminal=True)
        else:
            process = subprocess.Popen(
                [*PROGRAM, *map(str, args)],
                stdin=theirs,
                stdout=theirs,
                stderr=theirs,
                env=whole,
                cwd=cwd,
                start_new_session=True,
                preexec_fn=_with_its_own_terminal,
            )
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    try:
        raw = _received(ours, process, seen, types)
        return Screen(raw.decode(), process.wait())
    finally:
        os.close(ours)
        process.kill()
        process.wait()


def _received(
    ours: int,
    process: Process,
    seen: Callable[[str, Process], None] | None,
    types: Types | None,
) -> bytes:
    """All that is written to a pseudo-terminal until the last writer is gone."""
    raw = b""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not select.select([ours], [], [], 0.1 if types else 1.0)[0]:
            if types and (keys := types(raw.decode(errors="replace"), process)):
                os.write(ours, keys.encode())
            continue
        try:
            piece = os.read(ours, 65536)
        except OSError as error:  # how Linux says that the other side is closed
            if error.errno != errno.EIO:
                raise
            return raw
        if not piece:
            return raw
        raw += piece
        if seen:
            seen(raw.decode(errors="replace"), process)
    raise TimeoutError(f"still running after {PATIENCE} s; so far: {raw[-500:]!r}")
