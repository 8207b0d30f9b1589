"""The process that imports the program and forks for each run: see `support.warm`."""

import ctypes
import fcntl
import gc
import json
import os
import resource
import runpy
import signal
import socket
import sys
import termios
from collections.abc import Sequence
from importlib import import_module
from io import BufferedReader, BufferedWriter, FileIO, TextIOWrapper
from pkgutil import walk_packages
from typing import NoReturn, TextIO, cast

import backprop_cli
from support.warm import LONGEST_REQUEST, STATUS, Request


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
        if not request["privileged"]:
            _respect_permissions()
        sys.argv[:] = request["argv"]
        # They are held here: the program replaces them, and what nobody holds is closed.
        held = [_stream(fd) if fd in request["standard"] else None for fd in range(3)]
        sys.stdin, sys.stdout, sys.stderr = held
        code = _exit_code()
    except BaseException:  # as Python itself: a traceback, and 1
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code if _flushed(sys.stdout) else 120)


def _respect_permissions() -> None:
    """Give up what lets root read and write everything (see ``man 2 capset``)."""
    libc, dac_override, dac_read_search = ctypes.CDLL(None), 1, 2
    header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    libc.capget(header, sets)
    for kind in range(2):  # those in effect, and those permitted, by which access(2) goes
        sets[kind] &= ~(1 << dac_override | 1 << dac_read_search)
    libc.capset(header, sets)


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
