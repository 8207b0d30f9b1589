"""Slips of YAML that people make, each answered with its cure, at the place where it was made."""

import time
from functools import cache

import pytest
from support.configurations import DOCUMENT, complaint, swapped_in
from support.program import DEFAULT, Backprop

from backprop_cli.config.load import parse
from backprop_cli.config.shape.keys import OTHER_NAMES
from backprop_cli.errors import ConfigError
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.names import spelling
from backprop_cli.functions.optimizers import OPTIMIZERS


def fault(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse(text, "c.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("x1: 0.15", "x1:0.15", "6:13: a space is missing after the colon; write `x1: 0.15`"),
        (
            "learning_rate: 0.5",
            "learning_rate:0.5",
            "14:15: a space is missing after the colon; write `learning_rate: 0.5`",
        ),
        ("hidden: 0.35", "hidden:0.35", "11:10: a space is missing after the colon"),
        ("output: 0.60", "output:0.60", "12:10: a space is missing after the colon"),
        ("h1: {x1: 0.15", "h1:{x1: 0.15", "6:8: a space is missing after the colon"),
        ("out: {h1: 0", "out:{h1: 0", "9:9: a space is missing after the colon"),
        (
            "learning_rate: 0.5",
            "learning_rate = 0.5",
            "14:15: a colon goes between a key and its value; write `learning_rate: 0.5`",
        ),
        ("0.15, x2", "0.15 x2", "6:18: a comma is missing before x2"),
        ("{h1: 0.40, h2: 0.45}", "[0.5 -0.2 0.8]", "as in [0.5, -0.2, 0.8]"),
        ("{h1: 0.40, h2: 0.45}", "[0.5; -0.2]", "as in [0.5, -0.2]"),
        ("target: 0.01", "target: 0.01 0.99", "as in [0.01, 0.99]"),
        ("  x2: 0.10", "\tx2: 0.10", "3:1: there is a tab here"),
        ("  x2: 0.10", "    x2: 0.10", "3:5: this line begins deeper than the line above it"),
        ("learning_rate: 0.5", " learning_rate: 0.5", "14:2: this line begins deeper than"),
        ("x2: 0.20}", "x2: 0.20", "6:9: this mapping is not finished"),
        ("w4, w3]", "w4, w3", "16:8: this list is not finished"),
        ("x2: 0.20}", "x2: 0.20]", "6:28: a mapping ends with }, not with ]"),
        ("x2: 0.20}", "x2: 0.20}}", "6:29: there is one } too many"),
        ("rounding: 4", "loss: 'mse", "15:7: the quotation that begins here is not closed"),
        ("x1: 0.05", "x1: 0,05", "2:7: inputs.x1: '0,05' has a comma"),
        ("x1: 0.15, x2", "x1: 0,15, x2", "6:14: weights.hidden.h1: '0,15' has a comma"),
        ("x1: 0.05", "x1: “0.05”", "2:7: inputs.x1: “0.05” has quotation marks of a word"),
        ("  x1: 0.05", "  „x1“: 0.05", "2:3: inputs.„x1“: „x1“ has quotation marks of a word"),
        ("rounding: 4", 'data: {file: "C:\\d.csv"}', "a backslash has a meaning of its own"),
        ("[w5, w6, w1, w2, w4, w3]", "\n  -w5\n  -w6", "with a space after its dash: - w5"),
    ],
)
def test_a_slip_is_told_its_cure(old: str, new: str, expected: str) -> None:
    assert expected in complaint(swapped_in(DOCUMENT, old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("  hidden:\n", "hidden:\n", "5:1: nothing is written under weights:; if hidden belongs"),
        ("    h1: {x1", "  h1: {x1", "6:3: nothing is written under hidden:; if h1 belongs"),
        (
            "    out: {",
            "out: {",
            "9:1: out: nothing is written under output:; if out belo",
        ),
        ("  output:\n    o", "output:\n    o", "8:1: output: there is no such key; if output belo"),
        (
            "  hidden: 0.35\n  output: 0.60",
            "hidden: 0.35\noutput: 0.60",
            "11:1: hidden: nothing is written under biases:; if hidden belongs there",
        ),
        (
            "  x1: 0.05\n  x2: 0.10",
            "x1: 0.05\nx2: 0.10",
            "2:1: x1: nothing is written under inputs:; if x1 belongs there",
        ),
        ("target: 0", "  target: 0", "13:3: biases.target: target is a key of its own; begin"),
        (
            "\ntarget: 0.01\nlearning_rate",
            "\n  target: 0.01\n  learning_rate",
            "13:3: biases.target: target is a key of its own",
        ),
        ("  x2: 0.10", "  x2: 0.10\n  loss: 1", "4:3: inputs.loss: loss is a key of its own"),
        ("weights:\n", "weights:\n  target: 1\n", "5:3: weights.target: target is a key of its"),
    ],
)
def test_a_line_on_the_wrong_level_is_told_the_right_one(old: str, new: str, expected: str) -> None:
    assert expected in complaint(swapped_in(DOCUMENT, old, new))


@pytest.mark.parametrize(("key", "other"), [(k, o) for k, os in OTHER_NAMES.items() for o in os])
def test_a_key_by_another_name_is_that_key(key: str, other: str) -> None:
    text = DOCUMENT + "activation: tanh\nloss: squared_error\noptimizer: adam\nfrozen: [b1]\n"
    if f"\n{key}:" in f"\n{text}":
        renamed = f"\n{text}".replace(f"\n{key}:", f"\n{other}:").lstrip("\n")
        assert parse(renamed, "c.yaml") == parse(text, "c.yaml")
        capitals = f"\n{text}".replace(f"\n{key}:", f"\n{other.title()}:").lstrip("\n")
        assert parse(capitals, "c.yaml") == parse(text, "c.yaml")


def test_a_key_is_known_in_capitals_and_with_a_hyphen_or_a_space() -> None:
    for typed in ("Learning_Rate", "learning-rate", "Learning rate"):
        text = DOCUMENT.replace("learning_rate", typed)
        assert parse(text, "c.yaml") == parse(DOCUMENT, "c.yaml")


def test_examples_may_have_x_and_y() -> None:
    rest = "weights: {output: [[0.5]]}\nlr: 1\n"
    ours = parse("examples: [{inputs: [1], target: 0}, {inputs: [2], target: 1}]\n" + rest, "c")
    theirs = parse("examples: [{x: [1], y: 0}, {x: [2], y: 1}]\n" + rest, "c")
    assert theirs == ours


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("layers", "a network is given by its weights:"),
        ("neurons", "a network is given by its weights:"),
        ("epochs", "--epochs 1000"),
        ("momentum", "optimizer: {name: momentum, momentum: 0.9}"),
        ("outputs", "is target:"),
        ("l2", "penalty: {l2: 0.01}"),
    ],
)
def test_a_key_that_stands_for_something_else_is_told_what(key: str, expected: str) -> None:
    assert expected in complaint(swapped_in(DOCUMENT, "rounding: 4", f"{key}: 4"))


def test_one_key_under_two_names_is_given_twice() -> None:
    expected = "c.yaml:15:1: lr: there is no such key; it is another name for learning_rate"
    assert complaint(swapped_in(DOCUMENT, "rounding: 4", "lr: 4")).startswith(expected)


def test_the_line_itself_and_the_number_of_further_faults_are_known() -> None:
    found = fault(DOCUMENT.replace("x2: 0.10", "x2: true").replace("rounding: 4", "rouding: 4"))
    assert (found.line, found.column, found.text, found.more) == (3, 7, "  x2: true", 1)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"k{number}: 1\n" for number in range(40_000)),
        "".join(f"target: {number}\n" for number in range(40_000)),
        "inputs:\n" + "".join(f"  x-{number}: a\n" for number in range(40_000)),
        DOCUMENT.replace("biases:", "biases:\n" + "".join(f"  k{n}: 1\n" for n in range(40_000))),
    ],
)
def test_forty_thousand_faults_take_no_longer_than_forty_thousand_lines(text: str) -> None:
    before = time.process_time()
    found = fault(text)
    assert time.process_time() - before < 4 * usual_time()
    assert found.more >= 1


@cache
def usual_time() -> float:
    """The seconds for as many lines that are right, as machines differ."""
    right = "inputs:\n" + "".join(f"  x{number}: 1\n" for number in range(40_000))
    before = time.process_time()
    fault(right)
    return time.process_time() - before


def test_the_program_shows_the_line_with_a_caret(backprop: Backprop) -> None:
    text = DEFAULT.read_text().replace("x1: 0.15", "x3: 0.15").replace("h2: 0.45", "h7: 0.45")
    done = backprop("run", "-", input=text)
    first, line, caret, *rest = done.stderr.splitlines()
    assert first.startswith("<stdin>:7:10: weights.hidden.h1.x3: there is no input called x3")
    assert line == "      h1: {x3: 0.15, x2: 0.20}      # w1, w2"
    assert line[caret.index("^")] == "x"
    assert rest == ["There is 1 more fault in this file."]
    assert done.returncode == 2


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("activation: ReLU", "activation: relu"),
        ("activation: Leaky-ReLU", "activation: leaky_relu"),
        ("activation: LeakyReLU", "activation: leaky_relu"),
        ("activation: Logistic", "activation: sigmoid"),
        ("activation: {hidden: identity, output: step}", None),
        (
            "activation: {name: PReLU, slope: 0.1}",
            "activation: {name: parametric_relu, slope: 0.1}",
        ),
        ("activation: silu", "activation: swish"),
        ("activation: Softmax", "activation: softmax"),
        ("loss: MSE", "loss: mean_squared_error"),
        ("loss: BCE", "loss: binary_cross_entropy"),
        ("loss: Binary Cross-Entropy", "loss: binary_cross_entropy"),
        ("loss: SquaredError", "loss: squared_error"),
        ("optimizer: SGD", "optimizer: sgd"),
        ("optimizer: {name: Adam, beta1: 0.8}", "optimizer: {name: adam, beta1: 0.8}"),
        ("optimizer: AdamW", "optimizer: adamw"),
        ("optimizer: gradient descent", "optimizer: sgd"),
    ],
)
def test_functions_go_by_any_spelling_and_by_their_other_names(line: str, same: str | None) -> None:
    found = parse(swapped_in(DOCUMENT, "rounding: 4", line), "c.yaml").network
    if same is None:
        assert [layer.activation for layer in found.layers] == ["linear", "binary_step"]
    else:
        assert found == parse(swapped_in(DOCUMENT, "rounding: 4", same), "c.yaml").network


def test_no_name_stands_for_two_functions() -> None:
    for rows in (ACTIVATIONS, LOSSES, OPTIMIZERS):
        names = [spelling(n) for row in rows.values() for n in (row.name, *row.aliases)]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ("[[0.1, 0.2]]", "each with its name, such as {output: [[0.1, 0.2]]}"),
        ("{output: [0.1, 0.2]}", "a row of weights for each neuron belongs here"),
        ("{w1: 0.1}", "such as {y: {x1: 0.1}}"),
        ("{f: x1 * x2}", "a mapping from each neuron to its weights or its formula"),
        ("{g: {f: e^x1}}", "write exp(x) for e^x"),
        ("{g: {f: pi * x1}}", "write 3.14159265"),
    ],
)
def test_weights_that_are_no_layers_are_answered_with_a_layer(weights: str, expected: str) -> None:
    assert expected in str(fault(f"inputs: [0.5, 0.1]\nweights: {weights}\ntarget: 1\n"))
