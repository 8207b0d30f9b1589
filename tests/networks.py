"""Exercises for the other tests: drawn ones of every shape, and fully connected ones of any size.

Names are those that a configuration would give: weights w1, w2, … in reading order, biases
b1, b2, … likewise, inputs x1, x2, …, hidden neurons h1, h2, …, outputs out or o1, o2, ….
"""

from collections.abc import Sequence
from decimal import Decimal
from itertools import count

from hypothesis import strategies as st

from backprop_cli.network import LEARNING_RATE, Edge, Exercise, Layer, Network, Neuron

BIAS_FORMS = ("shared by the layer", "one per neuron", "some neurons", "none")


def decimals(low: str = "-2", high: str = "2") -> st.SearchStrategy[Decimal]:
    """Numbers as a user types them: a few digits, trailing zeros among them."""

    def places(number: int) -> st.SearchStrategy[Decimal]:
        return st.decimals(Decimal(low), Decimal(high), places=number)

    return st.integers(1, 4).flatmap(places)


@st.composite
def exercises(
    draw: st.DrawFn, most_layers: int = 5, most_wide: int = 6, most_inputs: int = 6
) -> Exercise:
    """Any feed-forward network with numbers of about −2 to 2.

    Hidden and output layers together are one to ``most_layers``. A neuron has at least one edge;
    some have all, and some neurons and inputs feed nothing. A layer's bias takes any of its
    forms. Now and then parameters are frozen.
    """
    widths = draw(st.lists(st.integers(1, most_wide), min_size=1, max_size=most_layers))
    inputs = draw(st.integers(1, most_inputs))
    bare = fully_connected(inputs, widths).network
    weight_names = (f"w{number}" for number in count(1))
    bias_names = (f"b{number}" for number in count(1))

    sources = bare.inputs
    layers = []
    for layer in bare.layers:
        names = [neuron.name for neuron in layer.neurons]
        dense = draw(st.booleans())
        feeding = [
            sources if dense else draw(st.lists(st.sampled_from(sources), min_size=1, unique=True))
            for _ in names
        ]
        form = draw(st.sampled_from(BIAS_FORMS))
        shared = next(bias_names) if form == "shared by the layer" else None
        own = {
            "one per neuron": [True] * len(names),
            "some neurons": [draw(st.booleans()) for _ in names],
        }.get(form, [False] * len(names))
        neurons = tuple(
            Neuron(
                name,
                tuple(Edge(source, next(weight_names)) for source in fed_by),
                next(bias_names) if has_own else shared,
            )
            for name, fed_by, has_own in zip(names, feeding, own, strict=True)
        )
        layers.append(Layer(layer.name, neurons))
        sources = tuple(names)

    network = Network(bare.inputs, tuple(layers))
    frozen = draw(st.just(()) | st.lists(st.sampled_from(network.parameters), unique=True))
    network = Network(bare.inputs, tuple(layers), frozen=frozenset(frozen))
    targets = [network.target(output) for output in network.outputs]
    numbers = {name: draw(decimals()) for name in (*network.inputs, *network.parameters, *targets)}
    numbers[LEARNING_RATE] = draw(decimals("0.1", "2"))
    return Exercise(network, numbers)


def fully_connected(
    inputs: int, widths: Sequence[int], frozen: frozenset[str] = frozenset()
) -> Exercise:
    """A fully connected network with one bias a layer, and with fixed numbers of all signs."""
    weight_names = (f"w{number}" for number in count(1))
    hidden_names = (f"h{number}" for number in count(1))
    outputs = [f"o{number}" for number in range(1, widths[-1] + 1)] if widths[-1] > 1 else ["out"]

    first = sources = tuple(f"x{number}" for number in range(1, inputs + 1))
    layers = []
    for depth, width in enumerate(widths, 1):
        is_last = depth == len(widths)
        names = tuple(outputs) if is_last else tuple(next(hidden_names) for _ in range(width))
        neurons = tuple(
            Neuron(name, tuple(Edge(source, next(weight_names)) for source in sources), f"b{depth}")
            for name in names
        )
        layers.append(Layer("output" if is_last else f"hidden{depth}", neurons))
        sources = names

    network = Network(first, tuple(layers), frozen=frozen)
    targets = [network.target(output) for output in network.outputs]
    names = (*network.inputs, *network.parameters, *targets)
    # Multiples of 37 modulo 97 are spread evenly and repeat only after 97 numbers.
    numbers = {name: Decimal(at * 37 % 97 - 48) / 50 for at, name in enumerate(names, 1)}
    return Exercise(network, {**numbers, LEARNING_RATE: Decimal("0.5")})
