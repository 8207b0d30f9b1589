"""A run of a few updates is worked by hand from the first to the last, in one arithmetic."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path

import pytest
from support.program import CONFIGS, DEFAULT, Backprop

from backprop_cli.config import load, parse
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate

# --- decimal arithmetic of the tests' own, by the document's rules ----------------------------

Numbers = dict[str, Decimal]
LR, HALF, ONE = Decimal("0.5"), Decimal("0.5"), Decimal(1)


def line(value: Decimal) -> Decimal:
    """A line's result: four decimals; under 0.01 five, or more for two significant digits."""
    places = 4
    if value and abs(value) < Decimal("0.01"):
        places = max(5, 1 - value.adjusted())
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def significant(value: Decimal) -> Decimal:
    """An optimizer's line: four decimals, of a value under 0.1 four significant digits."""
    places = 4 if not value or value.adjusted() >= -1 else 3 - value.adjusted()
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def sigmoid(z: Decimal) -> Decimal:
    return line(1 / (1 + (-z).exp()))


def gradients(n: Numbers, outputs: int) -> tuple[Numbers, Decimal]:
    """The gradients and the loss of a 2-2-n network of sigmoids, its layers sharing their biases.

    The weights are numbered in reading order: w1 to w4 into h1 and h2, then two for each output.
    """
    x = (n["x1"], n["x2"])
    z = [line(x[0] * n[f"w{2 * h + 1}"] + x[1] * n[f"w{2 * h + 2}"] + n["b1"]) for h in (0, 1)]
    a = [sigmoid(one) for one in z]
    found: Numbers = {}
    losses, deltas = [], []
    for o in range(outputs):
        w, v = f"w{2 * o + 5}", f"w{2 * o + 6}"
        y = sigmoid(line(a[0] * n[w] + a[1] * n[v] + n["b2"]))
        losses.append(line(HALF * (n[f"y{o + 1}"] - y) ** 2))
        delta = line(line(y - n[f"y{o + 1}"]) * line(y * (1 - y)))
        found[w], found[v] = line(delta * a[0]), line(delta * a[1])
        deltas.append(delta)
    found["b2"] = line(sum(deltas, Decimal(0)))
    into_hidden = []
    for h in (0, 1):
        parts = [line(delta * n[f"w{2 * o + 5 + h}"]) for o, delta in enumerate(deltas)]
        back = line(sum(parts, Decimal(0)))
        into_hidden.append(line(back * line(a[h] * (1 - a[h]))))
        for i in (0, 1):
            found[f"w{2 * h + i + 1}"] = line(into_hidden[h] * x[i])
    found["b1"] = line(sum(into_hidden, Decimal(0)))
    return found, line(sum(losses, Decimal(0)))


def plain(n: Numbers, outputs: int, frozen: tuple[str, ...] = ()) -> Decimal:
    """One iteration of gradient descent: a weight is not rounded, a bias takes two lines."""
    found, loss = gradients(n, outputs)
    for name, slope in found.items():
        if name not in frozen:
            n[name] -= LR * slope if name.startswith("w") else line(LR * slope)
            n[name] = line(n[name]) if name.startswith("b") else n[name]
    return loss


def adam(n: Numbers, t: int) -> Decimal:
    """One iteration of Adam with its usual settings and a rate of 0.5; every step is a line."""
    beta1, beta2, epsilon = Decimal("0.9"), Decimal("0.999"), Decimal("1e-8")
    found, loss = gradients(n, 1)
    for name, slope in found.items():
        m, v = n.get(f"m_{name}", Decimal(0)), n.get(f"v_{name}", Decimal(0))
        m = n[f"m_{name}"] = significant(beta1 * m + (1 - beta1) * slope)
        v = n[f"v_{name}"] = significant(beta2 * v + (1 - beta2) * slope**2)
        m_hat, v_hat = significant(m / (1 - beta1**t)), significant(v / (1 - beta2**t))
        n[name] -= line(LR * m_hat / (v_hat.sqrt() + epsilon))
        n[name] = line(n[name]) if name.startswith("b") else n[name]
    return loss


def start(exercise: Exercise) -> Numbers:
    """The numbers of a 2-2-n exercise under the names that the reference has."""
    network = exercise.network
    numbers = {name: Decimal(str(exercise.numbers[name])) for name in network.parameters}
    for at, name in enumerate(network.inputs, 1):
        numbers[f"x{at}"] = Decimal(str(exercise.numbers[name]))
    for at, name in enumerate(network.targets, 1):
        numbers[f"y{at}"] = Decimal(str(exercise.numbers[name]))
    return numbers


def same(found: Mapping[str, object], expected: Numbers, names: tuple[str, ...]) -> bool:
    return {name: Decimal(str(found[name])) for name in names} == {
        name: expected[name] for name in names
    }


def with_rounding(path: Path, more: str = "") -> Exercise:
    text = path.read_text(encoding="utf-8")
    return parse(text + ("" if "rounding:" in text else "rounding: 4\n") + more, path.name)


# --- two and three iterations ------------------------------------------------------------------


@pytest.mark.parametrize("epochs", [1, 2, 3, 10])
def test_the_document_s_iterations_follow_from_one_another(epochs: int) -> None:
    exercise = load(str(DEFAULT))
    run, expected = calculate(exercise, Plan(epochs=epochs, at=epochs)), start(exercise)
    with localcontext(prec=60):
        losses = [plain(expected, 1) for _ in range(epochs)]
        _, last = gradients(expected, 1)
    assert same(run.after, expected, exercise.network.parameters)
    assert [loss for _, loss in run.history] == [*map(float, losses), float(last)]
    assert run.working.values["Loss"] == losses[-1]
    assert run.shown.by_hand


def test_the_second_iteration_begins_from_the_figures_that_the_first_ended_with() -> None:
    # The document's own: b2 = 0.5307 and w5 = 0.3589, then by hand from these.
    run = calculate(load(str(DEFAULT)), Plan(epochs=2, at=2))
    given, values = run.working.given, run.working.values
    assert (given["b2"], given["w5"]) == (Decimal("0.5307"), Decimal("0.3589"))
    # 0.05 * 0.149665 + 0.10 * 0.19933 + 0.3358 = 0.36321625
    assert values["z_h1"] == Decimal("0.3632")


@pytest.mark.parametrize("epochs", [2, 3])
def test_mazur_s_iterations_follow_from_one_another(epochs: int) -> None:
    exercise = with_rounding(CONFIGS / "mazur.yaml")
    run, expected = calculate(exercise, Plan(epochs=epochs, at=epochs)), start(exercise)
    with localcontext(prec=60):
        losses = [plain(expected, 2, ("b1", "b2")) for _ in range(epochs)]
    assert same(run.after, expected, exercise.network.parameters)
    assert run.working.values["Loss"] == losses[-1]


@pytest.mark.parametrize("epochs", [2, 3])
def test_adam_s_iterations_carry_its_running_figures_on(epochs: int) -> None:
    exercise = with_rounding(DEFAULT, "optimizer: adam\n")
    run, expected = calculate(exercise, Plan(epochs=epochs, at=epochs)), start(exercise)
    with localcontext(prec=60):
        losses = [adam(expected, t) for t in range(1, epochs + 1)]
    running = tuple(f"{letter}_{name}" for letter in "mv" for name in exercise.network.parameters)
    assert same(run.after, expected, (*exercise.network.parameters, *running))
    assert run.working.values["Loss"] == losses[-1]


# --- which arithmetic it is, and where that is said ---------------------------------------------


def first_lines(text: str) -> str:
    return " ".join(text[: text.index("1.1 Inputs")].split())


def test_ten_updates_are_by_hand_and_eleven_are_not() -> None:
    exercise = load(str(DEFAULT))
    ten, eleven = (calculate(exercise, Plan(epochs=epochs)) for epochs in (10, 11))
    assert ten.training
    assert ten.training.by_hand
    assert eleven.training
    assert not eleven.training.by_hand
    assert isinstance(eleven.after["w1"], float)
    by_hand = calculate(exercise, Plan(epochs=11, by_hand=True))
    assert isinstance(by_hand.after["w1"], Decimal)
    assert abs(float(by_hand.after["w1"]) - eleven.after["w1"]) < 1e-3


def test_updates_of_an_earlier_run_count_as_well() -> None:
    exercise = with_rounding(DEFAULT, "trained: {epochs: 9}\n")
    assert calculate(exercise, Plan(trains=True)).training.by_hand  # type: ignore[union-attr]
    later = calculate(exercise, Plan(epochs=2, at=11))
    assert not later.shown.by_hand


def test_what_it_is_stands_above_the_first_figure(backprop: Backprop) -> None:
    text = backprop("run", "--epochs", "2", "--at", "2").stdout
    assert "All figures are worked by hand: each result is rounded to 4 decimals" in first_lines(
        text
    )
    assert "z_h1 = x1 * w1 + x2 * w2 + b1 = 0.05 * 0.149665 + 0.10 * 0.19933 + 0.3358" in " ".join(
        text.split()
    )
    text = backprop("run", "--epochs", "20", "--at", "2").stdout
    assert "All figures carry full precision (float64). Up to 10 updates" in first_lines(text)
    text = backprop("run", "--epochs", "20").stdout
    assert "This working is done by hand" in first_lines(text)
    assert "Training, of 20 updates, carries full precision (float64)" in first_lines(text)
    text = backprop("run", "--epochs", "2", "--exact").stdout
    assert "All figures carry full precision (float64): --exact rounds none." in first_lines(text)
    assert "precision" not in backprop("run").stdout


def test_a_saved_network_goes_on_from_the_figures_of_paper(
    backprop: Backprop, tmp_path: Path
) -> None:
    path = tmp_path / "after.yaml"
    assert backprop("run", "--epochs", "1", "--save", path, "--quiet").returncode == 0
    text = path.read_text(encoding="utf-8")
    assert "x1: 0.149665" in text
    assert "output: 0.5307" in text
    once, twice = calculate(load(str(path))), calculate(load(str(DEFAULT)), Plan(epochs=2, at=2))
    assert once.working.values["Loss"] == twice.working.values["Loss"]


def test_by_hand_is_refused_where_it_cannot_be(backprop: Backprop) -> None:
    done = backprop("run", "--epochs", "1001", "--by-hand")
    assert (done.stdout, done.returncode) == ("", 2)
    assert "--by-hand: up to 1,000 updates are worked by hand; here are 1,001" in done.stderr
    done = backprop("run", CONFIGS / "mazur.yaml", "--by-hand")
    assert (done.stdout, done.returncode) == ("", 2)
    assert "--by-hand: the configuration has no rounding; add a line rounding: 4" in done.stderr


def test_two_hundred_updates_by_hand_still_learn() -> None:
    run = calculate(load(str(DEFAULT)), Plan(epochs=200, by_hand=True))
    assert run.history[-1][1] < 0.1 * run.history[0][1]
