"""The program in processes of its own that need not import everything anew.

One process imports the program and then waits; for each run it makes a copy of itself (a fork),
which gets the run's own pipes, folder, environment and arguments, and does what ``python -m
backprop_cli`` does. A run costs what it works out, and not the quarter of a second of the imports.
"""

import atexit
import gc
import json
import os
import runpy
import selectors
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from pkgutil import walk_packages
from typing import NoReturn, TypedDict

import backprop_cli

STATUS = struct.Struct("i")
LONGEST_REQUEST = 1 << 20


class Request(TypedDict):
    """A run, as it is sent to the process that waits."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str


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

    def run(
        self, argv: Sequence[str], typed: bytes, env: Mapping[str, str], cwd: Path, patience: float
    ) -> tuple[bytes, bytes, int]:
        """What a run prints, what it complains of, and its exit code (minus a signal's number).

        Raises TimeoutError after so many seconds.
        """
        stdin, to_stdin = os.pipe()
        from_stdout, stdout = os.pipe()
        from_stderr, stderr = os.pipe()
        request = json.dumps(Request(argv=argv, env=dict(env), cwd=str(cwd))).encode()
        socket.send_fds(self._ours, [request], [stdin, stdout, stderr])
        for end in (stdin, stdout, stderr):
            os.close(end)
        (child,) = STATUS.unpack(self._ours.recv(STATUS.size))
        try:
            printed = _communicate(to_stdin, typed, (from_stdout, from_stderr), patience)
        except TimeoutError:
            os.kill(child, signal.SIGKILL)
            raise
        finally:
            (status,) = STATUS.unpack(self._ours.recv(STATUS.size))
        return (*printed, os.waitstatus_to_exitcode(status))


def _communicate(
    to_stdin: int, typed: bytes, sources: tuple[int, int], patience: float
) -> tuple[bytes, bytes]:
    """Write what is typed and read until both sources are closed."""
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
    first, second = sources
    return received[first], received[second]


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
        for standard, given in enumerate(fds):
            os.dup2(given, standard)
            os.close(given)
        os.chdir(request["cwd"])
        os.environ.clear()
        os.environ.update(request["env"])
        sys.argv[:] = request["argv"]
        # The streams as Python opens them in a locale of UTF-8 such as C.UTF-8.
        errors = ("surrogateescape", "surrogateescape", "backslashreplace")
        # They are held here: the program replaces them, and what nobody holds is closed.
        held = [_stream(fd, kind) for fd, kind in enumerate(errors)]
        sys.stdin, sys.stdout, sys.stderr = held
        code = _exit_code()
    except BaseException:  # as Python itself: a traceback, and 1
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _stream(fd: int, errors: str) -> TextIOWrapper:
    file = FileIO(fd, "w" if fd else "r", closefd=False)
    buffer = BufferedWriter(file) if fd else BufferedReader(file)
    return TextIOWrapper(buffer, "utf-8", errors, line_buffering=fd == 2)


def _exit_code() -> int:
    try:
        runpy.run_module("backprop_cli", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
            return 1
        return int(ended.code or 0)
    return 0
