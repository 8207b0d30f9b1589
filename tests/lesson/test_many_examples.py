"""What a run of several examples, of an optimizer or of trained slopes prints."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from support.program import ROOT, Backprop, OnTerminal, cells, one_spaced

CONFIGS = ROOT / "configs"
SHIPPED = sorted(CONFIGS.glob("*.yaml"))

# By hand, for a neuron out = parametric_relu(w1 * x1 + b1) with w1 = 0.5, b1 = 0, s1 = 0.25, the
# loss half the squared error, and the rate 0.1:
#   example 1: x = 2, y = 2:    z = 1,  a = 1,    dLoss/dz = -1,            dw1 = -2,  db1 = -1
#   example 2: x = -4, y = 0.5: z = -2, a = -0.5, dLoss/da = -1, ds1 = 2,  dw1 = 1,   db1 = -0.25
#   their mean: dw1 = -0.5, db1 = -0.625, ds1 = 1; Loss 0.5 and 0.5, so 0.5
BY_HAND = """\
examples:
  - {inputs: {x1: 2}, target: 2}
  - {inputs: {x1: -4}, target: 0.5}
  - {inputs: {x1: 1}, target: 0}
batch_size: 2
weights: {output: {out: {x1: 0.5}}}
biases: {output: {out: 0}}
activation: parametric_relu
learning_rate: 0.1
"""

ADAM = """\
examples:
  - {inputs: [0.7, -0.4], target: [0.3, 0.7]}
  - {inputs: [-0.9, 0.5], target: [1, 0]}
  - {inputs: [0.9, 0.5], target: [0.6, 0.4]}
batch_size: 2
weights:
  hidden: [[0.15, -0.20], [-0.25, 0.30]]
  output: [[0.40, 0.45], [-0.5, 0.55]]
biases: {hidden: 0.35, output: [0.60, 0.1]}
activation: {hidden: parametric_relu, output: sigmoid}
learning_rate: 0.1
optimizer: adam
weight_decay: 0.01
rounding: 4
"""


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    folder = tmp_path_factory.mktemp("several")
    texts = {
        "by_hand": BY_HAND,
        "momentum": f"{BY_HAND}optimizer: {{name: momentum, momentum: 0.5}}\n",
        "summed": f"{BY_HAND}reduction: sum\n",
        "adam": ADAM,
        "adamw": ADAM.replace("adam", "adamw").replace("rounding: 4\n", ""),
    }
    found = {path.stem: path for path in SHIPPED}
    for name, text in texts.items():
        found[name] = folder / f"{name}.yaml"
        found[name].write_text(text, encoding="utf-8")
    return found


EVERY = [*(path.stem for path in SHIPPED), "adam", "adamw"]


def printed(backprop: Backprop, *args: str | Path) -> list[str]:
    done = backprop("run", *args)
    assert (done.stderr, done.returncode) == ("", 0)
    return one_spaced(done.stdout)


# --- what is shown ---------------------------------------------------------------------------


def test_the_working_is_of_the_example_asked_for_and_of_its_batch(
    backprop: Backprop, paths: Mapping[str, Path]
) -> None:
    first = printed(backprop, paths["by_hand"])
    assert "There are 3 examples. Each update uses 2 examples, in order. This is the" in first
    assert "solution for example 1." in first
    for line in (
        "z_out = x1 * w1 + b1 = 2 * 0.5 + 0 = 1.0000",
        "∂MeanLoss/∂w1 = (−2.0000 + 1.0000) / 2 = −0.5000",
        "∂MeanLoss/∂b1 = (−1.0000 + (−0.2500)) / 2 = −0.6250",
        "∂MeanLoss/∂s1 = (0.0000 + 2.0000) / 2 = 1.0000",
        "MeanLoss = (0.5000 + 0.5000) / 2 = 0.5000",
    ):
        assert line in first
    second = printed(backprop, paths["by_hand"], "--example", "2")
    assert "z_out = x1 * w1 + b1 = −4 * 0.5 + 0 = −2.0000" in second
    assert "MeanLoss = (0.5000 + 0.5000) / 2 = 0.5000" in second
    # w1 = 0.5 + 0.05 and b1 = 0.0625 by then.
    third = printed(backprop, paths["by_hand"], "--example", "3")
    assert "The parameters are those after 1 update in this epoch." in third
    assert "z_out = x1 * w1 + b1 = 1 * 0.5500 + 0.0625 = 0.6125" in third
    assert not any("MeanLoss" in line for line in third)


def test_gradients_are_added_up_without_a_division_where_the_file_asks_for_the_sum(
    backprop: Backprop, paths: Mapping[str, Path]
) -> None:
    lines = printed(backprop, paths["summed"])
    for line in (
        "Summed Gradients of the Batch",
        "The update is made for examples 1 and 2 together, by the sum of their",
        "∂SumLoss/∂w = ∂Loss[1]/∂w + ∂Loss[2]/∂w",
        "SumLoss = 0.5000 + 0.5000 = 1.0000",
        "∂SumLoss/∂w1 = −2.0000 + 1.0000 = −1.0000",
        "∂SumLoss/∂b1 = −1.0000 + (−0.2500) = −1.2500",
        "│ Weight │ Old Value │ Summed gradient (dL/dw) │ New Value │",
        "│ w1 │ 0.5 │ −1.0000 │ 0.60000 │",
        "│ Epoch │ Summed loss │",
    ):
        assert line in lines
    assert not any("Mean" in line for line in lines)
    explained = printed(backprop, paths["summed"], "--explain", "w1")
    last = explained.index("Summed over the batch")
    assert explained[last + 1].startswith("∂SumLoss/∂w1 = ∂Loss[1]/∂w1 + ∂Loss[2]/∂w1 = ")


def test_json_has_the_sums_where_the_file_asks_for_them(
    backprop: Backprop, paths: Mapping[str, Path]
) -> None:
    found = as_json(backprop, paths["summed"])
    assert found["loss"] == 1.0
    assert found["gradients"] == {"w1": -1.0, "b1": -1.25, "s1": 2.0}
    # (0.5 + 0.5 + 0.125), over all three examples
    assert found["history"][0] == [0, pytest.approx(1.125, rel=1e-12, abs=0)]


def test_a_large_batch_whose_losses_are_added_has_its_sums_as_they_are(
    backprop: Backprop, tmp_path: Path
) -> None:
    """Twelve examples of ŷ = w * 1 with a target of 0: the loss is 0.5 each, the gradient 1."""
    path = tmp_path / "many.yaml"
    example = "  - {inputs: [1], target: 0}\n"
    path.write_text(
        f"examples:\n{example * 12}weights: {{output: [[1]]}}\nactivation: linear\n"
        "learning_rate: 0.1\nbatch_size: all\nreduction: sum\n",
        encoding="utf-8",
    )
    lines = printed(backprop, path)
    assert "SumLoss = 6.0000" in lines
    assert "∂SumLoss/∂w1 = 12.0000" in lines
    assert "w1_new = w1 − learning_rate * ∂SumLoss/∂w1 = 1 − 0.1 * 12.0000 = −0.2000" in lines
    assert as_json(backprop, path)["gradients"] == {"w1": 12.0}
    assert printed(backprop, path, "--explain", "w1")[-1] == "∂SumLoss/∂w1 = 12.0000"


def test_an_example_that_is_not_there_is_refused(
    backprop: Backprop, paths: Mapping[str, Path]
) -> None:
    for number, name in (("4", "by_hand"), ("2", "default")):
        done = backprop("run", paths[name], "--example", number)
        assert (done.stdout, done.returncode) == ("", 2)
        assert done.stderr.count("\n") == 1
        assert f"--example {number}" in done.stderr


def test_brief_prints_the_tables_of_the_batch_and_of_training(
    backprop: Backprop, paths: Mapping[str, Path]
) -> None:
    lines = printed(backprop, paths["by_hand"], "--brief")
    for line in (
        "│ Weight │ Old Value │ Mean gradient (dL/dw) │ New Value │",
        "│ w1 │ 0.5 │ −0.5000 │ 0.55000 │",
        "│ b1 │ 0.000 │ −0.6250 │ 0.0625 │",
        "│ Slope │ Old Value │ Mean gradient (dL/ds) │ New Value │",
        "│ s1 │ 0.25 │ 1.0000 │ 0.15000 │",
        "│ Example │ Target │ Prediction │ Loss │",
    ):
        assert line in lines
    assert not any(line.startswith("z_out") for line in lines)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("w1", "∂MeanLoss/∂w1 = (∂Loss[1]/∂w1 + ∂Loss[2]/∂w1) / 2 = (−2.0000 + 1.0000) / 2 = "),
        ("b1", "∂MeanLoss/∂b1 = (∂Loss[1]/∂b1 + ∂Loss[2]/∂b1) / 2 = (−1.0000 + (−0.2500)) / 2"),
        ("s1", "∂MeanLoss/∂s1 = (∂Loss[1]/∂s1 + ∂Loss[2]/∂s1) / 2 = (0.0000 + 2.0000) / 2 = "),
        ("s1", "∂ŷ/∂z_out = 1 if z_out > 0, else s1 = 0.25 (since −2.0000 ≤ 0)"),
        ("w1_new", "w1_new = w1 − learning_rate * v_w1_new = 0.5 − 0.1 * (−0.5000) = 0.5500"),
        ("v_w1_new", "v_w1_new = momentum * v_w1 + ∂MeanLoss/∂w1 = 0.5 * 0 + (−0.5000) = −0.5000"),
        ("s1_new", "s1_new = s1 − learning_rate * v_s1_new = 0.25 − 0.1 * 1.0000 = 0.1500"),
        ("dMeanLoss/dw1", "∂MeanLoss/∂w1 = (∂Loss[1]/∂w1 + ∂Loss[2]/∂w1) / 2 = (−2.0000 + "),
        ("∂MeanLoss/∂s1", "∂MeanLoss/∂s1 = (∂Loss[1]/∂s1 + ∂Loss[2]/∂s1) / 2 = (0.0000 + "),
        ("MeanLoss", "MeanLoss = (Loss[1] + Loss[2]) / 2 = (0.5000 + 0.5000) / 2 = 0.5000"),
        ("momentum", "momentum = 0.5"),
    ],
)
def test_any_quantity_of_a_batch_can_be_explained(
    backprop: Backprop, paths: Mapping[str, Path], name: str, expected: str
) -> None:
    lines = printed(backprop, paths["momentum"], "--example", "2", "--explain", name)
    if name == "s1" and "z_out > 0" in expected:
        lines = printed(backprop, paths["momentum"], "--example", "2", "--explain", "w1")
        lines = [re.sub(r"^\d+\. ", "", line) for line in lines]
    assert [line for line in lines if line.startswith(expected)]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("dLoss[2]/dw1", "∂Loss/∂w1 = −1.0000 * 0.25 * (−4) = 1.0000"),
        ("∂Loss[1]/∂b1", "∂Loss/∂b1 = −1.0000 * 1 * 1 = −1.0000"),
        ("dLoss[2]/ds1", "∂Loss/∂s1 = −1.0000 * (−2.0000) = 2.0000"),
        ("Loss[2]", "Loss = 0.5 * (y_true − ŷ)^2 = 0.5 * (0.5 − (−0.5000))^2 = 0.5000"),
    ],
)
def test_what_is_added_up_for_a_mean_can_be_explained_for_each_example(
    backprop: Backprop, paths: Mapping[str, Path], name: str, expected: str
) -> None:
    lines = printed(backprop, paths["by_hand"], "--explain", name)
    assert lines[0] == f"Example {name.partition('[')[2][0]} of the batch"
    assert expected in lines


@pytest.mark.parametrize("name", ["SumLoss", "dSumLoss/dw1"])
def test_of_a_large_batch_it_is_said_how_to_ask_for_each_example(
    backprop: Backprop, tmp_path: Path, name: str
) -> None:
    examples = ", ".join(f"{{inputs: {{x1: {at}}}, target: 2}}" for at in range(1, 10))
    text = re.sub(r"examples:.*?(?=batch)", f"examples: [{examples}]\n", BY_HAND, flags=re.DOTALL)
    path = tmp_path / "nine.yaml"
    path.write_text(text.replace("size: 2", "size: all"), encoding="utf-8")
    lines = printed(backprop, path, "--explain", name)
    # By hand: a = x / 2, so the losses are (2 − x/2)^2 / 2, and their slopes (x/2 − 2) x.
    total, own = ("8.6250", "Loss") if name == "SumLoss" else ("52.5000", "dLoss/dw1")
    assert any(line == f"{name.replace('d', '∂')} = {total}" for line in lines)
    asked = f"of 9 examples; --example K --explain {own} derives that of example K."
    assert asked in " ".join(lines)
    assert "explain" not in "".join(printed(backprop, path, "--example=3", "--explain", own))


def test_every_line_of_adam_can_be_explained(backprop: Backprop, paths: Mapping[str, Path]) -> None:
    names = ["g_w1", "m_w1_new", "v_w1_new", "m_hat_w1", "v_hat_w1", "w1_new", "beta1", "t"]
    lines = printed(backprop, paths["adam"], *(f"--explain={name}" for name in names))
    for name in names:
        assert any(line.startswith(f"{name} = ") for line in lines), name


def test_a_quantity_that_a_single_example_does_not_have_is_refused(
    backprop: Backprop, paths: Mapping[str, Path]
) -> None:
    # The third example is an update of its own: there is no mean.
    done = backprop("run", paths["by_hand"], "--example", "3", "--explain", "MeanLoss")
    assert (done.stdout, done.returncode) == ("", 2)
    assert "--explain MeanLoss: there is no such quantity" in done.stderr


def test_softmax_with_cross_entropy_shows_the_shortcut(
    backprop: Backprop, paths: Mapping[str, Path]
) -> None:
    lines = printed(backprop, paths["softmax"])
    assert not any("∂z_o2_from" in line for line in lines), "the long way is for those who ask"
    shortcut = re.compile(r"(?:1\. )?∂Loss/∂z_o2 = ŷ_o2 − y_true_o2 = ([\d.]+) − 1 = −([\d.]+)")
    matches = [match for line in lines if (match := shortcut.fullmatch(line))]
    for found in matches:
        assert float(found[1]) + float(found[2]) == pytest.approx(1, abs=1e-12)
    assert matches


# --- JSON ------------------------------------------------------------------------------------


def as_json(backprop: Backprop, *args: str | Path) -> dict[str, Any]:
    done = backprop("run", *args, "--format", "json")
    assert (done.stderr, done.returncode) == ("", 0)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_json_of_a_batch_has_its_mean_gradients(
    backprop: Backprop, paths: Mapping[str, Path]
) -> None:
    found = as_json(backprop, paths["by_hand"])
    assert list(found) == [
        *("forward", "loss", "gradients", "input_gradients", "rounding"),
        *("before", "after", "epochs", "history", "examples"),
    ]
    assert found["forward"] == {"z_out": 1.0, "a_out": 1.0, "y_hat": 1.0}
    assert found["loss"] == 0.5
    assert found["gradients"] == {"w1": -0.5, "b1": -0.625, "s1": 1.0}
    assert found["before"] == {"w1": 0.5, "b1": 0.0, "s1": 0.25}
    # The second update, by the third example alone: z = a = 0.6125, so dw1 = db1 = 0.6125.
    expected = {"w1": 0.55 - 0.06125, "b1": 0.0625 - 0.06125, "s1": 0.15}
    assert found["after"] == pytest.approx(expected, rel=1e-12, abs=0)
    assert found["epochs"] == 1
    # The mean over all three: (0.5 + 0.5 + 0.125) / 3 before.
    assert found["history"][0] == [0, pytest.approx(0.375, rel=1e-12, abs=0)]
    w1, b1, s1 = expected.values()
    predictions = [2 * w1 + b1, s1 * (-4 * w1 + b1), w1 + b1]
    losses = [(y - p) ** 2 / 2 for y, p in zip((2, 0.5, 0), predictions, strict=True)]
    assert found["history"][1] == [1, pytest.approx(sum(losses) / 3, rel=1e-12, abs=0)]
    for one, target, prediction, loss in zip(
        found["examples"], (2.0, 0.5, 0.0), predictions, losses, strict=True
    ):
        assert list(one) == ["target", "prediction", "loss"]
        assert one["target"] == [target]
        assert one["prediction"] == [pytest.approx(prediction, rel=1e-12, abs=0)]
        assert one["loss"] == pytest.approx(loss, rel=1e-12, abs=0)


def test_json_s_after_follows_from_its_gradients_by_the_optimizer(
    backprop: Backprop, tmp_path: Path
) -> None:
    path = tmp_path / "all.yaml"
    path.write_text(ADAM.replace("batch_size: 2", "batch_size: all"), encoding="utf-8")
    found = as_json(backprop, path, "--exact")
    # Before its only update, the loss of the batch is that of all examples.
    assert found["loss"] == pytest.approx(found["history"][0][1], rel=1e-12, abs=0)
    for name, before in found["before"].items():
        gradient = found["gradients"][name] + 0.01 * before
        # In its first update, Adam's corrected means are the gradient and its square.
        expected = before - 0.1 * gradient / (abs(gradient) + 1e-8)
        assert found["after"][name] == pytest.approx(expected, rel=1e-9, abs=0), name


def test_json_has_the_accuracy_where_targets_are_classes(
    backprop: Backprop, paths: Mapping[str, Path]
) -> None:
    found = as_json(backprop, paths["xor"], "--epochs", "300")
    assert list(found)[-2:] == ["examples", "accuracy"]
    assert found["accuracy"] == 1.0
    assert [one["target"] for one in found["examples"]] == [[0.0], [1.0], [1.0], [0.0]]
    assert "accuracy" not in as_json(backprop, paths["houses"])
    assert "examples" not in as_json(backprop, paths["default"])


# --- terminals -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_no_line_is_wider_than_a_terminal_of_80_columns(
    on_terminal: OnTerminal, paths: Mapping[str, Path], name: str
) -> None:
    training = () if name == "circuit" else ("--epochs", "2")  # it has no target
    screen = on_terminal("run", paths[name], *training)
    assert screen.returncode == 0
    assert [line for line in screen.text.splitlines() if cells(line) > 80] == []


def test_a_table_that_is_too_wide_is_cut_into_pieces_that_keep_every_column(
    on_terminal: OnTerminal, paths: Mapping[str, Path]
) -> None:
    text = on_terminal("run", paths["adam"], "--brief").text
    tables = text[text.index("Weight updates") : text.index("Bias updates")]
    rows = [
        [cell.strip() for cell in line.strip(" │").split("│")]
        for line in tables.splitlines()
        if "│" in line
    ]
    titles = [cell for row in rows if row[0] == "Weight" for cell in row[1:]]
    expected = ["Old Value", "Gradient (dL/dw)", "g", "m", "v", "m_hat", "v_hat", "New Value"]
    expected[1] = "Mean gradient (dL/dw)"
    assert titles == expected
    # Each piece begins with the names, so that its rows can be read on their own.
    pieces = sum(row[0] == "Weight" for row in rows)
    assert pieces > 1
    for weight in range(1, 9):
        assert sum(row[0] == f"w{weight}" for row in rows) == pieces


@pytest.mark.parametrize("name", EVERY)
def test_without_utf_8_every_configuration_is_plain_ascii(
    backprop: Backprop, paths: Mapping[str, Path], name: str
) -> None:
    done = backprop("run", paths[name], env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C"})
    assert (done.stderr, done.returncode) == ("", 0)
    assert done.stdout.isascii()
    assert "?" not in done.stdout
    if name.startswith("adam"):
        assert "dMeanLoss/dw" in done.stdout


# --- an epoch that comes to nothing ----------------------------------------------------------

# By hand: z = 0.5 * 1000 = 500 in the first update, whose gradient 2 * (500 − 1) * 1000 makes the
# weight 0.5 − 998000; with that the second gives one that leaves float64.
RUNAWAY = """\
examples: [{inputs: [1000], target: 1}, {inputs: [1e150], target: 0}]
weights: {output: [[0.5]]}
activation: linear
loss: squared_error
learning_rate: 1
"""


@pytest.mark.parametrize("more", [(), ("--brief",), ("--exact",)])
def test_a_working_is_shown_where_the_rest_of_its_epoch_diverges(
    backprop: Backprop, tmp_path: Path, more: tuple[str, ...]
) -> None:
    path = tmp_path / "runaway.yaml"
    path.write_text(RUNAWAY, encoding="utf-8")
    done = backprop("run", path, *more)
    assert done.returncode == 1
    assert "training diverged:" in done.stderr
    assert "in epoch 1; try a smaller learning rate" in done.stderr
    assert "−997999.50000" in done.stdout.replace("-", "−")
    assert "Training:" not in done.stdout
    for option in (("--format", "json"), ("--epochs", "2")):
        refused = backprop("run", path, *option)
        assert (refused.stdout, refused.returncode) == ("", 1)


def test_an_explanation_asks_nothing_of_the_rest_of_the_epoch(
    backprop: Backprop, tmp_path: Path
) -> None:
    path = tmp_path / "runaway.yaml"
    path.write_text(RUNAWAY, encoding="utf-8")
    lines = printed(backprop, path, "--explain", "w1")
    assert "∂Loss/∂w1 = 998.0000 * 1 * 1000 = 998000.0000" in lines
