"""The notation with δ: the figures of the plain working, and lines that can be worked again."""

from io import StringIO
from itertools import cycle, pairwise, product
from pathlib import Path

import mpmath  # type: ignore[import-untyped]
import pytest
from support.differences import DIGITS
from support.printed import evaluated, exponent_of, follows, lines
from support.program import CONFIGS
from support.reference import ALPHA, SCALE
from support.shipped import SHIPPED

from backprop_cli import config
from backprop_cli.algebra.expression import Alias, Number, Sum, symbols
from backprop_cli.algebra.paper import on_paper, written
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.cli import running
from backprop_cli.cli.settings import Settings
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.lesson import whole
from backprop_cli.lesson.blocks import Equation, Equations, Lesson, Role
from backprop_cli.lesson.delta import Delta, shown_names
from backprop_cli.lesson.names import explainable
from backprop_cli.render.terminal.console import plain_console, show
from backprop_cli.runs.run import Run, calculate

# The circuit is formulas, which have no δ.
BY_GRADIENTS = [name for name in SHIPPED if name not in ("perceptron", "circuit")]


def lesson_in(notation: str, name: str) -> Lesson:
    settings = Settings(notation=notation)
    return running.run(Path(CONFIGS / f"{name}.yaml"), settings, ()).lesson(brief=False)


def rows(lesson: Lesson) -> list[Equation]:
    return [row for block in lesson if isinstance(block, Equations) for row in block.rows]


def results(lesson: Lesson) -> dict[str, str]:
    """The figure of every quantity that a line of the lesson works out."""
    found = {}
    for row in rows(lesson):
        if row.about is not None and (ends := row.having(Role.RESULT)):
            found[row.about.name] = written(ends[0].formula)
    return found


@pytest.mark.parametrize("name", BY_GRADIENTS)
def test_with_delta_every_figure_is_that_of_the_plain_working(name: str) -> None:
    run = running.run(CONFIGS / f"{name}.yaml", Settings(), ()).run
    plain, found = results(lesson_in("plain", name)), results(lesson_in("delta", name))
    for quantity, figure in found.items():
        assert plain.get(quantity, figure) == figure
        if not quantity.endswith("_new"):  # which are printed twice
            assert figure == on_paper(run.working.figure(quantity))
    if name == "iris":  # too large to be shown in full
        return
    network = run.exercise.network
    for neuron in network.neurons:
        assert network.gradient(neuron.weighted_sum).name in found
    for parameter in network.parameters:
        assert network.gradient(parameter).name in found.keys() & plain.keys()


def test_the_delta_of_a_hidden_neuron_is_a_sum_over_what_it_feeds() -> None:
    for row in rows(lesson_in("delta", "mazur")):
        if row.about is None or row.about.name not in ("∂Loss/∂z_h1", "∂Loss/∂z_h2"):
            continue
        (formula,) = row.having(Role.SYMBOLS)
        first = next(part for part in formula.formula.factors if isinstance(part, Sum))  # type: ignore[attr-defined]
        own = row.about.name[-1]
        weights = {"1": ("w5", "w7"), "2": ("w6", "w8")}[own]
        assert written(first) == f"δ_o1 * {weights[0]} + δ_o2 * {weights[1]}"


def test_the_document_reads_as_in_a_textbook() -> None:
    found = [text(row) for row in rows(lesson_in("delta", "default"))]
    for line in (
        "net_h1 = x1 * w1 + x2 * w2 + b1 = 0.05 * 0.15 + 0.10 * 0.20 + 0.35 = 0.3775",
        "out_h1 = sigmoid(net_h1) = sigmoid(0.3775) ≈ 0.5933",
        "δ_out = (ŷ − y_true) * ŷ * (1 − ŷ) = (0.7514 − 0.01) * 0.7514 * (1 − 0.7514)"
        " ≈ 0.7414 * 0.1868 ≈ 0.1385",
        "∂Loss/∂w5 = δ_out * out_h1 = 0.1385 * 0.5933 ≈ 0.0822",
        "δ_h1 = δ_out * w5 * out_h1 * (1 − out_h1) = 0.1385 * 0.40 * 0.5933 * (1 − 0.5933)"
        " ≈ 0.0554 * 0.2413 ≈ 0.0134",
        "∂Loss/∂w1 = δ_h1 * x1 = 0.0134 * 0.05 = 0.00067",
        "∂Loss/∂b1 = δ_h1 + δ_h2 = 0.0134 + 0.0150 = 0.0284",
    ):
        assert line in found


def text(row: Equation) -> str:
    return " ".join(f"{side.relation} {written(side.formula)}".strip() for side in row.sides)


# --- from the figures above ------------------------------------------------------------------

DRAWN = [
    (activation, rounding, last)
    for (activation, last), rounding in zip(
        product(
            [*ACTIVATIONS],
            ["sigmoid, loss: half_squared_error", "softmax, loss: squared_error"],
        ),
        cycle(["rounding: 4", "rounding: 2", "", "rounding: 7"]),
        strict=False,
    )
]


def drawn(activation: str, rounding: str, last: str) -> Run:
    function, loss = last.split(", ")
    return calculate(
        config.parse(
            f"""\
inputs: [0.70, -0.4]
target: [0.8, 0.2]
weights:
  first: [[0.15, -0.20], [-0.25, 0.30]]
  second: [[0.55, 0.35], [0.45, -0.65], [-0.3, 0.2]]
  output: [[0.40, 0.45, -0.1], [-0.5, 0.55, 0.35]]
biases: {{first: 0.35, output: [0.60, 0.1]}}
activation: {{first: {activation}, second: {activation}, output: {function}}}
{loss}
learning_rate: 0.1
{rounding}
""",
            "drawn.yaml",
        )
    )


def shown(run: Run) -> str:
    file = StringIO()
    show(whole.full(run, Delta()), plain_console(file))
    return file.getvalue()


@pytest.mark.parametrize(("activation", "rounding", "last"), DRAWN)
def test_every_line_with_delta_follows_from_the_figures_above_it(
    activation: str, rounding: str, last: str
) -> None:
    run = drawn(activation, rounding, last)
    working, network = run.working, run.exercise.network
    plain = explainable(run.exercise) | {own: name for name, own in shown_names(network).items()}
    checked = 0
    with mpmath.workdps(DIGITS):
        constants = {"λ": SCALE, "α": ALPHA}
        figures = {**constants, "learning_rate": mpmath.mpf("0.1")}
        for name, sides, relations in lines(shown(run)):
            values = [evaluated(side, figures) for side in sides]
            for (before, after), relation in zip(pairwise(values), relations, strict=True):
                same = abs(before - after) <= mpmath.mpf("1e-45") * max(abs(before), abs(after))
                assert same is (relation == "="), (name, sides)
            if rounding and len(sides) > 1:
                assert relations[0] == "=", (name, sides)  # symbols and numbers
                for one, other in pairwise(sides[1:]):
                    assert follows(one, other, constants), (name, one, other)
            quantity = plain.get(name, name)
            if quantity in working.values:
                _close(working, quantity, sides[-1])
                sides[-1] = on_paper(working.figure(quantity))  # of a new weight all its digits
                checked += 1
            figures[name] = evaluated(sides[-1], {})
    assert checked > 40
    for neuron in network.neurons:
        assert f"δ_{neuron.name}" in figures
    for parameter in network.parameters:
        assert {f"∂Loss/∂{parameter}", f"{parameter}_new"} <= figures.keys()


def _close(working: AnyWorking, quantity: str, figure: str) -> None:
    """A printed figure is the working's, rounded."""
    unit = mpmath.mpf(10) ** exponent_of(figure)
    apart = mpmath.mpf(str(working.values[quantity])) - mpmath.mpf(figure.replace("−", "-"))
    assert abs(apart) <= unit / 2 * (1 + mpmath.mpf("1e-9")), (quantity, figure)


def test_a_line_that_does_not_follow_is_seen() -> None:
    assert follows("0.1385 * 0.40 * 0.5933 * (1 − 0.5933)", "0.0554 * 0.2413")
    assert not follows("0.1385 * 0.40 * 0.5933 * (1 − 0.5933)", "0.0555 * 0.2413")
    assert not follows("(0.0554 + (−0.0190)) * 0.2413", "0.0365 * 0.2413")
    assert not follows("0.0364 * 0.2413", "0.0088 * 1")


# --- what it is asked for --------------------------------------------------------------------


def test_a_name_of_another_notation_still_means_the_quantity_itself() -> None:
    """What a page or a program goes by is the quantity, whatever it is called on paper."""
    row = next(r for r in rows(lesson_in("delta", "default")) if "δ_h1 =" in text(r))
    assert row.about is not None
    assert row.about.name == "∂Loss/∂z_h1"
    left = row.sides[0].formula
    assert isinstance(left, Alias)
    assert (left.name, left.shown.name) == ("∂Loss/∂z_h1", "δ_h1")
    assert "a_h1" in {symbol.name for side in row.sides for symbol in symbols(side.formula)}
    assert isinstance(row.sides[-1].formula, Number)
