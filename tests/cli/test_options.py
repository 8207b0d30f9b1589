"""Options: how they are told, completed and refused."""

import os
import random
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from support.program import DEFAULT, Backprop, OnTerminal

from backprop_cli.cli import installing
from backprop_cli.config.shape.fields import ACTIVATION_NAMES
from backprop_cli.functions.losses import LOSSES

COMMANDS = ("run", "sweep", "activation", "new", "export", "schema")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_in_words_and_names_no_type(on_terminal: OnTerminal, command: str) -> None:
    text = on_terminal(*command.split(), "--help").text
    assert re.findall(r"<\w+[^>]*>|\w[<>]=|TEXT|INTEGER|RANGE", text) == []
    assert "Usage: backprop" in text
    assert max(map(len, text.splitlines())) <= 80


WANTED = "a whole number of 1 or more belongs here, not"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "--epochs", "many"), f"--epochs: {WANTED} many"),
        (("run", "--epochs", "0"), f"--epochs: {WANTED} 0"),
        (("run", "--at", "1.5"), f"--at: {WANTED} 1.5"),
        (("run", "--every", "-3"), f"--every: {WANTED} -3"),
        (("run", "--example", "²"), f"--example: {WANTED} ²"),
        (("sweep", "--lr", "1", "--epochs", ""), f"--epochs: {WANTED} ''"),
        (
            ("run", "--decimals", "16"),
            "--decimals: a whole number from 1 to 15 belongs here, not 16",
        ),
        (("new", "1-1", "--seed", "x"), "--seed: a whole number belongs here, not x"),
        (
            ("run", "--format", "xml"),
            "--format: text, markdown, latex, html, pdf or json belongs here, not xml",
        ),
        (("run", "--engine", "fast"), "--engine: auto, python or numba belongs here, not fast"),
        (("run", "--color", "red"), "--color: auto, always or never belongs here, not red"),
        (("run", "--explian", "w1"), "there is no option --explian; did you mean --explain?"),
        (("run", "--zzzz"), "there is no option --zzzz; backprop run --help shows what there is"),
        (("run", "--epochs"), "--epochs: a value is missing after it"),
        (("run", "--brief=3"), "--brief takes no value; write --brief alone"),
        (("sweep",), "--lr X,Y,… is missing; backprop sweep --help shows what there is"),
        (
            ("new",),
            "SIZES is missing; write for example backprop new 2-3-1. On a terminal, backprop new "
            "alone asks for all that it needs",
        ),
        (
            ("run", "a", "b"),
            "b: nothing more belongs here; backprop run --help shows what there is",
        ),
        (("swep",), "there is no command swep; did you mean backprop sweep?"),
        (("zzzz",), "there is no command zzzz; backprop --help shows what there is"),
        (("",), "there is no command ''; backprop --help shows what there is"),
    ],
)
def test_a_slip_is_one_line_in_our_words(
    backprop: Backprop, arguments: tuple[str, ...], said: str
) -> None:
    run = backprop(*arguments)
    assert (run.stdout, run.stderr, run.returncode) == ("", f"{said}\n", 2)


@pytest.mark.drawn(12)
def test_whatever_is_typed_ends_in_one_line_or_in_a_result(backprop: Backprop, seed: int) -> None:
    draw = random.Random(seed)
    known = ("--epochs", "--at", "--decimals", "--format", "--color", "--engine", "--lr", "--brief")
    odd = (
        "",
        "-",
        "--",
        "0",
        "-1",
        "1e3",
        "9" * 30,
        "²",
        "[red]",
        "x\x1b[31m",
        "ß",
        "a b",
        "=",
        "nan",
    )
    words = [
        draw.choice((*known, *odd, "--explain", "2", "auto")) for _ in range(draw.randrange(1, 6))
    ]
    command = draw.choice(COMMANDS)
    run = backprop(command, *words, input=DEFAULT.read_text(encoding="utf-8"))
    assert "Traceback" not in run.stderr
    assert run.returncode in (0, 1, 2)
    if run.returncode:
        assert run.stdout == ""
        first, *excerpt = run.stderr.splitlines()
        assert all(line.isprintable() for line in (first, *excerpt))
        assert excerpt == [] or ":" in first


# --- completion ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def offered(backprop: Backprop) -> Callable[..., Sequence[str]]:
    """What bash offers for the last of the words typed so far."""

    def complete(*words: str) -> Sequence[str]:
        env = {
            "_BACKPROP_COMPLETE": "complete_bash",
            "COMP_WORDS": " ".join(("backprop", *words)),
            "COMP_CWORD": str(len(words)),
        }
        run = backprop(env=env)
        assert run.stderr == ""
        return run.stdout.split()

    return complete


def test_the_values_of_an_option_are_offered(offered: Callable[..., Sequence[str]]) -> None:
    assert offered("run", "--format", "") == ["text", "markdown", "latex", "html", "pdf", "json"]
    assert offered("run", "--engine", "n") == ["numba"]
    assert offered("sweep", "--color", "a") == ["auto", "always"]
    assert offered("export", "--to", "") == ["pytorch", "numpy", "jax"]
    assert offered("new", "1-1", "--loss", "") == list(LOSSES)
    assert offered("new", "1-1", "--activation", "") == list(ACTIVATION_NAMES)
    assert offered("activation", "s") == [n for n in ACTIVATION_NAMES if n.startswith("s")]


def test_each_quantity_is_offered_once(offered: Callable[..., Sequence[str]]) -> None:
    names = offered("run", "--explain", "")
    assert len(names) == len(set(names))
    assert {"w1", "Loss", "y_hat", "dLoss/dw1", "w1_new"} <= set(names)
    assert all(name.isascii() for name in names)
    printed = offered("run", "--explain", "∂Loss/∂w")
    assert printed == [f"∂Loss/∂w{n}" for n in (5, 6, 1, 2, 3, 4)]


# --- colours ------------------------------------------------------------------------------------

ASKED = ("run", "--explain", "w1")


def test_colours_are_printed_where_they_are_asked_for(
    backprop: Backprop, on_terminal: OnTerminal
) -> None:
    plain = backprop(*ASKED).stdout
    assert "\x1b" not in plain
    for env in ({}, {"NO_COLOR": "1"}, {"TERM": "dumb"}):
        assert "\x1b[" in backprop(*ASKED, "--color", "always", env=env).stdout
        assert re.search(r"\x1b\[[\d;]*3[0-8]", backprop(*ASKED, "--color=always", env=env).stdout)
    for env in ({}, {"FORCE_COLOR": "1"}):
        assert "\x1b" not in backprop(*ASKED, "--color", "never", env=env).stdout
        assert "\x1b" not in on_terminal(*ASKED, "--color", "never", env=env).raw
    assert "\x1b[" in backprop(*ASKED, env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b[" in on_terminal(*ASKED).raw


def test_always_prints_in_a_pipe_what_a_terminal_is_shown(
    backprop: Backprop, on_terminal: OnTerminal
) -> None:
    env = {"TERM": "xterm-256color", "COLUMNS": "80"}
    asked = ("run", "--explain", "w1")
    piped = backprop(*asked, "--color", "always", env=env).stdout
    assert piped == on_terminal(*asked).raw.replace("\r\n", "\n")


def test_a_file_has_no_colours_even_so(backprop: Backprop, tmp_path: Path) -> None:
    file = tmp_path / "out.txt"
    backprop(*ASKED, "--color", "always", "-o", file)
    assert "\x1b" not in file.read_text(encoding="utf-8")


# --- how a package is installed -----------------------------------------------------------------


def test_a_package_is_installed_by_the_tool_that_installed_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = installing.command_for
    activated = {"VIRTUAL_ENV": str(tmp_path)}
    monkeypatch.setattr(installing, "find_spec", lambda _name: object())
    assert command("numba", tmp_path, activated) == "pip install numba"
    assert command("numba", tmp_path, {}).endswith("python -m pip install numba")
    monkeypatch.setattr(installing, "find_spec", lambda _name: None)
    assert command("numba", tmp_path, {}) == f"uv pip install --python {tmp_path} numba"
    (tmp_path / "uv-receipt.toml").touch()
    assert re.fullmatch(r"uv tool install --with numba \S+", command("numba", tmp_path, {}))
    (tmp_path / "uv-receipt.toml").unlink()
    (tmp_path / "pipx_metadata.json").touch()
    assert command("matplotlib", tmp_path, {}) == "pipx inject backprop-cli matplotlib"


def test_who_lacks_numba_is_told_how_to_get_it(backprop: Backprop, tmp_path: Path) -> None:
    # An environment variable has the program find no numba, installed or not.
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\nfound = u.find_spec\n"
        "u.find_spec = lambda name, *more: None if name == 'numba' else found(name, *more)\n",
        encoding="utf-8",
    )
    run = backprop(
        "run", "--epochs", "3", "--engine", "numba", env={"PYTHONPATH": os.fspath(tmp_path)}
    )
    assert run.returncode == 2
    assert re.search(r"numba is not installed; .*install.* numba installs it\n$", run.stderr)


def test_help_and_completion_of_options_read_no_configuration(backprop: Backprop) -> None:
    code = (
        "import sys; from backprop_cli.cli import app;"
        "print([name for name in ('backprop_cli.config', 'pydantic', 'numpy', 'rich.table')"
        " if name in sys.modules])"
    )
    assert backprop(program=(sys.executable, "-c", code)).stdout == "[]\n"
