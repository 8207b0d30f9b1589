"""Several examples, batches, optimizers and trained slopes in a configuration: forms and traps."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from support.configurations import complaint, swapped_in
from support.networks import BY_GRADIENT
from support.program import Backprop

from backprop_cli.config.load import json_schema, load, parse
from backprop_cli.errors import ConfigError
from backprop_cli.network.exercise import Batches, Example, Exercise
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate

SEVERAL = """\
examples:
  - {inputs: {x1: 0, x2: 1}, target: 1}
  - {inputs: {x1: 1, x2: 0.50}, target: 0}
  - {inputs: {x1: 1, x2: 1}, target: 0.5}
weights:
  hidden: {h1: {x1: 0.15, x2: 0.20}}
  output: {out: {h1: 0.40}}
biases: {hidden: 0.35, output: 0.60}
learning_rate: 0.5
"""
THIRD = "{inputs: {x1: 1, x2: 1}, target: 0.5}"
REST = SEVERAL[SEVERAL.index("weights:") :]
ALONE = f"inputs: {{x1: 0, x2: 1}}\ntarget: 1\n{REST}"

TABLE = "a,b,y,kind\n1,2,0,cat\n3,4,1,dog\n5,6,1,cat\n"
DATA = """\
data: {file: t.csv, inputs: [a, b], target: y}
weights: {output: {out: [0.1, 0.2]}}
learning_rate: 0.5
"""


def swapped(old: str, new: str, text: str = SEVERAL) -> str:
    return swapped_in(text, old, new)


def decimals(*typed: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, typed))


# --- the forms -------------------------------------------------------------------------------

THE_EXAMPLES = (
    Example(decimals("0", "1"), decimals("1")),
    Example(decimals("1", "0.50"), decimals("0")),
    Example(decimals("1", "1"), decimals("0.5")),
)


@pytest.mark.parametrize(
    "third",
    [
        THIRD,
        "{target: 0.5, inputs: {x2: 1, x1: 1}}",
        "{inputs: [1, 1], target: 0.5}",
        "{inputs: {x1: 1, x2: 1}, target: [0.5]}",
        "{inputs: {x1: 1, x2: 1}, target: {out: 0.5}}",
    ],
)
def test_every_form_of_an_example_is_the_same(third: str) -> None:
    exercise = parse(swapped(THIRD, third), "c.yaml")
    assert exercise.examples == THE_EXAMPLES
    assert exercise.batches == Batches(1)
    assert [str(number) for number in exercise.examples[1].inputs] == ["1", "0.50"]
    # The first one's numbers are the exercise's own, as where there is only one.
    assert exercise.numbers == parse(ALONE, "c.yaml").numbers


def test_lists_of_inputs_are_called_x1_x2_and_so_on() -> None:
    text = "examples: [{inputs: [0, 1], target: 1}, {inputs: [1, 1], target: 0}]\n" + REST
    assert parse(text, "c.yaml").network.inputs == ("x1", "x2")


@pytest.mark.parametrize("lines", ["", "batch_size: 2\n", "batch_size: all\nshuffle: true\n"])
def test_a_list_of_one_example_is_that_example(lines: str) -> None:
    text = f"examples:\n  - {{inputs: {{x1: 0, x2: 1}}, target: 1}}\n{REST}{lines}"
    exercise, alone = parse(text, "c.yaml"), parse(ALONE, "c.yaml")
    assert (exercise.network, exercise.numbers) == (alone.network, alone.numbers)
    assert exercise.examples == ()
    found, expected = calculate(exercise, Plan(epochs=7)), calculate(alone, Plan(epochs=7))
    assert (found.after, found.history) == (expected.after, expected.history)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", Batches(1)),
        ("batch_size: 2", Batches(2)),
        ("batch_size: 50", Batches(50)),
        ("batch_size: all", Batches(3)),
        ("batch_size: 'all'", Batches(3)),
        ("shuffle: true", Batches(1, shuffle=True)),
        ("shuffle: Yes", Batches(1, shuffle=True)),
        ("shuffle: on\nseed: 7\nbatch_size: 2", Batches(2, shuffle=True, seed=7)),
        ("shuffle: false\nseed: 0", Batches(1)),
    ],
)
def test_batches_are_as_they_are_written(lines: str, expected: Batches) -> None:
    assert parse(f"{SEVERAL}{lines}\n", "c.yaml").batches == expected


@pytest.mark.parametrize("name", BY_GRADIENT)
def test_an_optimizer_has_pytorch_s_defaults_and_starts_from_nothing(name: str) -> None:
    defaults = {
        "sgd": {},
        "momentum": {"momentum": 0.9},  # PyTorch has none: the usual one
        "dampened_momentum": {"momentum": 0.9, "dampening": 0.9},
        "nesterov": {"momentum": 0.9},
        "adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
        "adamw": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.01},
    }[name]
    state = {"sgd": "", "adam": "mv", "adamw": "mv"}.get(name, "v")
    exercise = parse(f"{SEVERAL}optimizer: {name}\n", "c.yaml")
    assert exercise == parse(f"{SEVERAL}optimizer: {{name: {name}}}\n", "c.yaml")
    assert exercise.network.optimizer == name
    assert exercise.network.decays is (name == "adamw")
    plain = parse(SEVERAL, "c.yaml").numbers
    added = {key: float(exercise.numbers[key]) for key in exercise.numbers if key not in plain}
    expected = dict(defaults)
    expected |= {f"{letter}_{p}": 0.0 for letter in state for p in ("w1", "w2", "w3", "b1", "b2")}
    expected |= {"t": 1.0} if "m" in state else {}
    assert added == expected


def test_the_settings_of_an_optimizer_keep_the_digits_that_were_typed() -> None:
    text = SEVERAL + "optimizer: {name: adam, beta1: 0.80, epsilon: 1e-6}\nweight_decay: 0.10\n"
    numbers = parse(text, "c.yaml").numbers
    typed = [str(numbers[name]) for name in ("beta1", "beta2", "epsilon", "weight_decay")]
    assert typed == ["0.80", "0.999", "0.000001", "0.10"]


@pytest.mark.parametrize("name", BY_GRADIENT)
def test_no_weight_decay_is_none_at_all(name: str) -> None:
    exercise = parse(f"{SEVERAL}optimizer: {name}\nweight_decay: 0\n", "c.yaml")
    assert exercise.network.decays is False
    assert "weight_decay" not in exercise.numbers


def test_trained_slopes_are_numbered_in_forward_order_and_start_where_they_are_told() -> None:
    text = swapped("rate: 0.5", "rate: 0.5\nactivation: {hidden: relu, output: parametric_relu}")
    exercise = parse(text, "c.yaml")
    assert exercise.network.slopes == ("s1",)
    assert [layer.slope for layer in exercise.network.layers] == [None, "s1"]
    assert exercise.numbers["s1"] == Decimal("0.25")
    text = SEVERAL + "activation: {name: parametric_relu, slope: 0.10}\norder: [s2]\nfrozen: [s1]\n"
    exercise = parse(text, "c.yaml")
    assert exercise.network.parameters == ("w1", "w2", "w3", "b1", "b2", "s1", "s2")
    assert [str(exercise.numbers[name]) for name in exercise.network.slopes] == ["0.10", "0.10"]
    assert exercise.network.updated == ("w1", "w2", "w3", "b1", "b2", "s2")


# --- the traps -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("batch_size: 0", "10:13: batch_size: a whole number from 1 on, or all, belongs here"),
        ("batch_size: -2", "10:13: batch_size: a whole number from 1 on, or all, belongs here"),
        ("batch_size: 2.0", "10:13: batch_size: a whole number from 1 on, or all, belongs here"),
        ("batch_size: All", "10:13: batch_size: a whole number from 1 on, or all, belongs here"),
        ("batch_size:", "10:12: batch_size: nothing is written here; a whole number from 1 on"),
        ("batch_size: '2'", "10:13: batch_size: 2 is text, not a number"),
        ("batch_size: [2]", "10:13: batch_size: a number belongs here, not a list"),
        ("batch_size: 1" + "0" * 400, "10:13: batch_size: 1000"),
        ("shuffle: maybe", "10:10: shuffle: true or false belongs here"),
        ("shuffle: 1", "10:10: shuffle: true or false belongs here"),
        ("shuffle: 'true'", "10:10: shuffle: true or false belongs here"),
        ("shuffle:", "10:9: shuffle: nothing is written here; true or false belongs here"),
        ("shuffle: [true]", "10:10: shuffle: true or false belongs here"),
        ("seed: -1", "10:7: seed: a whole number from 0 on belongs here, not -1"),
        ("seed: 1.5", "10:7: seed: a whole number from 0 on belongs here, not 1.5"),
        ("seed: lucky", "10:7: seed: a whole number from 0 on belongs here, not lucky"),
        ("optimizer: Adm", "10:12: optimizer: there is no optimizer called Adm; did you mean ad"),
        (
            "optimizer: rmsprop",
            "10:12: optimizer: there is no optimizer called rmsprop; known: sgd",
        ),
        ("optimizer:", "10:11: optimizer: nothing is written here"),
        ("optimizer: [adam]", "10:12: optimizer: an optimizer is one name, or a name and its"),
        ("optimizer: {beta1: 0.9}", "10:12: optimizer: an optimizer is one name, or a name and"),
        ("optimizer: {name: adm}", "10:19: optimizer.name: there is no optimizer called adm"),
        ("optimizer: {name: adam, name: sgd}", "10:25: optimizer.name: this key is given twice"),
        ("optimizer: {name: adam, eps: 1}", "10:25: optimizer.eps: there is no such key; did you"),
        (
            "optimizer: {name: adam, beta1: 1}",
            "10:32: optimizer.beta1: this is at least 0 and is less than 1; 1 is not",
        ),
        (
            "optimizer: {name: adamw, beta2: -0.1}",
            "10:33: optimizer.beta2: this is at least 0 and is less than 1; -0.1 is not",
        ),
        (
            "optimizer: {name: momentum, momentum: 1.0}",
            "10:39: optimizer.momentum: this is at least 0 and is less than 1; 1.0 is not",
        ),
        ("optimizer: {name: adam, epsilon: -1}", "10:34: optimizer.epsilon: "),
        (
            "optimizer: {name: adam, momentum: 0.9}",
            "10:25: optimizer.momentum: adam has no such setting; it has beta1, beta2, epsilon",
        ),
        (
            "optimizer: {name: sgd, momentum: 0.9}",
            "10:24: optimizer.momentum: sgd has no such setting; it has none",
        ),
        ("optimizer: {name: nesterov, beta1: 0}", "10:29: optimizer.beta1: nesterov has no such"),
        ("weight_decay: -0.1", "10:15: weight_decay: this is at least 0; -0.1 is not"),
        ("weight_decay: some", "10:15: weight_decay: some is not a number"),
        ("weight_decay:", "10:14: weight_decay: nothing is written here"),
        ("optimzer: adam", "10:1: optimzer: there is no such key; did you mean optimizer?"),
        ("activation: {name: relu, slope: 1}", "10:26: activation.slope: relu has no such setting"),
        (
            "activation: {name: parametric_relu, alpha: 1}",
            "10:37: activation.alpha: parametric_relu has no such setting; it has slope",
        ),
        (
            "activation: {hidden: {name: parametric_relu, slope: steep}}",
            "10:53: activation.hidden.slope: steep is not a number",
        ),
        ("frozen: [s1]", "10:10: frozen.1: there is no parameter called s1; the parameters are w1"),
        (
            "activation: parametric_relu\norder: [w1, s3]",
            "11:13: order.2: there is no parameter called s3; "
            "the parameters are w1 to w3 and b1 to b2 and s1 to s2",
        ),
    ],
)
def test_a_wrong_value_of_a_key_is_told_the_right_one(line: str, expected: str) -> None:
    assert complaint(f"{SEVERAL}{line}\n").startswith(f"c.yaml:{expected}")


@pytest.mark.parametrize(
    ("third", "expected"),
    [
        (
            "{inputs: {x1: 1, x3: 1}, target: 0}",
            "4:22: examples.3.inputs.x3: there is no input called x3; the inputs are x1, x2",
        ),
        (
            "{inputs: {x1: 1}, target: 0}",
            "4:14: examples.3.inputs: there is no value for the input x2; add it",
        ),
        (
            "{inputs: [1, 1, 1], target: 0}",
            "4:14: examples.3.inputs: this list has 3 values and needs 2, one for each of x1, x2",
        ),
        ("{inputs: [], target: 0}", "4:14: examples.3.inputs: this list has 0 values and needs 2"),
        ("{inputs: {}, target: 0}", "4:14: examples.3.inputs: there is no value for the input x1"),
        ("{inputs: 1, target: 0}", "4:14: examples.3.inputs: the inputs are a mapping such as"),
        ("{inputs: {x1: 1, x2: a}, target: 0}", "4:26: examples.3.inputs.x2: a is not a number"),
        ("{inputs: [1, 1]}", "4:5: examples.3.target: this key is missing; add a line"),
        ("{target: 1}", "4:5: examples.3.inputs: this key is missing; add a line"),
        ("{inputs: [1, 1], taget: 0}", "4:22: examples.3.taget: there is no such key; did you"),
        (
            "{inputs: [1, 1], target: [0, 1]}",
            "4:30: examples.3.target: this list has 2 targets and needs 1, for out",
        ),
        (
            "{inputs: [1, 1], target: {o1: 1}}",
            "4:31: examples.3.target.o1: there is no neuron called o1; the only neuron is out",
        ),
        ("{inputs: [1, 1], target: }", "4:30: examples.3.target: nothing is written here"),
        ("{inputs: [1, 1], target: [.nan]}", "4:31: examples.3.target.1: .nan is not finite"),
        ("5", "4:5: examples.3: a mapping belongs here"),
        ("[1, 1, 0]", "4:5: examples.3: a mapping belongs here"),
        ("", "4:4: examples.3: nothing is written here; a mapping belongs here"),
    ],
)
def test_a_wrong_third_example_is_reported_where_it_stands(third: str, expected: str) -> None:
    assert complaint(swapped(f" {THIRD}", f" {third}".rstrip())).startswith(f"c.yaml:{expected}")


@pytest.mark.parametrize(
    ("target", "column", "key"),
    [("1.7", 38, ""), ("-0.1", 38, ""), ("[1.7]", 39, ".1"), ("{out: 1.7}", 44, ".out")],
)
def test_a_target_that_the_loss_cannot_take_is_refused_where_it_is_written(
    target: str, column: int, key: str
) -> None:
    text = swapped("target: 0.5", f"target: {target}")
    assert complaint(f"{text}loss: binary_cross_entropy\n") == (
        f"c.yaml:4:{column}: examples.3.target{key}: binary_cross_entropy takes targets from 0 to 1"
    )


def test_targets_that_are_no_distribution_are_refused_where_they_are_written() -> None:
    text = """\
examples:
  - {inputs: [1], target: [0.3, 0.7]}
  - {inputs: [2], target: [1, 0]}
  - {inputs: [2], target: {o2: 0.5, o1: 0.6}}
weights: {output: [[1], [2]]}
activation: softmax
loss: cross_entropy
learning_rate: 1
"""
    assert complaint(text) == (
        "c.yaml:4:27: examples.3.target: the targets of cross_entropy are probabilities and add "
        "up to 1, not to 1.1"
    )
    parse(swapped("o1: 0.6", "o1: 0.5", text), "c.yaml")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (REST, "1:1: inputs: this key is missing"),
        (f"inputs: [1, 2]\n{REST}", "1:1: target: this key is missing"),
        (f"target: 1\n{REST}", "1:1: inputs: this key is missing"),
        (f"{SEVERAL}inputs: [1, 2]\n", "10:1: inputs: the examples are given by examples already"),
        (f"{SEVERAL}target: 1\n", "10:1: target: the examples are given by examples already"),
        (f"target: 1\n{SEVERAL}", "1:1: target: the examples are given by examples already"),
        (f"{DATA}target: 1\n", "4:1: target: the examples are given by data already"),
        (
            f"{SEVERAL}data: {{file: t, inputs: [a], target: b}}\n",
            "1:1: examples: the examples are",
        ),
        (f"examples: []\n{REST}", "1:11: examples: there are no examples; give at least one"),
        (f"examples:\n{REST}", "1:10: examples: nothing is written here; a list belongs here"),
        (f"examples: {{a: 1}}\n{REST}", "1:11: examples: a list belongs here"),
        (f"examples: 5\n{REST}", "1:11: examples: a list belongs here"),
        (f"{ALONE}batch_size: 2\n", "8:1: batch_size: batch_size is for several examples"),
        (f"{ALONE}shuffle: false\n", "8:1: shuffle: shuffle is for several examples"),
        (f"{ALONE}seed: 1\n", "8:1: seed: seed is for several examples"),
        (f"{ALONE}reduction: sum\n", "8:1: reduction: reduction is for several examples"),
    ],
)
def test_the_examples_are_given_in_one_way(text: str, expected: str) -> None:
    assert complaint(text).startswith(f"c.yaml:{expected}")


@pytest.mark.parametrize(
    ("name", "optimizer", "owner"),
    [
        ("t", "adam", "the number of the update"),
        ("t", "adamw", "the number of the update"),
        ("m_w1", "adam", "a quantity of adam"),
        ("m_w1_new", "adamw", "a quantity of adamw"),
        ("v_b1", "momentum", "a quantity of momentum"),
        ("v_w3_new", "nesterov", "a quantity of nesterov"),
        ("d_w2", "nesterov", "a quantity of nesterov"),
        ("m_hat_w1", "adam", "a quantity of adam"),
        ("decayed_w1", "adamw", "a quantity of adamw"),
        ("beta1", "adam", "a setting of adam"),
        ("epsilon", "adam", "a setting of adam"),
        ("momentum", "momentum", "a setting of momentum"),
        ("weight_decay", "adamw", "a setting of adamw"),
        ("MeanLoss", "sgd", "the mean loss of a batch"),
        ("step_w1", "adam", "the update step of w1"),
    ],
)
def test_a_name_that_an_optimizer_needs_is_refused_with_it(
    name: str, optimizer: str, owner: str
) -> None:
    text = SEVERAL.replace("x1", name)
    expected = f"c.yaml:2:15: examples.1.inputs.{name}: {name} is already {owner}; choose another"
    assert complaint(f"{text}optimizer: {optimizer}\n").startswith(expected)
    if optimizer != "sgd" and name != "step_w1":  # without it the name is free
        assert calculate(parse(text, "c.yaml")).working.values[name] == 0


def test_with_weight_decay_g_is_taken_and_with_a_slope_s1() -> None:
    for name, line in (("g_w1", "weight_decay: 0.1"), ("s1", "activation: parametric_relu")):
        text = SEVERAL.replace("x1", name)
        assert f"{name} is already" in complaint(f"{text}{line}\n")
        assert calculate(parse(text, "c.yaml")).working.values[name] == 0


def test_a_complaint_is_one_line_with_exit_code_2(backprop: Backprop, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    text = swapped("target: 0.5", "target: 1.7")
    path.write_text(f"{text}loss: binary_cross_entropy\n", encoding="utf-8")
    done = backprop("run", path)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr == (
        f"{path}:4:38: examples.3.target: binary_cross_entropy takes targets from 0 to 1\n"
        "    - {inputs: {x1: 1, x2: 1}, target: 1.7}\n"
        "                                       ^\n"
    )


# --- a data file -----------------------------------------------------------------------------


def loaded(folder: Path, text: str = DATA, table: str = TABLE) -> Exercise:
    (folder / "t.csv").write_text(table, encoding="utf-8")
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    return load(str(folder / "c.yaml"))


def refused(folder: Path, text: str, table: str = TABLE) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text, table)
    return str(caught.value).replace(f"{folder}/", "")


CLASSES = swapped(
    "target: y", "target: kind", swapped("{out: [0.1, 0.2]}", "[[1, 2], [3, 4]]", DATA)
)


def test_the_rows_of_a_data_file_are_the_examples(tmp_path: Path) -> None:
    exercise = loaded(tmp_path, DATA + "batch_size: 2\nshuffle: true\nseed: 5\n")
    assert exercise.network.inputs == ("a", "b")
    assert exercise.batches == Batches(2, shuffle=True, seed=5)
    assert exercise.examples == (
        Example(decimals("1", "2"), decimals("0")),
        Example(decimals("3", "4"), decimals("1")),
        Example(decimals("5", "6"), decimals("1")),
    )


def test_the_path_of_a_data_file_is_relative_to_the_configuration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exercise = loaded(tmp_path)
    monkeypatch.chdir("/")
    assert load(str(tmp_path / "c.yaml")) == exercise


def test_several_columns_are_targets_of_several_outputs(tmp_path: Path) -> None:
    text = swapped("target: y", "target: [y, a]", DATA)
    exercise = loaded(tmp_path, swapped("{out: [0.1, 0.2]}", "[[1, 2], [3, 4]]", text))
    assert exercise.examples[1].targets == decimals("1", "3")


def test_a_network_may_be_taught_to_give_back_its_inputs(tmp_path: Path) -> None:
    text = swapped("target: y", "target: [a, b]", DATA)
    exercise = loaded(tmp_path, swapped("{out: [0.1, 0.2]}", "[[1, 2], [3, 4]]", text))
    assert [one.targets for one in exercise.examples] == [one.inputs for one in exercise.examples]
    exercise = loaded(tmp_path, swapped("target: y", "target: [a]", DATA))
    assert exercise.examples[2].targets == exercise.examples[2].inputs[:1]


def test_a_column_of_classes_becomes_one_hot_and_names_the_outputs(tmp_path: Path) -> None:
    exercise = loaded(tmp_path, CLASSES)
    assert [neuron.name for neuron in exercise.network.outputs] == ["cat", "dog"]
    assert [example.targets for example in exercise.examples] == [(1, 0), (0, 1), (1, 0)]
    assert exercise.classifies
    text = swapped("[[1, 2], [3, 4]]", "{dog: [1, 2], cat: [3, 4]}", CLASSES)
    exercise = loaded(tmp_path, text)
    assert [example.targets for example in exercise.examples] == [(0, 1), (1, 0), (0, 1)]


def test_columns_and_classes_become_names_that_formulas_can_hold(tmp_path: Path) -> None:
    table = "sepal length (cm),2nd,kind\n1,2,a cat\n3,4,1st\n"
    text = swapped("inputs: [a, b]", "inputs: ['sepal length (cm)', 2nd]", CLASSES)
    network = loaded(tmp_path, text, table).network
    assert network.inputs == ("sepal_length_cm", "c_2nd")
    assert [neuron.name for neuron in network.outputs] == ["c_1st", "a_cat"]


def test_standardized_columns_have_mean_0_and_standard_deviation_1(tmp_path: Path) -> None:
    # By hand: 1, 2, 6 has mean 3 and squared deviations 4, 1, 9, so deviation sqrt(14 / 3).
    table = "a,b,y\n1,7.01,5\n2,7.01,6\n6,7.01,7\n"
    text = swapped("target: y", "target: y, standardize: true", DATA)
    found = [example.inputs[0] for example in loaded(tmp_path, text, table).examples]
    deviation = (14 / 3) ** 0.5
    assert found == pytest.approx([-2 / deviation, -1 / deviation, 3 / deviation], rel=1e-14, abs=0)
    # A column of one value becomes zeros, though in float64 its mean may not be quite that value.
    assert [example.inputs[1] for example in loaded(tmp_path, text, table).examples] == [0, 0, 0]
    # Targets stay.
    assert [example.targets for example in loaded(tmp_path, text, table).examples] == [
        (5,),
        (6,),
        (7,),
    ]


@pytest.mark.parametrize("size", ["e-300", "e306", "e-320", ""])
def test_columns_of_any_size_are_standardized(tmp_path: Path, size: str) -> None:
    table = f"a,b,y\n100{size},1,0\n-100{size},2,1\n"
    text = swapped("target: y", "target: y, standardize: true", DATA)
    examples = loaded(tmp_path, text, table).examples
    assert [float(example.inputs[0]) for example in examples] == pytest.approx(
        [1, -1], rel=1e-12, abs=0
    )


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("t.csv", "u.csv", "c.yaml:1:14: data.file: u.csv: there is no such file"),
        ("t.csv", "", "c.yaml:1:14: data.file: nothing is written here; name a CSV file"),
        ("t.csv", "[t.csv]", "c.yaml:1:14: data.file: a name belongs here, not a list"),
        ("[a, b]", "[a, bb]", "t.csv:1: there is no column called bb; did you mean b?"),
        ("target: y", "target: z", "t.csv:1: there is no column called z; the columns are a, b"),
        ("[a, b]", "[]", "c.yaml:1:29: data.inputs: there are no inputs; give at least one column"),
        (
            "[a, b]",
            "a",
            "c.yaml:1:29: data.inputs: a list belongs here, such as [column1, column2]",
        ),
        ("[a, b]", "[a, a]", "c.yaml:1:33: data.inputs.2: a is named twice; keep it once"),
        ("[a, b]", "[a, b, y, a]", "c.yaml:1:39: data.inputs.4: a is named twice; keep it once"),
        (
            "[a, b]",
            "[a, 'a b', a_b]",
            "c.yaml:1:40: data.inputs.3: 'a b' and a_b would both be called a_b; change",
        ),
        (
            "[a, b]",
            "[a, y]",
            "c.yaml:1:45: data.target: the column y is an input already; name another, or write "
            "[y] if the network is to give back its input",
        ),
        (
            "inputs: [a, b], target: y",
            "target: b, inputs: [a, b]",
            "c.yaml:1:29: data.target: the column b is an input already; name another",
        ),
        ("[a, b]", "[a, kind]", "t.csv:2: kind: cat is not a number"),
        (
            "target: y",
            "target: []",
            "c.yaml:1:45: data.target: there are no targets; give at least",
        ),
        (
            "target: y",
            "target: {a: b}",
            "c.yaml:1:45: data.target: a target is a column, or a list",
        ),
        (
            "target: y",
            "target: [y, a]",
            "c.yaml:1:45: data.target: target has 2 columns and needs 1, for out",
        ),
        ("target: y", "", "c.yaml:1:7: data.target: this key is missing"),
        (
            "target: y",
            "target: kind",
            "c.yaml:1:45: data.target: the column kind holds 2 classes, and there is one output; "
            "give the network 2 outputs",
        ),
        ("target: y", "target: y, standardize: 1", "c.yaml:1:61: data.standardize: true or false"),
        (
            "target: y",
            "target: y, delimiter: x",
            "c.yaml:1:48: data.delimiter: there is no such key",
        ),
        (
            "data: {file: t.csv, inputs: [a, b], target: y}",
            "data: t.csv",
            "c.yaml:1:7: data: a map",
        ),
    ],
)
def test_what_is_wrong_with_a_data_file_is_said_where_it_stands(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert refused(tmp_path, swapped(old, new, DATA)).startswith(expected)


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ("{o1: [1, 2], o2: [3, 4]}", "are cat, dog, and the outputs are o1, o2; call the outputs"),
        (
            "{cat: [1, 2], dogs: [3, 4]}",
            "are cat, dog, and the outputs are cat, dogs; call the out",
        ),
        ("[[1, 2], [3, 4], [5, 6]]", "are cat, dog, and the outputs are o1, o2, o3; call the outp"),
    ],
)
def test_outputs_are_called_by_the_classes(tmp_path: Path, outputs: str, expected: str) -> None:
    message = refused(tmp_path, swapped("[[1, 2], [3, 4]]", outputs, CLASSES))
    assert message.startswith(
        f"c.yaml:1:45: data.target: the classes of the column kind {expected}"
    )


def test_classes_that_would_have_the_same_name_are_refused(tmp_path: Path) -> None:
    message = refused(tmp_path, CLASSES, TABLE.replace("cat", "a-b").replace("dog", "a b"))
    assert message.startswith("c.yaml:1:45: data.target: 'a b' and a-b would both be called a_b")


def test_a_target_in_a_data_file_that_the_loss_cannot_take_is_located_there(tmp_path: Path) -> None:
    text = DATA + "loss: binary_cross_entropy\n"
    message = refused(tmp_path, text, TABLE.replace("5,6,1", "5,6,1.7"))
    assert message == "t.csv:4: y: binary_cross_entropy takes targets from 0 to 1"
    text = swapped("{out: [0.1, 0.2]}", "[[1, 2], [3, 4]]", DATA) + "loss: cross_entropy\n"
    message = refused(
        tmp_path,
        swapped("target: y", "target: [p, q]", text),
        "a,b,p,q\n1,2,0.5,0.5\n3,4,0.1,0.8\n",
    )
    assert message.startswith("t.csv:3: p: the targets of cross_entropy are probabilities")


@pytest.mark.parametrize(("column", "line"), [("t", "optimizer: adam"), ("w1", ""), ("Loss", "")])
def test_a_column_whose_name_is_taken_is_to_be_renamed(
    tmp_path: Path, column: str, line: str
) -> None:
    text = swapped("inputs: [a, b]", f"inputs: [{column}, b]", DATA) + line
    message = refused(tmp_path, text, TABLE.replace("a,b,y", f"{column},b,y"))
    assert message.startswith(f"c.yaml:1:30: data.inputs.1: this column is called {column}, which")


def test_a_hundred_thousand_rows_are_trained_on(tmp_path: Path) -> None:
    # y = 2a - b + 1, so every update is by an error that training brings down.
    rows = [(at % 17 / 17, at % 23 / 23) for at in range(100_000)]
    table = "a,b,y\n" + "".join(f"{a},{b},{2 * a - b + 1}\n" for a, b in rows)
    text = DATA.replace("0.5", "0.1") + "biases: {output: 0}\nactivation: linear\n"
    calculation = calculate(loaded(tmp_path, f"{text}batch_size: 10\n", table))
    assert calculation.training is not None
    assert len(calculation.training.outcomes) == 100_000
    learnt = {name: float(calculation.after[name]) for name in ("w1", "w2", "b1")}
    assert learnt == pytest.approx({"w1": 2, "w2": -1, "b1": 1}, abs=1e-6)


# --- the JSON Schema -------------------------------------------------------------------------

SCHEMA: Mapping[str, Any] = json_schema()


def accepts(text: str) -> bool:
    return bool(Draft202012Validator(SCHEMA).is_valid(yaml.safe_load(text)))


@pytest.mark.parametrize(
    "line",
    [
        "batch_size: 2",
        "batch_size: all",
        "shuffle: true\nseed: 3",
        "optimizer: adamw",
        "optimizer: {name: adam, beta1: 0, beta2: 0.99, epsilon: 0.001}",
        "optimizer: {name: nesterov, momentum: 0.5}\nweight_decay: 0.01",
        "weight_decay: 0",
        "activation: {name: parametric_relu, slope: 0.1}",
        "activation: {hidden: parametric_relu}\nfrozen: [s1]",
    ],
)
def test_the_json_schema_accepts_every_form(line: str) -> None:
    text = f"{SEVERAL}{line}\n"
    parse(text, "c.yaml")
    assert accepts(text)


def test_the_json_schema_accepts_every_form_of_examples_and_data(tmp_path: Path) -> None:
    for text in (
        swapped(THIRD, "{inputs: [1, 1], target: [0.5]}"),
        swapped(THIRD, "{inputs: {x1: 1, x2: 1}, target: {out: 0.5}}"),
        DATA,
        CLASSES,
        swapped("target: y", "target: [y], standardize: true", DATA),
    ):
        loaded(tmp_path, text)
        assert accepts(text)


@pytest.mark.parametrize(
    "text",
    [
        REST,
        f"inputs: [1, 2]\n{REST}",
        f"examples: 5\n{REST}",
        f"examples: [{{inputs: [1, 2]}}]\n{REST}",
        f"examples: [{{inputs: [1, 2], target: 1, name: a}}]\n{REST}",
        f"data: {{file: a.csv, inputs: [a]}}\n{REST}",
        f"data: {{file: a.csv, inputs: a, target: b}}\n{REST}",
        f"data: {{file: a.csv, inputs: [a], target: b, standardize: 1}}\n{REST}",
        f"{SEVERAL}batch_size: 0\n",
        f"{SEVERAL}batch_size: 1.5\n",
        f"{SEVERAL}batch_size: every\n",
        f"{SEVERAL}shuffle: 1\n",
        f"{SEVERAL}seed: -1\n",
        f"{SEVERAL}optimizer: rmsprop\n",
        f"{SEVERAL}optimizer: {{beta1: 0.9}}\n",
        f"{SEVERAL}optimizer: {{name: adam, beta1: 1}}\n",
        f"{SEVERAL}optimizer: {{name: adam, epsilon: -1}}\n",
        f"{SEVERAL}optimizer: {{name: adam, rate: 0.1}}\n",
        f"{SEVERAL}weight_decay: -1\n",
        f"{SEVERAL}activation: {{name: parametric_relu, slope: 1.2.3}}\n",
    ],
)
def test_the_json_schema_refuses_what_the_program_refuses(text: str) -> None:
    complaint(text)
    assert not accepts(text)
