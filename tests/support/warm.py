"""The program in processes of its own that need not import everything anew.

One process imports the program and then waits; for each run it makes a copy of itself (a fork),
which gets the run's own pipes, folder, environment and arguments, and does what ``python -m
backprop_cli`` does. A run costs what it works out, and not the quarter of a second of the imports.
"""

import atexit
import fcntl
import gc
import json
import os
import resource
import runpy
import selectors
import signal
import socket
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from pkgutil import walk_packages
from typing import NoReturn, TextIO, TypedDict, cast

import backprop_cli

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
                f"from support.warm import serve; serve({theirs.fileno()})",
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
        run = self.start(argv, (stdin, *streams), env, cwd, largest_file=largest_file)
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


# --- in the process that waits ----------------------------------------------------------------


def serve(fd: int) -> None:
    """Import the program, and fork for each request until the other side is closed."""
    for module in walk_packages(backprop_cli.__path__, "backprop_cli."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    import_module("typer.rich_utils")
    gc.freeze()
    requests = socket.socket(fileno=fd)
    while True:
        message, fds, _, _ = socket.recv_fds(requests, LONGEST_REQUEST, 3)
        if not message:
            return
        child = os.fork()
        if not child:
            requests.close()
            _become(json.loads(message), fds)
        for one in fds:
            os.close(one)
        requests.send(STATUS.pack(child))
        _, status = os.waitpid(child, 0)
        requests.send(STATUS.pack(status))


def _become(request: Request, fds: Sequence[int]) -> NoReturn:
    """Go on as ``python -m backprop_cli`` would have begun."""
    code = 1
    try:
        for standard in range(3):
            os.close(standard)
        for standard, given in zip(request["standard"], fds, strict=True):
            os.dup2(given, standard)
            os.close(given)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if request["on_terminal"]:
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        if request["largest_file"] is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (request["largest_file"],) * 2)
        sys.argv[:] = request["argv"]
        # They are held here: the program replaces them, and what nobody holds is closed.
        held = [_stream(fd) if fd in request["standard"] else None for fd in range(3)]
        sys.stdin, sys.stdout, sys.stderr = held
        code = _exit_code()
    except BaseException:  # as Python itself: a traceback, and 1
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code if _flushed(sys.stdout) else 120)


def _stream(fd: int) -> TextIOWrapper:
    """A standard stream, as Python opens it in a locale of UTF-8 such as C.UTF-8."""
    asked = os.environ.get("PYTHONIOENCODING", "utf-8:surrogateescape")
    encoding, _, errors = asked.partition(":")
    if fd == 2:
        errors = "backslashreplace"
    unbuffered = bool(fd and os.environ.get("PYTHONUNBUFFERED"))
    file = FileIO(fd, "w" if fd else "r", closefd=False)
    buffer = file if unbuffered else BufferedWriter(file) if fd else BufferedReader(file)
    return TextIOWrapper(
        cast("BufferedWriter", buffer),
        encoding,
        errors or "strict",
        line_buffering=not unbuffered and (fd == 2 or file.isatty()),
        write_through=unbuffered,
    )


def _flushed(stream: TextIO | None) -> bool:
    """Whether what is left to be written could be written."""
    try:
        if stream is not None and not stream.closed:
            stream.flush()
    except OSError:
        return False
    return True


def _exit_code() -> int:
    try:
        # A module is told its file's name, a command the name by which it was called.
        by_module = sys.argv[0] == "backprop_cli"
        runpy.run_module("backprop_cli", run_name="__main__", alter_sys=by_module)
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
            return 1
        return int(ended.code or 0)
    return 0
