"""Every byte of the output is written, or the exit code and one line say that it is not."""

import fcntl
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from support.program import DEFAULT, PATIENCE, ROOT, Backprop, OnTerminal, environment

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


def run(name: str, env: Mapping[str, str], preexec: Callable[[], None] | None = None) -> object:
    """A command with standard output as ``preexec`` leaves it: standard error and exit code."""
    done = subprocess.run(
        [*AS_BACKPROP, *COMMANDS[name]],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment({**env, **(COMPLETING if name == "completion" else {})}),
        cwd=ROOT,
        preexec_fn=preexec,
        timeout=PATIENCE,
    )
    return done.stderr.decode(), done.returncode


def whole(name: str) -> bytes:
    """All that a command prints."""
    env = environment(COMPLETING if name == "completion" else {})
    command = [*AS_BACKPROP, *COMMANDS[name]]
    return subprocess.run(command, capture_output=True, env=env, cwd=ROOT, check=True).stdout


def to(path: str | Path) -> Callable[[], None]:
    """Have standard output lead to a file."""
    return lambda: (os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), 1), None)[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_device_is_said_in_one_line_with_exit_code_1(name: str) -> None:
    said = "standard output: No space left on device\n"
    assert run(name, {}, to("/dev/full")) == (said, 1)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_closed_standard_output_is_said_in_one_line_with_exit_code_1(name: str) -> None:
    assert run(name, {}, lambda: os.close(1)) == ("standard output: it is closed\n", 1)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("env", [{}, UNBUFFERED], ids=["buffered", "unbuffered"])
def test_what_is_cut_off_by_a_limit_is_said_with_exit_code_1(
    tmp_path: Path, name: str, env: Mapping[str, str]
) -> None:
    file = tmp_path / "out"

    def limited() -> None:
        to(file)()
        resource.setrlimit(resource.RLIMIT_FSIZE, (7, 7))

    # Without this the limit would cut off what Python caches of the program itself.
    cached = {"PYTHONDONTWRITEBYTECODE": "1"}
    said = "standard output: File too large\n"
    assert run(name, {**env, **cached}, limited) == (said, 1)
    assert file.stat().st_size == 7


@pytest.mark.parametrize("name", COMMANDS)
def test_a_pipe_that_does_not_wait_gets_every_byte(name: str) -> None:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4096)
    os.set_blocking(writing, False)
    process = subprocess.Popen(
        [*AS_BACKPROP, *COMMANDS[name]],
        stdout=writing,
        stderr=subprocess.PIPE,
        env=environment({**UNBUFFERED, **(COMPLETING if name == "completion" else {})}),
        cwd=ROOT,
    )
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        time.sleep(0.3)  # it may be full meanwhile; nothing is lost if it is not
        received = pipe.read()
    _, stderr = process.communicate(timeout=PATIENCE)
    assert (stderr, process.returncode) == (b"", 0)
    assert received == whole(name)


@pytest.mark.parametrize("arguments", [("run", "none.yaml"), ("run", "--none"), ("none",)])
@pytest.mark.parametrize("env", [{}, UNBUFFERED], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("lost", ["full", "closed"])
def test_a_complaint_that_nobody_can_read_keeps_its_exit_code(
    backprop: Backprop, arguments: tuple[str, ...], env: Mapping[str, str], lost: str
) -> None:
    def without_errors() -> None:
        if lost == "closed":
            os.close(2)
        else:
            os.dup2(os.open("/dev/full", os.O_WRONLY), 2)

    done = backprop(*arguments, env=env, preexec=without_errors)
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 2)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_reader_who_has_seen_enough_is_no_failure(name: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        said = run(name, {}, lambda: (os.dup2(writing, 1), None)[1])
    finally:
        os.close(writing)
    assert said == ("", 0)


@pytest.mark.parametrize("columns", ["0", "000", "²", "-3", "", "many"])
def test_a_width_that_is_none_is_not_taken_for_one(on_terminal: OnTerminal, columns: str) -> None:
    env = {"COLUMNS": columns, "LINES": columns, "TERMINAL_WIDTH": columns}
    usual = on_terminal("run", "--explain", "w1")
    assert on_terminal("run", "--explain", "w1", env=env) == usual
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
    given = [file] if COMMANDS[name][0] in ("export", "run") else []
    printed = [
        subprocess.run(
            [*AS_BACKPROP, *COMMANDS[name], *given],
            capture_output=True,
            env=environment({"PYTHONIOENCODING": one}),
            cwd=ROOT,
        )
        for one in ("utf-8", encoding)
    ]
    assert [(done.stderr, done.returncode) for done in printed] == [(b"", 0)] * 2
    assert printed[0].stdout == printed[1].stdout
    assert not given or "größe" in printed[0].stdout.decode() or name == "JSON"
