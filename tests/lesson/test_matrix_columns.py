"""A batch in matrices with a column for each example, held against NumPy's own matrices."""

import json
import re

import numpy as np
import pytest
from support.program import Backprop

from backprop_cli import config
from backprop_cli.algebra.expression import Number
from backprop_cli.algebra.matrices import Matrix
from backprop_cli.algebra.paper import on_paper, written
from backprop_cli.lesson import whole
from backprop_cli.lesson.blocks import Equations, Role
from backprop_cli.lesson.matrix import MatrixNotation
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import Run, calculate

X = np.array([[0.5, 1.0, 0.2], [1.0, 0.3, 0.7]])
Y = np.array([[1.0, 0.0, 1.0]])
W1, B1 = np.array([[0.3, 0.1], [-0.2, 0.4]]), np.array([[0.1], [0.2]])
W2, B2 = np.array([[0.4, 0.5]]), np.array([[0.3]])
BATCH = """\
examples:
- {inputs: [0.5, 1], target: 1}
- {inputs: [1, 0.3], target: 0}
- {inputs: [0.2, 0.7], target: 1}
weights: {hidden: [[0.3, 0.1], [-0.2, 0.4]], output: [[0.4, 0.5]]}
biases: {hidden: [0.1, 0.2], output: [0.3]}
batch_size: all
learning_rate: 0.5
"""


def shown(run: Run) -> dict[str, list[list[str]]]:
    """The matrices that a lesson comes to, by their names."""
    found: dict[str, list[list[str]]] = {}
    for block in whole.full(run, MatrixNotation()):
        for row in block.rows if isinstance(block, Equations) else ():
            last = row.sides[-1]
            if isinstance(last.formula, Matrix) and last.role in (Role.RESULT, Role.GIVEN):
                cells = [[written(one) for one in line] for line in last.formula.rows]
                found.setdefault(written(row.sides[0].formula), cells)
    return found


def numbers(cells: list[list[str]]) -> np.ndarray:
    return np.array([[float(one.replace("−", "-")) for one in row] for row in cells])


def sigmoid(z: np.ndarray) -> np.ndarray:
    result: np.ndarray = 1 / (1 + np.exp(-z))
    return result


@pytest.mark.parametrize(("reduction", "count"), [("mean", 3), ("sum", 1)])
def test_the_matrices_are_those_that_numpy_comes_to(reduction: str, count: int) -> None:
    text = f"{BATCH}reduction: {reduction}\n"
    found = shown(calculate(config.parse(text, "c.yaml"), Plan(exact=True, decimals=10)))
    z1 = W1 @ X + B1
    a1 = sigmoid(z1)
    z2 = W2 @ a1 + B2
    a2 = sigmoid(z2)
    da2 = a2 - Y
    dz2 = da2 * a2 * (1 - a2)
    da1 = W2.T @ dz2
    dz1 = da1 * a1 * (1 - a1)
    dw1, dw2 = dz1 @ X.T / count, dz2 @ a1.T / count
    db1, db2 = dz1.sum(1, keepdims=True) / count, dz2.sum(1, keepdims=True) / count
    expected = {
        **{"X": X, "Y": Y, "W1": W1, "B1": B1, "Z1": z1, "A1": a1, "Z2": z2, "A2": a2},
        **{"dA2": da2, "dZ2": dz2, "dA1": da1, "dZ1": dz1},
        **{"dW1": dw1, "dW2": dw2, "dB1": db1, "dB2": db2},
        **{"W1_new": W1 - 0.5 * dw1, "B1_new": B1 - 0.5 * db1, "W2_new": W2 - 0.5 * dw2},
    }
    for name, matrix in expected.items():
        assert numbers(found[name]) == pytest.approx(matrix, rel=1e-6, abs=1e-9), name


@pytest.mark.parametrize("rounding", ["", "rounding: 4\n"])
def test_every_column_has_the_figures_of_its_example_alone(rounding: str) -> None:
    exercise = config.parse(BATCH + rounding, "c.yaml")
    run = calculate(exercise)
    found = shown(run)
    for at in range(3):
        alone = run.working_of(at)
        for name, quantities in {
            "Z1": ["z_h1", "z_h2"],
            "A1": ["a_h1", "a_h2"],
            "dZ1": ["∂Loss/∂z_h1", "∂Loss/∂z_h2"],
            "dZ2": ["∂Loss/∂z_out"],
        }.items():
            column = [row[at] for row in found[name]]
            assert column == [on_paper(alone.figure(one)) for one in quantities]
    gradients = [[on_paper(run.working.figure(f"∂MeanLoss/∂w{at}")) for at in (5, 6)]]
    assert found["dW2"] == gradients


def test_the_columns_are_named_and_the_mean_is_written(backprop: Backprop) -> None:
    found = backprop("run", "-", "--notation", "matrix", input=f"{BATCH}rounding: 4\n").stdout
    lines = " ".join(found.split())
    for words in (
        "The columns are examples 1, 2 and 3 of the batch.",
        "X, Z1, A1 and Y, the inputs, the weighted sums, the activations and the targets, have a",
        "dW_l = dZ_l A_l−1ᵀ / 3",
        "dB_l = dZ_l ones / 3",
        "The loss of example 1 follows; that of the batch, further below.",
    ):
        assert words in lines, words
    plain = backprop("run", "-", "--notation", "matrix", "--format", "json", input=BATCH)
    assert plain.returncode == 2  # JSON has no notation


@pytest.mark.parametrize("more", ["penalty: {l2: 0.1}\n", "batch_size: 2\n", "loss: mae\n"])
@pytest.mark.parametrize("notation", ["matrix", "plain"])
def test_it_trains_as_ever_whatever_is_added(backprop: Backprop, more: str, notation: str) -> None:
    text = BATCH.replace("batch_size: all\n", "") if "batch" in more else BATCH
    done = backprop("run", "-", "--notation", notation, input=text + more)
    assert (done.returncode, done.stderr) == (0, "")
    after = json.loads(backprop("run", "-", "--format", "json", input=text + more).stdout)["after"]
    (table,) = re.findall(r"Weight updates\n.*?╰", done.stdout, re.S)
    rows = re.findall(r"│ (w\d) +│.*│ +(\S+) │\n", table.replace("−", "-"))
    assert len(rows) == 6
    if "size" not in more:  # else the epoch goes on
        assert {name: float(new) for name, new in rows} == pytest.approx(
            {name: value for name, value in after.items() if name[0] == "w"}, abs=1e-5
        )


def test_of_a_softmax_each_example_has_its_own_lines(backprop: Backprop) -> None:
    text = BATCH.replace("[[0.4, 0.5]]", "[[0.4, 0.5], [0.1, -0.2]]").replace("[0.3]", "[0.3, 0]")
    text = text.replace("target: 1", "target: [1, 0]").replace("target: 0", "target: [0, 1]")
    text += "activation: {hidden: sigmoid, output: softmax}\nloss: cross_entropy\n"
    found = backprop("run", "-", "--notation", "matrix", input=text).stdout
    assert [f"Softmax of example {k}:" in found for k in (1, 2, 3)] == [True] * 3
    assert "dZ2 = A2 − Y = " in found


def test_more_examples_than_can_be_read_beside_each_other_are_worked_one_by_one() -> None:
    rows = "".join(f"- {{inputs: [0.{at}, 1], target: 1}}\n" for at in range(9))
    text = f"examples:\n{rows}{BATCH[BATCH.index('weights') :]}"
    found = shown(calculate(config.parse(text, "c.yaml")))
    assert [len(row) for row in found["X"]] == [1, 1]


@pytest.mark.parametrize("medium", ["latex", "html", "markdown"])
def test_every_medium_writes_them(backprop: Backprop, medium: str) -> None:
    done = backprop("run", "-", "--notation", "matrix", "--format", medium, input=BATCH)
    assert (done.returncode, done.stderr) == (0, "")
    assert "ones" in done.stdout


def test_all_elements_of_a_result_are_figures() -> None:
    for cells in shown(calculate(config.parse(BATCH, "c.yaml"))).values():
        assert all(re.fullmatch(r"−?[0-9.]+", one) for row in cells for one in row), Number
