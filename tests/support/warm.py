"""The program in processes of its own that need not import everything anew.

One process imports the program and then waits; for each run it makes a copy of itself (a fork),
which gets the run's own pipes, folder, environment and arguments, and does what ``python -m
backprop_cli`` does. A run costs what it works out, and not the quarter of a second of the imports.
"""

import atexit
import json
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

STATUS = struct.Struct("i")
LONGEST_REQUEST = 1 << 20

PIPE = -1  # for a stream: what is written to it is received

# What a run itself reads of its environment, or what `_stream` does as Python does at its start.
# Anything else that changes what is printed is read while Python or a library starts.
READ_BY_A_RUN = {
    *("COLUMNS", "LINES", "TERM", "COLORTERM", "NO_COLOR", "PYTHONUNBUFFERED", "PYTHONIOENCODING"),
    *("_BACKPROP_COMPLETE", "COMP_WORDS", "COMP_CWORD"),
    "LC_ALL",  # of the tests it is C, in which Python takes everything for UTF-8
}


class Request(TypedDict):
    """A run, as it is sent to the process that waits."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str
    standard: Sequence[int]  # which of the standard streams are open; their ends are sent along
    on_terminal: bool  # they are a terminal, which becomes the run's own
    largest_file: int | None
    privileged: bool  # False: it respects permissions even where root runs it


class Forked:
    """A run under way."""

    def __init__(self, pid: int, statuses: socket.socket) -> None:
        self.pid = pid
        self._statuses = statuses
        self._code: int | None = None

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it is known to have ended."""
        if self._code is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def wait(self) -> int:
        """Wait for its end, and return its exit code (minus a signal's number)."""
        if self._code is None:
            (status,) = STATUS.unpack(self._statuses.recv(STATUS.size))
            self._code = os.waitstatus_to_exitcode(status)
        return self._code


class WarmProgram:
    """Runs of the program, each a fork of one process that has imported it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        here = str(Path(__file__).parents[1])
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                f"import sys; sys.path.insert(0, {here!r}); "
                f"from support.serving import serve; serve({theirs.fileno()})",
            ],
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            env=dict(environment),
            cwd=Path(__file__).parents[2],
        )
        theirs.close()
        atexit.register(self.close)

    def close(self) -> None:
        """End the waiting process."""
        self._ours.close()
        self._process.wait()

    def start(
        self,
        argv: Sequence[str],
        streams: Sequence[int | None],
        env: Mapping[str, str],
        cwd: Path,
        *,
        on_terminal: bool = False,
        largest_file: int | None = None,
        privileged: bool = True,
    ) -> Forked:
        """Start a run with its three streams, of which some may be closed; one run at a time."""
        given = {standard: end for standard, end in enumerate(streams) if end is not None}
        request = Request(
            argv=argv,
            env=dict(env),
            cwd=str(cwd),
            standard=[*given],
            on_terminal=on_terminal,
            largest_file=largest_file,
            privileged=privileged,
        )
        socket.send_fds(self._ours, [json.dumps(request).encode()], [*given.values()])
        (child,) = STATUS.unpack(self._ours.recv(STATUS.size))
        return Forked(child, self._ours)

    def run(
        self,
        argv: Sequence[str],
        env: Mapping[str, str],
        cwd: Path,
        patience: float,
        *,
        typed: bytes = b"",
        stdout: int | None = PIPE,
        stderr: int | None = PIPE,
        largest_file: int | None = None,
        privileged: bool = True,
    ) -> tuple[bytes, bytes, int]:
        """What a run prints, what it complains of, and its exit code (minus a signal's number).

        Raises TimeoutError after so many seconds.
        """
        stdin, to_stdin = os.pipe()
        pipes = [os.pipe() if stream == PIPE else None for stream in (stdout, stderr)]
        streams = [
            pipe[1] if pipe else stream
            for pipe, stream in zip(pipes, (stdout, stderr), strict=True)
        ]
        run = self.start(
            argv,
            (stdin, *streams),
            env,
            cwd,
            largest_file=largest_file,
            privileged=privileged,
        )
        for end in (stdin, *(pipe[1] for pipe in pipes if pipe)):
            os.close(end)
        sources = [pipe[0] for pipe in pipes if pipe]
        try:
            received = _communicate(to_stdin, typed, sources, patience)
        except TimeoutError:
            run.kill()
            raise
        finally:
            code = run.wait()
        first, second = (received[pipe[0]] if pipe else b"" for pipe in pipes)
        return first, second, code


def _communicate(
    to_stdin: int, typed: bytes, sources: Sequence[int], patience: float
) -> Mapping[int, bytes]:
    """Write what is typed and read until all sources are closed."""
    received = dict.fromkeys(sources, b"")
    deadline = time.monotonic() + patience
    with selectors.DefaultSelector() as selector:
        for source in sources:
            selector.register(source, selectors.EVENT_READ)
        os.set_blocking(to_stdin, False)
        selector.register(to_stdin, selectors.EVENT_WRITE)
        try:
            while selector.get_map():
                for key, _ in selector.select(max(0.0, deadline - time.monotonic())):
                    if key.fd == to_stdin:
                        try:
                            typed = typed[os.write(to_stdin, typed) :] if typed else b""
                        except BrokenPipeError:
                            typed = b""
                        if typed:
                            continue
                    elif piece := os.read(key.fd, 1 << 16):
                        received[key.fd] += piece
                        continue
                    selector.unregister(key.fd)
                    os.close(key.fd)
                if time.monotonic() > deadline:
                    raise TimeoutError(f"still running after {patience} s")
        finally:
            for key in [*selector.get_map().values()]:
                os.close(key.fd)
    return received
