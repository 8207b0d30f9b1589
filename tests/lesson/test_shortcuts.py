"""Prediction minus target: what cross-entropies leave, worked first, and the long way on request.

The short way is the one that lectures take, e.g. Goodfellow, Bengio, Courville, "Deep Learning"
(2016), section 6.2.2.3. The long way must come to the same but for rounding.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO
from random import Random

import mpmath  # type: ignore[import-untyped]
import pytest
from support.printed import evaluated, exponent_of, lines

from backprop_cli import config
from backprop_cli.arithmetic.figures import rounded
from backprop_cli.lesson import whole
from backprop_cli.lesson.explanation import explain_any
from backprop_cli.render.terminal.console import plain_console, show
from backprop_cli.runs.run import Run, calculate


def drawn(seed: int, function: str, rounding: str, size: float = 1) -> Run:
    random = Random(seed)
    outputs = 3 if function == "softmax" else random.choice([1, 2])
    loss = "cross_entropy" if function == "softmax" else "binary_cross_entropy"
    classes = ["0"] * outputs
    classes[random.randrange(outputs)] = "1"

    def row(count: int) -> str:
        return "[" + ", ".join(f"{random.uniform(-size, size):.2f}" for _ in range(count)) + "]"

    return calculate(
        config.parse(
            f"inputs: [0.4, -0.7]\nweights: {{hidden: [{row(2)}, {row(2)}], "
            f"output: [{', '.join(row(2) for _ in range(outputs))}]}}\n"
            f"target: [{', '.join(classes)}]\nactivation: {{hidden: tanh, output: {function}}}\n"
            f"loss: {loss}\nlearning_rate: 0.5\n{rounding}\n",
            "drawn.yaml",
        )
    )


def printed(lesson: Sequence[object]) -> str:
    file = StringIO()
    show(lesson, plain_console(file))  # type: ignore[arg-type]
    return file.getvalue()


DRAWN = [
    (seed, function, rounding)
    for seed in range(4)
    for function in ("softmax", "sigmoid")
    for rounding in ("rounding: 4", "rounding: 2", "")
]


@pytest.mark.parametrize(("seed", "function", "rounding"), DRAWN)
def test_the_short_way_is_worked_and_carried(seed: int, function: str, rounding: str) -> None:
    run = drawn(seed, function, rounding)
    network, working = run.exercise.network, run.working
    text = printed(whole.full(run))
    for output in network.outputs:
        prediction, target = network.prediction(output), network.target(output)
        left = working.values[network.gradient(output.weighted_sum).name]
        true = working.values[prediction] - working.values[target]
        assert abs(float(left) - float(true)) < 1e-15
        if rounding:
            assert left == rounded(Decimal(true), working.arithmetic.decimals)
        name = f"∂Loss/∂{output.weighted_sum}"
        assert f"{name} = " in text
    assert f"{function} with the " in " ".join(text.split())
    assert not re.search(r"∂z_\w+_from_", text), "the long way is for those who ask"


@pytest.mark.parametrize(("seed", "function", "rounding"), DRAWN)
def test_the_long_way_follows_line_by_line_and_says_where_rounding_parts_them(
    seed: int, function: str, rounding: str
) -> None:
    run = drawn(seed, function, rounding)
    network = run.exercise.network
    for output in network.outputs:
        name = network.gradient(output.weighted_sum).name
        text = printed(tuple(explain_any(run, name)))
        figures: dict[str, object] = {}
        for quantity in (*network.targets, *map(network.prediction, network.outputs)):
            shown = quantity.replace("y_hat", "ŷ")
            figures[shown] = mpmath.mpf(str(run.working.figure(quantity)))
        totals = []
        with mpmath.workdps(60):
            for quantity, sides, _ in lines(text):
                *values, end = (evaluated(side, figures) for side in sides)
                unit = mpmath.mpf(10) ** exponent_of(sides[-1])
                if rounding and values:
                    assert abs(values[-1] - end) <= unit / 2 * (1 + mpmath.mpf("1e-40")), sides
                figures[quantity] = end
                if quantity == name:
                    totals.append(sides[-1])
        short, *_, long = totals
        said = re.search(r"This always comes to ŷ\w* − y_true\w*(, apart from rounding)?\.", text)
        assert said
        assert bool(said[1]) is (short != long)


def test_by_hand_both_ways_may_differ_and_then_it_is_said() -> None:
    texts = [
        printed(tuple(explain_any(drawn(seed, "softmax", "rounding: 2"), "∂Loss/∂z_o1")))
        for seed in range(8)
    ]
    said = ["apart from rounding" in text for text in texts]
    assert any(said)
    assert not all(said)


# --- softmax as on paper ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("weights", "shifted"),
    [
        ("[[1], [2], [3]]", False),
        ("[[-4], [20]]", True),  # at the ends of what is usual
        ("[[-3.99], [19.99]]", False),
        ("[[-5], [1]]", True),
        ("[[21], [1]]", True),
        ("[[1000], [1001]]", True),
        ("[[-1000], [-1001]]", True),
    ],
)
@pytest.mark.parametrize("rounding", ["rounding: 4", ""])
def test_the_largest_is_taken_off_only_where_exps_would_be_very_large_or_small(
    weights: str, shifted: bool, rounding: str
) -> None:
    count = weights.count("[") - 1
    text = (
        f"inputs: [1]\nweights: {{output: {weights}}}\nactivation: softmax\n"
        f"target: [1{', 0' * (count - 1)}]\nloss: squared_error\nlearning_rate: 0.1\n{rounding}\n"
    )
    run = calculate(config.parse(text, "c.yaml"))
    found = printed(whole.part(run, whole.FORWARD))
    assert ("max_output" in found) is shifted
    assert ("exp(z_o1 − max_output)" in found) is shifted
    sums = [float(run.working.values[f"z_o{at}"]) for at in range(1, count + 1)]
    exps = [mpmath.exp(z - max(sums)) for z in sums]
    for at, exp in enumerate(exps, 1):
        share = exp / mpmath.fsum(exps)
        found_share = mpmath.mpf(str(run.working.values[f"a_o{at}"]))
        assert abs(found_share - share) < (1e-3 if rounding else 1e-12)
