"""The perceptron rule, held against textbooks' own tables and against ten lines of its own here."""

import json
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from support.program import CONFIGS, Backprop

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.config import load, parse
from backprop_cli.errors import ConfigError
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import Run, calculate
from backprop_cli.runs.updates import Updates
from backprop_cli.training.compiled import Compiled
from backprop_cli.training.endings import Reason
from backprop_cli.training.loop import CompiledLoop

AND = CONFIGS / "perceptron.yaml"
ARITHMETICS = pytest.mark.parametrize("exact", [False, True], ids=["by hand", "float64"])

Rows = list[tuple[tuple[Fraction, ...], Fraction]]


def textbook(
    rows: Rows, weights: list[Fraction], rate: Fraction, low: int, epochs: int
) -> list[list[Fraction]]:
    """The weights after each epoch, by the rule as textbooks have it; the last has no mistake.

    The last input of each row is the constant 1 of the bias. A binary step gives 0 or 1.
    With ``low`` −1, the neuron gives the sign of the sum.
    """
    found = []
    for _ in range(epochs):
        mistakes = 0
        for inputs, target in rows:
            z = sum((w * x for w, x in zip(weights, inputs, strict=True)), Fraction(0))
            decided = (z > 0) - (z < 0) if low else int(z >= 0)
            error = target - decided
            weights = [w + rate * error * x for w, x in zip(weights, inputs, strict=True)]
            mistakes += error != 0
        found.append(weights)
        if not mistakes:
            break
    return found


def configuration(
    rows: Rows, weights: list[Fraction], rate: Fraction, low: int, more: str = ""
) -> Exercise:
    """The same as a configuration: what is dyadic is written without loss."""
    examples = "".join(
        f"  - {{inputs: {[float(x) for x in inputs[:-1]]}, target: {target}}}\n"
        for inputs, target in rows
    )
    *own, bias = map(float, weights)
    return parse(
        f"examples:\n{examples}weights: {{output: [{own}]}}\nbiases: {{output: [{bias}]}}\n"
        f"activation: {'sign' if low else 'binary_step'}\noptimizer: perceptron\n"
        f"learning_rate: {float(rate)}\n{more}",
        "drawn.yaml",
    )


def state(run: Run) -> list[float]:
    return [float(run.after[name]) for name in run.exercise.network.parameters]


# --- published tables -------------------------------------------------------------------------


@ARITHMETICS
def test_and_is_learnt_with_the_weights_of_the_case_after_each_epoch(exact: bool) -> None:
    # From the case that the program was ordered by: w1, w2 and the weight of a constant input.
    expected = [(0.6, 0.3, 0.3), (1.1, 0.3, -0.2), (1.1, 0.3, -0.7), (1.1, 0.8, -0.7)]
    expected += [(1.1, 0.3, -1.2)] * 2
    exercise = load(str(AND))
    for epoch, weights in enumerate(expected, 1):
        run = calculate(exercise, Plan(epoch, exact=exact))
        assert state(run) == pytest.approx(weights, abs=1e-12)
        assert run.training is not None
        ended = run.training.ending.reason is Reason.NO_MISTAKE
        assert ended is (epoch == 6)
    for most in (7, 1000):
        run = calculate(exercise, Plan(most, exact=exact))
        assert run.epochs == 6
        assert state(run) == pytest.approx(expected[-1], abs=1e-12)


# Negnevitsky, "Artificial Intelligence", table 6.3: AND with a threshold of 0.2 that is held. Sums
# that are exactly 0 decide there, and 0.3 − 0.1 − 0.2 is none in float64.
NEGNEVITSKY = """\
examples:
  - {inputs: [0, 0], target: 0}
  - {inputs: [0, 1], target: 0}
  - {inputs: [1, 0], target: 0}
  - {inputs: [1, 1], target: 1}
weights: {output: [[0.3, -0.1]]}
biases: {output: -0.2}
frozen: [b1]
activation: step
optimizer: perceptron
learning_rate: 0.1
"""


@pytest.mark.parametrize("more", ["rounding: 4\n", ""], ids=["by hand", "float64"])
def test_a_sum_that_is_0_on_paper_decides_as_on_paper(
    backprop: Backprop, tmp_path: Path, more: str
) -> None:
    path = tmp_path / "and.yaml"
    path.write_text(NEGNEVITSKY + more, encoding="utf-8")
    found = json.loads(backprop("run", path, "--format", "json").stdout)
    assert (found["epochs"], found["ending"]) == (5, "no mistake")
    assert found["after"] == pytest.approx({"w1": 0.1, "w2": 0.1, "b1": -0.2}, abs=1e-12)
    assert "e−" not in backprop("run", path).stdout


TENTHS = st.integers(-10, 10).map(lambda n: Fraction(n, 10))


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([0, -1]))
def test_tenths_decide_in_float64_as_they_do_on_paper(data: st.DataObject, low: int) -> None:
    """Numbers of textbooks, in which sums are 0 that float64 brings to ±5.6e-17."""
    points = data.draw(st.lists(st.tuples(TENTHS, TENTHS), min_size=2, max_size=5))
    rows: Rows = [
        ((*point, Fraction(1)), Fraction(data.draw(st.sampled_from([low, 1])))) for point in points
    ]
    start, rate = data.draw(st.lists(TENTHS, min_size=3, max_size=3)), Fraction(1, 10)
    expected = textbook(rows, start, rate, low, 200)
    run = calculate(configuration(rows, start, rate, low), Plan(200))
    assert run.epochs == len(expected)
    assert state(run) == pytest.approx([*map(float, expected[-1])], abs=1e-10)


@ARITHMETICS
def test_or_is_learnt_by_sign_with_bipolar_targets(exact: bool) -> None:
    rows: Rows = [
        ((Fraction(x1), Fraction(x2), Fraction(1)), Fraction(max(x1, x2)))
        for x1, x2 in product((-1, 1), repeat=2)
    ]
    rate, start = Fraction(1, 4), [Fraction(0)] * 3
    expected = textbook(rows, start, rate, -1, 100)
    run = calculate(configuration(rows, start, rate, -1, "rounding: 4\n"), Plan(100, exact=exact))
    assert (run.epochs, state(run)) == (len(expected), [float(w) for w in expected[-1]])
    assert all(outcome.loss == 0 for outcome in run.training.outcomes) if run.training else False


# --- Novikoff's theorem -----------------------------------------------------------------------

DYADIC = st.integers(-8, 8).map(lambda n: Fraction(n, 4))


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from([0, -1]), st.integers(1, 3))
def test_what_a_plane_divides_is_learnt_without_a_mistake(
    data: st.DataObject, low: int, width: int
) -> None:
    plane = data.draw(st.lists(DYADIC, min_size=width + 1, max_size=width + 1))
    points = data.draw(st.lists(st.tuples(*[DYADIC] * width), min_size=2, max_size=6))
    rows: Rows = []
    for point in points:
        inputs = (*point, Fraction(1))
        side = sum((w * x for w, x in zip(plane, inputs, strict=True)), Fraction(0))
        assume(abs(side) >= Fraction(1, 2))
        rows.append((inputs, Fraction(1 if side > 0 else low)))
    start = data.draw(st.lists(DYADIC, min_size=width + 1, max_size=width + 1))
    rate = Fraction(1, 2)
    expected = textbook(rows, start, rate, low, 100_000)
    for more in ("", "rounding: 6\n"):
        exercise = configuration(rows, start, rate, low, more)
        run = calculate(exercise, Plan(100_000 if not more else 1000 // len(rows)))
        if more and len(expected) > 1000 // len(rows):
            continue
        assert run.training is not None
        assert run.training.ending.reason is Reason.NO_MISTAKE
        assert (run.epochs, state(run)) == (len(expected), [float(w) for w in expected[-1]])


def test_xor_is_never_learnt_and_ends_with_the_most_epochs() -> None:
    rows: Rows = [
        ((Fraction(x1), Fraction(x2), Fraction(1)), Fraction(x1 ^ x2))
        for x1, x2 in product((0, 1), repeat=2)
    ]
    run = calculate(configuration(rows, [Fraction(0)] * 3, Fraction(1), 0), Plan(500))
    assert run.training is not None
    assert (run.epochs, run.training.ending.reason) == (500, Reason.ALL_EPOCHS)


# --- the same figures everywhere --------------------------------------------------------------

TWO_OUTPUTS = """\
examples:
  - {inputs: [0.3, -1.7], target: [1, 0]}
  - {inputs: [2.2, 0.4], target: [0, 1]}
  - {inputs: [-0.6, 0.9], target: [0, 1]}
  - {inputs: [0.7, 1.3], target: [1, 1]}
weights: {output: [[0.1, -0.7], [0.35, 0.2]]}
biases: {output: 0.15}
activation: binary_step
optimizer: perceptron
learning_rate: 0.3
"""


def test_the_compiled_loop_and_the_steps_agree_to_the_last_bit() -> None:
    exercise = parse(TWO_OUTPUTS, "two.yaml")
    loop, updates = CompiledLoop(exercise, Compiled(exercise)), Updates(exercise)
    numbers, compiled = exercise.numbers, loop.start(exercise.numbers)
    moved = 0
    for epoch in range(1, 8):
        for at in range(4):
            before = numbers
            numbers = updates.after(updates.work(numbers, (at,), at, Exact()))
            moved += any(numbers[name] != before[name] for name in numbers)
        _, compiled = loop.trained(compiled, epoch, 1)
        assert compiled == tuple(numbers[name] for name in exercise.network.parameters)
    assert moved > 3


def test_a_shared_bias_moves_by_the_errors_of_all_its_neurons(backprop: Backprop) -> None:
    done = backprop("run", "-", "--explain", "b1", input=TWO_OUTPUTS)
    assert "b1_new   = b1 + learning_rate * (error_o1 + error_o2)" in done.stdout
    assert "b1 is used 2 times: the parts are added" in done.stdout


def test_training_taken_up_again_comes_to_the_same(backprop: Backprop, tmp_path: Path) -> None:
    path = tmp_path / "saved.yaml"
    backprop("run", AND, "--epochs", "2", "--save", path)
    found = json.loads(backprop("run", "--resume", path, "--format", "json").stdout)
    assert (found["after"], found["epochs"]) == ({"w1": 1.1, "w2": 0.3, "b1": -1.2}, 4)


# --- what is shown ----------------------------------------------------------------------------


def test_the_table_of_the_textbooks_has_every_update(backprop: Backprop) -> None:
    done = backprop("run", AND)
    assert (done.returncode, done.stderr) == (0, "")
    rows = [
        [cell.strip().replace("−", "-") for cell in line.strip().strip("│").split("│")]
        for line in done.stdout.partition("Every update")[2].partition("Predictions")[0].split("\n")
        if "│" in line
    ]
    head, *body = rows
    assert head == [
        *("Epoch", "Example", "x1", "x2", "y_true", "ŷ", "error", "w1_new", "w2_new", "b1_new")
    ]
    assert len(body) == 24
    # Two rows of the calculation by hand: 0.1 * 1 − 0.2 * 1 − 0.2 < 0, so 0 for 1.
    assert body[0] == ["1", "1", "0", "0", "0", "1", "-1", "0.1", "-0.2", "-0.2"]
    assert body[3] == ["", "4", "1", "1", "1", "0", "1", "0.6", "0.3", "0.3"]
    assert "Training ended by itself after epoch 6, the first without a mistake." in done.stdout
    assert max(map(len, done.stdout.partition("Every update")[2].split("\n"))) <= 80


def test_nothing_is_said_of_gradients_but_that_there_are_none(backprop: Backprop) -> None:
    text = backprop("run", AND).stdout
    assert "The derivative of binary_step is 0, so gradients would change nothing." in text
    assert text.count("radient") == 1
    assert "∂" not in text


def test_every_name_of_the_rule_is_explained(backprop: Backprop) -> None:
    error = backprop("run", AND, "--explain", "error_out").stdout
    assert "error_out = y_true − ŷ = 0 − 1 = −1" in error
    weight = backprop("run", AND, "--explain", "w1", "--example", "4").stdout
    assert "= 0.10000 + 0.5 * 1 * 1 = 0.6000" in " ".join(weight.split())
    bias = backprop("run", AND, "--explain", "b1").stdout
    assert "= 0.3 + 0.5 * (−1) = 0.3 + (−0.5000) = −0.2000" in " ".join(bias.split())
    activation = backprop("run", AND, "--explain", "a_out").stdout
    assert "binary_step(z_out) = binary_step(0.3000) = 1" in " ".join(activation.split())
    assert "since 0.3000 ≥ 0" in activation


# --- what is refused, and where ---------------------------------------------------------------

REFUSED = {
    "activation: sigmoid": ("activation", "sigmoid does not"),
    "loss: squared_error": ("loss", "remove loss"),
    "batch_size: all": ("batch_size", "remove batch_size"),
    "weight_decay: 0.1": ("weight_decay", "remove weight_decay"),
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_the_rule_cannot_train_is_refused_at_its_place(line: str) -> None:
    key, why = REFUSED[line]
    kept = [one for one in AND.read_text("utf-8").splitlines() if not one.startswith(f"{key}:")]
    text = "\n".join([*kept, line, ""])
    with pytest.raises(ConfigError, match=f"mine.yaml:{len(kept) + 1}:.*{key}: .*{why}"):
        parse(text, "mine.yaml")


def test_a_second_layer_and_a_target_that_never_comes_are_refused() -> None:
    text = AND.read_text("utf-8")
    deep = text.replace("  output:\n    out: {x1", "  hidden: [[1, 1]]\n  output:\n    out: {h1")
    deep = deep.replace(", x2: -0.2}", "}")
    with pytest.raises(ConfigError, match=r"weights\.output: .*output is a second one"):
        parse(deep, "deep.yaml")
    with pytest.raises(ConfigError, match=r"examples\.4\.target: .* are 0 and 1, not 2"):
        parse(text.replace("target: 1", "target: 2"), "far.yaml")


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("run", AND, "--gradcheck"), "uses errors, not gradients"),
        (("export", AND, "--to", "numpy"), "the perceptron rule has none"),
    ],
)
def test_what_needs_gradients_says_that_there_are_none(
    backprop: Backprop, arguments: tuple[str, ...], why: str
) -> None:
    done = backprop(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert why in done.stderr
