"""Without a learning rate there is no update, without a target the output itself is derived."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.program import Backprop, one_spaced

NETWORK = """\
inputs: [0.05, 0.1]
weights: {hidden: [[0.15, 0.2], [0.25, 0.3]], output: [[0.4, 0.45]]}
"""
# f = q^2 a with q = a b + c: by hand, ∂f/∂a = 2 q b a + q^2, ∂f/∂b = 2 q a a, ∂f/∂c = 2 q a.
CIRCUIT = """\
inputs: {a: 3, b: -1, c: 2}
weights:
  graph:
    q: "a * b + c"
    f: "q^2 * a"
"""


@pytest.fixture
def file(tmp_path: Path) -> Any:
    def written(text: str) -> Path:
        path = tmp_path / "mine.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return written


def test_without_a_rate_everything_up_to_the_gradients_is_worked(
    backprop: Backprop, file: Any
) -> None:
    with_rate = backprop("run", file(NETWORK + "target: 0.01\nlearning_rate: 0.5\n"))
    without = backprop("run", file(NETWORK + "target: 0.01\n"))
    assert without.returncode == 0
    before, updates, _ = with_rate.stdout.partition("Weight and Bias Updates")
    assert updates
    assert without.stdout.startswith(before.rstrip())
    assert "New Value" not in without.stdout


def test_the_gradients_are_those_of_a_file_with_a_rate(backprop: Backprop, file: Any) -> None:
    with_rate = backprop(
        "run", file(NETWORK + "target: 0.01\nlearning_rate: 0.5\n"), "--format", "json"
    )
    without = backprop("run", file(NETWORK + "target: 0.01\n"), "--format", "json")
    found, expected = json.loads(without.stdout), json.loads(with_rate.stdout)
    for key in ("forward", "loss", "gradients", "input_gradients", "before"):
        assert found[key] == expected[key]
    assert found["after"] == found["before"]
    assert found["history"] == [[0, expected["loss"]]]


@pytest.mark.parametrize(
    "options",
    [("--epochs", "5"), ("--until-loss", "0.1"), ("--save", "x.yaml"), ("--tolerance", "0.1")],
)
def test_training_asks_for_a_rate(
    backprop: Backprop, file: Any, tmp_path: Path, options: tuple[str, str]
) -> None:
    run = backprop("run", file(NETWORK + "target: 0.01\n"), *options, cwd=tmp_path)
    assert (run.stdout, run.returncode) == ("", 2)
    assert "add a line learning_rate: 0.5, or say --lr 0.5" in run.stderr


def test_a_rate_may_be_given_on_the_command_line(backprop: Backprop, file: Any) -> None:
    by_option = backprop("run", file(NETWORK + "target: 0.01\n"), "--lr", "0.5", "--epochs", "3")
    by_file = backprop("run", file(NETWORK + "target: 0.01\nlearning_rate: 0.5\n"), "--epochs", "3")
    assert by_option.stdout == by_file.stdout


def test_a_circuit_is_derived_by_its_inputs(backprop: Backprop, file: Any) -> None:
    found = json.loads(backprop("run", file(CIRCUIT), "--format", "json").stdout)
    assert found["forward"] == {"q": -1.0, "f": 3.0}
    assert found["input_gradients"] == {"a": 7.0, "b": -18.0, "c": -6.0}
    text = "\n".join(one_spaced(backprop("run", file(CIRCUIT)).stdout))
    for line in ("∂f/∂q", "f = q^2 * a = (−1.0000)^2 * 3", "Step-by-step Gradient for b"):
        assert line in text
    assert "Loss" not in text
    assert "sigmoid" not in text
    assert backprop("run", file(CIRCUIT), "--gradcheck").returncode == 0


def test_an_input_s_gradient_is_explained(backprop: Backprop, file: Any) -> None:
    explained = backprop("run", file(NETWORK + "target: 0.01\n"), "--explain", "dLoss/dx1")
    found = json.loads(backprop("run", file(NETWORK + "target: 0.01\n"), "--format", "json").stdout)
    # By central differences of the loss, worked apart from this program.
    assert found["input_gradients"]["x1"] == pytest.approx(_difference(), rel=1e-6, abs=0)
    assert explained.returncode == 0
    assert "Step-by-step Gradient for x1" in explained.stdout


def _difference(step: float = 1e-6) -> float:
    from math import exp

    def loss(x1: float) -> float:
        h1 = 1 / (1 + exp(-(0.15 * x1 + 0.2 * 0.1)))
        h2 = 1 / (1 + exp(-(0.25 * x1 + 0.3 * 0.1)))
        return 0.5 * (0.01 - 1 / (1 + exp(-(0.4 * h1 + 0.45 * h2)))) ** 2

    return (loss(0.05 + step) - loss(0.05 - step)) / (2 * step)


def test_of_several_outputs_one_is_named(backprop: Backprop, file: Any) -> None:
    two = "inputs: {x: 2, y: 3}\nweights: {graph: {p: 'x * y', s: 'x + y'}}\n"
    refused = backprop("run", file(two))
    assert refused.returncode == 2
    assert "p, s are outputs; add a line `target: …`, or `of: p`" in refused.stderr
    found = json.loads(backprop("run", file(two + "of: p\n"), "--format", "json").stdout)
    assert found["input_gradients"] == {"x": 3.0, "y": 2.0}
    unknown = backprop("run", file(two + "of: q\n"))
    assert (unknown.returncode, "of: there is no neuron called q" in unknown.stderr) == (2, True)


def test_a_forgotten_target_is_asked_for_where_there_is_a_rate(
    backprop: Backprop, file: Any
) -> None:
    run = backprop("run", file(NETWORK + "learning_rate: 0.5\n"))
    assert run.returncode == 2
    assert "target: this key is missing" in run.stderr


# --- several examples -------------------------------------------------------------------------

POINTS = CIRCUIT.replace(
    "inputs: {a: 3, b: -1, c: 2}",
    "examples: [{inputs: {a: 3, b: -1, c: 2}}, {inputs: {a: 1, b: 2, c: 0.5}}]",
)


@pytest.mark.parametrize(
    ("example", "expected"),
    # q is -1, then 2.5; by hand as above
    [("1", {"a": 7.0, "b": -18.0, "c": -6.0}), ("2", {"a": 16.25, "b": 5.0, "c": 5.0})],
)
def test_without_targets_each_example_is_derived_by_itself(
    backprop: Backprop, file: Any, example: str, expected: dict[str, float]
) -> None:
    path = file(POINTS)
    done = backprop("run", path, "--example", example, "--format", "json")
    assert json.loads(done.stdout)["input_gradients"] == expected
    shown = backprop("run", path, "--example", example).stdout
    assert f"There are 2 examples. This is the solution for example {example}." in shown
    assert "y_true" not in shown
    checked = backprop("run", path, "--gradcheck")
    assert (checked.returncode, checked.stderr) == (0, "")
    explained = backprop("run", path, "--example", example, "--explain", "df/dc").stdout
    assert f"= {expected['c']:.4f}".replace("-", "−") in explained.splitlines()[-1]


ROWS = "a,b,c\n3,-1,2\n1,2,0.5\n"
FROM_ROWS = CIRCUIT.replace(
    "inputs: {a: 3, b: -1, c: 2}", "data: {file: rows.csv, inputs: [a, b, c]}"
)


@pytest.mark.parametrize("example", ["1", "2"])
@pytest.mark.parametrize("of", ["", "of: q\n"])
def test_rows_of_a_file_without_a_target_are_derived_as_examples_in_the_configuration_are(
    backprop: Backprop, file: Any, tmp_path: Path, example: str, of: str
) -> None:
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    points = "examples:\n- inputs: {a: 3, b: -1, c: 2}\n- inputs: {a: 1, b: 2, c: 0.5}\n"
    both = []
    for text in (FROM_ROWS, CIRCUIT.replace("inputs: {a: 3, b: -1, c: 2}\n", points)):
        done = backprop("run", file(text + of), "--example", example)
        assert done.returncode == 0, done.stderr
        both.append(done.stdout)
    assert both[0] == both[1]
    assert backprop("run", file(FROM_ROWS), "--gradcheck").returncode == 0


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("learning_rate: 0.1\n", "1:7: data.target: this key is missing; add a line `target: …`"),
        ("batch_size: all\n", "batch_size is for updates, and without a target there are none"),
        ("penalty: {l2: 1}\n", "a penalty is added to the loss, and without a target"),
        ("of: g\n", "there is no neuron called g"),
    ],
)
def test_what_goes_with_updates_is_refused_of_rows_without_a_target(
    backprop: Backprop, file: Any, tmp_path: Path, more: str, said: str
) -> None:
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    done = backprop("run", file(FROM_ROWS + more))
    assert (done.stdout, done.returncode) == ("", 2)
    assert said in done.stderr


def test_of_several_examples_without_a_rate_any_can_be_shown(backprop: Backprop, file: Any) -> None:
    """Nothing is updated before the second, so its parameters are those of the file."""
    text = NETWORK.replace(
        "inputs: [0.05, 0.1]",
        "examples: [{inputs: [5, 1], target: 0}, {inputs: [0.05, 0.1], target: 0.01}]",
    )
    second = backprop("run", file(text), "--example", "2", "--format", "json")
    alone = backprop("run", file(f"{NETWORK}target: 0.01\n"), "--format", "json")
    assert json.loads(second.stdout)["gradients"] == json.loads(alone.stdout)["gradients"]


def test_of_names_the_output_that_is_derived_at_each_example(backprop: Backprop, file: Any) -> None:
    path = file(f"{POINTS}of: q\n")
    done = backprop("run", path, "--example", "2", "--format", "json")
    assert json.loads(done.stdout)["input_gradients"] == {"a": 2.0, "b": 1.0, "c": 1.0}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"{POINTS}batch_size: all\n", "batch_size: batch_size is for updates, and without a"),
        (f"{POINTS}reduction: sum\n", "reduction: reduction is for updates, and without a target"),
        (f"{POINTS}shuffle: true\n", "shuffle: shuffle is for updates, and without a target"),
        (f"{POINTS}learning_rate: 0.1\n", "examples.1.target: this key is missing; add a line"),
        (POINTS.replace("0.5}}", "0.5}, target: 1}"), "examples.1.target: this key is missing"),
        (f"{POINTS}penalty: {{l1: 1}}\n", "penalty: a penalty is added to the loss, and without"),
        (f"{POINTS}of: g\n", "of: there is no neuron called g"),
    ],
)
def test_what_goes_with_updates_is_refused_without_targets(
    backprop: Backprop, file: Any, text: str, said: str
) -> None:
    done = backprop("run", file(text))
    assert (done.stdout, done.returncode) == ("", 2)
    assert said in done.stderr


def test_without_a_target_the_summary_speaks_of_the_output(backprop: Backprop, file: Any) -> None:
    """A learning rate alone would be refused, so that none is suggested."""
    found = backprop("run", file(CIRCUIT)).stdout.partition("Summary\n")[2]
    assert "gives every derivative of f" in " ".join(found.split())
    assert "none here, as there is no target" in found
    assert "learning_rate" not in found
    assert "predictions" not in found
