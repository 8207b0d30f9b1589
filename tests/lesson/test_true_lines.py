"""Printed figures that have to agree with each other: conditions, summaries, running quantities."""

import json
import operator
import re
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path
from random import Random

import pytest
from support.program import Backprop

from backprop_cli.config.load import parse
from backprop_cli.lesson import whole
from backprop_cli.render.terminal.console import plain_console, show
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.record import record
from backprop_cli.runs.run import Run, calculate

ONE_NEURON = """\
inputs: [{x}]
weights: {{output: [[{w}]]}}
target: {target}
learning_rate: 0.5
activation: {how}
"""


Lines = Callable[..., list[str]]


@pytest.fixture
def lines(backprop: Backprop, tmp_path: Path) -> Lines:
    """The lines that a run of some configuration prints, with single spaces."""

    def run(text: str, *arguments: str) -> list[str]:
        path = tmp_path / "c.yaml"
        path.write_text(text, encoding="utf-8")
        done = backprop("run", path, *arguments)
        assert done.returncode == 0, done.stderr
        return [" ".join(line.split()) for line in done.stdout.splitlines()]

    return run


def test_a_condition_is_shown_with_the_digits_that_make_it_true(lines: Lines) -> None:
    text = ONE_NEURON.format(x="0.04", w="1", target="0", how="relu")
    found = [line for line in lines(text, "--decimals", "1") if "since" in line]
    assert found
    assert all("(since 0.04 > 0)" in line for line in found)


def test_the_summary_has_the_signs_of_the_working(lines: Lines) -> None:
    # relu(−1) = 0, so the gradient is 0; and linear(2) − 12 = −10, times 1.
    dead = lines(ONE_NEURON.format(x="1", w="-1", target="1", how="relu"))
    assert "│ w1 │ = 0.0000 │" in dead
    plain = lines(ONE_NEURON.format(x="1", w="2", target="12", how="linear"))
    assert "│ w1 │ = −10.0000 │" in plain
    near = lines(ONE_NEURON.format(x="1", w="2", target="1", how="sigmoid"))
    assert any(re.fullmatch(r"│ w1 │ ≈ −0\.0125 │", line) for line in near)


def test_json_has_no_zero_with_a_sign(backprop: Backprop, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(ONE_NEURON.format(x="-1", w="0", target="0", how="linear"), encoding="utf-8")
    text = backprop("run", path, "--format", "json").stdout
    assert json.loads(text)["gradients"] == {"w1": 0}
    assert "-0.0" not in text


@pytest.mark.parametrize("decimals", range(1, 9))
@pytest.mark.parametrize("x", ["0.33", "0.07", "0.011", "0.0041"])
def test_a_velocity_has_no_digits_that_its_line_does_not_give(
    lines: Lines, x: str, decimals: int
) -> None:
    text = ONE_NEURON.format(x=x, w="0.4", target="0.9", how="sigmoid") + "optimizer: momentum\n"
    (line,) = (one for one in lines(text, "--decimals", str(decimals)) if "0.9 * 0 +" in one)
    found = re.search(r"0\.9 \* 0 \+ \(?(−?[0-9.e−]+)\)? ([=≈]) (−?[0-9.e−]+)$", line)
    assert found, line
    assert float(found[1].replace("−", "-")) == float(found[3].replace("−", "-"))
    assert found[2] == "="


# --- drawn ----------------------------------------------------------------------------------------

COMPARED = re.compile(r"(−?[0-9.]+(?:e−?[0-9]+)?) ([>≥<≤]) (−?[0-9.]+(?:e−?[0-9]+)?)")
HOLDS = {">": operator.gt, "≥": operator.ge, "<": operator.lt, "≤": operator.le}


def drawn(random: Random) -> str:
    """A network of two layers, most of whose numbers are small and some of which are 0."""

    def number() -> str:
        size = random.choice((0, 1, 1, 0.2, 0.2, 0.001))
        return f"{random.uniform(-1, 1) * size:.6g}"

    def row(length: int) -> str:
        return f"[{', '.join(number() for _ in range(length))}]"

    inputs, hidden = random.randint(1, 2), random.randint(1, 3)
    how = random.choice(("relu", "leaky_relu", "elu", "selu", "hard_sigmoid", "binary_step"))
    optimizer = random.choice(("sgd", "momentum"))
    return f"""\
inputs: {row(inputs)}
weights: {{hidden: [{", ".join(row(inputs) for _ in range(hidden))}], output: [{row(hidden)}]}}
activation: {{hidden: {how}, output: {random.choice(("linear", "relu", "sigmoid"))}}}
target: {number()}
learning_rate: 0.5
optimizer: {optimizer}
"""


def printed(run: Run) -> list[str]:
    """The lines of a full solution, with single spaces."""
    file = StringIO()
    show(whole.full(run), plain_console(file))
    return [" ".join(line.split()) for line in file.getvalue().splitlines()]


@pytest.mark.drawn(25)
def test_conditions_hold_and_the_summary_says_what_the_working_does(seed: int) -> None:
    random = Random(seed)
    exercise = parse(drawn(random), "drawn.yaml")
    run = calculate(exercise, Plan(decimals=random.choice((1, 1, 1, 2, 4, 6))))
    found = printed(run)
    for line in found:
        for left, relation, right in COMPARED.findall(line.partition("since")[2]):
            sides = (Decimal(side.replace("−", "-")) for side in (left, right))
            assert HOLDS[relation](*sides), line
    for name in exercise.network.weights:
        (row,) = [one for one in found if re.fullmatch(rf"│ {name} │ [=≈] \S+ │", one)]
        last = next(
            one for one in reversed(found) if re.match(rf"∂Loss/∂{name} = .* [=≈] \S+$", one)
        )
        relation = "≈" if "≈" in last else "="  # from the product of all factors on
        assert row == f"│ {name} │ {relation} {last.split()[-1]} │"
    assert not re.search(r"-0\.0(?![0-9])", json.dumps(record(run)))


NO_EPSILON = """\
examples: [{inputs: [0], target: 0}, {inputs: [0], target: 0}, {inputs: [0], target: 0}]
weights: {output: [[1]]}
activation: linear
learning_rate: 0.5
optimizer: {name: adam, epsilon: 0}
"""


@pytest.mark.parametrize("batch", ["", "batch_size: 2\n", "batch_size: all\n"])
@pytest.mark.parametrize(
    "arguments", [(), ("--example", "2"), ("--epochs", "3"), ("--format", "json")]
)
def test_an_update_without_a_value_is_said_as_what_it_is(
    backprop: Backprop, tmp_path: Path, batch: str, arguments: tuple[str, ...]
) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(NO_EPSILON + batch, encoding="utf-8")
    done = backprop("run", path, *arguments)
    assert done.returncode != 0
    assert "a division by 0" in done.stderr
    assert "diverged" not in done.stderr
