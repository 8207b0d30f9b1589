"""A penalty in the loss, as it is shown: a part of each gradient, and the sum.

By hand, for the document's network with l2 = 0.1: Penalty = 0.05 * (0.15^2 + 0.2^2 + 0.25^2 + 0.3^2
+ 0.4^2 + 0.45^2) = 0.05 * 0.5775 = 0.028875. The document's own figures are the data loss's.
"""

import json
from pathlib import Path

import pytest
from support.program import CONFIGS, Backprop

DOCUMENT = (CONFIGS / "default.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("penalty") / "penalty.yaml"
    found.write_text(f"{DOCUMENT}penalty: {{l2: 0.1}}\n", encoding="utf-8")
    return found


def printed(backprop: Backprop, *args: str | Path) -> list[str]:
    done = backprop("run", *args)
    assert (done.stderr, done.returncode) == ("", 0)
    return [" ".join(line.split()) for line in done.stdout.splitlines()]


def test_the_loss_is_the_data_loss_and_the_penalty(backprop: Backprop, path: Path) -> None:
    lines = printed(backprop, path)
    assert "DataLoss = 0.5 * (y_true − ŷ)^2 = 0.5 * (0.01 − 0.7514)^2 ≈ 0.2748" in lines
    (penalty,) = (line for line in lines if line.startswith("Penalty = 0.5 * l2 * (w1^2"))
    assert penalty.endswith("= 0.5 * 0.1 * 0.5775 ≈ 0.0289")
    assert "Loss = DataLoss + Penalty = 0.2748 + 0.0289 = 0.3037" in lines


@pytest.mark.parametrize(
    "line",
    [
        "∂Loss/∂w = ∂DataLoss/∂w + ∂Penalty/∂w",
        "∂Penalty/∂w5 = l2 * w5 = 0.1 * 0.40 = 0.0400",
        "∂Loss/∂w5 = 0.0822 + 0.0400 = 0.1222",
        "∂Loss/∂w1 = 0.00067 + 0.0150 ≈ 0.0157",
        "∂Loss/∂b2 = ∂DataLoss/∂b2 = 0.1385",
        "w5_new = w5 − learning_rate * ∂Loss/∂w5 = 0.40 − 0.5 * 0.1222 = 0.3389",
        "│ Weight │ Gradient (dDataLoss/dw) │",
        "│ w5 │ 0.40 │ 0.1222 │ 0.33890 │",
    ],
)
def test_each_gradient_is_shown_in_two_parts_and_their_sum(
    backprop: Backprop, path: Path, line: str
) -> None:
    assert line in printed(backprop, path)


@pytest.mark.parametrize("name", ["w5", "dLoss/dw5", "∂Loss/∂w5", "dE/dw5"])
def test_an_explanation_ends_with_both_parts(backprop: Backprop, path: Path, name: str) -> None:
    lines = printed(backprop, path, "--explain", name)
    assert "∂DataLoss/∂w5 = 0.7414 * 0.1868 * 0.5933 ≈ 0.0822" in lines
    at = lines.index("With the penalty")
    assert lines[at + 1] == "∂Penalty/∂w5 = l2 * w5 = 0.1 * 0.40 = 0.0400"
    assert "because Penalty = 0.5 * l2 * (w1^2 + … + w5^2 + w6^2)" in lines[at + 2]
    total = "∂Loss/∂w5 = ∂DataLoss/∂w5 + ∂Penalty/∂w5 = 0.0822 + 0.0400 = 0.1222"
    assert total in lines[at + 3]


@pytest.mark.parametrize("notation", ["plain", "delta", "matrix"])
@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("w5", "∂Loss/∂w5 = ∂DataLoss/∂w5 + ∂Penalty/∂w5 = 0.0822 + 0.0400 = 0.1222"),
        ("dE/dw5", "∂Loss/∂w5 = ∂DataLoss/∂w5 + ∂Penalty/∂w5 = 0.0822 + 0.0400 = 0.1222"),
        ("b2", "∂Loss/∂b2 = ∂DataLoss/∂b2 = 0.1385"),
    ],
)
def test_an_explanation_ends_with_the_penalty_in_every_notation(
    backprop: Backprop, path: Path, notation: str, name: str, line: str
) -> None:
    lines = printed(backprop, path, "--notation", notation, "--explain", name)
    assert [one for one in lines if one.startswith(line)] == [line]
    assert lines.count("With the penalty") == 1


@pytest.mark.parametrize("notation", ["plain", "delta", "matrix"])
def test_in_a_batch_an_explanation_ends_with_the_mean_in_every_notation(
    backprop: Backprop, tmp_path: Path, notation: str
) -> None:
    """By hand: z = 0.5 and 1, so the gradients are −0.5 * 1 and 1 * 2, and their mean 0.75."""
    path = tmp_path / "batch.yaml"
    path.write_text(
        "examples: [{inputs: [1], target: 1}, {inputs: [2], target: 0}]\nbatch_size: all\n"
        "weights: {output: [[0.5]]}\nactivation: linear\nlearning_rate: 1\n"
    )
    lines = printed(backprop, path, "--notation", notation, "--explain", "w1")
    assert lines.count("Mean over the batch") == 1
    (mean,) = [one for one in lines if one.startswith("∂MeanLoss/∂w1 = ")]
    assert mean.endswith("/ 2 = (−0.5000 + 2.0000) / 2 = 0.7500")


@pytest.mark.parametrize("name", ["dLoss/dz_h1", "dDataLoss/dz_h1", "delta_h1", "dE/dz_h1"])
def test_what_no_penalty_is_on_is_explained_by_the_loss_s_name_too(
    backprop: Backprop, path: Path, name: str
) -> None:
    lines = printed(backprop, path, "--explain", name)
    assert lines[-1] == "∂DataLoss/∂z_h1 = 0.7414 * 0.1868 * 0.40 * 0.2413 ≈ 0.0134"


def test_in_a_batch_the_penalty_is_added_once(backprop: Backprop, tmp_path: Path) -> None:
    """ŷ = w * x with w = 1: data losses 0.5 and 2, gradients 1 and 4; the penalty is 0.5 * 0.2."""
    path = tmp_path / "batch.yaml"
    path.write_text(
        "examples: [{inputs: [1], target: 0}, {inputs: [2], target: 0}]\n"
        "weights: {output: [[1]]}\nactivation: linear\nlearning_rate: 0.1\nbatch_size: all\n"
        "penalty: {l2: 0.2}\nrounding: 4\n",
        encoding="utf-8",
    )
    lines = printed(backprop, path)
    for line in (
        "∂MeanDataLoss/∂w1 = (1.0000 + 4.0000) / 2 = 2.5000",
        "Loss = MeanDataLoss + Penalty = 1.2500 + 0.1000 = 1.3500",
        "∂Loss/∂w1 = 2.5000 + 0.2000 = 2.7000",
        "w1_new = w1 − learning_rate * ∂Loss/∂w1 = 1 − 0.1 * 2.7000 = 0.7300",
        "│ 0 │ 1.3500 │",
    ):
        assert line in lines
    found = json.loads(backprop("run", path, "--exact", "--format", "json").stdout)
    assert found["loss"] == pytest.approx(1.35, rel=1e-15, abs=0)
    assert found["gradients"] == {"w1": pytest.approx(2.7, rel=1e-15, abs=0)}
    assert found["history"][0] == [0, pytest.approx(1.35, rel=1e-15, abs=0)]


def test_a_weight_of_0_has_no_derivative_of_its_size_and_that_is_said(
    backprop: Backprop, tmp_path: Path
) -> None:
    path = tmp_path / "zero.yaml"
    text = DOCUMENT.replace("x1: 0.15", "x1: 0")
    path.write_text(f"{text}penalty: {{l1: 0.1}}\n", encoding="utf-8")
    lines = printed(backprop, path, "--explain", "w1")
    assert "∂Penalty/∂w1 = l1 * sign(w1) = 0.1 * sign(0) = 0.0000" in lines
    assert lines[-1] == "At w = 0 there is no derivative of abs(w); 0 is taken for w1."
    assert "sign(0.40)" in " ".join(printed(backprop, path, "--explain", "w5"))
