"""Whatever is thrown at the loader, an exercise or one printable complaint comes out."""

import json
import re
import tempfile
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from support.program import DEFAULT
from support.written_graphs import written_graphs, written_perceptrons

from backprop_cli.algebra.expression import symbols
from backprop_cli.config.load import ConfigError, load, parse
from backprop_cli.functions.optimizers import OPTIMIZERS, state_names
from backprop_cli.network.exercise import Exercise
from backprop_cli.network.structure import LEARNING_RATE

TEXT = DEFAULT.read_text(encoding="utf-8")

# What a complaint looks like: the file, where in it, and something to say about it.
COMPLAINT = re.compile(r"fuzz\.yaml:[1-9][0-9]*:[1-9][0-9]*: \S.*")

quickly = settings(max_examples=200, deadline=None)


def is_sound(exercise: Exercise) -> bool:
    """Every quantity of the network has one finite number, and every source exists."""
    network = exercise.network
    before = set(network.inputs)
    for layer in network.layers:
        assert layer.neurons
        for neuron in layer.neurons:
            assert neuron.edges or neuron.formula
            assert {edge.source for edge in neuron.edges} <= before
            used = symbols(neuron.formula) if neuron.formula else ()
            here = {other.name for other in layer.neurons}
            assert {one.name for one in used} <= before | here | {*network.parameters}
        before |= {neuron.name for neuron in layer.neurons}
    targets = network.targets
    rate = [LEARNING_RATE] if network.learns else []
    names = (*network.inputs, *network.parameters, *targets, *rate)
    assert len(set(names)) == len(names)
    row = OPTIMIZERS[network.optimizer]
    settings = {*row.settings, *(["weight_decay"] if network.decays else [])}
    settings |= {network.penalty} if network.penalty else set()
    assert set(exercise.numbers) == {*names, *settings, *state_names(network)}
    assert exercise.batches.size >= 1
    assert len(exercise.examples) != 1
    for inputs, wanted in exercise.examples:
        assert (len(inputs), len(wanted)) == (len(network.inputs), len(targets))
        assert all(isinstance(n, Decimal) and n.is_finite() for n in (*inputs, *wanted))
    return all(isinstance(n, Decimal) and n.is_finite() for n in exercise.numbers.values())


def complaint_or_exercise(work: Callable[[], Exercise]) -> Exercise | str:
    try:
        return work()
    except ConfigError as error:
        return str(error)


def check(text: str) -> None:
    outcome = complaint_or_exercise(lambda: parse(text, "fuzz.yaml"))
    if isinstance(outcome, str):
        assert outcome.isprintable()
        assert COMPLAINT.fullmatch(outcome)
        assert len(outcome) < 1000
    else:
        assert is_sound(outcome)


@quickly
@given(st.text())
def test_arbitrary_text(text: str) -> None:
    check(text)


@quickly
@given(st.text(alphabet=list("ab01.-:?,[]{}&*!|>'\"%@`#~<= \n\t\\é\x85\u2028\ufeff"), max_size=40))
def test_text_made_of_what_yaml_gives_a_meaning(text: str) -> None:
    check(text)


@quickly
@given(st.binary() | st.text().map(lambda text: text.encode("utf-16")))
def test_arbitrary_bytes_in_a_file(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "fuzz.yaml"
        path.write_bytes(content)
        outcome = complaint_or_exercise(lambda: load(str(path)))
    if isinstance(outcome, str):
        assert outcome.isprintable()
        assert outcome.startswith(f"{path}:")
    else:
        assert is_sound(outcome)


# Several examples, and a value for each of the keys that go with them.
SEVERAL = """\
examples:
  - {inputs: {x1: 0, x2: 1}, target: 1}
  - {inputs: [1, 0.50], target: [0]}
  - {inputs: {x2: 1, x1: 1}, target: {out: 0.5}}
batch_size: 2
reduction: sum
penalty: {l2: 0.1, biases: true}
shuffle: true
seed: 7
optimizer: {name: adam, beta1: 0.8, epsilon: 1e-6}
weight_decay: 0.01
weights:
  hidden: {h1: {x1: 0.15, x2: 0.20}}
  output: {out: {h1: 0.40}}
biases: {hidden: 0.35, output: 0.60}
activation: {hidden: {name: parametric_relu, slope: 0.1}, output: sigmoid}
loss: binary_cross_entropy
learning_rate: 0.5
frozen: [s1]
order: [w3, s1]
"""
# Named parameters, formulas, labels, numbered units, activations by neuron.
GRAPH = """\
inputs: {1: 0.5, y: 2}
parameters: {U: 0.6, W: -0.3}
weights:
  first: {h: {1: U, y: W}, q: "tanh(y * U) - h^2 / 2"}
  last: {4: {h: {w13: 0.2}, 1: 0.4}, k: {q: U}}
biases: {first: W, last: {k: 0.1}}
activation: {last: {4: linear, k: {name: elu, alpha: 0.5}}}
target: {q: 1, k: 0}
learning_rate: 0.5
"""
DATA = {"file": "none.csv", "inputs": ["a", "b"], "target": "c", "standardize": True}

keys = st.sampled_from(
    [
        *yaml.safe_load(TEXT),
        "activation",
        "loss",
        "frozen",
        *yaml.safe_load(SEVERAL),
        "data",
        "parameters",
        "of",
    ]
)
names = st.sampled_from(
    ["x1", "x2", "h1", "h2", "hidden", "output", "out", "w1", "b1", "no", "[x]"]
) | st.sampled_from(
    ["s1", "t", "m_w1", "inputs", "target", "name", "adam", "momentum", "beta1", "file", "slope"]
)
leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.dates()
    | st.binary(max_size=4)
    | names
)
nested: st.SearchStrategy[Any] = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(names | st.text(max_size=4) | st.integers(), inner, max_size=3)
    ),
    max_leaves=12,
)


@quickly
@given(nested | st.dictionaries(keys | st.text(max_size=4), nested, max_size=8))
def test_arbitrary_structures(data: object) -> None:
    check(yaml.safe_dump(data, allow_unicode=True))


@quickly
@given(keys, nested)
def test_the_default_configuration_with_one_key_replaced(key: str, data: object) -> None:
    check(yaml.safe_dump({**yaml.safe_load(TEXT), key: data}, sort_keys=False))


@quickly
@given(keys, nested)
def test_a_configuration_of_several_examples_with_one_key_replaced(key: str, data: object) -> None:
    check(yaml.safe_dump({**yaml.safe_load(SEVERAL), key: data}, sort_keys=False))


@quickly
@given(
    st.lists(nested | st.dictionaries(st.sampled_from(["inputs", "target"]), nested), max_size=4)
)
def test_arbitrary_examples(examples: list[Any]) -> None:
    check(yaml.safe_dump({**yaml.safe_load(SEVERAL), "examples": examples}, sort_keys=False))


@quickly
@given(st.sampled_from([*DATA, "rows"]), nested)
def test_a_data_file_with_one_key_replaced(key: str, value: object) -> None:
    settings = yaml.safe_load(SEVERAL)
    del settings["examples"]
    settings["data"] = {**DATA, key: value}
    outcome = complaint_or_exercise(lambda: parse(yaml.safe_dump(settings), "fuzz.yaml"))
    # The file is not there, which is said last.
    assert isinstance(outcome, str)
    assert outcome.isprintable()
    assert COMPLAINT.fullmatch(outcome) or not outcome.startswith("fuzz.yaml")


small = st.decimals(min_value=-10, max_value=10, places=2).map(float)


@st.composite
def matrices(draw: st.DrawFn) -> dict[str, Any]:
    """A configuration in its short form that is right in everything but, at times, a size."""
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))

    def row(size: int) -> list[float]:
        return draw(st.lists(small, min_size=size, max_size=size))

    layers = {
        f"layer{i}": [row(before) for _ in range(size)]
        for i, (before, size) in enumerate(pairwise(sizes), 1)
    }
    biases = draw(st.dictionaries(st.sampled_from(list(layers)), small | st.lists(small)))
    return {
        "inputs": row(sizes[0]),
        "weights": layers,
        "biases": biases,
        "target": row(sizes[-1]),
        "learning_rate": 0.5,
    }


@quickly
@given(matrices())
def test_configurations_in_their_short_form(data: dict[str, Any]) -> None:
    check(yaml.safe_dump(data, sort_keys=False))


@pytest.mark.parametrize("text", [TEXT, SEVERAL, GRAPH], ids=["default", "several", "graph"])
@quickly
@given(data=st.data())
def test_a_configuration_with_a_piece_replaced(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 30))
    piece = data.draw(
        st.text(max_size=8) | st.sampled_from(["\t", "'", "- ", "*a", "&a ", "[", "1e5"])
    )
    check(text[:start] + piece + text[start + length :])


@quickly
@given(st.sampled_from([*yaml.safe_load(GRAPH)]), nested)
def test_a_graph_with_one_key_replaced(key: str, data: object) -> None:
    check(yaml.safe_dump({**yaml.safe_load(GRAPH), key: data}, sort_keys=False))


@quickly
@given(st.data(), written_graphs() | written_perceptrons())
def test_a_drawn_graph_and_the_same_with_one_piece_replaced(
    data: st.DataObject, written: dict[str, Any]
) -> None:
    """Named slopes, formulas, labels, skips, penalties, no target, several examples, the rule."""
    exercise = parse(json.dumps(written), "fuzz.yaml")
    assert is_sound(exercise)
    place: Any = written
    while isinstance(place, dict | list) and place:
        steps = [*place] if isinstance(place, dict) else range(len(place))
        above, step = place, data.draw(st.sampled_from(steps))
        place = place[step]
        if data.draw(st.booleans()):
            break
    above[step] = data.draw(nested | st.sampled_from(["h + 1", "n1 * S", "U", [], {"v12": 1}]))
    check(yaml.safe_dump(written, sort_keys=False))


@quickly
@given(st.permutations(TEXT.splitlines(keepends=True)))
def test_the_default_configuration_with_its_lines_shuffled(lines: list[str]) -> None:
    check("".join(lines))


@quickly
@given(st.text(alphabet="0123456789.eE+-_:xob,", min_size=1, max_size=12))
def test_a_number_is_python_s_float_of_the_same_text_or_a_complaint(typed: str) -> None:
    text = TEXT.replace("x1: 0.05", f"x1: {typed}")
    check(text)
    outcome = complaint_or_exercise(lambda: parse(text, "fuzz.yaml"))
    assert isinstance(outcome, str) or float(outcome.numbers["x1"]) == float(typed)


def test_the_check_itself_tells_sound_from_unsound() -> None:
    assert is_sound(parse(SEVERAL, "fuzz.yaml"))
    assert is_sound(parse(GRAPH, "fuzz.yaml"))
    exercise = parse(TEXT, "fuzz.yaml")
    assert is_sound(exercise)
    with pytest.raises(AssertionError):
        is_sound(Exercise(exercise.network, {}))
