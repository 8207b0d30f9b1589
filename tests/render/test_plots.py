"""Plots: on a terminal, in a pipe and as a picture; of any numbers there are."""

import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import mpmath  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.program import DEFAULT, Backprop, OnTerminal, cells

from backprop_cli.errors import NotInstalledError
from backprop_cli.lesson.blocks import Curve, Plot
from backprop_cli.render.axes import axis
from backprop_cli.render.picture import check_picture
from backprop_cli.render.picture import drawn as picture
from backprop_cli.render.terminal.page import Page
from backprop_cli.render.terminal.plot import MARKERS, PLAIN_MARKERS, plot_lines

PIPE = Page(80, None, True)


def drawn(plot: Plot, page: Page = PIPE) -> list[str]:
    return ["".join(span.text for span in line) for line in plot_lines(plot, page)]


def canvas(lines: list[str]) -> list[str]:
    """What is inside the frame of a plot, row by row from the top."""
    rows = (re.fullmatch(r"[^│┤]*[│┤](.*)│", line) for line in lines)
    return [row[1] for row in rows if row]


# --- what is drawn ---------------------------------------------------------------------------

TRUE = {
    "sigmoid": (
        lambda z: 1 / (1 + mpmath.exp(-z)),
        lambda z: 1 / (2 + mpmath.exp(z) + mpmath.exp(-z)),
        (0, 1),
    ),
    "tanh": (mpmath.tanh, lambda z: 1 / mpmath.cosh(z) ** 2, (-1, 1)),
    "softplus": (
        lambda z: mpmath.log1p(mpmath.exp(z)),
        lambda z: 1 / (1 + mpmath.exp(-z)),
        (0, 6),
    ),
}


@pytest.mark.parametrize("name", TRUE)
def test_every_marker_of_a_plot_stands_where_its_curve_is(backprop: Backprop, name: str) -> None:
    rows = canvas(backprop("activation", name, "--plot").stdout.splitlines())
    function, derivative, (low, high) = TRUE[name]
    row_height, column_width = (high - low) / (len(rows) - 1), 10 / (len(rows[0]) - 1)
    found = 0
    for at, row in enumerate(rows):
        value = high - at * row_height
        for column, character in enumerate(row):
            z = -5 + column * column_width
            for marker, true in (("•", function), ("×", derivative)):
                if character == marker:
                    found += 1
                    # Half a row, and what the curve rises or falls within half a column.
                    slack = abs(true(z + column_width) - true(z - column_width)) / 2
                    assert abs(true(z) - value) <= row_height / 2 + slack + 0.02, (row, z)
    assert found > len(rows[0])


def test_a_plot_takes_in_the_points_that_are_given(backprop: Backprop) -> None:
    usual = backprop("activation", "tanh", "--plot").stdout
    wider = backprop("activation", "tanh", "-20", "20", "--plot").stdout
    assert re.search(r"^ +−5 .* 5$", usual, re.MULTILINE)
    assert re.search(r"^ +−20 .* 20$", wider, re.MULTILINE)
    assert "│ −20 │" in wider


def test_a_jump_is_a_gap_not_a_line(backprop: Backprop) -> None:
    rows = canvas(backprop("activation", "binary_step", "--plot").stdout.splitlines())
    assert "•" in rows[0]
    assert not any(row.strip() for row in rows[1:-1])


def test_curves_are_told_apart_without_colour() -> None:
    curves = tuple(Curve(f"run {at}", ((0, at), (9, at))) for at in range(12))
    lines = drawn(Plot("Runs", "epoch", "loss", curves))
    rows = {row.strip()[0] for row in canvas(lines) if row.strip()}
    assert len(rows) == 12
    for at in range(12):
        assert any(f"{MARKERS[at]} run {at}" in line for line in lines)


# --- where it is drawn -----------------------------------------------------------------------


def test_in_a_pipe_a_plot_has_no_codes_and_80_columns(backprop: Backprop) -> None:
    run = backprop("activation", "gelu", "--plot", env={"TERM": "xterm-256color"})
    assert "\x1b" not in run.stdout
    assert max(map(cells, run.stdout.splitlines())) == 80


@pytest.mark.parametrize("width", [40, 80, 120])
def test_on_a_terminal_a_plot_fits_and_its_curves_have_colours(
    on_terminal: OnTerminal, width: int
) -> None:
    screen = on_terminal("activation", "tanh", "--plot", width=width)
    plot = screen.text[screen.text.index("tanh and its derivative") :]
    assert max(map(cells, plot.splitlines())) <= width
    colours = {re.search(rf"\x1b\[([^m]*)m{mark}", screen.raw) for mark in "•×"}
    assert len({found[1] for found in colours if found}) == 2


def test_no_color_is_honoured_by_a_plot(on_terminal: OnTerminal) -> None:
    assert "38;" not in on_terminal("activation", "tanh", "--plot", env={"NO_COLOR": "1"}).raw


def test_where_only_ascii_can_be_shown_a_plot_is_ascii(backprop: Backprop) -> None:
    stdout = backprop("activation", "selu", "--plot", env={"LC_ALL": "C"}).stdout
    assert stdout.isascii()
    assert "\\" not in stdout
    assert [mark for mark in PLAIN_MARKERS[:2] if f"{mark} selu" not in stdout] == []
    assert re.search(r"^ +-5 .* 5$", stdout, re.MULTILINE)


def test_plotext_is_imported_for_a_plot_alone() -> None:
    code = (
        "import sys; from backprop_cli.cli.app import app;"
        "from backprop_cli.cli.world import World;"
        "app(sys.argv[1:], standalone_mode=False, obj=World.of_this_process());"
        "print([name in sys.modules for name in ('plotext', 'matplotlib')])"
    )
    for extra, expected in (((), "[False, False]"), (("--plot",), "[True, False]")):
        command = [sys.executable, "-c", code, "activation", "relu", "1", *extra]
        done = subprocess.run(command, capture_output=True, check=True)
        assert done.stdout.decode().splitlines()[-1] == expected


def test_names_reach_neither_terminal_nor_picture_as_codes(tmp_path: Path) -> None:
    plot = Plot("\x1b[31m$x_{", "\x07", "y", (Curve("\x1b[0m _$a$ [bold]", ((0, 1), (1, 2))),))
    text = "\n".join(drawn(plot))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "_$a$ [bold]" in text
    (tmp_path / "names.svg").write_bytes(picture(plot, ".svg"))
    ET.parse(tmp_path / "names.svg")


# --- any numbers -----------------------------------------------------------------------------

ANY = st.floats(allow_nan=True, allow_infinity=True)
CURVES = st.lists(st.lists(st.tuples(ANY, ANY), max_size=8), max_size=4)


@given(CURVES, st.booleans(), st.sampled_from([20, 80, 200]))
def test_any_numbers_can_be_drawn(
    points: list[list[tuple[float, float]]], log: bool, width: int
) -> None:
    curves = tuple(Curve(f"c{at}", tuple(sorted(curve))) for at, curve in enumerate(points))
    lines = drawn(Plot("Any", "x", "y", curves, log), Page(width, width, True))
    assert max(map(cells, lines)) <= max(width, 80)
    assert any(line.strip(" ").startswith("┌") for line in lines)


@given(st.lists(ANY, max_size=8), st.booleans(), st.integers(1, 9), st.booleans())
def test_on_an_axis_every_value_lies_between_its_ends_in_order(
    values: list[float], log: bool, most: int, to_ticks: bool
) -> None:
    found = axis(values, log=log, most_ticks=most, to_ticks=to_ticks)
    placed = {v: p for v in values if (p := found.position(v)) is not None}
    assert all(0 <= position <= 1 for position in placed.values())
    assert [placed[v] for v in sorted(placed)] == sorted(placed.values())
    assert all(-1e-9 <= tick.position <= 1 + 1e-9 for tick in found.ticks)
    assert len({tick.label for tick in found.ticks}) == len(found.ticks)
    assert len(found.ticks) <= 2 * max(most, 2) + 2
    for tick in found.ticks:
        label = Decimal(tick.label.replace("−", "-"))
        scaled = label.log10() if log else label
        exactly = float((scaled - found.low) / (found.high - found.low))
        assert math.isclose(exactly, tick.position, abs_tol=1e-9)
        # The float nearest to a label lies where the label stands, unless floats lie far apart.
        position = found.position(float(label))
        if position is not None and abs(label) >= sys.float_info.min:
            assert math.isclose(position, tick.position, abs_tol=1e-9)


HARD = {
    "huge": (((0, -1.7e308), (1, 1.7e308)), False),
    "tiny": (((0, 5e-324), (1, 1e-323)), False),
    "constant": (((0, 3.0), (1, 3.0)), False),
    "one point": (((2, 0.0),), False),
    "no point": ((), False),
    "every range": (((0, 5e-324), (1, 1.7e308)), True),
    "a zero": (((0, 1.0), (1, 0.0), (2, 0.01)), True),
    "nothing above zero": (((0, 0.0), (1, -1.0)), True),
    "diverged": (((0, 1.0), (1, math.inf), (2, math.nan)), False),
}


@pytest.mark.parametrize("ending", [".svg", ".png", ".SVG"])
@pytest.mark.parametrize("case", HARD)
def test_any_numbers_can_be_a_picture(case: str, ending: str, tmp_path: Path) -> None:
    points, log = HARD[case]
    path = tmp_path / f"plot{ending}"
    path.write_bytes(picture(Plot(case, "x", "y", (Curve("c", points),), log), path.suffix))
    if ending == ".png":
        assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    else:
        assert ET.parse(path).getroot().tag.endswith("svg")


def test_what_a_logarithmic_axis_leaves_out_is_said() -> None:
    def noted(*losses: float) -> bool:
        plot = Plot("Loss", "epoch", "loss", (Curve("run", tuple(enumerate(losses))),), True)
        return "are left out" in " ".join(" ".join(drawn(plot)).split())

    assert noted(1, 0.1, 0)
    assert not noted(1, 0.1, 1e-300)


def test_a_loss_that_falls_tenfold_an_epoch_is_a_straight_line_on_a_logarithmic_axis() -> None:
    points = tuple((epoch, 10.0**-epoch) for epoch in range(17))
    rows = canvas(drawn(Plot("Loss", "epoch", "loss", (Curve("run", points),), True)))
    starts = [row.index("•") for row in rows]
    # The first row has half a step: it begins at the frame.
    steps = {after - before for before, after in pairwise(starts[1:])}
    assert len(rows) == 17
    assert max(steps) - min(steps) <= 1


# --- pictures --------------------------------------------------------------------------------


def test_the_same_picture_twice_is_the_same_file(backprop: Backprop, tmp_path: Path) -> None:
    files = [tmp_path / f"{at}.{ending}" for ending in ("svg", "png") for at in (1, 2)]
    for file in files:
        run = backprop("activation", "swish", "--picture", file)
        assert (run.returncode, run.stderr) == (0, "")
    svg, same_svg, png, same_png = (file.read_bytes() for file in files)
    assert svg == same_svg
    assert png == same_png
    assert sorted(tmp_path.iterdir()) == sorted(files)  # and nothing is left beside them


def test_a_picture_replaces_a_file_only_when_forced(backprop: Backprop, tmp_path: Path) -> None:
    file = tmp_path / "old.svg"
    file.write_text("old")
    run = backprop("activation", "relu", "--picture", file)
    assert (run.stdout, run.returncode, run.stderr.count("\n")) == ("", 2, 1)
    assert "--force" in run.stderr
    assert file.read_text() == "old"
    assert backprop("activation", "relu", "--picture", file, "--force").returncode == 0
    assert file.read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("run", "{}", "--picture", "loss"), "loss"),
        (("run", "{}", "--picture", "out/loss", "--epochs", "5"), "out/loss"),
        (("sweep", "{}", "--lr", "1", "--picture=loss.pdf"), "loss.pdf"),
        (("activation", "relu", "--picture", "curve"), "curve"),
    ],
)
def test_a_picture_s_name_without_an_ending_is_told_the_endings_that_there_are(
    backprop: Backprop, tmp_path: Path, arguments: tuple[str, ...], name: str
) -> None:
    asked = [one.format(DEFAULT) for one in arguments]
    run = backprop(*asked, cwd=tmp_path)
    said = f"{name}: a picture's name ends in .svg or .png\n"
    assert (run.stdout, run.stderr, run.returncode) == ("", said, 2)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("run", "{}", "--plot", "loss.svg"), "loss.svg"),
        (("run", "--plot", "loss.PNG"), "loss.PNG"),
        (("run", "--plot", "loss.svg", "{}"), "loss.svg"),
        (("run", "{}", "--plot=loss.svg"), "FILE"),
        (("activation", "relu", "--plot", "curve.svg"), "curve.svg"),
        (("activation", "--plot", "curve.svg", "relu"), "curve.svg"),
    ],
)
def test_whoever_asks_for_a_plot_in_a_file_is_told_of_picture(
    backprop: Backprop, tmp_path: Path, arguments: tuple[str, ...], name: str
) -> None:
    run = backprop(*(one.format(DEFAULT) for one in arguments), cwd=tmp_path)
    assert (run.stdout, run.returncode, run.stderr.count("\n")) == ("", 2, 1)
    assert run.stderr.endswith(f"to draw to a file, write --picture {name}\n")


def test_plot_takes_no_value_whatever_follows_it(backprop: Backprop, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text(DEFAULT.read_text(encoding="utf-8"), encoding="utf-8")
    for arguments in (
        ("run", "--epochs", "3", "--plot", "mine"),
        ("activation", "--plot", "relu"),
        ("activation", "--plot", "relu", "1"),
        ("activation", "relu", "--plot", "-1"),
        ("activation", "relu", "--plot", "1.5"),
        ("activation", "relu", "--plot", "2"),
    ):
        run = backprop(*arguments, cwd=tmp_path)
        assert (run.stderr, run.returncode) == ("", 0), arguments
    misspelt = backprop("activation", "--plot", "rlu", cwd=tmp_path)
    assert "rlu: there is no such function; the nearest names are relu" in misspelt.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("relu", "--picture", "relu.pdf"), "relu.pdf: a picture's name ends in .svg or .png"),
        (("relu", "--picture", "nowhere/relu.svg"), "there is no folder nowhere"),
        (("--picture", "all.svg"), "which function is to be plotted?"),
        (("--plot",), "which function is to be plotted?"),
        (("softmax", "--plot"), "there is no curve to plot"),
    ],
)
def test_a_plot_that_cannot_be_is_one_line_and_exit_code_2(
    backprop: Backprop, tmp_path: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    run = backprop("activation", *arguments, cwd=tmp_path)
    assert (run.stdout, run.returncode, run.stderr.count("\n")) == ("", 2, 1)
    assert complaint in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_without_matplotlib_the_complaint_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("backprop_cli.render.picture.find_spec", lambda _name: None)
    with pytest.raises(NotInstalledError, match="pictures need matplotlib") as error:
        check_picture(tmp_path / "plot.svg")
    assert "\n" not in str(error.value)
    assert list(tmp_path.iterdir()) == []
