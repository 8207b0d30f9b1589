"""Networks that are no plain layers have the right gradients, and train by them.

The gradients are held against published values or against differences in sixty digits, of values
that ``support/graphs.py`` works anew.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal

import mpmath  # type: ignore[import-untyped]
import pytest
from support.differences import DIGITS
from support.graph_claims import (
    bits,
    check_by_differences,
    check_graph,
    check_training,
    values_of,
    with_two_examples,
)
from support.graph_kinds import KINDS
from support.graphs import drawn, exercise, formula, neuron
from support.networks import activated, fully_connected

from backprop_cli.algebra.expression import Call, Number, Symbol
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import WorkingError
from backprop_cli.derivation.derive import derive
from backprop_cli.derivation.steps import Rule
from backprop_cli.network.exercise import Exercise, Figure
from backprop_cli.network.neurons import Edge, Layer, Neuron
from backprop_cli.network.parameters import BIAS, FACTOR, WEIGHT
from backprop_cli.network.structure import Network
from backprop_cli.runs.gradient_check import check_gradients
from backprop_cli.runs.updates import Updates
from backprop_cli.training.trainer import Trainer

X, Y, Z = Symbol("x"), Symbol("y"), Symbol("z")
A, B, C = Symbol("a"), Symbol("b"), Symbol("c")


# --- one network of each kind ----------------------------------------------------------------


def skip() -> Exercise:
    """x feeds h, h feeds k, and both feed y."""
    layers = (
        Layer("first", (neuron("h", "x*p"),), "relu"),
        Layer("second", (neuron("k", "h*q"),), "relu"),
        Layer("out", (neuron("y", "k*s h*u"),), "linear"),
    )
    numbers = {"x": "1.5", "p": "0.4", "q": "0.7", "s": "0.3", "u": "-0.6", "y_true": "2"}
    return exercise(Network(("x",), layers), numbers)


def test_a_skip_connection() -> None:
    found = skip()
    check_by_differences(found)
    values = values_of(found)
    # k = 0.42 and h = 0.6 by hand, so y = 0.126 − 0.36.
    assert values["y_hat"] == pytest.approx(-0.234, abs=1e-12)
    parts = [values["∂Loss/∂a_h_from_k"], values["∂Loss/∂a_h_from_y"]]
    assert values["∂Loss/∂a_h"] == pytest.approx(sum(parts), abs=0, rel=1e-12)


def unrolled(steps: int, numbers: Mapping[str, str]) -> Exercise:
    """A recurrent cell: every step uses the same three parameters, and has its own target."""
    layers = []
    for at in range(1, steps + 1):
        fed_by = f"x{at}*U" + (f" s{at - 1}*W" if at > 1 else "")
        layers.append(Layer(f"t{at}", (neuron(f"s{at}", fed_by),), "tanh"))
    outputs = tuple(neuron(f"y{at}", f"s{at}*V") for at in range(1, steps + 1))
    layers.append(Layer("out", outputs, "linear"))
    inputs = tuple(f"x{at}" for at in range(1, steps + 1))
    return exercise(Network(inputs, tuple(layers)), numbers)


def test_a_recurrent_cell_over_two_steps_with_shared_weights() -> None:
    numbers = {"U": "0.6", "W": "0.3", "V": "1.2", "x1": "0.5", "x2": "1.5"}
    found = unrolled(2, {**numbers, "y_true_y1": "0.8", "y_true_y2": "0.4"})
    assert found.network.weights == ("U", "W", "V")
    values = values_of(found)
    # Worked with PyTorch's autograd.
    expected = {
        "a_s1": 0.2913126125,
        "a_s2": 0.7562488322,
        "Loss": 0.2302186934,
        "∂Loss/∂U": 0.179523847,
        "∂Loss/∂W": 0.0759465648,
        "∂Loss/∂V": 0.2525807785,
    }
    for name, value in expected.items():
        assert values[name] == pytest.approx(value, abs=5e-11), name
    parts = [f"∂Loss/∂U_from_{name}" for name in ("s1", "s2")]
    assert values["∂Loss/∂U"] == pytest.approx(sum(values[part] for part in parts), abs=1e-15)


def test_a_recurrent_cell_over_three_steps() -> None:
    numbers = {"U": "0.5", "W": "-0.4", "V": "1.5", "x1": "0.3", "x2": "-1.1", "x3": "0.8"}
    targets = {"y_true_y1": "0.2", "y_true_y2": "-0.4", "y_true_y3": "0.9"}
    check_by_differences(unrolled(3, {**numbers, **targets}))


def test_a_convolution() -> None:
    inputs = ("x1", "x2", "x3", "x4")
    places = tuple(
        neuron(f"c{at}", f"x{at}*k0 x{at + 1}*k1", bias="b", of="relu") for at in range(1, 4)
    )
    out = neuron("y", "c1*v1 c2*v2 c3*v3", of="linear")
    network = Network(inputs, (Layer("convolution", places), Layer("out", (out,))))
    numbers = dict(zip(inputs, ("1", "2", "-1", "0.5"), strict=True))
    numbers |= {"k0": "0.5", "k1": "-0.2", "b": "0.1", "v1": "0.3", "v2": "0.6", "v3": "-0.4"}
    found = exercise(network, {**numbers, "y_true": "1"})
    values = values_of(found)
    # Worked with PyTorch's autograd.
    expected = {"y_hat": 0.84, "Loss": 0.0128}
    gradients = {"k0": -0.24, "k1": 0, "b": -0.144, "v1": -0.032, "v2": -0.208, "v3": 0}
    expected |= {f"∂Loss/∂{name}": value for name, value in gradients.items()}
    for name, value in expected.items():
        assert values[name] == pytest.approx(value, abs=1e-10), name
    check_by_differences(found)


def circuit(*neurons: Neuron, inputs: tuple[str, ...]) -> Network:
    return Network(inputs, (Layer("graph", neurons),), aimed=False, learns=False)


def test_a_circuit_without_a_target() -> None:
    q = formula("q", A * B + C)
    f = formula("f", Symbol("q") ** 2 * A)
    network = circuit(q, f, formula("after", Symbol("f") * B), inputs=("a", "b", "c"))
    numbers = {"a": "3", "b": "-1", "c": "2"}
    found = exercise(Network(network.inputs, network.layers, ends=("f",), aimed=False), numbers)
    values = values_of(found)
    # By hand: q = −1, f = q^2 a = 3, ∂f/∂q = 2 q a = −6.
    assert values["f"] == 3
    expected = {"∂f/∂q": -6, "∂q/∂a": -1, "∂f/∂a": 7, "∂f/∂b": -18, "∂f/∂c": -6}
    assert {name: values[name] for name in expected} == expected
    # What is directly in f is a part of its own, and what f feeds plays no role.
    assert (values["∂f/∂a_from_f"], values["∂f/∂a_from_q"]) == (1, 6)


def test_the_best_known_circuit() -> None:
    """f = (x + y) z, as in Stanford's CS231n."""
    network = circuit(formula("q", X + Y), formula("f", Symbol("q") * Z), inputs=("x", "y", "z"))
    values = values_of(exercise(network, {"x": "-2", "y": "5", "z": "-4"}))
    published = {"f": -12, "∂f/∂x": -4, "∂f/∂y": -4, "∂f/∂z": 3, "∂f/∂q": -4}
    assert {name: values[name] for name in published} == published


def normalisation(*, learns: bool = True) -> Exercise:
    x1, x2, m, var = map(Symbol, ("x1", "x2", "m", "var"))
    two, tenth = Number(Decimal(2)), Number(Decimal("0.1"))
    formulas = (
        formula("m", (x1 + x2) / two),
        formula("var", ((x1 - m) ** 2 + (x2 - m) ** 2) / two),
        formula("n", (x1 - m) / Call("sqrt", var + tenth)),
    )
    out = Layer("out", (neuron("y", "n*g"),), "linear")
    network = Network(("x1", "x2"), (Layer("graph", formulas), out), learns=learns)
    return exercise(network, {"x1": "2", "x2": "5", "g": "1.5", "y_true": "0.2"})


def test_a_normalisation_by_formulas() -> None:
    values = values_of(normalisation())
    # Worked with PyTorch's autograd.
    expected = {
        "y_hat": -1.4677381644,
        "Loss": 1.3906752924,
        "∂Loss/∂x1": -0.0347206092,
        "∂Loss/∂x2": 0.0347206092,
        "∂Loss/∂g": 1.6318686347,
    }
    for name, value in expected.items():
        assert values[name] == pytest.approx(value, abs=5e-11), name
    check_by_differences(normalisation())


# --- outputs ---------------------------------------------------------------------------------


def test_an_output_may_feed_other_neurons() -> None:
    layers = (
        Layer("first", (neuron("h", "x*p", of="tanh"),)),
        Layer("second", (neuron("k", "h*q", of="sigmoid"),)),
    )
    numbers = {"x": "0.7", "p": "0.4", "q": "-0.7", "y_true_h": "0.2", "y_true_k": "0.9"}
    found = exercise(Network(("x",), layers, ends=("h", "k")), numbers)
    check_by_differences(found)
    values = values_of(found)
    assert values["∂y_hat_h/∂a_h"] == 1
    parts = [values["∂Loss/∂a_h_from_k"], values["∂Loss/∂a_h_from_y_hat_h"]]
    assert values["∂Loss/∂a_h"] == pytest.approx(sum(parts), abs=1e-15)


def test_without_a_target_the_output_itself_is_derived() -> None:
    layers = (
        Layer("hidden", (neuron("h", "x*p", bias="b"),)),
        Layer("output", (neuron("o1", "h*q"), neuron("o2", "h*r"))),
    )
    network = Network(("x",), layers, ends=("o1",), aimed=False, learns=False)
    found = exercise(network, {"x": "0.7", "p": "0.4", "b": "0.1", "q": "-0.7", "r": "3"})
    check_by_differences(found)
    derivation = derive(network)
    assert derivation.of == "y_hat"
    # h feeds o2 as well, which plays no role for o1: there are no parts, and r has no influence.
    assert derivation.by_name["∂y_hat/∂a_h"].rule is Rule.CHAIN
    values = values_of(found)
    assert (values["∂y_hat/∂r"], values["∂y_hat/∂a_o2"]) == (0, 0)
    assert not any(name.endswith("_new") for name in derivation.by_name)


def test_without_a_learning_rate_nothing_is_updated() -> None:
    found = normalisation(learns=False)
    names = derive(found.network).by_name
    assert "∂Loss/∂g" in names
    assert "g_new" not in names


def test_inputs_are_derived_by_on_request_alone() -> None:
    network = normalisation().network
    by_inputs = {"∂Loss/∂x1", "∂Loss/∂x2"}
    assert by_inputs.isdisjoint(derive(network).by_name)
    assert by_inputs <= set(derive(network, by_inputs=True).by_name)


# --- names -----------------------------------------------------------------------------------


def test_a_parameter_that_one_neuron_uses_in_several_ways_has_parts_with_names_of_their_own() -> (
    None
):
    sloped = Layer("hidden", (neuron("h", "x1*U x2*U", bias="U"),), "parametric_relu", (), "U")
    out = Layer("out", (neuron("y", "h*U"),), "linear")
    numbers = {"x1": "-0.5", "x2": "-0.9", "U": "0.6", "y_true": "0.3"}
    found = exercise(Network(("x1", "x2"), (sloped, out)), numbers)
    check_by_differences(found)
    names = {name for name in values_of(found) if name.startswith("∂Loss/∂U_from_")}
    assert names == {f"∂Loss/∂U_from_{origin}" for origin in ("z_h", "y_hat", "y")} - {
        "∂Loss/∂U_from_y_hat"
    } | {"∂Loss/∂U_from_a_h"}


def test_parameters_are_listed_by_kind_a_shared_one_once() -> None:
    network = Network(
        ("x",),
        (
            Layer("one", (neuron("h", "x*U", bias="c"), neuron("k", "x*U h*W", bias="c"))),
            Layer("two", (formula("f", Symbol("h") * Symbol("g") + Symbol("U")),)),
        ),
    )
    assert network.parameters == ("U", "W", "c", "g")
    kinds = {name: one.kind for name, one in network.by_parameter.items()}
    assert kinds == {"U": WEIGHT, "W": WEIGHT, "c": BIAS, "g": FACTOR}
    users = [one.name for one in network.by_parameter["U"].neurons]
    assert users == ["h", "k", "f"]


def test_neurons_that_feed_each_other_in_a_circle_are_refused() -> None:
    layer = Layer("circle", (neuron("a", "x*p b*q"), neuron("b", "a*r")))
    with pytest.raises(ValueError, match="is worked out from itself"):
        derive(Network(("x",), (layer,)))


# --- any graph -------------------------------------------------------------------------------


@pytest.mark.parametrize("tens", range(40))
def test_any_graph_has_the_gradients_that_differences_have(tens: int) -> None:
    for seed in range(10 * tens, 10 * tens + 10):
        check_by_differences(drawn(seed))


def test_what_is_drawn_has_everything_in_it() -> None:
    found = [drawn(seed).network for seed in range(400)]
    uses = [len(one.neurons) for network in found for one in network.by_parameter.values()]
    assert max(uses) > 3
    assert any(neuron.formula for network in found for neuron in network.neurons)
    assert any(network.slopes for network in found)
    assert any(
        output.name in {edge.source for one in network.neurons for edge in one.edges}
        for network in found
        for output in network.outputs
    )
    softmaxes = [
        len(neurons)
        for network in found
        for layer in network.layers
        for function, neurons in layer.functions().items()
        if function.name == "softmax"
    ]
    assert max(softmaxes) > 2


@pytest.mark.parametrize("tens", range(10))
def test_a_graph_is_trained_to_the_bits_of_its_working(tens: int) -> None:
    for seed in range(10 * tens, 10 * tens + 10):
        found = drawn(seed)
        if not found.network.aimed:
            continue
        if seed % 2:
            found = with_two_examples(found)
        with suppress(WorkingError):
            check_training(found)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.drawn(6)
def test_every_kind_of_graph_is_derived_trained_checked_and_saved(kind: str, seed: int) -> None:
    check_graph(KINDS[kind](seed), seed)


def test_what_is_drawn_of_each_kind_has_what_makes_it() -> None:
    found = {kind: [draw(seed).network for seed in range(40)] for kind, draw in KINDS.items()}
    for kind in ("recurrent", "convolution", "gates"):
        uses = [len(one.neurons) for n in found[kind] for one in n.by_parameter.values()]
        assert max(uses) > 2, kind
    assert not any(network.parameters or network.aimed for network in found["circuit"])
    quantities = [
        len(network.inputs) + sum(len(one.quantities) for one in network.neurons)
        for networks in found.values()
        for network in networks
    ]
    assert 30 <= max(quantities) <= 60


@pytest.mark.parametrize("seed", range(0, 60, 3))
def test_the_gradient_check_finds_nothing_wrong_in_a_graph(seed: int) -> None:
    found = drawn(seed)
    assert all(check.passes for check in check_gradients(found))


# --- work ------------------------------------------------------------------------------------


def test_work_is_proportional_to_the_edges() -> None:
    """A cell unrolled over 300 steps, whose shared weights enter each of them."""
    numbers = {f"x{at}": "0.1" for at in range(1, 301)} | {"U": "0.5", "W": "0.4", "V": "1"}
    targets = {f"y_true_y{at}": "0.1" for at in range(1, 301)}
    network = unrolled(300, {**numbers, **targets}).network
    edges = sum(len(one.edges) for one in network.neurons)
    assert len(derive(network, by_inputs=True).steps) < 12 * edges


def test_edges_are_what_a_neuron_lists() -> None:
    assert neuron("h", "x1*U b*W").edges == (Edge("x1", "U"), Edge("b", "W"))


# --- softmaxes of many neurons ---------------------------------------------------------------


@pytest.mark.parametrize("tens", range(10))
def test_a_wide_softmax_has_the_gradients_that_differences_have(
    tens: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backprop_cli.derivation.forward.MOST_LISTED", 1)
    for seed in range(1000 + 10 * tens, 1010 + 10 * tens):
        check_by_differences(drawn(seed))


def classified(outputs: int, loss: str = "cross_entropy", weight: str = "1") -> Exercise:
    """Two inputs, three hidden neurons, and a softmax of so many outputs; the third is right."""
    found = activated(fully_connected(2, (3, outputs)), ("tanh", "softmax"))
    network = replace(found.network, loss=loss)
    targets = dict.fromkeys(network.targets, Decimal(0)) | {network.targets[2]: Decimal(1)}
    weights = {n: Decimal(weight) * Decimal(found.numbers[n]) for n in network.weights}
    return found._replace(network=network, numbers={**found.numbers, **weights, **targets})


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy", "squared_error"])
@pytest.mark.parametrize("weight", ["1", "40"])
def test_both_ways_back_through_a_softmax_come_to_the_same(
    loss: str, weight: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = classified(20, loss, weight)
    by_mean = values_of(found)
    monkeypatch.setattr("backprop_cli.derivation.forward.MOST_LISTED", 20)
    one_by_one = values_of(found)
    assert "mean_gradient_output" in by_mean
    assert "mean_gradient_output" not in one_by_one
    for name in (*found.network.parameters, *found.network.inputs):
        gradient = f"∂Loss/∂{name}"
        assert by_mean[gradient] == pytest.approx(one_by_one[gradient], rel=1e-10, abs=1e-14)


@pytest.mark.parametrize("distance", [5, 20, 30])
def test_a_confident_wide_softmax_keeps_the_digits_of_its_gradients(distance: int) -> None:
    """Fifteen outputs, one far above the others: its gradient is as small as what it lacks to 1."""
    outputs = tuple(neuron(f"o{at}", f"x*w{at}") for at in range(1, 16))
    network = Network(("x",), (Layer("output", outputs, "softmax"),), loss="cross_entropy")
    weights = {f"w{at}": "0" for at in range(1, 16)} | {"w3": str(distance)}
    targets = dict.fromkeys(network.targets, "0") | {"y_true_o3": "1"}
    values = values_of(exercise(network, {"x": "1", **weights, **targets}))
    with mpmath.workdps(DIGITS):
        others = 14 * mpmath.exp(-distance)
        expected = -others / (1 + others)
        assert abs(values["∂Loss/∂z_o3"] / expected - 1) < 1e-12


def test_an_output_of_a_wide_softmax_without_a_target(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backprop_cli.derivation.forward.MOST_LISTED", 2)
    outputs = tuple(neuron(f"o{at}", f"x*w{at}") for at in range(1, 5))
    layers = (Layer("output", outputs, "softmax"),)
    network = Network(("x",), layers, ends=("o2",), aimed=False, learns=False)
    check_by_differences(
        exercise(network, {"x": "0.5", "w1": "1", "w2": "-1", "w3": "2", "w4": "0"})
    )


def test_a_wide_softmax_is_trained_to_the_bits_of_its_working() -> None:
    found = classified(15)
    trainer, updates = Trainer(found), Updates(found)
    state: Mapping[str, Figure] = found.numbers
    for epoch in range(1, 4):
        state = updates.after(updates.work(state, (0,), 0, Exact()))
        trainer.advance(epoch)
        assert bits(trainer.numbers) == bits({name: state[name] for name in trainer.numbers})


def test_work_through_a_softmax_grows_with_its_neurons_and_not_with_their_square() -> None:
    few, many = (len(derive(classified(outputs).network).steps) for outputs in (100, 1000))
    assert many < 10.1 * few
