"""A confident prediction is worked to the end, however few decimals are kept."""

from decimal import Decimal
from io import StringIO
from itertools import pairwise
from random import Random

import pytest
from support.program import ROOT, Backprop

from backprop_cli.arithmetic.figures import rounded_apart
from backprop_cli.config.load import parse
from backprop_cli.lesson import whole
from backprop_cli.render.terminal.console import plain_console, show
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate

NEURON = """\
inputs: [1]
weights: {{output: [[{z}]]}}
target: {target}
loss: binary_cross_entropy
learning_rate: 0.5
{more}
"""


def printed(text: str, decimals: int | None) -> str:
    file = StringIO()
    show(whole.full(calculate(parse(text, "c.yaml"), Plan(decimals=decimals))), plain_console(file))
    return file.getvalue()


@pytest.mark.parametrize("decimals", [1, 2, 4, 9])
@pytest.mark.parametrize("more", ["", "rounding: 4", "rounding: 1"])
@pytest.mark.parametrize(("z", "target"), [("20", "0"), ("9.91", "0"), ("4", "0"), ("300", "0.5")])
def test_a_confident_prediction_prints_its_full_solution(
    z: str, target: str, more: str, decimals: int
) -> None:
    text = printed(NEURON.format(z=z, target=target, more=more), decimals)
    assert "does not exist" not in text
    assert "w1_new" in text
    loss = next(line for line in text.splitlines() if line.strip().startswith("Loss = "))
    last = float(loss.rsplit(" ", 1)[1])
    assert abs(last - float(z) * (1 - float(target))) < 0.1 + 0.5 * 10.0**-decimals + 0.06 * (
        more == "rounding: 1"
    )


def test_by_hand_a_prediction_keeps_the_digits_that_tell_it_from_1() -> None:
    # 1 / (1 + exp(−20)) = 0.99999999793885, and
    # −ln(0.000000002061) = 9 * 2.302585 − 0.723191 = 20.000074.
    text = printed(NEURON.format(z="20", target="0", more="rounding: 4"), None)
    assert "a_out = sigmoid(z_out) = sigmoid(20.0000) ≈ 0.999999997939" in text
    assert "ln(1 − 0.999999997939)) ≈ 20.0001" in text


def test_a_network_that_was_trained_to_confidence_is_shown(backprop: Backprop) -> None:
    done = backprop("run", ROOT / "configs" / "relu.yaml", "--epochs", "8000", "--at", "8000")
    assert (done.returncode, done.stderr) == (0, "")
    assert "∂Loss/∂w1" in done.stdout


def drawn(random: Random) -> str:
    """Any network of up to three layers whose outputs are probabilities; a few very sure ones."""
    sizes = [random.randint(1, 3) for _ in range(random.randint(2, 4))]
    output = random.choice(["sigmoid", "softmax"])
    loss = random.choice(["binary_cross_entropy", "cross_entropy"])
    if output == "softmax" or loss == "cross_entropy":
        sizes[-1] = max(sizes[-1], 2)
    size = random.choice([1, 5, 30, 200, 700])
    layers = []
    for inputs, neurons in pairwise(sizes):
        rows = [
            [f"{random.uniform(-size, size):.2f}" for _ in range(inputs)] for _ in range(neurons)
        ]
        layers.append("[" + ", ".join(f"[{', '.join(row)}]" for row in rows) + "]")
    names = [*(f"hidden{at}" for at in range(1, len(layers))), "output"]
    weights = ", ".join(f"{name}: {rows}" for name, rows in zip(names, layers, strict=True))
    hidden = random.choice(["sigmoid", "tanh", "relu", "softplus"])
    activations = ", ".join(f"{name}: {hidden}" for name in names[:-1])
    first = random.choice(["0", "1", "0.5", "0.001"])
    targets = [first, f"{1 - float(first):g}", "0"][: sizes[-1]]
    return f"""\
inputs: [{", ".join(f"{random.uniform(-1, 1):.2f}" for _ in range(sizes[0]))}]
weights: {{{weights}}}
activation: {{{activations + ", " if activations else ""}output: {output}}}
target: [{", ".join(targets)}]
loss: {loss}
learning_rate: 0.5
optimizer: {random.choice(["sgd", "momentum", "adam"])}
"""


# With the last three, a share of some hundredths would be nothing at one decimal.
@pytest.mark.drawn(60)
def test_what_has_a_value_in_float64_has_one_by_hand_and_is_printed(seed: int) -> None:
    random = Random(seed)
    text = drawn(random)
    calculate(parse(text, "drawn.yaml"))
    decimals = random.randint(1, 9)
    for more in ("", f"rounding: {random.randint(1, 9)}\n"):
        assert "_new" in printed(text + more, decimals if not more else None), text + more


@pytest.mark.parametrize(
    ("value", "decimals", "kept"),
    [
        ("0.0312", 1, "0.031"),
        ("0.96", 1, "0.960"),
        ("0.999949", 4, "0.9999"),
        ("0.99995123", 4, "0.99995123"),
        ("0.04", 2, "0.04"),
        ("1", 4, "1.0000"),
        ("0", 4, "0.0000"),
        ("1.2e-400", 4, "1.2e-400"),
    ],
)
def test_what_is_neither_0_nor_1_is_rounded_to_neither(
    value: str, decimals: int, kept: str
) -> None:
    assert rounded_apart(Decimal(value), decimals) == Decimal(kept)
