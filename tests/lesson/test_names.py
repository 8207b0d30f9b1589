"""Names that could be taken for another's, and what answers a name that is none."""

import pytest

from backprop_cli.config.load import ConfigError, parse
from backprop_cli.errors import UnknownNameError
from backprop_cli.lesson.names import canonical_names, explainable

NETWORK = """\
inputs: {{{input}: 0.5}}
weights:
  {layer}:
    h1: {{{input}: 0.1}}
    {hidden}: {{{input}: 0.2}}
  output:
    o1: {{h1: 0.3, {hidden}: 0.4}}
    o2: {{h1: 0.5, {hidden}: 0.6}}
target: [0, 1]
learning_rate: 0.5
{more}
"""


def network(input: str = "x1", layer: str = "hidden", hidden: str = "h2", more: str = "") -> str:
    return NETWORK.format(input=input, layer=layer, hidden=hidden, more=more)


def complaint(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        parse(text, "mine.yaml")
    return str(caught.value)


@pytest.mark.parametrize("name", ["h1_from_o1", "h1_from_o2", "h1_from_h1"])
def test_a_neuron_is_not_called_like_a_part_of_another_s_gradient(name: str) -> None:
    through = name.removeprefix("h1_from_")
    assert complaint(network(hidden=name)) == (
        f"mine.yaml:5:5: weights.hidden.{name}: {name} is what the part of the gradient of h1 "
        f"that comes through {through} is called; choose another name"
    )


@pytest.mark.parametrize(
    ("name", "of", "through"), [("w1_from_h1", "w1", "h1"), ("b1_from_z_h1", "b1", "z_h1")]
)
def test_an_input_is_not_called_like_a_part_of_a_gradient(name: str, of: str, through: str) -> None:
    said = f"the part of the gradient of {of} that comes through {through}"
    assert said in complaint(network(input=name, more="biases: {hidden: 0.1}"))


@pytest.mark.parametrize("name", ["from_o1", "h1_from_o3", "h9_from_o1", "_from_".join("abc")])
def test_a_name_that_no_part_has_is_taken(name: str) -> None:
    assert name in {n.name for n in parse(network(hidden=name), "mine.yaml").network.neurons}


@pytest.mark.parametrize(
    ("name", "printed"), [("ŷ", "ŷ"), ("ŷ_o9", "ŷ_o9"), ("y_hat_foo", "ŷ_foo")]
)
def test_only_a_prediction_is_printed_like_one(name: str, printed: str) -> None:
    assert complaint(network(input=name)) == (
        f"mine.yaml:1:10: inputs.{name}: {name} would be printed as {printed}, like a prediction; "
        "choose another name"
    )


def test_a_layer_is_not_called_name_which_marks_an_activation_s_settings() -> None:
    message = complaint(network(layer="name", more="activation: {name: relu, output: sigmoid}"))
    assert message == (
        "mine.yaml:3:3: weights.name: a layer cannot be called name, which is a key of "
        "activation:; choose another name"
    )


@pytest.mark.parametrize("key", ["order", "frozen"])
def test_a_parameter_is_named_once(key: str) -> None:
    message = complaint(network(more=f"{key}: [w1, w2, w1]"))
    assert message.endswith(f"{key}.3: w1 is named twice; keep it once")


@pytest.mark.parametrize("word", ["null", "true", "off", "~"])
def test_a_word_is_no_number_of_decimals(word: str) -> None:
    assert complaint(network(more=f"rounding: {word}")).endswith(
        f"rounding: {word} is not a number of decimals; write 1 to 15, or leave rounding out for "
        "full "
        "precision"
    )


@pytest.mark.parametrize("key", ["activation", "loss", "optimizer"])
def test_what_is_left_empty_is_not_called_by_an_empty_name(key: str) -> None:
    message = complaint(network(more=f"{key}:"))
    assert f"{key}: nothing is written here; write one of " in message
    assert "''" not in message


def test_of_settings_without_a_name_the_name_is_missing() -> None:
    message = complaint(network(more="activation: {slope: 0.1}"))
    assert message.endswith("activation.name: this key is missing; add a line `name: …`")


def test_a_layer_may_be_called_as_a_setting_is() -> None:
    exercise = parse(network(layer="slope", more="activation: {slope: relu}"), "mine.yaml")
    assert [layer.activation for layer in exercise.network.layers] == ["relu", "sigmoid"]


def answer(name: str) -> str:
    exercise = parse(network(), "mine.yaml")
    with pytest.raises(UnknownNameError) as caught:
        canonical_names([name], explainable(exercise), exercise)
    return str(caught.value)


def test_a_mistyped_name_is_answered_with_names_that_a_keyboard_has() -> None:
    assert answer("losss").partition("names are ")[2].startswith("Loss, ")
    for name in ("losss", "w", "dLoss/dw11", "zq1"):
        assert answer(name).isascii()


def test_one_in_the_signs_of_formulas_is_answered_with_such() -> None:
    assert "∂Loss/∂w1" in answer("∂Loss/∂w11")


def test_to_no_name_at_all_no_name_is_near() -> None:
    assert answer("") == "--explain '': a name is missing, such as w1, w2, w3"
