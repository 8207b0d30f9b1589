"""Configurations drawn in the forms of networks that are no plain layers, and respelt as people do.

All that is drawn is right: the program reads it.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from backprop_cli.config.shape.keys import MODELS, OTHER_NAMES
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.optimizers import OPTIMIZERS
from backprop_cli.functions.reductions import REDUCTIONS

Data = dict[str, Any]
ROWS: Mapping[str, Mapping[str, Any]] = {
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "optimizer": OPTIMIZERS,
    "reduction": REDUCTIONS,
}
SLOPED = [{"name": "parametric_relu", "slope": "S"}, {"name": "parametric_relu", "slope": 0.2}]
FUNCTIONS = ["tanh", "relu", "linear", "softsign", {"name": "elu", "alpha": 0.5}, *SLOPED]
ANY_TARGET = [
    "half_squared_error",
    "mean_squared_error",
    "squared_error",
    "mean_absolute_error",
    "log_cosh",
    {"name": "huber", "delta": 0.5},
    "(y_hat - y_true)^2 / n",
    "abs(t - y)",
]
FORMULAS = ["{0} * {1}", "({0} + {1}) / 2", "{0}^2 - {1}", "tanh({0}) + 0.5", "max({0}, {1})"]

number = st.integers(-99, 99).map(lambda hundredths: hundredths / 100)


@st.composite
def written_graphs(draw: st.DrawFn) -> Data:
    """Skips, shared and labelled parameters, formulas, outputs at any depth, with and without
    targets, a rate, a penalty, several examples.
    """
    inputs = draw(st.sampled_from([["x1", "x2"], ["1", "2"], ["a"], ["p", "q", "r"]]))
    weights: Data = {}
    biases: Data = {}
    parameters: Data = {}
    activation: Data = {}
    neurons: list[str] = []
    labels = [f"v{at}" for at in range(10, 60)]

    def parameter() -> Any:
        form = draw(st.sampled_from(["number", "name", "label"]))
        if form == "label":
            return {labels.pop(): draw(number)}
        return draw(number) if form == "number" else named(draw(st.sampled_from("UVW")))

    def named(name: str) -> str:
        parameters.setdefault(name, draw(number))
        return name

    def fan(before: Sequence[str]) -> Any:
        if draw(st.integers(0, 3)) == 0:
            like_a_formula = [
                f"x_{one}" if one in inputs and one.isdigit() else one for one in before
            ]
            two = draw(st.lists(st.sampled_from(like_a_formula), min_size=2, max_size=2))
            return draw(st.sampled_from(FORMULAS)).format(*two)
        sources = draw(st.lists(st.sampled_from(before), min_size=1, max_size=3, unique=True))
        return {source: parameter() for source in sources}

    def function() -> Any:
        chosen = draw(st.sampled_from(FUNCTIONS))
        if isinstance(chosen, dict) and chosen.get("slope") == "S":
            named("S")
        return chosen

    last: list[str] = []
    for layer in draw(st.sampled_from([["A", "B"], ["hidden", "more", "output"], ["graph"]])):
        before = [*inputs, *neurons]
        names = [f"n{len(neurons) + at}" for at in range(1, draw(st.integers(1, 2)) + 1)]
        weights[layer] = {name: fan(before) for name in names}
        summed = [name for name in names if isinstance(weights[layer][name], dict)]
        if draw(st.booleans()) and summed:
            shared = draw(number) if draw(st.booleans()) else named("b")
            biases[layer] = draw(st.sampled_from([shared, {summed[0]: parameter()}]))
        if draw(st.booleans()) and summed:
            by_neuron = {summed[-1]: function()}
            activation[layer] = by_neuron if draw(st.booleans()) else function()
        neurons += names
        last = names

    has_weights = any(isinstance(fan, dict) for layer in weights.values() for fan in layer.values())
    aimed = draw(st.booleans())
    ends = draw(st.lists(st.sampled_from(neurons), min_size=1, max_size=2, unique=True))
    # Whoever names one of the last layer's outputs names them all.
    ends = last if {*ends} <= {*last} else ends

    def example() -> Data:
        made: Data = {"inputs": {name: draw(number) for name in inputs}}
        return {**made, "target": {end: draw(number) for end in ends}} if aimed else made

    several = draw(st.booleans())
    data: Data = {"examples": [example(), example()]} if several else example()
    data |= {"weights": weights, "biases": biases, "activation": activation}
    data |= {"parameters": used(parameters, data)}
    data |= {} if aimed else {"of": ends[0]}
    data |= {"loss": draw(st.sampled_from(ANY_TARGET))} if aimed else {}
    if aimed and draw(st.booleans()):
        rules = ["sgd", {"name": "momentum", "dampening": 0.5}, {"name": "adam", "beta1": 0.8}]
        data |= {"learning_rate": 0.1, "optimizer": draw(st.sampled_from(rules))}
    if aimed and has_weights and draw(st.booleans()):
        data["penalty"] = draw(st.sampled_from([{"l2": 0.1}, {"l1": 0.1, "biases": True}]))
    if aimed and several:
        data |= {"reduction": draw(st.sampled_from(["sum", "mean"])), "batch_size": "all"}
        data |= {"shuffle": draw(st.booleans()), "seed": 3}
    # A copy: whoever replaces a piece of it must not change the rows above, which others draw.
    return deepcopy({key: value for key, value in data.items() if value != {}})


def used(parameters: Mapping[str, Any], data: Data) -> Data:
    """Those of some parameters that stand somewhere in the data."""

    def texts(part: Any) -> list[str]:
        if isinstance(part, dict):
            return [text for value in part.values() for text in texts(value)]
        return [part] if isinstance(part, str) else []

    return {name: number for name, number in parameters.items() if name in texts(data)}


@st.composite
def written_perceptrons(draw: st.DrawFn) -> Data:
    """One layer of steps or signs, with examples, and the perceptron rule."""
    function = draw(st.sampled_from(["binary_step", "sign"]))
    either = st.sampled_from([0, 1] if function == "binary_step" else [-1, 1])
    names = [f"o{at}" for at in range(1, draw(st.integers(1, 2)) + 1)]
    return {
        "examples": [
            {
                "inputs": [draw(number), draw(number)],
                "target": {name: draw(either) for name in names},
            }
            for _ in range(draw(st.integers(1, 3)))
        ],
        "weights": {"output": {name: {"x1": draw(number), "x2": draw(number)} for name in names}},
        "biases": {"output": {names[0]: draw(number)}},
        "activation": function,
        "optimizer": "perceptron",
        "learning_rate": draw(st.sampled_from([0.5, 1])),
    }


def respelt(data: Data, draw: Callable[[st.SearchStrategy[Any]], Any]) -> Data:
    """The same configuration with keys and names as people type them."""

    def odd(text: str) -> str:
        text = draw(st.sampled_from([text, text.upper(), text.title(), text.capitalize()]))
        return text.replace("_", draw(st.sampled_from("_- ")))

    def key(name: str, fields: Any) -> str:
        others = [other for other in OTHER_NAMES.get(name, ()) if other not in fields]
        return odd(draw(st.sampled_from([name, *others])))

    def row(table: str, value: Any) -> Any:
        if isinstance(value, dict) and "name" in value:
            inner = {**value, "name": row(table, value["name"])}
            return {key(name, MODELS[table].model_fields): part for name, part in inner.items()}
        if isinstance(value, dict):
            return {name: row(table, part) for name, part in value.items()}
        if value not in ROWS[table]:  # a formula
            return value
        return odd(draw(st.sampled_from([value, *ROWS[table][value].aliases])))

    def inner(name: str, value: Any) -> Any:
        if name in ROWS:
            return row(name, value)
        if name == "examples":
            fields = MODELS[name].model_fields
            return [{key(one, fields): part for one, part in item.items()} for item in value]
        if name == "penalty":
            return {key(one, ()): part for one, part in value.items()}
        return value

    fields = {"data", "examples", *data}
    return {key(name, fields): inner(name, value) for name, value in data.items()}
