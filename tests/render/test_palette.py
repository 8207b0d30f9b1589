"""The colours of a terminal can be told apart and read, whatever its ground and its shades."""

import re
from io import StringIO

import pytest
from rich.color import Color
from rich.console import Console
from support.program import Backprop, OnTerminal

from backprop_cli.cli.progress_bar import Bar
from backprop_cli.render import notebook
from backprop_cli.render.terminal.palette import FEW_COLOURS, MANY_COLOURS, Palette, palette_of

# The shades of red (1) and magenta (5) in wide-spread terminals, from their documentation.
SHADES = {
    "xterm": {1: (205, 0, 0), 5: (205, 0, 205)},
    "VGA": {1: (170, 0, 0), 5: (170, 0, 170)},
    "Windows 10": {1: (197, 15, 31), 5: (136, 23, 152)},
    "Terminal.app": {1: (194, 54, 33), 5: (211, 56, 211)},
}


class Terminal(StringIO):
    """A text that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


BLACK, WHITE = (0, 0, 0), (255, 255, 255)
Shade = tuple[int, int, int]


def luminance(shade: Shade) -> float:
    """As WCAG 2 defines it."""
    parts = [part / 255 for part in shade]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: Shade, other: Shade) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def shade(color: Color, terminal: str) -> Shade:
    if color.number is not None and color.number < 16:
        return SHADES[terminal][color.number]
    red, green, blue = color.get_truecolor()
    return red, green, blue


@pytest.mark.parametrize("terminal", SHADES)
@pytest.mark.parametrize(("palette", "least"), [(MANY_COLOURS, 3.8), (FEW_COLOURS, 2.6)])
def test_every_colour_can_be_read_on_black_and_on_white(
    palette: Palette, least: float, terminal: str
) -> None:
    styles = (*palette.factors, palette.title, palette.positive, palette.negative)
    colours = [style.color for style in styles if style.color]
    assert len(colours) >= 5
    for colour in colours:
        for ground in (BLACK, WHITE):
            assert contrast(shade(colour, terminal), ground) >= least, colour


def test_the_factors_of_a_notebook_s_cell_are_those_of_a_terminal() -> None:
    in_cell = re.findall(r"\.f(\d),.*?color: (#\w+)", notebook.STYLE)
    in_terminal = [style.color.name for style in MANY_COLOURS.factors if style.color]
    assert in_cell == [(str(at), colour) for at, colour in enumerate(in_terminal)]


@pytest.mark.parametrize("palette", [MANY_COLOURS, FEW_COLOURS])
def test_six_factors_are_told_apart(palette: Palette) -> None:
    assert len({str(style) for style in palette.factors}) == 6


@pytest.mark.parametrize(
    ("system", "expected"),
    [("standard", FEW_COLOURS), ("256", MANY_COLOURS), ("truecolor", MANY_COLOURS)],
)
def test_a_console_has_the_palette_of_its_colours(system: str, expected: Palette) -> None:
    console = Console(file=StringIO(), force_terminal=True, color_system=system)  # type: ignore[arg-type]
    assert palette_of(console) is expected


@pytest.mark.parametrize("term", ["xterm", "linux", "xterm-16color", "xterm-256color"])
def test_a_terminal_shows_each_factor_alike_in_formula_line_and_product(
    term: str, on_terminal: OnTerminal
) -> None:
    lines = on_terminal("run", "--explain", "w1", env={"TERM": term}).raw.split("\r\n")
    numerators = next(line for line in lines if line.startswith("  ∂Loss   "))
    in_formula = looks(numerators)
    assert len(set(in_formula)) == len(in_formula) == 5
    numbered = [line for line in lines if re.match(r" +\d\. \x1b", line)]
    assert [looks(line)[0] for line in numbered] == in_formula
    first_product = next(line for line in lines if re.search(r"\*.*≈.*∂Loss/∂z_out", line))
    assert looks(first_product)[:2] == in_formula[:2]


def looks(line: str) -> list[str]:
    """The codes that each piece of a line is shown by."""
    return [code for code in re.findall(r"\x1b\[([\d;]+)m", line) if code != "0"]


def test_colours_for_less_are_those_of_the_terminal(backprop: Backprop) -> None:
    few = backprop("run", "--explain", "w1", "--color", "always", env={"TERM": "xterm"}).stdout
    many = backprop(
        *("run", "--explain", "w1", "--color", "always"), env={"TERM": "xterm-256color"}
    ).stdout
    assert "38;5;" not in few
    assert "38;5;" in many


@pytest.mark.parametrize("term", ["xterm", "xterm-256color"])
def test_the_track_of_the_bar_is_fainter_than_what_is_done(
    term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLUMNS", "80")
    terminal = Terminal()
    bar = Bar(100, terminal)
    bar.start()
    bar.show(50, 1000.0, 0.5)
    bar.stop()
    pieces = re.findall(r"\x1b\[([\d;]+)m[━╸╺]+", terminal.getvalue().rpartition("Epoch 50")[2])
    assert pieces == ["1", "2", "2"], "bold is what is done, dim the gap and what is left"


@pytest.mark.parametrize("colours", ["auto", "always", "never"])
def test_a_drawing_has_the_colours_that_are_asked_for(
    colours: str, backprop: Backprop, on_terminal: OnTerminal
) -> None:
    seen = on_terminal("draw", "softmax", "--color", colours, env={"TERM": "xterm-256color"}).raw
    piped = backprop("draw", "softmax", "--color", colours, env={"TERM": "xterm-256color"}).stdout
    assert ("\x1b[38;5;" in seen) == (colours != "never")
    assert ("\x1b[38;5;" in piped) == (colours == "always")
