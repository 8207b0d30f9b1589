"""Every figure that a derivation uses has a line of its own above, is named as known, or is given.

Read from the blocks of random networks, not from a text: a number says whose figure it is.
"""

from collections.abc import Iterable, Iterator, Set
from io import StringIO
from random import Random

import pytest
from support import drawn as configurations

from backprop_cli import config
from backprop_cli.algebra.expression import Expression, Number, Partial, Symbol, parts
from backprop_cli.algebra.prose import spans
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.lesson import whole as lesson
from backprop_cli.lesson.blocks import Block, Equations, Paragraph, Role
from backprop_cli.lesson.explanation import explain, explain_any
from backprop_cli.network.exercise import Exercise
from backprop_cli.render.terminal.console import plain_console, show
from backprop_cli.runs.run import calculate


def names(expression: Expression) -> Iterator[str]:
    """The quantities of an expression, by their symbols or by their figures."""
    if isinstance(expression, Symbol):
        yield expression.name
    elif isinstance(expression, Number) and expression.of:
        yield expression.of
    for part in parts(expression):
        yield from names(part)


def used_before(blocks: Iterable[Block], given: Set[str]) -> list[tuple[str, str]]:
    """Quantities with no figure yet where one is used, each with what it is used for."""
    stated, missing = {*given}, []
    for block in blocks:
        if isinstance(block, Paragraph):
            stated |= {span.name for span in spans(block.text) if isinstance(span, Partial)}
        for row in block.rows if isinstance(block, Equations) else ():
            if row.about is None:
                continue
            for side in (*row.having(Role.SYMBOLS), *row.having(Role.NUMBERS)):
                for name in names(side.formula):
                    if name not in stated and row.having(Role.RESULT):
                        missing.append((name, row.about.name))
            if row.having(Role.RESULT) or row.having(Role.GIVEN):
                stated.add(row.about.name)
    return missing


def drawn(seed: int) -> Exercise:
    """Some network of up to five layers, with softmax layers too."""
    random = Random(seed)
    sizes = [random.randint(1, 4) for _ in range(random.randint(2, 6))]
    activation = random.choice([*ACTIVATIONS, "softmax"])
    distributions = activation == "softmax" and sizes[-1] > 1
    losses = [name for name, row in LOSSES.items() if distributions or not row.distribution]
    loss = random.choice(losses)
    return config.parse(configurations.drawn(sizes, activation, loss, seed), "drawn.yaml")


@pytest.mark.drawn(60)
def test_every_figure_of_an_explanation_has_been_derived_or_named(seed: int) -> None:
    exercise = drawn(seed)
    working = calculate(exercise).working
    given = {*working.given, *(name for name in working.values if "∂" not in name)}
    parameters = exercise.network.parameters
    for name in Random(seed).sample(parameters, min(3, len(parameters))):
        assert used_before(explain(exercise.network, working, name), given) == [], name


@pytest.mark.drawn(60)
def test_every_figure_of_a_whole_working_has_been_derived_or_named(seed: int) -> None:
    calculation = calculate(drawn(seed))
    assert used_before(lesson.full(calculation), {*calculation.working.given}) == []


def test_parts_that_are_added_in_lines_are_made_of_figures_with_a_line() -> None:
    text = configurations.drawn([3, 1, 3, 3], "softmax", "cross_entropy", 1)
    exercise = config.parse(text, "drawn.yaml")
    working = calculate(exercise).working
    given = {*working.given, *(name for name in working.values if "∂" not in name)}
    assert used_before(explain(exercise.network, working, "w2"), given) == []


# --- deep networks ---------------------------------------------------------------------------


def deep(layers: int) -> str:
    """The whole working of a network of so many layers, one neuron in each."""
    text = configurations.drawn([1] * (layers + 1), "sigmoid", "half_squared_error", 1)
    file = StringIO()
    show(lesson.full(calculate(config.parse(text, "drawn.yaml"))), plain_console(file))
    return file.getvalue()


def test_a_working_grows_in_proportion_to_the_depth() -> None:
    assert len(deep(120)) < 2.2 * len(deep(60))


@pytest.mark.drawn(2)
def test_of_any_chain_the_working_grows_in_proportion_to_the_depth(seed: int) -> None:
    random = Random(seed)
    activation, depth = random.choice([*ACTIVATIONS]), random.randint(21, 25)

    def length(layers: int) -> int:
        text = configurations.drawn([1] * (layers + 1), activation, "half_squared_error", seed)
        file = StringIO()
        show(lesson.full(calculate(config.parse(text, "drawn.yaml"))), plain_console(file))
        return len(file.getvalue())

    assert length(2 * depth) < 2.2 * length(depth)


def test_a_long_chain_starts_from_what_was_worked_out_before_and_says_where() -> None:
    text = deep(30)
    before, _, chain = text.partition("Step-by-step Gradient for w3 ")
    chain = chain.partition("Finally")[0]
    assert "Step-by-step Gradient for w4 " in before
    assert "1. ∂Loss/∂z_h4 " in chain
    assert "worked out above, with the gradient for w4" in chain
    assert "4. ∂z_h3/∂w3 " in chain
    assert "5. " not in chain


def test_the_chains_of_three_hidden_layers_go_back_to_the_loss_as_the_document_s_do() -> None:
    text = deep(4)
    for weight in ("w4", "w3", "w2", "w1"):
        chain = text.partition(f"Step-by-step Gradient for {weight} ")[2].partition("Finally")[0]
        assert "1. ∂Loss/∂ŷ " in chain
    assert "worked out above" not in text


def test_a_derivation_that_stands_alone_goes_back_to_the_loss_at_any_depth() -> None:
    text = configurations.drawn([1] * 41, "sigmoid", "half_squared_error", 1)
    calculation = calculate(config.parse(text, "drawn.yaml"))
    blocks = [block for block in explain_any(calculation, "w1") if isinstance(block, Equations)]
    rows = [row for block in blocks for row in block.rows]
    assert rows[0].about == Partial("∂Loss/∂y_hat", "Loss", "y_hat")
    # A line for each factor, a running product for each but the first, and what it comes to.
    assert len(rows) == 81 + 80 + 1
