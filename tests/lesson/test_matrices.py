"""The notation of matrices: the figures of the plain working, and equations that hold."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import cycle, pairwise
from typing import Any

import mpmath  # type: ignore[import-untyped]
import pytest
from support.differences import DIGITS
from support.lessons import texts
from support.printed import evaluated, follows
from support.program import CONFIGS
from support.reference import ALPHA, SCALE
from support.shipped import SHIPPED, lesson_of

from backprop_cli import config
from backprop_cli.algebra.expression import (
    Call,
    Expression,
    Negative,
    Number,
    Product,
    Quotient,
    Sum,
    Symbol,
    parts,
)
from backprop_cli.algebra.matrices import (
    NO_ELEMENT,
    ElementProduct,
    Matrix,
    MatrixProduct,
    shortened,
)
from backprop_cli.algebra.paper import on_paper, written
from backprop_cli.arithmetic.rounded import Rounded
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.lesson import whole
from backprop_cli.lesson.blocks import Equation, Equations, Lesson, Role
from backprop_cli.lesson.explanation import explain_any
from backprop_cli.lesson.matrix import MatrixNotation
from backprop_cli.runs.run import Run, calculate

NOT_LAYERED = ("perceptron", "recurrent", "convolution", "circuit")
LAYERED = [name for name in SHIPPED if name not in NOT_LAYERED]
CONSTANTS = {"λ": SCALE, "α": ALPHA}


def rows(lesson: Lesson) -> Iterator[Equation]:
    for block in lesson:
        if isinstance(block, Equations):
            yield from block.rows


def results(row: Equation) -> dict[str, str]:
    """The figures that a row comes to, by the names of their quantities."""
    found = {}
    for side in row.having(Role.RESULT)[:1]:
        elements = side.formula.parts if isinstance(side.formula, Matrix) else [side.formula]
        for element in elements:
            if isinstance(element, Number) and element.of:
                found[element.of] = written(element)
    return found


def all_results(lesson: Lesson) -> dict[str, str]:
    """Those of all rows, of several the first."""
    found: dict[str, str] = {}
    for row in rows(lesson):
        for name, figure in results(row).items():
            found.setdefault(name, figure)
    return found


def test_all_layered_configurations_are_written_in_matrices() -> None:
    networks = {name: config.load(str(CONFIGS / f"{name}.yaml")).network for name in SHIPPED}
    refused = {name for name, one in networks.items() if MatrixNotation().refusal(one)}
    assert refused == {*NOT_LAYERED}


OF_EXAMPLE = re.compile(r"\[(\d+)\]")


def figure_of(run: Run, quantity: str) -> Decimal:
    """A quantity's figure in the plain working, that of its own example where it has a number."""
    numbers = {int(number) for number in OF_EXAMPLE.findall(quantity)}
    if not numbers:
        return run.working.figure(quantity)
    (number,) = numbers
    return run.working_of(number - 1).figure(OF_EXAMPLE.sub("", quantity))


@pytest.mark.parametrize("name", LAYERED)
def test_every_figure_in_a_matrix_is_that_of_the_plain_working(name: str) -> None:
    run = calculate(config.load(str(CONFIGS / f"{name}.yaml")))
    plain, found = all_results(lesson_of(name)[0]), all_results(whole.full(run, MatrixNotation()))
    for quantity, figure in found.items():
        own = figure_of(run, quantity)
        if quantity.endswith("_new"):  # which may have fewer digits in a line than in a table
            assert Decimal(figure.replace("−", "-")) == own
        else:
            assert figure == on_paper(own) == plain.get(quantity, figure), quantity
    network = run.exercise.network
    everywhere = {OF_EXAMPLE.sub("", quantity) for quantity in found}
    for neuron in network.neurons:
        assert {neuron.weighted_sum, neuron.activation} <= everywhere
        assert network.gradient(neuron.weighted_sum).name in everywhere
    if name != "iris" and not run.working.is_batched:  # whose biases are read in dB alone
        assert {
            network.gradient(parameter).name for parameter in network.parameters
        } <= found.keys()


# --- the equations hold ----------------------------------------------------------------------

DRAWN = [*zip([*ACTIVATIONS, "softmax"], cycle(["rounding: 4", "rounding: 2", ""]), strict=False)]


BATCH = """\
examples:
- {inputs: [0.70, -0.4, 0.25], target: [0.8, 0.2]}
- {inputs: [-0.1, 0.6, 1.5], target: [0.1, 0.9]}
- {inputs: [0.35, 0.2, -0.8], target: [0.4, 0.4]}
batch_size: all
"""


def drawn(activation: str, rounding: str, examples: str = "") -> Run:
    examples = examples or "inputs: [0.70, -0.4, 0.25]\ntarget: [0.8, 0.2]"
    last = "softmax" if activation == "softmax" else "sigmoid"
    hidden = "tanh" if activation == "softmax" else activation
    return calculate(
        config.parse(
            f"""\
{examples}
weights:
  first: {{h1: {{x1: 0.15, x3: -0.20}}, h2: {{x1: -0.25, x2: 0.30, x3: 0.1}}}}
  second: [[0.55, 0.35], [0.45, -0.65], [-0.3, 0.2]]
  output: [[0.40, 0.45, -0.1], [-0.5, 0.55, 0.35]]
biases: {{first: 0.35, second: {{h4: 0.1}}, output: [0.60, 0.1]}}
activation: {{first: {hidden}, second: {hidden}, output: {last}}}
loss: squared_error
learning_rate: 0.1
{rounding}
""",
            "drawn.yaml",
        )
    )


Values = list[list[Any]]


def worth(expression: Expression) -> Any:
    """A formula of matrices in numbers, worked out anew."""
    match expression:
        case Matrix(found):
            return [[worth(element) for element in row] for row in found]
        case MatrixProduct((left, right)):
            return times(worth(left), worth(right))
        case ElementProduct((left, right)):
            return each(worth(left), worth(right), lambda a, b: a * b)
        case Sum((first, *terms)) if isinstance(first, Matrix | MatrixProduct):
            total = worth(first)
            for term in terms:
                sign = -1 if isinstance(term, Negative) else 1
                inner = term.operand if isinstance(term, Negative) else term
                added = spread(worth(inner), total)
                total = each(total, added, lambda a, b, sign=sign: a + sign * b)
            return total
        case Quotient(above, below) if isinstance(above, Matrix | MatrixProduct):
            return [[one / worth(below) for one in row] for row in worth(above)]
        case Product((factor, Matrix() as matrix)):
            return [[worth(factor) * one for one in row] for row in worth(matrix)]
        case Call(function, Matrix() as matrix):
            return [[worth(Call(function, one)) for one in row] for row in matrix.rows]
        case Symbol() if expression == NO_ELEMENT:
            return mpmath.mpf(0)
        case _:
            return mpmath.mpf(evaluated(written(expression), CONSTANTS))


def times(left: Values, right: Values) -> Values:
    return [
        [
            sum((a * row[across] for a, row in zip(one, right, strict=True)), mpmath.mpf(0))
            for across in range(len(right[0]))
        ]
        for one in left
    ]


def spread(vector: Values, beside: Values) -> Values:
    """A column as often as there are columns in the matrix that it is added to."""
    across = len(beside[0])
    return [row * across if len(row) == 1 else row for row in vector]


def each(left: Values, right: Values, change: Any) -> Values:
    return [
        [change(a, b) for a, b in zip(*pair, strict=True)] for pair in zip(left, right, strict=True)
    ]


OVER_ALL = [BATCH, f"{BATCH}reduction: sum\n"]


@pytest.mark.parametrize(
    ("activation", "rounding", "examples"),
    [
        *((*one, "") for one in DRAWN),
        *((*one, over) for one, over in zip(DRAWN, cycle(OVER_ALL), strict=False)),
    ],
)
def test_every_equation_of_matrices_holds(activation: str, rounding: str, examples: str) -> None:
    run = drawn(activation, rounding, examples)
    by_hand = isinstance(run.working.arithmetic, Rounded)
    checked = 0
    with mpmath.workdps(DIGITS):
        for row in rows(whole.full(run, MatrixNotation())):
            sides = [side for side in row.sides if side.role in (Role.NUMBERS, Role.RESULT)]
            if not sides or not isinstance(sides[-1].formula, Matrix):
                continue
            for before, after in pairwise(sides):
                _holds(before.formula, after.formula, after.relation, by_hand=by_hand)
                checked += 1
    assert checked > 15


def _holds(before: Expression, after: Expression, relation: str, *, by_hand: bool) -> None:
    assert isinstance(after, Matrix | ElementProduct)
    left, right = worth(before), worth(after)
    kept = [
        (a, b, element)
        for one, other, cells in zip(left, right, _cells(after), strict=True)
        for a, b, element in zip(one, other, cells, strict=True)
        if element != NO_ELEMENT
    ]
    same = all(abs(a - b) <= mpmath.mpf("1e-40") * (1 + abs(a)) for a, b, _ in kept)
    assert same is (relation == "="), (written(before), written(after))
    if by_hand and isinstance(before, Matrix) and isinstance(after, Matrix):
        for one, other in zip(before.parts, after.parts, strict=True):
            if other not in (one, NO_ELEMENT):
                assert follows(written(one), written(other), CONSTANTS)
    elif by_hand and isinstance(after, Matrix):
        for a, b, element in kept:
            digits = _numbers(element)
            unit = max(mpmath.mpf(10) ** int(n.as_tuple().exponent) for n in digits)
            assert abs(a - b) <= len(digits) * unit / 2 * (1 + mpmath.mpf("1e-40"))


def _cells(formula: Expression) -> Sequence[Sequence[Expression]]:
    return formula.rows if isinstance(formula, Matrix) else _cells(formula.parts[-1])  # type: ignore[attr-defined]


def _numbers(element: Expression) -> list[Decimal]:
    """The digits of a figure, or of the terms that are still to be added."""
    if isinstance(element, Number):
        return [element.value]
    return [number for part in parts(element) for number in _numbers(part)]


# --- what stands where -----------------------------------------------------------------------


def parsed(text: str) -> Run:
    return calculate(config.parse(text, "c.yaml"))


def equations(run: Run) -> list[str]:
    return texts(whole.full(run, MatrixNotation()))


SPARSE = """\
inputs: [1, 2]
weights: {hidden: {h1: {x1: 0.5}, h2: {x2: -1}}, output: {out: {h1: 2, h2: 3}}}
biases: {hidden: {h2: 0.1}}
activation: linear
target: 1
learning_rate: 0.1
rounding: 4
"""


def test_a_dot_stands_where_there_is_no_weight_or_bias_also_in_their_gradients() -> None:
    found = equations(parsed(SPARSE))
    assert "W1 = [w1, ·; ·, w2] = [0.5, ·; ·, −1]" in found
    assert "B1 = [·; b1] = [·; 0.1]" in found
    assert "dW1 = dZ1 Xᵀ = [−11.4000; −17.1000] [1, 2] = [−11.4000, ·; ·, −34.2000]" in found
    assert any("A dot stands where there is no weight or no bias" in line for line in found)
    assert not any(
        "A dot" in line
        for line in equations(
            parsed(
                SPARSE.replace("{x1: 0.5}", "{x1: 0.5, x2: 1}")
                .replace("{x2: -1}", "{x1: 1, x2: -1}")
                .replace("h2: 0.1", "h1: 1, h2: 0.1")
            )
        )
    )


def test_where_every_neuron_has_its_own_bias_they_are_updated_as_a_vector() -> None:
    found = equations(calculate(config.load(str(CONFIGS / "relu.yaml"))))
    assert "dB1 = dZ1 = [−0.9004; 0.0000]" in found
    assert (
        "B1_new = B1 − η * dB1 = [0.10; −0.20] − 0.1 * [−0.9004; 0.0000]"
        " ≈ [0.10 − (−0.0900); −0.20 − 0.0000] = [0.1900; −0.2000]" in found
    )


def test_a_bias_that_a_layer_shares_keeps_its_own_line() -> None:
    found = equations(calculate(config.load(str(CONFIGS / "default.yaml"))))
    assert "B1 = [b1; b1] = [0.35; 0.35]" in found
    assert "∂Loss/∂b1 = ∂Loss/∂z_h1 + ∂Loss/∂z_h2 = 0.0134 + 0.0150 = 0.0284" in found
    assert not any(line.startswith("dB1") for line in found)


@pytest.mark.parametrize(
    "more",
    [
        "optimizer: adam",
        "weight_decay: 0.1",
        "frozen: [w1]",
        "optimizer: {name: momentum, momentum: 0.9}",
    ],
)
def test_what_is_no_plain_step_is_updated_line_by_line(more: str) -> None:
    found = equations(parsed(SPARSE + more))
    assert not any(line.startswith("W1_new") for line in found)
    assert any(line.startswith("w2_new = ") for line in found)


def test_several_examples_are_updated_by_their_mean() -> None:
    text = SPARSE.replace(
        "inputs: [1, 2]", "examples: [{inputs: [1, 2], target: 1}, {inputs: [0, 1], target: 0}]"
    ).replace("target: 1\nl", "batch_size: all\nl")
    run = parsed(text)
    found = equations(run)
    (line,) = (line for line in found if line.startswith("W2_new"))
    assert on_paper(run.working.figure("∂MeanLoss/∂w3")) in line
    assert any("the mean over the examples of the batch" in line for line in found)


def test_with_a_penalty_the_update_goes_by_the_gradients_that_include_it() -> None:
    run = parsed(f"{SPARSE}penalty: {{l2: 0.1}}\n")
    found = equations(run)
    assert any(line.startswith("Here dW1 is short for ∂Loss/∂W1, the penalty") for line in found)
    (line,) = (line for line in found if line.startswith("W2_new"))
    assert on_paper(run.working.figure("∂Loss/∂w3")) in line
    assert run.working.figure("∂Loss/∂w3") != run.working.figure("∂DataLoss/∂w3")


def test_more_rows_or_columns_than_can_be_read_are_left_out() -> None:
    wide = Matrix(
        tuple(tuple(Number(Decimal(10 * down + at)) for at in range(5)) for down in range(6))
    )
    assert written(shortened(wide, 4, 3)) == "[0, …, 4; 10, …, 14; ⋮, ⋮, ⋮; 50, …, 54]"
    assert shortened(wide, 6, 5) == wide


# --- one quantity, and what is refused -------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "matrices"),
    [
        ("w1", ["dA2", "dZ2", "dA1", "dZ1", "dW1"]),
        ("w5", ["dA2", "dZ2", "dW2"]),
        ("b1", ["dA2", "dZ2", "dA1", "dZ1"]),
        ("b2", ["dA2", "dZ2", "dB2"]),
        ("∂Loss/∂a_h1", ["dA2", "dZ2", "dA1"]),
        ("z_h2", ["Z1"]),
        ("a_h2", ["A1"]),
        ("w6_new", ["W2_new"]),
        ("Loss", []),
    ],
)
def test_an_explanation_shows_the_matrices_that_lead_to_a_quantity(
    name: str, matrices: list[str]
) -> None:
    run = calculate(config.load(str(CONFIGS / "default.yaml")))
    lesson = tuple(explain_any(run, name, MatrixNotation().explain))
    *found, last = [row.about.name for row in rows(lesson) if row.about]
    assert found == matrices
    meant = run.exercise.network.gradient(name).name if name in run.exercise.numbers else name
    assert last == meant


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("convolution", "k0 is used several times, and a matrix has it once"),
        ("recurrent", "s2 is fed by x2, which is not of the layer before it"),
        ("perceptron", "the perceptron rule uses the error"),
    ],
)
def test_what_is_in_no_layers_is_refused_with_what_to_do(name: str, why: str) -> None:
    refusal = MatrixNotation().refusal(config.load(str(CONFIGS / f"{name}.yaml")).network)
    assert refusal.startswith(why)
    assert "leave --notation out" in refusal


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("weights: {graph: {q: x * k}}\nparameters: {k: 2}", "q is a formula"),
        (
            "weights: {output: {o1: {x: 1}, o2: {x: 2}}}\n"
            "activation: {output: {o1: linear, o2: tanh}}",
            "the layer output has several activation functions (linear and tanh)",
        ),
        (
            "weights: {one: {h1: {x: 1}, h2: {x: 1}}, two: {o: {h1: 1}}}\ntarget: {h2: 1, o: 2}",
            "its outputs are not",
        ),
    ],
)
def test_every_other_shape_is_refused(text: str, why: str) -> None:
    whole_text = f"inputs: {{x: 3}}\n{text}\nlearning_rate: 0.1\n"
    if "target" not in text:
        whole_text += "target: [1, 1]\n" if "o2" in text else "target: 1\n"
    refusal = MatrixNotation().refusal(config.parse(whole_text, "c.yaml").network)
    assert why in refusal
    # δ is no help where a neuron is a formula, which has none.
    assert ("--notation delta" in refusal) is ("formula" not in why)
