"""The JSON Schema takes what the program takes: keys and names as people write them, every form."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from support.configurations import complaint
from support.written_graphs import ROWS, respelt, written_graphs, written_perceptrons

from backprop_cli.config.load import ConfigError, json_schema, parse
from backprop_cli.config.shape.keys import OTHER_NAMES

SCHEMA = Draft202012Validator(json_schema())

# Of each key, a value that fits the network below.
NETWORK = {"inputs": [1, 0.5], "weights": {"output": [[0.1, 0.2]]}, "target": 1}
FITTING: dict[str, Any] = {
    "inputs": [1, 2],
    "weights": {"output": [[0.3, 0.4]]},
    "biases": {"output": 0.1},
    "target": 0,
    "learning_rate": 0.5,
    "activation": "tanh",
    "loss": "mse",
    "optimizer": "adam",
    "rounding": 4,
    "frozen": ["w1"],
}


def typed(name: str) -> set[str]:
    """A name as people type it."""
    spellings = {name, name.upper(), name.title(), name.capitalize()}
    return spellings | {one.replace("_", gap) for one in spellings for gap in "- "}


def accepted(data: Any) -> bool:
    """True if the schema and the program take a configuration; that they agree is asserted."""
    told = ""
    try:
        parse(json.dumps(data), "c.yaml")
    except ConfigError as error:
        told = str(error)
    assert SCHEMA.is_valid(data) == (not told), told or [*SCHEMA.iter_errors(data)]
    return not told


def other_keys() -> Iterator[tuple[str, str]]:
    for key in FITTING:
        for other in (key, *OTHER_NAMES[key]):
            yield from ((key, one) for one in sorted(typed(other)))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert {*OTHER_NAMES} <= {*FITTING, "batch_size"}


@pytest.mark.parametrize(("key", "name"), [*other_keys()])
def test_every_other_name_of_a_key_is_valid_and_read(key: str, name: str) -> None:
    rest = {one: value for one, value in NETWORK.items() if one != key}
    assert accepted({**rest, name: FITTING[key]})
    assert not accepted({**rest, name: "?"})


@pytest.mark.parametrize("size", ["Batch", "BATCH-SIZE", "batchsize"])
@pytest.mark.parametrize("inputs", ["x", "Input", "inputs"])
@pytest.mark.parametrize("target", ["Y", "y-true", "Targets"])
def test_so_are_those_within_examples(size: str, inputs: str, target: str) -> None:
    example = {inputs: [1, 0], target: 1}
    data = {"Examples": [example, example], "weights": NETWORK["weights"], size: "all"}
    assert accepted(data)
    assert not accepted({**data, "Examples": [{inputs: [1, 0], "aim": 1}]})
    assert not accepted({**data, "Examples": [{inputs: [1, 0]}], "Lr": 0.1})


@pytest.mark.parametrize(
    ("table", "name"),
    [
        (table, spelt)
        for table, rows in ROWS.items()
        for row in rows.values()
        for name in (row.name, *row.aliases)
        for spelt in sorted(typed(name))
    ],
)
def test_every_spelling_of_a_name_is_valid_and_read(table: str, name: str) -> None:
    data = {**NETWORK, "learning_rate": 0.1, table: name}
    if table == "reduction":
        example = {"inputs": [1, 2], "target": 1}
        del data["inputs"], data["target"]
        data |= {"examples": [example, example]}
    if table == "optimizer" and name.lower() == "perceptron":
        data["activation"] = "binary_step"
    assert accepted(data)
    if table != "reduction":
        assert accepted({**data, table: {"NAME": name}})
    assert not accepted({**data, table: f"{name}q"})


@pytest.mark.parametrize("flag", ["yes", "On", "TRUE", "off", True, False])
def test_a_flag_is_one_of_its_words(flag: object) -> None:
    example = {"inputs": [1, 2], "target": 1}
    text = f"examples: {[example, example]}\nweights: {{o: [[1, 2]]}}\nshuffle: {flag}\n"
    parse(text, "c.yaml")
    SCHEMA.validate({"examples": [example], "weights": {"o": [[1, 2]]}, "shuffle": flag})
    assert not SCHEMA.is_valid({**NETWORK, "shuffle": "maybe"})


@pytest.mark.parametrize("name", ["A", "a", "Slope", "name_of"])
def test_layers_and_neurons_keep_their_names_within_activation(name: str) -> None:
    data = {
        "inputs": [1],
        "weights": {name: {"B": [0.5], "c": [0.1]}, "out": {"y": [1, 2]}},
        "activation": {name: {"B": {"Name": "ELU", "Alpha": 0.5}, "c": "Identity"}},
        "target": 1,
    }
    assert accepted(data)
    (layer, _) = parse(json.dumps(data), "c.yaml").network.layers
    assert [one.function.name for one in layer.neurons if one.function] == ["elu", "linear"]


def test_a_key_that_is_given_twice_over_is_refused_by_both() -> None:
    assert not accepted({**NETWORK, "learning_rate": 0.1, "lr": 0.1})
    assert not accepted({**NETWORK, "targets": 1})


either = written_graphs() | written_perceptrons()


@settings(max_examples=150, deadline=None)
@given(st.data(), either)
def test_drawn_networks_are_valid_and_read_however_they_are_spelt(
    data: st.DataObject, written: dict[str, Any]
) -> None:
    assert accepted(written)
    other = respelt(written, data.draw)
    SCHEMA.validate(other)
    assert parse(json.dumps(other), "c.yaml") == parse(json.dumps(written), "c.yaml")


@settings(max_examples=100, deadline=None)
@given(st.data(), either)
def test_a_key_that_is_none_is_refused_by_both(
    data: st.DataObject, written: dict[str, Any]
) -> None:
    wrong = data.draw(st.sampled_from(["weigths", "q", "layers", "of_", "Learning--rate", "η2"]))
    settings = [written[key] for key in ("loss", "optimizer", "penalty") if key in written]
    places = [written, *written.get("examples", ())]
    places += [part for part in settings if isinstance(part, dict)]
    data.draw(st.sampled_from(places))[wrong] = 1
    complaint(json.dumps(written))
    assert not SCHEMA.is_valid(written)
