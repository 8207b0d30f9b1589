"""What reaches a terminal, a pipe or a file: its width, its colours, its characters."""

import io
import json
import re
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from support.program import (
    DEFAULT,
    PATIENCE,
    PROGRAM,
    ROOT,
    Backprop,
    OnTerminal,
    Process,
    Run,
    Screen,
    can_be_interrupted,
    cells,
    environment,
    one_spaced,
)

from backprop_cli.lesson.blocks import Column, Role, Table
from backprop_cli.render.terminal.console import console_for, show

# Full equations, one of each kind; the figures are the document's.
EQUATIONS = [
    "z_h1 = x1 * w1 + x2 * w2 + b1 = 0.05 * 0.15 + 0.10 * 0.20 + 0.35 = 0.3775",
    "z_out = a_h1 * w5 + a_h2 * w6 + b2 = 0.5933 * 0.40 + 0.5969 * 0.45 + 0.60 ≈ 1.1059",
    "a_h2 = sigmoid(z_h2) = sigmoid(0.3925) ≈ 0.5969",
    "Loss = 0.5 * (y_true − ŷ)^2 = 0.5 * (0.01 − 0.7514)^2 ≈ 0.2748",
    "1. ∂Loss/∂ŷ = ŷ − y_true = 0.7514 − 0.01 = 0.7414",
    "2. ∂ŷ/∂z_out = ŷ * (1 − ŷ) = 0.7514 * (1 − 0.7514) = 0.7514 * 0.2486 ≈ 0.1868",
    "3. ∂z_out/∂w5 = a_h1 = 0.5933",
    "4. ∂a_h1/∂z_h1 = a_h1 * (1 − a_h1) = 0.5933 * (1 − 0.5933) = 0.5933 * 0.4067 ≈ 0.2413",
    "0.0554 * 0.2413 ≈ 0.0134 ∂Loss/∂z_h1",
    "∂Loss/∂w5 = 0.7414 * 0.1868 * 0.5933 ≈ 0.0822",
    "∂Loss/∂b1 = ∂Loss/∂b1_from_h1 + ∂Loss/∂b1_from_h2 = 0.0134 + 0.0150 = 0.0284",
    "w6_new = w6 − learning_rate * ∂Loss/∂w6 = 0.45 − 0.5 * 0.0827 = 0.40865 ≈ 0.4087",
    "b2_new = b2 − learning_rate * ∂Loss/∂b2 = 0.60 − 0.5 * 0.1385 ≈ 0.60 − 0.0693 = 0.5307",
]

NAMES = ("default", "deep", "wide")
ESCAPE = "\x1b"


@pytest.fixture(scope="module")
def piped(backprop: Backprop, networks: Mapping[str, Path]) -> Mapping[str, str]:
    runs = {name: backprop("run", networks[name]) for name in NAMES}
    assert {(run.stderr, run.returncode) for run in runs.values()} == {("", 0)}
    return {name: run.stdout for name, run in runs.items()}


@pytest.fixture(scope="module")
def screens(on_terminal: OnTerminal, networks: Mapping[str, Path]) -> Mapping[str, Screen]:
    """The networks as terminals of 80 columns show them."""
    screens = {name: on_terminal("run", networks[name]) for name in NAMES}
    assert {screen.returncode for screen in screens.values()} == {0}
    return screens


def too_wide(text: str, width: int) -> list[str]:
    return [line for line in text.splitlines() if cells(line) > width]


def words(text: str) -> list[str]:
    """The words of an output: no rules, no borders of tables, no matter where lines break."""
    return [word for word in text.split() if not re.fullmatch(r"[-─═=+╭╮╰╯├┤┬┴┼]{2,}|[|│]", word)]


# --- on a terminal ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_wider_than_a_terminal_of_80_columns(
    screens: Mapping[str, Screen], name: str
) -> None:
    assert too_wide(screens[name].text, 80) == []


@pytest.mark.parametrize("name", ["deep", "wide"])
def test_no_line_is_wider_than_a_terminal_of_120_columns(
    on_terminal: OnTerminal, networks: Mapping[str, Path], name: str
) -> None:
    screen = on_terminal("run", networks[name], width=120)
    assert screen.returncode == 0
    assert too_wide(screen.text, 120) == []
    assert len(too_wide(screen.text, 80)) > 0  # the room is used


MANY_OUTPUTS = f"""\
inputs: [1]
weights:
  hidden: [[0.1], [0.2]]
  output: [{", ".join(["[0.1, 0.2]"] * 12)}]
target: [{", ".join(["0.5"] * 12)}]
learning_rate: 0.5
"""

LONGEST_NAMES = """\
inputs: {the_first_of_all_inputs1: 1, the_first_of_all_inputs2: 2}
weights:
  a_layer_of_one_neuron_12:
    neuron_with_24_letters_1:
      {the_first_of_all_inputs1: 0.15, the_first_of_all_inputs2: 0.1}
    neuron_with_24_letters_2: {the_first_of_all_inputs1: 0.2}
  output:
    neuron_with_24_letters_3: {neuron_with_24_letters_1: 1, neuron_with_24_letters_2: 2}
    neuron_with_24_letters_4: {neuron_with_24_letters_1: 1, neuron_with_24_letters_2: 2}
biases: {a_layer_of_one_neuron_12: 1, output: 2}
target: [1, 0]
learning_rate: 0.5
"""

WIDE_CHARACTERS = """\
inputs: {größe: 1, 温度: 2}
weights: {出力: {結果: {größe: 1, 温度: -3}}}
target: 1
learning_rate: 1
"""


@pytest.mark.parametrize(
    "text",
    [MANY_OUTPUTS, LONGEST_NAMES, WIDE_CHARACTERS],
    ids=["many outputs", "the longest names", "characters of two cells"],
)
def test_whatever_the_names_a_terminal_of_80_columns_is_wide_enough(
    on_terminal: OnTerminal, tmp_path: Path, text: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    screen = on_terminal("run", path)
    assert screen.returncode == 0
    assert too_wide(screen.text, 80) == []


def test_breaking_lines_for_a_terminal_loses_nothing(
    screens: Mapping[str, Screen], piped: Mapping[str, str]
) -> None:
    assert words(screens["default"].text) == words(piped["default"])
    # Where a formula is broken, its second band repeats no word, but the rows are shorter.
    for name in ("deep", "wide"):
        assert sorted(words(screens[name].text)) == sorted(words(piped[name]))


COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;\d+)*m")


def test_a_terminal_is_shown_colours(screens: Mapping[str, Screen]) -> None:
    assert all(COLOUR.search(screen.raw) for screen in screens.values())


def test_a_factor_keeps_its_colour_from_the_formula_to_the_running_product(
    on_terminal: OnTerminal,
) -> None:
    raw = on_terminal("run", "--explain", "w5").raw
    places = [r"∂z_out/∂w5", r"0\.5933"]  # its own line, and its result
    found = [re.findall(rf"\x1b\[((?:\d+;)*38;5;\d+)m[^\x1b]*{place}", raw) for place in places]
    colours = [{code.split("38;5;")[1] for code in codes} for codes in found]
    assert colours[0] == colours[1]
    assert len(colours[0]) == 1


def test_no_color_is_honoured(on_terminal: OnTerminal, screens: Mapping[str, Screen]) -> None:
    screen = on_terminal("run", env={"NO_COLOR": "1"})
    assert COLOUR.search(screen.raw) is None
    assert screen.text == screens["default"].text


def test_a_dumb_terminal_gets_no_escape_codes(
    on_terminal: OnTerminal, screens: Mapping[str, Screen]
) -> None:
    screen = on_terminal("run", env={"TERM": "dumb"})
    assert ESCAPE not in screen.raw
    assert too_wide(screen.text, 80) == []
    assert words(screen.text) == words(screens["default"].text)


@pytest.mark.parametrize("width", [1, 40])
def test_a_very_narrow_terminal_is_no_reason_to_fail(on_terminal: OnTerminal, width: int) -> None:
    screen = on_terminal("run", width=width)
    assert screen.returncode == 0
    assert "Traceback" not in screen.text
    assert "0.00067" in screen.text


# --- in a pipe ----------------------------------------------------------------------------------


def test_a_pipe_gets_no_escape_codes(piped: Mapping[str, str]) -> None:
    assert all(ESCAPE not in text for text in piped.values())
    assert all(line.isprintable() for text in piped.values() for line in text.splitlines())


@pytest.mark.parametrize("equation", EQUATIONS)
def test_in_a_pipe_every_equation_stands_on_one_line(
    piped: Mapping[str, str], equation: str
) -> None:
    assert equation in one_spaced(piped["default"])


@pytest.mark.parametrize("name", NAMES)
def test_in_a_pipe_no_line_goes_on_with_an_equation(piped: Mapping[str, str], name: str) -> None:
    goes_on = re.compile("[=≈+−*·] ")
    assert [line for line in one_spaced(piped[name]) if goes_on.match(line)] == []


def test_in_a_pipe_a_sum_of_thirty_products_is_one_line(piped: Mapping[str, str]) -> None:
    symbols = " + ".join(f"x{n} * w{n}" for n in range(1, 31))
    figures = " + ".join(f"0.{n:02} * 0.{n:02}" for n in range(1, 31))
    value = sum((n / 100) ** 2 for n in range(1, 31)) + 0.5
    equation = f"z_out = {symbols} + b1 = {figures} + 0.5 ≈ {value:.4f}"
    lines = one_spaced(piped["wide"])
    assert equation in lines or equation.replace("≈", "=") in lines


def test_the_width_that_a_shell_says_it_has_does_not_matter_in_a_pipe(
    backprop: Backprop, piped: Mapping[str, str]
) -> None:
    for columns in ("20", "wide"):
        assert backprop("run", env={"COLUMNS": columns}).stdout == piped["default"]


def test_a_file_never_holds_escape_codes_even_where_colours_are_forced(
    backprop: Backprop, piped: Mapping[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "working.txt"
    forced = {"FORCE_COLOR": "1", "CLICOLOR_FORCE": "1", "TTY_COMPATIBLE": "1"}
    assert backprop("run", "-o", path, env=forced) == Run("", "", 0)
    assert path.read_text(encoding="utf-8") == piped["default"]


def test_a_file_written_from_a_terminal_holds_what_a_pipe_receives(
    on_terminal: OnTerminal, piped: Mapping[str, str], tmp_path: Path
) -> None:
    path = tmp_path / "working.txt"
    assert on_terminal("run", "-o", path) == Screen("", 0)
    assert path.read_text(encoding="utf-8") == piped["default"]


# --- plain ASCII --------------------------------------------------------------------------------

IN_ASCII = str.maketrans(
    {"∂": "d", "ŷ": "y_hat", "−": "-", "·": "*", "≈": "~=", "→": "->", "′": "'", "…": "..."}
)


@pytest.mark.parametrize(
    ("name", "env"),
    [
        ("default", {"PYTHONIOENCODING": "ascii"}),
        ("deep", {"PYTHONIOENCODING": "ascii"}),
        ("wide", {"LC_ALL": "C"}),
    ],
)
def test_without_utf_8_the_output_is_plain_ascii_and_complete(
    backprop: Backprop,
    networks: Mapping[str, Path],
    piped: Mapping[str, str],
    name: str,
    env: dict[str, str],
) -> None:
    run = backprop("run", networks[name], env=env)
    assert (run.stderr, run.returncode) == ("", 0)
    assert run.stdout.isascii()
    expected = piped[name].translate(IN_ASCII)
    assert words(run.stdout) == words(expected.replace("•", "*"))


def test_in_ascii_equations_read_as_a_user_would_type_them(backprop: Backprop) -> None:
    run = backprop("run", "--explain", "w1", env={"LC_ALL": "C"})
    lines = one_spaced(run.stdout)
    assert "1. dLoss/dy_hat = y_hat - y_true = 0.7514 - 0.01 = 0.7414" in lines
    assert "0.7414 * 0.1868 ~= 0.1385 dLoss/dz_out" in lines
    assert "dLoss dLoss dy_hat dz_out da_h1 dz_h1" in lines


def test_a_terminal_without_utf_8_gets_plain_ascii(on_terminal: OnTerminal) -> None:
    for env in ({"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "C"}):
        screen = on_terminal("run", env=env)
        assert screen.returncode == 0
        assert screen.raw.isascii()
        assert too_wide(screen.text, 80) == []


def test_names_that_ascii_cannot_show_are_escaped_and_not_lost(
    backprop: Backprop, tmp_path: Path
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(WIDE_CHARACTERS, encoding="utf-8")
    run = backprop("run", path, env={"PYTHONIOENCODING": "ascii"})
    assert (run.stderr, run.returncode) == ("", 0)
    assert run.stdout.isascii()
    assert r"\u6e29\u5ea6 = 2" in one_spaced(run.stdout)


# --- names from a file --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [r'"[red]x"', r'"x\e[31m"', "x\x1b[31m", r'"x\x07"', r'"x\u202Ey"', r'"x\ny"', r'"x\x9b31m"'],
)
def test_a_name_that_could_steer_a_terminal_is_refused_and_never_sent_to_it(
    on_terminal: OnTerminal, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(DEFAULT.read_text(encoding="utf-8").replace("x1", name), encoding="utf-8")
    screen = on_terminal("run", path)
    assert screen.returncode == 2
    assert screen.raw.endswith("\r\n")
    assert screen.raw.replace("\r\n", "").isprintable()


def test_a_complaint_is_folded_between_words_on_a_terminal_and_one_line_in_a_pipe(
    on_terminal: OnTerminal, backprop: Backprop
) -> None:
    asked = ("run", DEFAULT, "--explain", "w7")
    piped = backprop(*asked).stderr
    assert piped.count("\n") == 1
    lines = on_terminal(*asked, width=60).text.splitlines()
    assert max(map(len, lines[1:])) <= 60
    assert " ".join(lines) == piped.rstrip("\n")


def test_an_argument_is_never_sent_to_a_terminal_as_it_is(on_terminal: OnTerminal) -> None:
    for args in (("x\x1b[31m",), ("--explain", "x\x1b[31m"), ("-o", "x\x1b[31m/y")):
        screen = on_terminal("run", *args)
        assert screen.returncode == 2
        assert screen.raw.replace("\r\n", "").isprintable()


def test_a_cell_of_a_table_is_printed_to_the_letter() -> None:
    file = io.StringIO()
    columns, row = ("[bold]Weight", ":smile:"), (r"[red]x[/red]", r"\[link=http://x]y")
    titles = tuple(Column(title, Role.RESULT) for title in columns)
    show((Table("[i]title[/i]", titles, (row,)),), console_for(file))
    for text in ("[i]title[/i]", *columns, *row):
        assert text in file.getvalue()


# --- ending early -------------------------------------------------------------------------------


def test_head_ends_the_run_quietly() -> None:
    # Forty derivations are more than a pipe holds at once.
    producer = subprocess.Popen(
        [*PROGRAM, "run", *["--explain", "b1"] * 40],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
    )
    with producer:
        assert producer.stdout is not None
        assert producer.stderr is not None
        assert producer.stdout.readline().startswith(b"Step-by-step Gradient for b1")
        producer.stdout.close()
        assert producer.stderr.read() == b""
    assert producer.returncode == 0


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("options", [(), ("--format", "json"), ("-o", "FILE")])
def test_ctrl_c_or_sigterm_ends_training_with_what_it_has_come_to_and_its_code(
    tmp_path: Path, options: tuple[str, ...], number: signal.Signals, code: int
) -> None:
    checkpoint = tmp_path / "checkpoint.yaml"
    given = [str(tmp_path / "out") if option == "FILE" else option for option in options]
    more = ("--checkpoint", str(checkpoint), "--every", "10", "--engine", "python", "--quiet")
    process = subprocess.Popen(
        [*PROGRAM, "run", str(DEFAULT), "--epochs", "100000000000", *more, *given],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd=ROOT,
        preexec_fn=can_be_interrupted,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while not checkpoint.exists() and time.monotonic() < deadline:  # until it trains
            time.sleep(0.02)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.communicate()
    assert (stderr, process.returncode) == (b"", code)
    printed = (tmp_path / "out").read_bytes() if "-o" in options else stdout
    if "json" in options:
        numbers = json.loads(printed)
        assert numbers["ending"] == "interrupted"
        assert numbers["epochs"] == numbers["history"][-1][0] >= 10
    else:
        text = printed.decode()
        assert re.search("Training was interrupted after epoch [0-9]+", text)
        assert "Weight values after" in text


# --- progress -----------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, 4], ids=["as soon as it is shown", "later"])
def test_a_long_run_on_a_terminal_shows_its_progress_until_ctrl_c_and_then_the_cursor(
    on_terminal: OnTerminal, times: int
) -> None:
    stopped: list[bool] = []

    def stop(so_far: str, process: Process) -> None:
        if not stopped and so_far.count("/s") >= times:
            stopped.append(True)
            process.send_signal(signal.SIGINT)

    screen = on_terminal("run", "--epochs", "100000000000", seen=stop)
    assert stopped
    assert screen.returncode == 130
    assert "Traceback" not in screen.text
    hidden, shown = (screen.raw.rfind(code) for code in ("\x1b[?25l", "\x1b[?25h"))
    assert shown >= hidden


def test_in_a_pipe_there_is_no_progress(backprop: Backprop) -> None:
    run = backprop("run", "--epochs", "1000000", "--format", "json")
    assert (run.stderr, run.returncode) == ("", 0)
    assert run.stdout.startswith("{")
