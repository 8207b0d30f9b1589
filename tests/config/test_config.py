"""What a configuration may say, in every form, and what is answered when it goes wrong."""

import io
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from support.configurations import DOCUMENT, complaint, swapped_in
from support.program import CONFIGS

from backprop_cli.config.files import text as text_file
from backprop_cli.config.files import yaml_source
from backprop_cli.config.load import ConfigError, json_schema, load, parse
from backprop_cli.config.shape.fields import ACTIVATION_NAMES, LOSS_NAMES
from backprop_cli.network.exercise import Exercise
from backprop_cli.network.neurons import Edge, Layer, Neuron
from backprop_cli.network.structure import Network

SHORT = """\
inputs: [0.05, 0.10]
weights:
  hidden: [[0.15, 0.20], [0.25, 0.30]]
  output: [[0.40, 0.45]]
biases: {hidden: 0.35, output: 0.60}
target: 0.01
learning_rate: 0.5
rounding: 4
order: [w5, w6, w1, w2, w4, w3]
"""

TWO_OUTPUTS = """\
inputs: [0.05, 0.10]
weights:
  hidden: [[0.15, 0.20], [0.25, 0.30]]
  output: [[0.40, 0.45], [0.50, 0.55]]
target: [0.01, 0.99]
learning_rate: 0.5
"""

THE_EXERCISE = Exercise(
    network=Network(
        inputs=("x1", "x2"),
        layers=(
            Layer(
                "hidden",
                (
                    Neuron("h1", (Edge("x1", "w1"), Edge("x2", "w2")), "b1"),
                    Neuron("h2", (Edge("x1", "w3"), Edge("x2", "w4")), "b1"),
                ),
            ),
            Layer("output", (Neuron("out", (Edge("h1", "w5"), Edge("h2", "w6")), "b2"),)),
        ),
    ),
    numbers={
        "x1": Decimal("0.05"),
        "x2": Decimal("0.10"),
        "w1": Decimal("0.15"),
        "w2": Decimal("0.20"),
        "w3": Decimal("0.25"),
        "w4": Decimal("0.30"),
        "w5": Decimal("0.40"),
        "w6": Decimal("0.45"),
        "b1": Decimal("0.35"),
        "b2": Decimal("0.60"),
        "y_true": Decimal("0.01"),
        "learning_rate": Decimal("0.5"),
    },
    rounding=4,
    order=("w5", "w6", "w1", "w2", "w4", "w3"),
)


def swapped(old: str, new: str, text: str = DOCUMENT) -> str:
    return swapped_in(text, old, new)


def fan_in(exercise: Exercise, neuron: str) -> tuple[str, ...]:
    (found,) = (n for n in exercise.network.neurons if n.name == neuron)
    return tuple(edge.source for edge in found.edges)


def biases_of(exercise: Exercise) -> dict[str, str | None]:
    return {neuron.name: neuron.bias for neuron in exercise.network.neurons}


# --- the forms -------------------------------------------------------------------------------


def test_the_shipped_configuration_is_the_documents_network() -> None:
    assert load(str(CONFIGS / "default.yaml")) == THE_EXERCISE


@pytest.mark.parametrize(
    "text",
    [
        DOCUMENT,
        SHORT,
        swapped(
            "hidden: [[0.15, 0.20], [0.25, 0.30]]",
            "hidden: {h1: [0.15, 0.20], h2: [0.25, 0.30]}",
            SHORT,
        ),
        swapped("target: 0.01", "target: [0.01]"),
        swapped("target: 0.01", "target: {out: 0.01}"),
        swapped("output: 0.60", "output: [0.60]"),
        swapped("output: 0.60", "output: {out: 0.60}"),
        swapped("learning_rate", "activation: sigmoid\nlearning_rate"),
        swapped("learning_rate", "activation: {hidden: sigmoid}\nlearning_rate"),
        swapped("learning_rate", "loss: half_squared_error\nlearning_rate"),
        swapped("learning_rate", "frozen: []\nlearning_rate"),
        "---\n" + DOCUMENT + "...\n",
        "\ufeff" + DOCUMENT,
        DOCUMENT.replace("\n", "\r\n"),
        DOCUMENT.replace("\n", "\r"),
    ],
)
def test_every_form_of_the_documents_network_is_the_same_exercise(text: str) -> None:
    assert parse(text, "c.yaml") == THE_EXERCISE


def test_numbers_keep_the_digits_that_were_typed() -> None:
    numbers = parse(DOCUMENT, "c.yaml").numbers
    assert str(numbers["x2"]) == "0.10"
    assert str(numbers["b2"]) == "0.60"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1e-3", "0.001"),
        ("1E5", "1E+5"),
        ("1.50e+2", "1.50E+2"),
        (".5", "0.5"),
        ("5.", "5"),
        ("+0.5", "0.5"),
        ("-2", "-2"),
        ("0", "0"),
        ("-0.0", "-0.0"),
        ("1.7976931348623157e308", "1.7976931348623157E+308"),
        ("5e-324", "5E-324"),
        ("0." + "1" * 998, "0." + "1" * 998),
    ],
)
def test_whatever_looks_like_a_decimal_number_is_one(typed: str, value: str) -> None:
    number = parse(swapped("x1: 0.05", f"x1: {typed}"), "c.yaml").numbers["x1"]
    assert str(number) == str(Decimal(value))


def test_without_the_optional_keys_the_arithmetic_is_exact_and_nothing_is_ordered() -> None:
    exercise = parse(TWO_OUTPUTS, "c.yaml")
    assert (exercise.rounding, exercise.order) == (None, ())
    assert exercise.network.biases == ()
    assert exercise.network.loss == "half_squared_error"
    assert exercise.network.frozen == frozenset()
    assert {layer.activation for layer in exercise.network.layers} == {"sigmoid"}


def test_several_outputs_of_a_matrix_are_o1_o2_with_targets_of_their_own() -> None:
    exercise = parse(TWO_OUTPUTS, "c.yaml")
    assert [neuron.name for neuron in exercise.network.outputs] == ["o1", "o2"]
    assert exercise.numbers["y_true_o1"] == Decimal("0.01")
    assert exercise.numbers["y_true_o2"] == Decimal("0.99")


def test_targets_by_name_may_stand_in_any_order() -> None:
    text = swapped("[0.01, 0.99]", "{o2: 0.99, o1: 0.01}", TWO_OUTPUTS)
    assert parse(text, "c.yaml") == parse(TWO_OUTPUTS, "c.yaml")


def test_matrix_neurons_are_numbered_on_through_the_hidden_layers() -> None:
    text = """\
inputs: [1]
weights: {first: [[1], [2]], second: [[3, 4]], last: [[5]]}
target: 1
learning_rate: 1
"""
    exercise = parse(text, "c.yaml")
    assert [n.name for n in exercise.network.neurons] == ["h1", "h2", "h3", "out"]
    assert fan_in(exercise, "h3") == ("h1", "h2")
    assert fan_in(exercise, "out") == ("h3",)
    assert exercise.network.weights == ("w1", "w2", "w3", "w4", "w5")


def test_a_network_may_be_sparse_and_leave_an_input_or_a_neuron_unused() -> None:
    text = swapped("{x1: 0.15, x2: 0.20}", "{x2: 0.20}")
    text = swapped("{h1: 0.40, h2: 0.45}", "{h2: 0.45}", text)
    exercise = parse(swapped("order: [w5, w6, w1, w2, w4, w3]\n", "", text), "c.yaml")
    assert fan_in(exercise, "h1") == ("x2",)
    assert fan_in(exercise, "out") == ("h2",)
    assert exercise.network.weights == ("w1", "w2", "w3", "w4")


def test_weights_are_named_in_reading_order_even_when_sources_are_not() -> None:
    exercise = parse(swapped("{x1: 0.15, x2: 0.20}", "{x2: 0.20, x1: 0.15}"), "c.yaml")
    assert fan_in(exercise, "h1") == ("x2", "x1")
    assert exercise.numbers["w1"] == Decimal("0.20")


def test_a_number_is_one_bias_shared_by_its_layer() -> None:
    assert biases_of(parse(DOCUMENT, "c.yaml")) == {"h1": "b1", "h2": "b1", "out": "b2"}


@pytest.mark.parametrize("own", ["[0.35, 0.36]", "{h1: 0.35, h2: 0.36}", "{h2: 0.36, h1: 0.35}"])
def test_a_list_or_mapping_gives_each_neuron_its_own_bias(own: str) -> None:
    exercise = parse(swapped("hidden: 0.35", f"hidden: {own}"), "c.yaml")
    assert biases_of(exercise) == {"h1": "b1", "h2": "b2", "out": "b3"}
    assert [exercise.numbers[b] for b in exercise.network.biases] == [
        Decimal("0.35"),
        Decimal("0.36"),
        Decimal("0.60"),
    ]


def test_a_neuron_or_layer_left_out_of_the_biases_has_none() -> None:
    exercise = parse(swapped("hidden: 0.35\n  output: 0.60", "hidden: {h2: 0.35}"), "c.yaml")
    assert biases_of(exercise) == {"h1": None, "h2": "b1", "out": None}


def test_biases_are_numbered_by_layer_whatever_their_order_in_the_file() -> None:
    text = swapped("hidden: 0.35\n  output: 0.60", "output: 0.60\n  hidden: 0.35")
    assert parse(text, "c.yaml") == THE_EXERCISE


def test_frozen_parameters_are_weights_or_biases() -> None:
    exercise = parse(DOCUMENT + "frozen: [b1, w6, b2]\n", "c.yaml")
    assert exercise.network.frozen == {"b1", "b2", "w6"}


@pytest.mark.parametrize(
    "name", ["on", "no", "yes", "true", "null", "n", "y", "é", "α1", "e", "X_1"]
)
def test_a_key_is_its_text_even_where_yaml_sees_something_else(name: str) -> None:
    exercise = parse(DOCUMENT.replace("x1:", f"{name}:"), "c.yaml")
    assert exercise.network.inputs == (name, "x2")


def test_a_quoted_key_is_the_same_name() -> None:
    assert parse(DOCUMENT.replace("x1:", '"x1":'), "c.yaml") == THE_EXERCISE


def test_an_alias_repeats_what_its_anchor_marks() -> None:
    text = swapped("{x1: 0.15, x2: 0.20}", "&same {x1: 0.15, x2: 0.20}")
    exercise = parse(swapped("{x1: 0.25, x2: 0.30}", "*same", text), "c.yaml")
    assert [str(exercise.numbers[w]) for w in ("w1", "w2", "w3", "w4")] == [
        "0.15",
        "0.20",
        "0.15",
        "0.20",
    ]


def test_without_libyaml_the_result_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_source, "LOADER", yaml.BaseLoader)
    assert parse(DOCUMENT, "c.yaml") == THE_EXERCISE
    assert complaint(swapped("x1: 0.05", 'x1: "0.05"')).startswith("c.yaml:2:7: inputs.x1: ")


# --- the file --------------------------------------------------------------------------------


class Stdin:
    def __init__(self, content: bytes) -> None:
        self.buffer = io.BytesIO(content)


def test_a_dash_reads_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(DOCUMENT.encode()))
    assert load("-") == THE_EXERCISE


def test_a_complaint_about_standard_input_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Stdin(b"target: 0.5\nq: 1\n"))
    with pytest.raises(ConfigError, match=r"^<stdin>:2:1: q: there is no such key"):
        load("-")


def test_a_closed_standard_input_is_a_complaint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(ConfigError, match=r"^<stdin>: "):
        load("-")


def test_a_missing_file_and_a_directory_are_complaints(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(str(tmp_path / "none.yaml"))
    assert str(caught.value) == f"{tmp_path}/none.yaml: there is no such file"
    with pytest.raises(ConfigError, match=r": this is a directory"):
        load(str(tmp_path))


def test_a_file_that_may_not_be_read_is_a_complaint(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(ConfigError, match=r"^c\.yaml: you may not read this file"):
        load("c.yaml")


def test_an_impossible_file_name_is_a_complaint_and_shown_harmlessly() -> None:
    with pytest.raises(ConfigError) as caught:
        load("a\x1b[31m\x00b")
    assert str(caught.value).isprintable()
    with pytest.raises(ConfigError):
        load("x" * 10_000)
    with pytest.raises(ConfigError):
        load("")


def test_a_file_beyond_all_reason_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_file, "MOST_BYTES", 100)
    path = tmp_path / "big.yaml"
    path.write_text(DOCUMENT)
    with pytest.raises(ConfigError, match="larger than"):
        load(str(path))


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b"inputs:\n  caf\xe9: 1\n", "2:6"),
        (b"\xff\xfei\x00n\x00", "1:1"),
        ("é: ".encode() + b"\xc3", "1:4"),
        (b"\xef\xbb\xbfa: \xff", "1:4"),
    ],
)
def test_bytes_that_are_not_utf8_are_located(content: bytes, where: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(str(path))
    assert str(caught.value).startswith(f"{path}:{where}: the byte 0x")
    assert "UTF-8" in str(caught.value)


# --- YAML ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "c.yaml:1:1: the file is empty"),
        ("\n\n", "c.yaml:1:1: the file is empty"),
        ("# nothing\n", "c.yaml:1:1: the file holds nothing but comments"),
        ("inputs", "c.yaml:1:1: a configuration is made of keys such as inputs:, not text"),
        ("\n- 1\n", "c.yaml:2:1: a configuration is made of keys such as inputs:, not a list"),
        ("---\na: 1\n---\nb: 1\n", "c.yaml:3:1: a second document starts here"),
        ("a:\n\tb: 1\n", "c.yaml:2:1: there is a tab here"),
        ("a:\n  b: 1\n \tc: 1\n", "c.yaml:3:2: there is a tab here"),
        ("a: 1\nb: '\x07'", "c.yaml:2:5: the character '\\x07' is not allowed here"),
        ("a: \ud800", "c.yaml:1:4: the character '\\ud800' is not allowed here"),
        ("é: 𝟘 @: [", "c.yaml:1:7: this colon is out of place"),
        ("a: [1,\n2", "c.yaml:1:4: this list is not finished"),
        ("a: {b: 1\nc: 2", "c.yaml:1:4: this mapping is not finished"),
        ("a: 'b\n", "c.yaml:1:4: the quotation that begins here is not closed"),
        ("a: 1\nb\nc: 2\n", "a colon is missing"),
        ("a: 1\n  b: 2\n", "c.yaml:2:3: this line begins deeper than the line above it"),
        ("a:\n  b: 1\n c: 2\n", "c.yaml:3:2: the indentation does not match"),
        ("a: @b\n", "c.yaml:1:4: this character cannot stand here"),
        ("a: 1\n...\nb: 1\n", "the document ends above this line"),
        ("%YAML 9.9\n---\na: 1\n", "c.yaml:1:1: this is not YAML: "),
    ],
)
def test_what_is_not_one_yaml_mapping_is_refused(text: str, expected: str) -> None:
    assert expected in complaint(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: &a [*a]", "c.yaml:1:4: a.1: this repeats itself"),
        ("a: *b", "c.yaml:1:4: this alias (*) repeats an anchor (&) that is not there"),
        ("a: {<<: {b: 1}}", "c.yaml:1:5: a: merge keys (<<) are not supported"),
        ("a: !!float 1", "c.yaml:1:4: a: tags such as !!float are not supported"),
        ("a: !!python/object:os.system {}", "c.yaml:1:4: a: tags such as"),
        ("? [1, 2]\n: 3", "c.yaml:1:3: a key must be a name"),
        ("{a: 1}: 2", "c.yaml:1:1: a key must be a name"),
    ],
)
def test_yaml_that_no_configuration_needs_is_refused_by_name(text: str, expected: str) -> None:
    assert complaint(text).startswith(expected)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nesting_without_end_is_refused_and_does_not_exhaust_the_stack(opening: str) -> None:
    message = complaint("inputs: [1]\nx:\n  " + opening * 100_000)
    assert "nesting is too deep" in message or "a key must be a name" in message
    assert len(message) < 200


def test_aliases_that_grow_exponentially_are_refused() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    assert "the aliases (*) repeat too much" in complaint("\n".join(lines))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "  x2: 0.10",
            "  x1: 0.10",
            "c.yaml:3:3: inputs.x1: this key is given twice, first on line 2",
        ),
        ("    h2: {", "    h1: {", "c.yaml:7:5: weights.hidden.h1: this key is given twice"),
        (
            "x1: 0.15, x2",
            "x1: 0.15, x1",
            "c.yaml:6:20: weights.hidden.h1.x1: this key is given twice",
        ),
        (
            "rounding: 4",
            "target: 1",
            "c.yaml:15:1: target: this key is given twice, first on line 13",
        ),
        ("rounding: 4", '"target": 1', "c.yaml:15:1: target: this key is given twice"),
    ],
)
def test_a_key_given_twice_is_refused_at_every_level(old: str, new: str, expected: str) -> None:
    assert complaint(swapped(old, new)).startswith(expected)


# --- keys and shapes -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "weights:",
            "weigths:",
            "c.yaml:4:1: weigths: there is no such key; did you mean weights?",
        ),
        ("rounding: 4", "zzz: 4", "c.yaml:15:1: zzz: there is no such key; the keys are inputs, "),
        ("rounding: 4", "'\\e[1m': 4", "c.yaml:15:1: '\\\\e[1m': there is no such key"),
        ("rounding: 4", '"\\e[1m": 4', "c.yaml:15:1: '\\x1b[1m': there is no such key"),
    ],
)
def test_unknown_and_missing_keys_are_named(old: str, new: str, expected: str) -> None:
    assert complaint(swapped(old, new)).startswith(expected)


@pytest.mark.parametrize("key", ["inputs", "weights", "target"])
def test_three_keys_are_required(key: str) -> None:
    data = yaml.safe_load(TWO_OUTPUTS)
    del data[key]
    assert complaint(yaml.safe_dump(data)) == (
        f"c.yaml:1:1: {key}: this key is missing; add a line `{key}: …`"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            swapped("[0.05, 0.10]", "5", SHORT),
            "c.yaml:1:9: inputs: the inputs are a mapping such as",
        ),
        (
            swapped("[0.05, 0.10]", "", SHORT),
            "c.yaml:1:8: inputs: nothing is written here; the inp",
        ),
        (swapped("[0.05, 0.10]", "[]", SHORT), "c.yaml:1:9: inputs: there are no inputs"),
        (swapped("[0.05, 0.10]", "{}", SHORT), "c.yaml:1:9: inputs: there are no inputs"),
        (
            swapped("[0.05, 0.10]", "[[1]]", SHORT),
            "c.yaml:1:10: inputs.1: a number belongs here, not",
        ),
        (
            "inputs: [1]\nweights: [[1]]\ntarget: 1\nlearning_rate: 1",
            "c.yaml:2:10: weights: the layers belong here, each with its name",
        ),
        (
            "inputs: [1]\nweights: {}\ntarget: 1\nlearning_rate: 1",
            "c.yaml:2:10: weights: there are no l",
        ),
        (
            swapped("[[0.40, 0.45]]", "[]", SHORT),
            "c.yaml:4:11: weights.output: there are no neurons",
        ),
        (
            swapped("[[0.40, 0.45]]", "{}", SHORT),
            "c.yaml:4:11: weights.output: there are no neurons",
        ),
        (
            swapped("[[0.40, 0.45]]", "[0.40, 0.45]", SHORT),
            "c.yaml:4:12: weights.output.1: a row of weights for each neuron belongs here",
        ),
        (
            swapped("[[0.40, 0.45]]", "0.4", SHORT),
            "c.yaml:4:11: weights.output: a layer is a mapping",
        ),
        (
            swapped("{x1: 0.15, x2: 0.20}", "0.4"),
            "c.yaml:6:9: weights.hidden.h1: a neuron's weights",
        ),
        (
            swapped("target: 0.01", "target: {out: [1]}"),
            "c.yaml:13:15: target.out: a number belongs here",
        ),
        (
            swapped("output: 0.60", "output: {out: {}}"),
            "c.yaml:12:17: biases.output.out: a number belongs",
        ),
        (
            swapped("rounding: 4", "activation: [sigmoid]"),
            "c.yaml:15:13: activation: an activation is one",
        ),
        (swapped("rounding: 4", "loss: []"), "c.yaml:15:7: loss: a loss is one name, or"),
        (
            swapped("rounding: 4", "frozen: w1"),
            "c.yaml:15:9: frozen: a list belongs here, such as [b1, b2]",
        ),
        (swapped("rounding: 4", "frozen: [[w1]]"), "c.yaml:15:10: frozen.1: a name belongs here"),
        (
            swapped("[w5, w6, w1, w2, w4, w3]", ""),
            "c.yaml:16:7: order: nothing is written here; a list",
        ),
    ],
)
def test_a_value_of_the_wrong_shape_is_told_the_right_one(text: str, expected: str) -> None:
    assert complaint(text).startswith(expected)


# --- numbers ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ('"0.5"', "0.5 is text, not a number; remove the quotation marks"),
        ("'0.5'", "0.5 is text, not a number; remove the quotation marks"),
        ("'a'", "a is text, not a number"),
        ("1:30", "'1:30' is a time of day"),
        ("0x1F", "0x1F is not a decimal number"),
        ("0o17", "0o17 is not a decimal number"),
        ("0b11", "0b11 is not a decimal number"),
        ("010", "010 begins with a zero too many; write 10 or 0.10"),
        ("-010", "-010 begins with a zero too many; write -10 or -0.10"),
        ("00", "00 begins with a zero too many; write 0"),
        ("00.5", "00.5 begins with a zero too many; write 0.5"),
        ("010.5", "010.5 begins with a zero too many; write 10.5"),
        ("1_000", "1_000 has underscores"),
        (".inf", ".inf is not finite"),
        ("-.Inf", "-.Inf is not finite"),
        (".nan", ".nan is not finite"),
        ("true", "true is not a number"),
        ("no", "no is not a number"),
        ("null", "null is not a number"),
        ("~", "~ is not a number"),
        ("2020-01-01", "2020-01-01 is a date"),
        ("0,5", "'0,5' has a comma; write the decimals after a point"),
        ("−0.5", "−0.5 does not begin with the keyboard's minus sign"),
        ("1e", "1e is not a number; write one such as 0.5 or 1e-3"),
        (".", ". is not a number"),
        ("1/2", "1/2 is not a number"),
        ("٣", "٣ is not a number"),
        ("1e309", "1e309 is too large"),
        ("-1e99999999999999999999", "-1e99999999999999999999 is too large"),
        ("1e-400", "1e-400 is too small"),
        ("4e-324", "4e-324 is too small"),
        ("0e99999999999999999999", "0e99999999999999999999 is zero; write 0"),
        ("1" * 1001, "this number has 1001 characters"),
        ('"\\e[31m"', "'\\x1b[31m' is text, not a number"),
        ("_" * 100_000 + "x", "_______________________________________… is not a number"),
        ("[red]", "a number belongs here, not a list"),
        ("{a: 1}", "a number belongs here, not a mapping"),
    ],
)
def test_what_could_be_taken_for_another_number_is_refused(typed: str, expected: str) -> None:
    message = complaint(swapped("x1: 0.05", f"x1: {typed}"))
    assert message.startswith(f"c.yaml:2:7: inputs.x1: {expected}")


def test_a_number_that_is_left_out_is_missed_where_it_belongs() -> None:
    message = complaint(swapped("x1: 0.05", "x1:"))
    assert message == ("c.yaml:2:6: inputs.x1: nothing is written here; write a number such as 0.5")


@pytest.mark.parametrize("rate", ["0", "0.0", "-0.5", "-1e-3"])
def test_a_learning_rate_is_greater_than_zero(rate: str) -> None:
    message = complaint(swapped("learning_rate: 0.5", f"learning_rate: {rate}"))
    assert message.startswith("c.yaml:14:16: learning_rate: a learning rate is greater than 0")


@pytest.mark.parametrize("decimals", ["0", "16", "-1", "4.0", "2.5", "1e1"])
def test_rounding_is_a_whole_number_from_1_to_15(decimals: str) -> None:
    message = complaint(swapped("rounding: 4", f"rounding: {decimals}"))
    assert message == (
        "c.yaml:15:11: rounding: "
        f"a whole number of decimals from 1 to 15 belongs here, not {decimals}"
    )


@pytest.mark.parametrize("decimals", ["", "null", "'4'", "four", "[4]"])
def test_rounding_is_a_number_at_all(decimals: str) -> None:
    message = complaint(swapped("rounding: 4", f"rounding: {decimals}".rstrip()))
    assert message.startswith("c.yaml:15:1")
    assert " rounding: " in message


# --- names -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("'[red]x'", "'[red]x'"),
        ('"\\e[31m"', "'\\x1b[31m'"),
        ('"a\\nb"', "'a\\nb'"),
        ('"a\\u202Eb"', "'a\\u202eb'"),
        ("x 1", "'x 1'"),
        ("x-1", "x-1"),
        ("01", "01"),
        ("12345", "12345"),
        ("1e5", "1e5"),
        ("_x", "_x"),
        ("x.1", "x.1"),
    ],
)
def test_a_name_is_a_letter_and_then_letters_digits_underscores(key: str, shown: str) -> None:
    message = complaint(swapped("  x1: 0.05", f"  {key}: 0.05"))
    assert message.startswith(f"c.yaml:2:3: inputs.{shown}: {shown} cannot be a name")


@pytest.mark.parametrize(
    ("old", "where"),
    [
        ("  hidden:\n", "5:3: weights.x-1"),
        ("    h1: {", "6:5: weights.hidden.x-1"),
        ("  hidden: 0", "11:3: biases.x-1"),
    ],
)
def test_layers_and_neurons_are_named_by_the_same_rule(old: str, where: str) -> None:
    new = old.replace("hidden", "x-1").replace("h1", "x-1")
    assert complaint(swapped(old, new)).startswith(f"c.yaml:{where}: x-1 cannot be a name")


def test_a_name_has_at_most_24_characters() -> None:
    parse(DOCUMENT.replace("x1", "x" * 24), "c.yaml")
    message = complaint(DOCUMENT.replace("x1", "x" * 25))
    assert message.endswith("this name has 25 characters; names have at most 24")
    assert len(complaint(DOCUMENT.replace("x1", "x" * 1000))) < 200


def test_a_name_in_look_alike_letters_is_refused() -> None:
    assert complaint(DOCUMENT.replace("x1", "ﬁ")).endswith("unusual forms of its letters; write fi")
    assert complaint(swapped("  x1: 0.05", '  "": 1')).endswith("a name is missing here")


@pytest.mark.parametrize(
    ("name", "owner"),
    [
        ("w1", "a weight"),
        ("b2", "a bias"),
        ("learning_rate", "the learning rate"),
        ("Loss", "the loss"),
        ("Loss_out", "the loss of out"),
        ("y_hat", "a quantity of the output layer"),
        ("y_true", "a quantity of the output layer"),
        ("y_hat_out", "the prediction of out"),
        ("y_true_out", "the target of out"),
        ("z_h1", "the weighted sum of h1"),
        ("a_h1", "the activation of h1"),
        ("w1_new", "the new value of w1"),
        ("step_b1", "the update step of b1"),
    ],
)
def test_a_name_that_a_quantity_has_already_is_refused(name: str, owner: str) -> None:
    message = complaint(DOCUMENT.replace("x2:", f"{name}:"))
    assert message == f"c.yaml:3:3: inputs.{name}: {name} is already {owner}; choose another name"


def test_inputs_and_neurons_do_not_share_names() -> None:
    assert complaint(DOCUMENT.replace("x1:", "h1:")).startswith(
        "c.yaml:6:5: weights.hidden.h1: h1 is already an input"
    )
    assert complaint(swapped("    out: {", "    h1: {")).startswith(
        "c.yaml:9:5: weights.output.h1: h1 is already a neuron of layer hidden"
    )


def test_a_name_given_to_a_matrix_row_may_be_taken_too() -> None:
    message = complaint(swapped("inputs: [0.05, 0.10]", "inputs: {x1: 1, h2: 1}", SHORT))
    assert message.startswith(
        "c.yaml:3:26: weights.hidden.2: this is called h2, which is already an input"
    )


# --- what the names refer to -----------------------------------------------------------------


def test_a_source_that_is_no_input_is_told_the_inputs() -> None:
    assert complaint(swapped("x2: 0.20", "x3: 0.20")) == (
        "c.yaml:6:20: weights.hidden.h1.x3: there is no input called x3; the inputs are x1, x2"
    )


@pytest.mark.parametrize("source", ["h9"])
def test_a_source_that_is_not_there_is_told_the_neurons_before_it(source: str) -> None:
    assert complaint(swapped("h2: 0.45", f"{source}: 0.45")) == (
        f"c.yaml:9:21: weights.output.out.{source}: "
        f"there is no neuron called {source} in layer hidden; its neurons are h1, h2"
    )


def test_a_close_name_is_suggested_and_many_names_are_abbreviated() -> None:
    names = [f"pressure{i}" for i in range(50)]
    text = (
        f"inputs: {{{', '.join(f'{n}: 1' for n in names)}}}\n"
        "weights: {output: {out: {presure7: 1}}}\ntarget: 1\nlearning_rate: 1\n"
    )
    message = complaint(text)
    assert "there is no input called presure7; did you mean pressure7? The inputs are" in message
    assert message.endswith("pressure0, pressure1, pressure2, pressure3, pressure4, pressure5, …")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            swapped("[[0.15, 0.20], [0.25, 0.30]]", "[[0.15, 0.20], [0.25]]", SHORT),
            "c.yaml:3:26: weights.hidden.2: h2 has 1 weight and needs 2, one for each of x1, x2",
        ),
        (
            swapped("{x1: 0.15, x2: 0.20}", "[1, 2, 3]"),
            "c.yaml:6:9: weights.hidden.h1: h1 has 3 weights and needs 2, one for each of x1, x2",
        ),
        (swapped("{x1: 0.15, x2: 0.20}", "[]"), "c.yaml:6:9: weights.hidden.h1: h1 has no weights"),
        (swapped("{x1: 0.15, x2: 0.20}", "{}"), "c.yaml:6:9: weights.hidden.h1: h1 has no weights"),
        (
            swapped("hidden: 0.35", "hidden: [0.35]"),
            "c.yaml:11:11: biases.hidden: this list has 1 bias and needs 2, one for each of h1, h2",
        ),
        (
            swapped("hidden: 0.35", "hidden: {h3: 0.35}"),
            "c.yaml:11:12: biases.hidden.h3: there is no neuron called h3; the neurons are h1, h2",
        ),
        (
            swapped("hidden: 0.35", "hiden: 0.35"),
            "c.yaml:11:3: biases.hiden: there is no layer called hiden; did you mean hidden? "
            "The layers are hidden, output",
        ),
        (
            swapped("rounding: 4", "activation: {first: sigmoid}"),
            "c.yaml:15:14: activation.first: there is no layer called first; "
            "the layers are hidden, output",
        ),
    ],
)
def test_what_does_not_fit_the_network_is_told_what_does(text: str, expected: str) -> None:
    assert complaint(text).startswith(expected)


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("0.5", "c.yaml:5:9: target: this is one number for 2 outputs; write a list of 2"),
        ("[0.5]", "c.yaml:5:9: target: this list has 1 target and needs 2, one for each of o1, o2"),
        ("[]", "c.yaml:5:9: target: this list has 0 targets and needs 2"),
        ("{o1: 0.5}", "c.yaml:5:9: target: there is no target for o2; add a line `o2: …`"),
        ("{o1: 1, o3: 1}", "c.yaml:5:17: target.o3: there is no neuron called o3; the neurons are"),
        ("abc", "c.yaml:5:9: target: abc is not a number"),
    ],
)
def test_every_output_has_one_target(target: str, expected: str) -> None:
    assert complaint(swapped("[0.01, 0.99]", target, TWO_OUTPUTS)).startswith(expected)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "order: [w5, w9]",
            "c.yaml:16:13: order.2: there is no parameter called w9; the parameters",
        ),
        ("order: [weight]", "the parameters are w1 to w6 and b1 to b2"),
        ("order: [w5, b1, w5]", "c.yaml:16:17: order.3: w5 is named twice"),
        ("order: [h1]", "c.yaml:16:9: order.1: there is no parameter called h1"),
        ("order: ['\\e']", "c.yaml:16:9: order.1: there is no parameter called '\\\\e'"),
        ("frozen: [b1, W5]", "there is no parameter called W5; did you mean w5?"),
    ],
)
def test_order_and_frozen_name_parameters(line: str, expected: str) -> None:
    assert expected in complaint(swapped("order: [w5, w6, w1, w2, w4, w3]", line))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "activation: sigmiod",
            "activation: there is no activation called sigmiod; did you mean sig",
        ),
        (
            "activation: {hidden: x}",
            "activation.hidden: there is no activation called x; known: sig",
        ),
        ("loss: mxq", "loss: there is no loss called mxq; known: half_squared_error"),
    ],
)
def test_activations_and_losses_are_those_known(line: str, expected: str) -> None:
    assert f": {expected}" in complaint(swapped("rounding: 4", line))


@pytest.mark.parametrize("name", [*ACTIVATION_NAMES])
def test_every_known_activation_can_be_chosen_for_one_layer(name: str) -> None:
    exercise = parse(swapped("rounding: 4", f"activation: {{output: {name}}}"), "c.yaml")
    assert [layer.activation for layer in exercise.network.layers] == ["sigmoid", name]


@pytest.mark.parametrize("name", [*LOSS_NAMES])
def test_every_known_loss_can_be_chosen(name: str) -> None:
    text = swapped("rounding: 4", f"loss: {name}")
    # A single output of cross_entropy is a distribution only where it is certain.
    text = text.replace("target: 0.01", "target: 1")
    assert parse(text, "c.yaml").network.loss == name


def test_an_activation_takes_its_settings() -> None:
    text = DOCUMENT + "activation: {hidden: {name: leaky_relu, slope: 0.10}, output: tanh}\n"
    hidden, output = parse(text, "c.yaml").network.layers
    assert (hidden.activation, hidden.settings) == ("leaky_relu", (("slope", Decimal("0.10")),))
    assert str(hidden.settings[0][1]) == "0.10"
    assert (output.activation, output.settings) == ("tanh", ())
    everywhere = parse(DOCUMENT + "activation: {name: elu, alpha: 2}\n", "c.yaml").network.layers
    assert {layer.settings for layer in everywhere} == {(("alpha", Decimal(2)),)}


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("{name: relu, slope: 1}", "activation.slope: relu has no such setting; it has none"),
        ("{name: elu, slope: 1}", "activation.slope: elu has no such setting; it has alpha"),
        (
            "{hidden: {name: leaky_relu, slpe: 1}}",
            "activation.hidden.slpe: there is no such key; did you mean slope?",
        ),
        ("{name: leaky_relu, slope: x}", "activation.slope: the slope of leaky_relu is a number"),
        ("{name: leaky_rel}", "activation.name: there is no activation called leaky_rel"),
        ("{hidden: {slope: 3}}", "activation.hidden.name: this key is missing"),
    ],
)
def test_a_setting_that_an_activation_does_not_have_is_refused(
    activation: str, expected: str
) -> None:
    assert expected in complaint(DOCUMENT + f"activation: {activation}\n")


# --- which complaint, and how long it takes --------------------------------------------------


def test_of_several_faults_the_first_in_the_file_is_reported() -> None:
    shape = swapped("rounding: 4", "rounding: x").replace("x2: 0.10", "x2: true")
    assert complaint(shape).startswith("c.yaml:3:7: inputs.x2:")
    twice = swapped("x2: 0.10", "x1: 0.10", swapped("rounding: 4", "rounding: x"))
    assert complaint(twice).startswith("c.yaml:3:3: inputs.x1: this key is given twice")
    meaning = swapped("[w5,", "[w9,").replace("h2: 0.45", "h3: 0.45")
    assert complaint(meaning).startswith("c.yaml:9:21: weights.output.out.h3:")
    upside_down = "order: [w9]\n" + DOCUMENT.replace("x2: 0.20", "x3: 0.20").split("order")[0]
    assert complaint(upside_down).startswith("c.yaml:1:9: order.1:")


def test_an_alias_is_at_fault_where_it_stands_and_its_content_where_that_stands() -> None:
    text = swapped("{x1: 0.15, x2: 0.20}", "&same {x1: 0.15, x2: 0.20}")
    text = swapped("hidden: 0.35", "hidden: *same", text)
    assert complaint(text).startswith("c.yaml:6:16: biases.hidden.x1: there is no neuron")
    assert complaint(swapped("x1: 0.05", "x1: &a {}").replace("0.10", "*a")).startswith(
        "c.yaml:2:7:"
    )


def wide(side: int) -> str:
    rows = "\n".join("    - [" + ", ".join(["0.1"] * side) + "]" for _ in range(side))
    return (
        f"inputs: [{', '.join(['0.1'] * side)}]\nweights:\n  hidden:\n{rows}\n"
        f"  output: [[{', '.join(['0.1'] * side)}]]\ntarget: 1\nlearning_rate: 1\n"
    )


def test_ten_thousand_weights_are_read_and_named() -> None:
    exercise = parse(wide(100), "c.yaml")
    assert len(exercise.network.weights) == 10_100
    assert exercise.network.outputs[0].edges[-1] == Edge("h100", "w10100")


def test_ten_thousand_faults_make_one_complaint() -> None:
    assert complaint(wide(100).replace("[0.1, ", "[z, ")).startswith(
        "c.yaml:1:10: inputs.1: z is not"
    )


# --- the schema for editors ------------------------------------------------------------------


def accepts(schema: dict[str, Any], value: object) -> bool:
    """Whether an editor that checks against the schema (or a property's part) accepts a value."""
    whole = {"$defs": json_schema()["$defs"], **schema}
    Draft202012Validator.check_schema(whole)
    return bool(Draft202012Validator(whole).is_valid(value))


@pytest.mark.parametrize(
    "text",
    [
        DOCUMENT,
        SHORT,
        TWO_OUTPUTS,
        swapped("{x1: 0.15, x2: 0.20}", "[0.15, 0.20]"),
        swapped("[0.01, 0.99]", "{o1: 0.01, o2: 0.99}", TWO_OUTPUTS),
        swapped("hidden: 0.35", "hidden: [0.35, 0.35]"),
        swapped("hidden: 0.35", "hidden: {h1: 0.35}"),
        DOCUMENT + "activation: sigmoid\nloss: half_squared_error\nfrozen: [b1]\n",
        DOCUMENT + "activation: {hidden: sigmoid}\n",
        DOCUMENT + "activation: {name: relu}\n",
        DOCUMENT + "activation: {name: leaky_relu, slope: 0.1}\n",
        DOCUMENT + "activation: {hidden: {name: elu, alpha: 0.5}, output: linear}\n",
    ],
)
def test_the_json_schema_accepts_every_form(text: str) -> None:
    parse(text, "c.yaml")
    assert accepts(json_schema(), yaml.safe_load(text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("weights:", "weigths:"),
        ("target: 0.01", "target: '0.01'"),
        ("rounding: 4", "rounding: 16"),
        ("rounding: 4", "rounding: null"),
        ("rounding: 4", "activation: [sigmoid]"),
        ("rounding: 4", "activation: {name: leaky_relu, slope: [0.1]}"),
        ("rounding: 4", "activation: {name: leaky_relu, slpe: 0.1}"),
        ("rounding: 4", "loss: mxq"),
        ("learning_rate: 0.5", "learning_rate: 0"),
        ("{x1: 0.15, x2: 0.20}", "{x1: '0.15'}"),
        ("  hidden: 0.35", f"  {'x' * 25}: 0.35"),
    ],
)
def test_the_json_schema_refuses_what_the_program_refuses(old: str, new: str) -> None:
    complaint(swapped(old, new))
    assert not accepts(json_schema(), yaml.safe_load(swapped(old, new)))


def test_every_key_of_the_json_schema_is_described_and_has_an_example_that_fits() -> None:
    properties: dict[str, dict[str, Any]] = json_schema()["properties"]
    assert set(properties) == {
        "inputs", "weights", "biases", "target", "learning_rate", "rounding", "order",
        "activation", "loss", "frozen", "examples", "data", "batch_size", "shuffle", "seed",
        "optimizer", "weight_decay", "trained", "parameters", "of", "reduction",
        "penalty",
    }  # fmt: skip
    for schema in properties.values():
        assert schema["title"]
        assert schema["description"].endswith(".")
        assert all(accepts(schema, example) for example in schema["examples"])
        assert "default" not in schema or accepts(schema, schema["default"])
