"""Drawn networks of the kinds that people work by hand, to some forty quantities."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random

from backprop_cli.algebra.expression import ONE, Call, Expression, Number, Symbol
from backprop_cli.network.exercise import Exercise
from backprop_cli.network.neurons import Edge, Function, Layer, Neuron
from backprop_cli.network.structure import Network
from support.graphs import drawn, exercise, formula

SMOOTH = ("sigmoid", "tanh", "softplus", "swish", "linear")


def _numbered(random: Random, network: Network, given: Mapping[str, str] | None = None) -> Exercise:
    names = (*network.inputs, *network.parameters, *network.targets)
    numbers = {n: f"{random.choice((-1, 1)) * random.uniform(0.2, 1.1):.3f}" for n in names}
    return exercise(network, {**numbers, **(given or {})})


def recurrent(seed: int) -> Exercise:
    """A cell of one or two units, unrolled over up to eight steps, with a target at some."""
    random = Random(seed)
    steps, units = random.randint(2, 8), random.randint(1, 2)
    bias = "b" if random.random() < 0.6 else None
    function = Function(random.choice(SMOOTH))
    layers, outputs = list[Layer](), list[Neuron]()
    for step in range(1, steps + 1):
        neurons = []
        for unit in range(1, units + 1):
            edges = [Edge(f"x{step}", f"U{unit}")]
            if step > 1:
                edges += [
                    Edge(f"s{step - 1}_{other}", f"W{unit}{other}") for other in range(1, units + 1)
                ]
            neurons.append(Neuron(f"s{step}_{unit}", tuple(edges), bias, function))
        layers.append(Layer(f"t{step}", tuple(neurons)))
        if step == steps or random.random() < 0.4:
            edges = [Edge(f"s{step}_{unit}", f"V{unit}") for unit in range(1, units + 1)]
            outputs.append(Neuron(f"y{step}", tuple(edges), None, Function("linear")))
    layers.append(Layer("out", tuple(outputs)))
    inputs = tuple(f"x{step}" for step in range(1, steps + 1))
    return _numbered(random, Network(inputs, tuple(layers)))


def convolution(seed: int) -> Exercise:
    """A kernel over a row of inputs, with a stride, then weights of their own and an output."""
    random = Random(seed)
    width, stride, size = random.randint(2, 3), random.randint(1, 2), random.randint(4, 9)
    function = Function(random.choice(SMOOTH))
    inputs = tuple(f"x{at}" for at in range(1, size + 1))
    bias = "b" if random.random() < 0.6 else None
    kernel = tuple(
        Neuron(
            f"c{at}",
            tuple(Edge(inputs[at + of], f"k{of}") for of in range(width)),
            bias,
            function,
        )
        for at in range(0, size - width + 1, stride)
    )
    head = Neuron("y", tuple(Edge(one.name, f"v{at}") for at, one in enumerate(kernel)), "c")
    layers = (Layer("convolution", kernel), Layer("output", (head,), random.choice(SMOOTH)))
    return _numbered(random, Network(inputs, layers))


def circuit(seed: int) -> Exercise:
    """Formulas alone, each over two values before it; there is no target and no parameter."""
    random = Random(seed)
    inputs = tuple("abcde"[: random.randint(2, 5)])
    before, neurons = [*inputs], list[Neuron]()
    for at in range(1, random.randint(3, 30) + 1):
        one, two = Symbol(random.choice(before[-6:])), Symbol(random.choice(before))
        made: Expression = random.choice(
            (
                one + two,
                one - two,
                Call("tanh", one) * two,
                Call("tanh", one * two),
                one / (ONE + two**2),
                Call("exp", Call("tanh", one)) - two,
                Call("sigmoid", one) ** 2 * Number(Decimal("0.5")) + two,
            )
        )
        neurons.append(formula(f"q{at}", made))
        before.append(f"q{at}")
    layers = (Layer("graph", tuple(neurons)),)
    ends = (neurons[-1].name,)
    return _numbered(random, Network(inputs, layers, ends=ends, aimed=False, learns=False))


def gates(seed: int) -> Exercise:
    """Gated cells over up to four steps: c = f * c_before + i * g, h = o * tanh(c)."""
    random = Random(seed)
    steps = random.randint(1, 4)
    layers = list[Layer]()
    for step in range(1, steps + 1):
        before = [f"x{step}"] + ([f"h{step - 1}"] if step > 1 else [])
        made = [
            Neuron(
                f"{gate}{step}",
                tuple(Edge(source, f"W{gate}{source[0]}") for source in before),
                f"B{gate}",
                Function("tanh" if gate == "g" else "sigmoid"),
            )
            for gate in "figo"
        ]
        layers.append(Layer(f"gates{step}", tuple(made)))
        f, i, g, o = (Symbol(one.name) for one in made)
        kept = i * g if step == 1 else f * Symbol(f"c{step - 1}") + i * g
        cell = formula(f"c{step}", kept)
        state = formula(f"h{step}", o * Call("tanh", Symbol(cell.name)))
        layers.append(Layer(f"cell{step}", (cell, state)))
    layers.append(Layer("out", (Neuron("y", (Edge(f"h{steps}", "V"),)),), "linear"))
    inputs = tuple(f"x{step}" for step in range(1, steps + 1))
    return _numbered(random, Network(inputs, tuple(layers)))


def mixed(seed: int) -> Exercise:
    """Skips, shared parameters, formulas, softmaxes, outputs at any depth, as a file can say it.

    In a file, outputs are named in forward order; if all are in the last layer, all of it is.
    """
    found = drawn(seed, within=False)
    network = found.network
    names = [neuron.name for neuron in network.neurons]
    last = [neuron.name for neuron in network.layers[-1].neurons]
    ends = tuple(name for name in names if name in network.ends)
    if network.aimed and {*ends} <= {*last}:
        ends = ()
    other = replace(network, layers=tuple(map(_as_a_file_has_it, network.layers)), ends=ends)
    rest = {*other.inputs, *other.parameters, "learning_rate"}
    numbers = {name: number for name, number in found.numbers.items() if name in rest}
    return Exercise(other, numbers | dict.fromkeys(other.targets, Decimal("0.3")))


def _as_a_file_has_it(layer: Layer) -> Layer:
    """The layer with one activation function, or with one of each neuron's own."""
    if not any(neuron.function for neuron in layer.neurons):
        return layer
    neurons = (
        one if one.function or one.formula else one._replace(function=layer.function)
        for one in layer.neurons
    )
    return Layer(layer.name, tuple(neurons))


KINDS: Mapping[str, Callable[[int], Exercise]] = {
    "mixed": mixed,
    "recurrent": recurrent,
    "convolution": convolution,
    "circuit": circuit,
    "gates": gates,
}
