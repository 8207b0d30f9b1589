"""Every byte of the output is written, or the exit code and one line say that it is not."""

import fcntl
import os
import random
import resource
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from threading import Thread
from types import MappingProxyType

import pytest
from support.program import DEFAULT, PATIENCE, ROOT, Backprop, OnTerminal, environment, warm

AS_BACKPROP = (
    sys.executable,
    "-c",
    "import runpy, sys; sys.argv[0] = 'backprop'; "
    "runpy.run_module('backprop_cli', run_name='__main__')",
)
COMPLETING = {
    "_BACKPROP_COMPLETE": "complete_bash",
    "COMP_WORDS": "backprop run --explain z",
    "COMP_CWORD": "3",
}
STARTED = "a run"  # the command that is no fork
UNBUFFERED = {"PYTHONUNBUFFERED": "1"}  # as in many containers
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "a run": ("run",),
    "a derivation": ("run", "--explain", "w1"),
    "JSON": ("run", "--format", "json"),
    "a gradient check": ("run", "--gradcheck"),
    "a sweep": ("sweep", "--lr", "0.1,0.5", "--epochs", "3", "--engine", "python"),
    "a function": ("activation", "tanh", "1"),
    "a curve": ("activation", "tanh", "--plot"),
    "a new configuration": ("new", "2-3-1", "--seed", "1"),
    "a script": ("export", "--to", "numpy"),
    "the schema": ("schema",),
    "the version": ("--version",),
    "the help": ("--help",),
    "a command's help": ("run", "--help"),
    "completion": (),
}


def env_of(name: str, env: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """The environment in which a command is run."""
    return environment({**env, **(COMPLETING if name == "completion" else {})})


def run(
    name: str,
    stdout: int | None,
    env: Mapping[str, str] = MappingProxyType({}),
    largest_file: int | None = None,
) -> object:
    """A command that prints into a descriptor, or nowhere: its standard error and exit code.

    One is started as its users start it, so that Python itself opens and leaves the streams; the
    others are forks.
    """
    if name != STARTED:
        argv = ["backprop", *COMMANDS[name]]
        whole = env_of(name, env)
        _, err, code = warm().run(
            argv, whole, ROOT, PATIENCE, stdout=stdout, largest_file=largest_file
        )
        return err.decode(), code

    def prepare() -> None:
        if stdout is None:
            os.close(1)
        if largest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

    done = subprocess.run(
        [*AS_BACKPROP, *COMMANDS[name]],
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.PIPE,
        # The limit would cut off what Python caches of the program itself.
        env=env_of(name, {**env, "PYTHONDONTWRITEBYTECODE": "1"}),
        cwd=ROOT,
        preexec_fn=prepare,
        timeout=PATIENCE,
    )
    return done.stderr.decode(), done.returncode


@contextmanager
def opened(path: str | Path) -> Iterator[int]:
    """A descriptor to write to a file by."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_device_is_said_in_one_line_with_exit_code_1(name: str) -> None:
    with opened("/dev/full") as full:
        assert run(name, full) == ("standard output: No space left on device\n", 1)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_closed_standard_output_is_said_in_one_line_with_exit_code_1(name: str) -> None:
    assert run(name, None) == ("standard output: it is closed\n", 1)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("env", [{}, UNBUFFERED], ids=["buffered", "unbuffered"])
def test_what_is_cut_off_by_a_limit_is_said_with_exit_code_1(
    tmp_path: Path, name: str, env: Mapping[str, str]
) -> None:
    file = tmp_path / "out"
    with opened(file) as limited:
        said = run(name, limited, env, largest_file=7)
    assert said == ("standard output: File too large\n", 1)
    assert file.stat().st_size == 7


@pytest.mark.drawn(8)
def test_whatever_fits_the_exit_code_is_0_if_and_only_if_every_byte_is_written(
    tmp_path: Path, seed: int
) -> None:
    draw = random.Random(seed)
    name, env = draw.choice([*COMMANDS][1:]), draw.choice(({}, UNBUFFERED))
    whole, _, _ = warm().run(["backprop", *COMMANDS[name]], env_of(name), ROOT, PATIENCE)
    room = draw.choice((draw.randrange(2 * len(whole)), len(whole) - 1, len(whole)))
    file = tmp_path / "out"
    with opened(file) as limited:
        said = run(name, limited, env, largest_file=room)
    fits = room >= len(whole)
    assert said == (("", 0) if fits else ("standard output: File too large\n", 1))
    assert file.read_bytes() == whole[:room]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_pipe_that_does_not_wait_gets_every_byte(name: str) -> None:
    whole, _, _ = warm().run(["backprop", *COMMANDS[name]], env_of(name), ROOT, PATIENCE)
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writing, False)
    received: list[bytes] = []
    with os.fdopen(reading, "rb") as pipe:
        late = Thread(target=lambda: received.append(read_once_it_is_full(pipe, len(whole))))
        late.start()
        said = run(name, writing, UNBUFFERED)
        os.close(writing)
        late.join()
    assert said == ("", 0)
    assert received == [whole]


def read_once_it_is_full(pipe: BufferedReader, size: int) -> bytes:
    """Read nothing until all is there, or as much as fits: what has not changed for 0.1 s."""
    there, since = 0, time.monotonic()
    while there < size and (not there or time.monotonic() - since < 0.1):
        time.sleep(0.005)
        now = struct.unpack("i", fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)))[0]
        if now != there:
            there, since = now, time.monotonic()
    return pipe.read()


@pytest.mark.parametrize("arguments", [("run", "none.yaml"), ("run", "--none"), ("none",)])
@pytest.mark.parametrize("env", [{}, UNBUFFERED], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("lost", ["full", "closed"])
def test_a_complaint_that_nobody_can_read_keeps_its_exit_code(
    arguments: tuple[str, ...], env: Mapping[str, str], lost: str
) -> None:
    argv, whole = ["backprop", *arguments], environment(env)
    with opened("/dev/full") as full:
        stderr = full if lost == "full" else None
        out, _, code = warm().run(argv, whole, ROOT, PATIENCE, stderr=stderr)
    assert (out, code) == (b"", 2)


@pytest.mark.parametrize("lost", ["full", "closed"])
def test_so_does_one_of_a_process_of_its_own(backprop: Backprop, lost: str) -> None:
    def without_errors() -> None:
        if lost == "closed":
            os.close(2)
        else:
            os.dup2(os.open("/dev/full", os.O_WRONLY), 2)

    done = backprop("run", "none.yaml", preexec=without_errors)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 2)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_reader_who_has_seen_enough_is_no_failure(name: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        said = run(name, writing)
    finally:
        os.close(writing)
    assert said == ("", 0)


@pytest.mark.parametrize("columns", ["0", "000", "²", "-3", "", "many"])
def test_a_width_that_is_none_is_not_taken_for_one(on_terminal: OnTerminal, columns: str) -> None:
    env = {"COLUMNS": columns, "LINES": columns}
    usual = on_terminal("run", "--explain", "w1")
    assert on_terminal("run", "--explain", "w1", env=env) == usual
    # This one is read while a library is imported.
    env |= {"TERMINAL_WIDTH": columns}
    assert on_terminal("run", "--help", env=env) == on_terminal("run", "--help")


def test_a_terminal_that_does_not_know_its_width_has_80_columns(on_terminal: OnTerminal) -> None:
    screen = on_terminal("run", DEFAULT, width=0)
    assert screen == on_terminal("run", DEFAULT)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
@pytest.mark.parametrize("name", ["a script", "a new configuration", "the schema", "JSON"])
def test_what_programs_read_is_in_utf_8_whatever_the_terminal_is(
    tmp_path: Path, encoding: str, name: str
) -> None:
    file = tmp_path / "größe.yaml"
    file.write_text(DEFAULT.read_text(encoding="utf-8").replace("x1", "größe"), encoding="utf-8")
    given = [str(file)] if COMMANDS[name][0] in ("export", "run") else []
    printed = [
        warm().run(
            ["backprop", *COMMANDS[name], *given],
            environment({"PYTHONIOENCODING": one}),
            ROOT,
            PATIENCE,
        )
        for one in ("utf-8", encoding)
    ]
    assert [done[1:] for done in printed] == [(b"", 0)] * 2
    assert printed[0] == printed[1]
    assert not given or "größe" in printed[0][0].decode() or name == "JSON"


@pytest.mark.drawn(4)
def test_a_script_is_in_utf_8_whatever_the_names_and_the_terminal_are(
    tmp_path: Path, seed: int
) -> None:
    draw = random.Random(seed)
    letters = draw.choice(("äöüß", "αβγδ", "жшщю", "数学入力", "aé数ж"))
    name = "".join(draw.choices(letters, k=draw.randint(1, 4)))
    file = tmp_path / f"{name}.yaml"
    text = DEFAULT.read_text(encoding="utf-8").replace("h1", name)
    file.write_text(text, encoding="utf-8")
    encoding = draw.choice(("ascii", "latin-1", "cp1252", "koi8-r", "utf-16", "shift_jis"))
    target = draw.choice(("numpy", "pytorch", "jax"))
    script, err, code = warm().run(
        ["backprop", "export", str(file), "--to", target],
        environment({"PYTHONIOENCODING": encoding}),
        ROOT,
        PATIENCE,
    )
    assert (err, code) == (b"", 0)
    assert name in script.decode("utf-8")
    compile(script, "script.py", "exec")
