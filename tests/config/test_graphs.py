"""Networks that are no plain layers, as people write them."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from support.configurations import complaint, swapped_in
from support.graph_texts import (
    BY_NEURON,
    CELL,
    CONVOLUTION,
    GRAPHS,
    NORMALISATION,
    SKIP,
    SLOPES,
    UNITS,
)
from support.program import CONFIGS, Backprop

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import work
from backprop_cli.config.load import parse
from backprop_cli.config.shape.json_schema import json_schema
from backprop_cli.config.writing.saved import configuration_text
from backprop_cli.derivation.derive import derive
from backprop_cli.network.exercise import Exercise, Trained
from backprop_cli.network.neurons import Edge, Function

# The values were computed with PyTorch's autograd, apart from this project.
CASES = [
    (
        SKIP.replace("target", "loss: mean_absolute_error\ntarget"),
        {"y_hat": -0.234, "Loss": 2.234},
        {"p": 0.585, "q": -0.18, "s": -0.42, "u": -0.6},
    ),
    (
        CELL,
        {"a_s1": 0.2913126125, "a_s2": 0.7562488322, "Loss": 0.2302186934},
        {"U": 0.179523847, "W": 0.0759465648, "V": 0.2525807785},
    ),
    (
        CONVOLUTION,
        {"y_hat": 0.84, "Loss": 0.0128},
        {"k0": -0.24, "k1": 0, "b1": -0.144, "v1": -0.032, "v2": -0.208, "v3": 0},
    ),
    (
        NORMALISATION,
        {"y_hat": -1.4677381644, "Loss": 1.3906752924},
        {"x1": -0.0347206092, "x2": 0.0347206092, "g": 1.6318686347},
    ),
    (
        'inputs: {a: 3, b: -1, c: 2}\nweights: {graph: {q: "a * b + c", f: "q^2 * a"}}\n',
        {"f": 3, "Loss": 3},
        {"a": 7, "b": -18, "c": -6},
    ),
]


@pytest.mark.parametrize(("text", "forward", "gradients"), CASES)
def test_published_kinds_have_their_right_values(
    backprop: Backprop, text: str, forward: dict[str, float], gradients: dict[str, float]
) -> None:
    found = json.loads(backprop("run", "-", "--format", "json", input=text).stdout)
    values = {**found["forward"], "Loss": found["loss"]}
    assert {name: values[name] for name in forward} == pytest.approx(forward, rel=0, abs=1e-9)
    worked = {**found["gradients"], **found["input_gradients"]}
    assert {name: worked[name] for name in gradients} == pytest.approx(gradients, rel=0, abs=1e-9)


def test_a_parameter_goes_by_its_name_and_serves_several_edges() -> None:
    network = parse(CELL, "c.yaml").network
    assert network.parameters == ("U", "W", "V")
    assert [edge.weight for neuron in network.neurons for edge in neuron.edges] == [
        "U", "U", "W", "V", "V",
    ]  # fmt: skip


def test_numbers_are_numbered_among_themselves_and_a_label_names_a_weight_where_it_stands() -> None:
    text = CONVOLUTION.replace("{v2: 0.6}", "0.6").replace("{v3: -0.4}", "-0.4")
    network = parse(text, "c.yaml").network
    assert network.outputs[0].edges == (Edge("c1", "v1"), Edge("c2", "w1"), Edge("c3", "w2"))
    assert network.biases == ("b1",)


def test_a_bias_may_be_a_parameter_or_carry_a_label() -> None:
    text = swapped_in(CONVOLUTION, "convolution: 0.1", "convolution: [k0, 0.2, {theta: 0.3}]")
    neurons = parse(text, "c.yaml").network.layers[0].neurons
    assert [neuron.bias for neuron in neurons] == ["k0", "b1", "theta"]


def test_a_target_may_name_neurons_of_any_layer() -> None:
    exercise = parse(swapped_in(CELL, "{y1: 0.8, y2: 0.4}", "{s1: 0.5, y2: 0.4}"), "c.yaml")
    assert [one.name for one in exercise.network.outputs] == ["s1", "y2"]
    assert set(exercise.network.targets) <= set(exercise.numbers)


def test_units_may_be_numbers() -> None:
    exercise = parse(UNITS, "c.yaml")
    network = exercise.network
    assert network.inputs == ("x_1", "x_2", "x_3")
    assert [one.weighted_sum for one in network.neurons] == ["z_4", "z_5", "z_6"]
    assert [edge.source for edge in next(network.neurons).edges] == ["x_1", "x_2", "x_3"]


def test_each_neuron_may_have_an_activation_of_its_own() -> None:
    functions = [one.function for one in parse(BY_NEURON, "c.yaml").network.neurons]
    assert functions[0] == Function("linear")
    assert functions[1] is not None
    assert (functions[1].name, [str(value) for _, value in functions[1].settings]) == (
        "leaky_relu",
        ["0.2"],
    )
    assert functions[2] is None


# --- saving ----------------------------------------------------------------------------------


def saved(exercise: Exercise) -> str:
    return configuration_text(exercise, {}, Trained(), Path("c.yaml"))


@pytest.mark.parametrize("name", GRAPHS)
def test_what_is_saved_is_the_same_exercise(name: str) -> None:
    exercise = parse(GRAPHS[name], "c.yaml")
    assert parse(saved(exercise), "c.yaml") == exercise


def test_shared_parameters_stand_once_in_what_is_saved() -> None:
    text = saved(parse(CELL, "c.yaml"))
    assert "parameters:\n  U: 0.6\n  W: 0.3\n  V: 1.2\n" in text
    assert "    s2: {x2: U, s1: W}\n" in text


# --- what is wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        (SKIP, "{x: p}", "{x: P}", "4:18: weights.first.h.x: P is not a number, and there is no"),
        (SKIP, "{x: p}", "{x: 0.4}", "2:14: parameters.p: nothing uses p"),
        (SKIP, "{x: p}", "{k: p}", "4:15: weights.first.h.k: k does not stand before it"),
        (SKIP, "{x: p}", "{h: p}", "4:15: weights.first.h.h: h does not stand before it"),
        (SKIP, "{x: p}", "{x: {p: 1}}", "4:18: weights.first.h.x: p has a number elsewhere"),
        (SKIP, "{x: p}", "{x: {p: 1, q: 2}}", "a number belongs here, or one name with its"),
        (SKIP, "u: -0.6}", "u: -0.6, h: 1}", "h is already a parameter"),
        (SKIP, "u: -0.6}", "u: -0.6, z_h: 1}", "2:47: parameters.z_h: z_h is already the weighted"),
        (SKIP, "u: -0.6}", "u: x}", "2:41: parameters.u: x is not a number"),
        (SKIP, "{x: p}", '"x * zz"', "4:19: weights.first.h: there is no input, neuron or param"),
        (SKIP, "{x: p}", '"x * k"', "4:19: weights.first.h: k does not stand before this form"),
        (SKIP, "{x: p}", '"x * (2"', "4:19: weights.first.h: the ( that is opened here is not"),
        (SKIP, "{x: p}", '"x * __import__"', "4:19: weights.first.h: there is no input, neur"),
        (CELL, "{y1: 0.8, y2: 0.4}", "{s9: 0.5}", "there is no neuron called s9; the neurons"),
        (UNITS, "4: {1: 0.2, 2: 0.4, 3: -0.5}", "4: x1 * 2", "a formula needs a name"),
        (UNITS, "{4: -0.3,", "{9: -0.3,", "there is no neuron called 9 in layer hidden"),
        (BY_NEURON, "o1: linear", "o4: linear", "4:23: activation.output.o4: there is no neuron"),
        (
            NORMALISATION,
            "activation: linear",
            "biases: {statistics: 1}",
            "8:22: biases.statistics: m is a formula and has no bias",
        ),
        (
            NORMALISATION,
            "activation: linear",
            "activation: {statistics: {m: tanh}}",
            "8:27: activation.statistics.m: m is a formula; write its function within it",
        ),
    ],
)
def test_bad_input_is_told_at_its_place(text: str, old: str, new: str, expected: str) -> None:
    assert expected in complaint(swapped_in(text, old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("h: {name: parametric_relu, slope: s}", "h: {name: parametric_relu, slope: S}",
         "9:43: activation.one.h.slope: S is not a number, and there is no such parameter"),
        ("two: {name: parametric_relu, slope: s}", "two: {name: leaky_relu, slope: s}",
         "10:34: activation.two.slope: the slope of leaky_relu is a number, and s is a name"),
        ("two: {name: parametric_relu, slope: s}", "two: {name: elu, alpha: s}",
         "10:27: activation.two.alpha: s is not a number"),
        ("slope: 0.1", "slope: [0.1]", "slope: "),
        ("s: 0.25", "s: 0.25, r: 1", "2:23: parameters.r: nothing uses r"),
    ],
)  # fmt: skip
def test_a_slope_that_is_none_is_told_at_its_place(old: str, new: str, expected: str) -> None:
    assert expected in complaint(swapped_in(SLOPES, old, new))


def test_a_slope_and_a_bias_may_be_parameters_that_several_layers_share(
    backprop: Backprop,
) -> None:
    """By hand: z_h = -0.75 and z_k = -0.45 are below 0, z_m = 0.184750 is above."""
    found = json.loads(backprop("run", "-", "--format", "json", input=SLOPES).stdout)
    h, k = 0.25 * (0.2 - 1.05 + 0.1), 0.1 * -0.45
    y = 1.1 * (-0.5 * h + 0.2 * k + 0.1) + 0.3 * k + 0.1
    assert found["forward"]["y_hat"] == pytest.approx(y, rel=1e-12, abs=0)
    expected = {"s": (y - 1) * 1.1 * -0.5 * -0.75, "b": (y - 1) * (1 + 1.1 - 0.55 * 0.25)}
    expected["s1"] = (y - 1) * (0.22 + 0.3) * -0.45
    assert {name: found["gradients"][name] for name in expected} == pytest.approx(expected)
    for name, users in (("s", "h and m share the slope s"), ("b", "h, m and y share b")):
        shown = backprop("run", "-", "--explain", name, input=SLOPES).stdout
        assert users in " ".join(shown.split())
        assert f"∂Loss/∂{name}_from_h + ∂Loss/∂{name}_from_m" in shown


CIRCULAR = """\
inputs: {x: 1}
parameters: {p: 2}
weights:
  graph:
    a: "b + x"
    b: "p * a"
"""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("p * a", "p * a", "5:9: weights.graph.a: b does not stand before this formula"),
        ("b + x", "a + x", "5:9: weights.graph.a: a does not stand before this formula"),
        ("b + x", "c + x", "5:9: weights.graph.a: there is no input, neuron or parameter called c"),
        ("b + x", "x.real", "5:10: weights.graph.a: '.' means nothing in a formula"),
        ("b + x", "x * (2", "5:13: weights.graph.a: the ( that is opened here is not closed"),
        ("b + x", "+ x" * 3000, "5:9: weights.graph.a: this formula has 9000 characters; write at"),
        ("b + x", "(" * 240 + "x" + ")" * 240, "weights.graph.a: this formula is nested too deep"),
        ("p: 2", "p: a", "2:17: parameters.p: a is not a number"),
        ("p: 2", "p: {a: 1}", "2:17: parameters.p: a number belongs here, not a mapping"),
        ("p: 2", "Loss: 2", "2:14: parameters.Loss: Loss is already the loss"),
        ("p * a", "x * a", "2:14: parameters.p: nothing uses p"),
    ],
)
def test_a_slip_in_a_circuit_is_told_at_its_place(old: str, new: str, expected: str) -> None:
    # Where the circle is not what is told, there is none.
    text = CIRCULAR if old in ("b + x", new) else CIRCULAR.replace("b + x", "2 + x")
    assert expected in complaint(swapped_in(text, old, new))


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("1 / (x - 1)", "a: at neuron a a division by 0"),
        ("ln(x - 1)", "a: at neuron a ln(0.0) does not exist"),
        ("sqrt(x - 2)", "a: at neuron a sqrt(−1.0) does not exist"),
        ("(x - 2)^p + (x - 2)^0.5", "a: at neuron a (−1.0)^0.5 does not exist"),
        ("(x - 1)^(0 - p)", "a: at neuron a a division by 0"),
        ("exp(1000 * x)", "a: the result is too large for float64"),
    ],
)
def test_a_formula_without_a_value_at_these_numbers_is_told_by_its_name(
    backprop: Backprop, formula: str, said: str
) -> None:
    text = CIRCULAR.replace("b + x", formula)
    done = backprop("run", "-", input=text)
    assert (done.stdout, done.returncode) == ("", 1)
    assert said in done.stderr


@pytest.mark.parametrize("name", GRAPHS)
def test_the_json_schema_knows_every_form_of_a_graph(name: str) -> None:
    written = yaml.safe_load(f"{GRAPHS[name]}penalty: {{l2: 0.1, biases: true}}\n")
    assert not [*Draft202012Validator(json_schema()).iter_errors(_as_json(written))]


def _as_json(data: Any) -> Any:
    """What an editor sees of a file: keys are texts."""
    if isinstance(data, dict):
        return {str(key): _as_json(value) for key, value in data.items()}
    return [*map(_as_json, data)] if isinstance(data, list) else data


def test_a_label_that_is_numbered_elsewhere_is_refused() -> None:
    text = BY_NEURON.replace("o1: {x1: 0.4}", "o1: {x1: {w1: 0.4}}")
    assert "w1 is already a weight" in complaint(text)


def test_the_shipped_configurations_are_saved_as_the_same_exercise() -> None:
    for path in sorted(CONFIGS.glob("*.yaml")):
        exercise = parse(path.read_text(encoding="utf-8"), str(path))
        text = configuration_text(exercise, {}, Trained(), path)
        assert parse(text, str(path)) == exercise


def test_formulas_may_use_the_names_that_are_printed() -> None:
    """Numbered units have no other name that a formula could tell from a number."""
    text = "inputs: {1: 2, y: 3}\nweights: {a: {4: {1: 0.5}, k: {y: 1}}, b: {q: FORMULA}}\n"
    made = parse(text.replace("FORMULA", '"x_1 * a_4 + a_k"'), "c.yaml")
    values = work(derive(made.network), made.numbers, Exact()).values
    assert values["q"] == pytest.approx(2 / (1 + math.exp(-1)) + 1 / (1 + math.exp(-3)))
    saved = configuration_text(made, {}, Trained(), Path("s.yaml"))
    assert parse(saved, "s.yaml") == made
    assert parse(text.replace("FORMULA", "x_1 * a_4 + k"), "c.yaml") == made
    said = complaint(text.replace("FORMULA", "x_1 * a_5"))
    assert "did you mean a_4? There are x_1, y, a_4, k" in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "inputs: {x: 1}\nweights: {h: {h1: {x: v}}}\nv: 0.5\ntarget: 1\n",
            "3:1: v: there is no such key; a parameter has its number here: parameters: {v: 0.5}",
        ),
        (
            "inputs: {x: 1}\nweights: {h: [[0.1]]}\nw1: 0.5\ntarget: 1\n",
            "3:1: w1: there is no such key; weights stand by layer: weights: {hidden: [[",
        ),
        (
            "inputs: {x: 1}\nweights: {h: [[0.1]]}\nb_2: 0.5\ntarget: 1\n",
            "3:1: b_2: there is no such key; biases stand by layer: biases: {hidden: ",
        ),
        (
            "inputs: {x: 1}\nweights: {h: {h1: {x: 0.1}}}\nactivation: {h1: relu}\ntarget: 1\n",
            "activation.h1: h1 is a neuron of layer h; its own function stands under its layer, as "
            "in {h: {h1: relu}}",
        ),
        (
            'inputs: {x: 1}\nweights: {g: {q: "w * x"}}\n',
            "there is only x; parameters: {w: 0.5} gives a number a name",
        ),
    ],
)
def test_what_people_write_instead_is_answered_with_what_to_write(text: str, said: str) -> None:
    assert said in complaint(text)


def test_a_neuron_may_be_the_formula_of_a_loss() -> None:
    """The derivatives are those of half the squared error, for which there is a name."""
    text = "inputs: {x: 0.7, t: 0.2}\nweights: {h: {y: {x: 0.4}}, cost: {C: (y - t)^2 / 2}}\n"
    own = parse(text, "c.yaml")
    named = parse("inputs: {x: 0.7}\nweights: {h: {y: {x: 0.4}}}\ntarget: 0.2\n", "c.yaml")
    found, expected = (
        work(derive(one.network), one.numbers, Exact()).values for one in (own, named)
    )
    assert found["∂C/∂w1"] == pytest.approx(expected["∂Loss/∂w1"], rel=1e-12, abs=0)


@pytest.mark.parametrize("inputs", ["", "inputs: {}\n", "inputs: []\n"])
def test_a_network_that_starts_from_parameters_alone_is_told_what_to_write(inputs: str) -> None:
    said = complaint(f"{inputs}parameters: {{w: 2}}\nweights: {{g: {{q: w^2}}}}\n")
    assert "where formulas start from w alone, that is an input, as in inputs: {w: 2}" in said
    mended = parse("inputs: {w: 2}\nweights: {g: {q: w^2}}\n", "c.yaml")
    values = work(derive(mended.network, by_inputs=True), mended.numbers, Exact()).values
    assert values["∂q/∂w"] == 4
