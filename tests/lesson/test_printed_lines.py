"""Every printed line of numbers is evaluated again, from its text.

Lines of numbers alone are evaluated with exact fractions; further down, lines with functions in
sixty digits, and every line in symbols with the figures that were printed above it.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from io import StringIO
from itertools import cycle, pairwise
from random import Random
from typing import Any

import mpmath  # type: ignore[import-untyped]
import pytest
from support.differences import DIGITS
from support.drawn import drawn
from support.graph_texts import GRAPHS
from support.networks import BY_GRADIENT
from support.pairs import every_pair
from support.printed import evaluated, exponent_of, lines, relations, value
from support.reference import ALPHA, SCALE

from backprop_cli import config
from backprop_cli.arithmetic.figures import rounded
from backprop_cli.arithmetic.rounded import Rounded
from backprop_cli.arithmetic.working import work
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.optimizers import OPTIMIZERS, state_of
from backprop_cli.lesson import whole as lesson
from backprop_cli.lesson.names import explainable
from backprop_cli.network.exercise import Exercise, Figure
from backprop_cli.render.terminal.console import plain_console, show
from backprop_cli.runs import updates as calculations
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import Run, calculate
from backprop_cli.runs.updates import Updates


def printed(seed: int, rounding: str) -> str:
    """The whole working of some network of up to four layers, as in a pipe."""
    random = Random(seed)
    sizes = [random.randint(1, 3) for _ in range(random.randint(2, 4))]
    activation = random.choice([*ACTIVATIONS])
    loss = random.choice([name for name, row in LOSSES.items() if not row.distribution])
    text = drawn(sizes, activation, loss, seed).replace("rounding: 4", rounding)
    exercise = config.parse(text, "drawn.yaml")
    file = StringIO()
    show(lesson.full(calculate(exercise)), plain_console(file))
    return file.getvalue()


@pytest.mark.parametrize("rounding", ["rounding: 4", "rounding: 2", "rounding: 9", ""])
@pytest.mark.drawn(10)
def test_a_line_has_an_equals_sign_exactly_where_its_figures_are_equal(
    seed: int, rounding: str
) -> None:
    found = list(relations(printed(seed, rounding)))
    assert len(found) > 10
    wrong = [
        (left, relation, right)
        for left, relation, right in found
        if (value(left) == value(right)) is not (relation == "=")
    ]
    assert wrong == []


@pytest.mark.drawn(10)
def test_by_hand_a_running_product_is_rounded_from_its_printed_factors(seed: int) -> None:
    products = [
        (left, right)
        for left, relation, right in relations(printed(seed, "rounding: 4"))
        if relation == "≈" and left.count("*") == 1 and re.fullmatch(r"−?[0-9.]+", right.strip())
    ]
    for left, right in products:
        half = Fraction(1, 2 * 10 ** len(right.partition(".")[2]))
        assert abs(value(left) - value(right)) <= half, (left, right)


# --- from the figures above ------------------------------------------------------------------

ROUNDINGS = ["rounding: 4", "rounding: 2", "rounding: 7", ""]
TOLERANCE = mpmath.mpf("1e-45")

# What a configuration of every activation is varied in, two of each with each other.
IN_TURN = [
    (activation, optimizer, rounding, size, example, decay)
    for (optimizer, rounding, (size, example), decay), activation in zip(
        2
        * every_pair(
            BY_GRADIENT,
            ROUNDINGS,
            [(1, 1), (2, 1), ("all", 3), (1, 3), (2, 3)],
            ["", "weight_decay: 0.01", "weight_decay: 0.1"],
        ),
        cycle([*ACTIVATIONS, "softmax"]),
        strict=False,
    )
]


def worked(
    activation: str, optimizer: str, rounding: str, size: int | str, example: int, decay: str
) -> Run:
    text = f"""\
examples:
  - {{inputs: [0.70, -0.4], target: [1, 0]}}
  - {{inputs: [-0.9, 0.5], target: [0, 1]}}
  - {{inputs: [0.9, 0.55], target: [0.5, 0.5]}}
batch_size: {size}
weights:
  hidden: [[0.15, -0.20], [-0.25, 0.30]]
  output: [[0.40, 0.45], [-0.5, 0.55]]
biases: {{hidden: 0.35, output: [0.60, 0.1]}}
activation: {{hidden: {activation}, output: {activation}}}
loss: {"cross_entropy" if activation == "softmax" else "half_squared_error"}
learning_rate: 0.1
optimizer: {optimizer}
{decay}
{rounding}
"""
    return calculate(config.parse(text, "drawn.yaml"), Plan(example=example - 1))


def shown(calculation: Run) -> str:
    file = StringIO()
    show(lesson.full(calculation), plain_console(file))
    return file.getvalue()


def by_hand_result(side: str, decimals: int) -> Decimal | None:
    """A side of numbers as by hand: a product of several is rounded from factor to factor."""
    factors = [factor.strip("()") for factor in side.split(" * ")]
    if len(factors) < 3 or not all(re.fullmatch(r"−?[0-9.]+(e−?\d+)?", one) for one in factors):
        return None
    first, *rest = (Decimal(factor.replace("−", "-")) for factor in factors)
    for factor in rest:
        first = rounded(first * factor, decimals)
    return first


def equal(left: Any, right: Any) -> bool:
    # What comes to 0 in decimal digits leaves some 1e-60 in binary ones.
    rest = mpmath.mpf("1e-55")
    return bool(abs(left - right) <= TOLERANCE * max(abs(left), abs(right)) + rest)


@pytest.mark.parametrize(
    ("activation", "optimizer", "rounding", "size", "example", "decay"), IN_TURN
)
def test_every_line_follows_from_the_figures_above_it(
    activation: str, optimizer: str, rounding: str, size: int | str, example: int, decay: str
) -> None:
    calculation = worked(activation, optimizer, rounding, size, example, decay)
    assert every_line_follows(calculation, by_hand=bool(rounding)) > 60


@pytest.mark.parametrize("rounding", ["rounding: 4", ""])
# In "by neuron" a function has a setting of its own, which lines of numbers do not repeat.
@pytest.mark.parametrize("name", [name for name in GRAPHS if name != "by neuron"])
def test_of_a_graph_every_line_follows_from_the_figures_above_it(name: str, rounding: str) -> None:
    calculation = calculate(config.parse(f"{GRAPHS[name]}{rounding}\n", "graph.yaml"))
    assert every_line_follows(calculation, by_hand=bool(rounding)) > 10


def every_line_follows(calculation: Run, *, by_hand: bool) -> int:
    """Evaluate every line of a solution from the figures above it; how many there are."""
    working = calculation.working
    text = shown(calculation)
    names = explainable(calculation.exercise, calculation.shown.batch)
    network = calculation.exercise.network
    checked = 0
    with mpmath.workdps(DIGITS):
        # What is given: it stands in the paragraphs and tables above.
        figures = {
            name: mpmath.mpf(str(working.figure(name)))
            for name in (*OPTIMIZERS[network.optimizer].settings, *state_of(network))
        }
        figures["λ"], figures["α"] = SCALE, ALPHA
        for name in ("learning_rate", "weight_decay", "t"):
            if name in working.values:
                figures[name] = mpmath.mpf(str(working.figure(name)))
        for name, sides, relations_between in lines(text):
            *values, end = (evaluated(side, figures) for side in sides)
            for (before, after), relation in zip(
                pairwise([*values, end]), relations_between, strict=True
            ):
                assert equal(before, after) is (relation == "="), (name, sides)
            unit = mpmath.mpf(10) ** exponent_of(sides[-1])
            if values and by_hand:
                product_by_hand = by_hand_result(sides[-2], working.arithmetic.decimals)
                expected = (
                    values[-1] if product_by_hand is None else mpmath.mpf(str(product_by_hand))
                )
                assert abs(expected - end) <= unit / 2 * (1 + TOLERANCE), (name, sides)
            quantity = names.get(name, name)
            if quantity in working.values:
                true = mpmath.mpf(str(working.values[quantity]))
                assert abs(true - end) <= unit / 2 * (1 + mpmath.mpf("1e-9")), (name, sides)
                # A new weight is shown as short as any other figure, but it is not rounded.
                end = mpmath.mpf(str(working.figure(quantity)))
            if name:
                figures[name] = end
            checked += 1
    for name in network.updated:
        for quantity in (f"∂Loss/∂{name}", f"{name}_new"):
            assert quantity in figures, quantity
    return checked


LARGE = 12  # examples: more than are shown one by one


def large_batch(optimizer: str = "sgd") -> Exercise:
    """A dozen examples to an update, by hand."""
    examples = "".join(
        f"  - {{inputs: [0.{at}7, -0.{at}], target: {at % 3}}}\n" for at in range(LARGE)
    )
    return config.parse(
        f"examples:\n{examples}weights: {{hidden: [[0.15, -0.2], [-0.25, 0.3]], output: [[1, -1]]}}"
        "\nbiases: {hidden: 0.35, output: 0.6}\nactivation: tanh\nbatch_size: all\n"
        f"rounding: 4\nlearning_rate: 0.1\noptimizer: {optimizer}\n",
        "drawn.yaml",
    )


def test_by_hand_a_very_large_batch_is_summed_in_full_precision_and_its_sum_is_rounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    by_hand = calculate(large_batch()).working
    exact = calculate(large_batch(), Plan(exact=True)).working
    monkeypatch.setattr(calculations, "MOST_BY_HAND", LARGE - 1)
    found = calculate(large_batch()).working
    differs = False
    for name in large_batch().network.parameters:
        total = f"∂SumLoss/∂{name}"
        assert found.figure(total) == rounded(Decimal(repr(exact.values[total])), 4)
        assert found.values[total] == found.figure(total)
        differs |= found.figure(total) != rounded(by_hand.values[total], 4)
    # Sums of rounded gradients are other numbers, though near to these.
    assert differs
    # All else is by hand, as it is for a smaller batch.
    for name in ("z_h1", "a_h2", "y_hat", "Loss", "∂Loss/∂w1", "∂Loss/∂b1"):
        assert found.values[name] == by_hand.values[name]


@pytest.mark.parametrize("optimizer", BY_GRADIENT)
def test_by_hand_the_lines_of_a_very_large_batch_are_true_and_say_how_it_was_summed(
    monkeypatch: pytest.MonkeyPatch, optimizer: str
) -> None:
    said = "SumLoss is the sum of their losses, taken in full precision and then rounded."
    assert said not in " ".join(shown(calculate(large_batch(optimizer))).split())
    monkeypatch.setattr(calculations, "MOST_BY_HAND", LARGE - 1)
    text = shown(calculate(large_batch(optimizer)))
    assert said in " ".join(text.split())
    means = [found for found in relations(text) if found[0].rstrip().endswith(f"/ {LARGE}")]
    assert len(means) >= 9  # the loss, six weights, two biases
    for left, relation, right in relations(text):
        assert (value(left) == value(right)) is (relation == "="), (left, right)
    for left, _, right in means:
        half = Fraction(1, 2 * 10 ** len(right.strip().partition(".")[2]))
        assert abs(value(left) - value(right)) <= half, (left, right)


def test_by_hand_a_very_large_batch_works_no_example_but_the_one_that_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worked_through = []

    def counted(*args: Any) -> Any:
        worked_through.append(args)
        return work(*args)

    monkeypatch.setattr(calculations, "work", counted)
    shown = Plan(shown_only=True)
    calculate(large_batch(), shown)
    assert len(worked_through) == LARGE + 1
    monkeypatch.setattr(calculations, "MOST_BY_HAND", LARGE - 1)
    worked_through.clear()
    calculate(large_batch(), shown)
    assert len(worked_through) == 1


@pytest.mark.parametrize("decay", ["", "weight_decay: 0.001"])
@pytest.mark.parametrize("optimizer", BY_GRADIENT)
def test_by_hand_the_digits_of_a_weight_do_not_grow_with_every_update(
    optimizer: str, decay: str
) -> None:
    exercise = worked("tanh", optimizer, "rounding: 4", 1, 1, decay).exercise
    numbers: Mapping[str, Figure] = exercise.numbers
    for at in range(30):
        working = Updates(exercise).work(numbers, (at % 3,), at % 3, Rounded(4))
        numbers = Updates(exercise).after(working)
        for name in exercise.network.parameters:
            # The gradients that there are here keep up to six decimals, the learning rate has one.
            assert -exponent_of(str(working.figure(f"{name}_new"))) <= 8, (at, name)


@pytest.mark.parametrize("optimizer", BY_GRADIENT)
def test_by_hand_a_later_update_starts_from_the_new_values_of_the_one_before(
    optimizer: str,
) -> None:
    found = [
        worked("tanh", optimizer, "rounding: 4", 1, example, "weight_decay: 0.1")
        for example in (1, 2, 3)
    ]
    network = found[0].exercise.network
    one, two, three = (calculation.working for calculation in found)
    for before, after in ((one, two), (two, three)):
        for name in network.parameters:
            assert after.figure(name) == before.figure(f"{name}_new")
            assert after.values[name] == before.values[f"{name}_new"]
        for name, later in state_of(network).items():
            assert after.figure(name) == before.figure(later)
    # The rounded figures are carried, not those of full precision beneath them.
    exact = calculate(
        worked("tanh", optimizer, "rounding: 4", 1, 1, "").exercise, Plan(example=2, exact=True)
    ).working
    assert any(float(two.values[name]) != exact.values[name] for name in network.parameters)


@pytest.mark.parametrize("optimizer", BY_GRADIENT)
@pytest.mark.parametrize("rounding", ["rounding: 4", ""])
def test_the_tables_hold_the_figures_of_the_lines_above_them(optimizer: str, rounding: str) -> None:
    calculation = worked("parametric_relu", optimizer, rounding, 2, 2, "weight_decay: 0.1")
    working, text = calculation.working, shown(calculation)
    network = calculation.exercise.network
    tables = text[text.index("Weight updates") :]
    for name in network.parameters:
        kind = {"w": "Weight", "b": "Bias", "s": "Slope"}[name[0]]
        header, row = (
            [cell.strip() for cell in line.strip(" │").split("│")]
            for line in tables[tables.index(f"{kind} updates") :].splitlines()
            if re.match(rf"\s*│ ({kind}|{name}) ", line)
        )
        expected = {kind: name, f"Mean gradient (dL/d{name[0]})": f"∂MeanLoss/∂{name}"}
        expected |= {"Old Value": name, "New Value": f"{name}_new"}
        for column, cell in zip(header[1:], row[1:], strict=True):
            running = column in ("m", "v")
            quantity = expected.get(column, f"{column}_{name}{'_new' * running}")
            figure = Decimal(cell.replace("−", "-"))
            assert figure == working.figure(quantity), (name, column)
            unit = Decimal(1).scaleb(exponent_of(cell))
            assert abs(figure - Decimal(str(working.values[quantity]))) <= unit / 2, (name, column)


def test_no_figure_has_hundreds_of_digits() -> None:
    text = "inputs: [1]\nweights: {output: [[-700]]}\ntarget: 1\nlearning_rate: 0.5\nrounding: 4\n"
    (line,) = (
        " ".join(line.split())
        for line in shown(calculate(config.parse(text, "c.yaml"))).splitlines()
        if "∂ŷ/∂z_out = ŷ" in " ".join(line.split())
    )
    assert line == "2. ∂ŷ/∂z_out = ŷ * (1 − ŷ) = 9.9e−305 * (1 − 9.9e−305) ≈ 9.9e−305"
