"""Exercises for the other tests: drawn ones of every kind, and fully connected ones of any size.

Names are those that a configuration would give: weights w1, w2, … in reading order, biases
b1, b2, … likewise, inputs x1, x2, …, hidden neurons h1, h2, …, outputs out or o1, o2, ….
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count

from hypothesis import strategies as st

from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.optimizers import OPTIMIZERS, state_of
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.network.exercise import Batches, Example, Exercise
from backprop_cli.network.neurons import Edge, Layer, Neuron
from backprop_cli.network.structure import LEARNING_RATE, Network

ENDS = (Decimal(-1), Decimal(1))
BIAS_FORMS = ("shared by the layer", "one per neuron", "some neurons", "none")

# The optimizers that go by gradients: all but the perceptron rule.
BY_GRADIENT = [name for name, row in OPTIMIZERS.items() if not row.by_error]


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


def biased(exercise: Exercise, form: str) -> Exercise:
    """The exercise with biases in one of BIAS_FORMS: an eighth, two eighths and so on.

    Where some neurons have one, those are the first of each layer.
    """
    names = (f"b{number}" for number in count(1))
    layers = []
    for layer in exercise.network.layers:
        shared = next(names) if form == "shared by the layer" else None
        neurons = tuple(
            neuron._replace(
                bias=next(names)
                if form == "one per neuron" or (form == "some neurons" and at == 0)
                else shared
            )
            for at, neuron in enumerate(layer.neurons)
        )
        layers.append(layer._replace(neurons=neurons))
    network = replace(exercise.network, layers=tuple(layers))
    biases = {bias: Decimal(at) / 8 for at, bias in enumerate(network.biases, 1)}
    kept = {name: n for name, n in exercise.numbers.items() if name not in exercise.network.biases}
    return Exercise(network, {**kept, **biases})


def activated(exercise: Exercise, activations: Sequence[str]) -> Exercise:
    """The exercise with other activation functions, one for each layer; slopes start at 0.25."""
    names = (f"s{number}" for number in count(1))
    layers = tuple(
        layer._replace(
            activation=activation,
            slope=next(names) if activation == "parametric_relu" else None,
        )
        for layer, activation in zip(exercise.network.layers, activations, strict=True)
    )
    network = replace(exercise.network, layers=layers)
    slopes = dict.fromkeys(network.slopes, Decimal("0.25"))
    return exercise._replace(network=network, numbers={**exercise.numbers, **slopes})


def optimized(exercise: Exercise, optimizer: str, decay: str = "0", **settings: str) -> Exercise:
    """The exercise with an optimizer, its settings and its state before the first update."""
    row = OPTIMIZERS[optimizer]
    network = replace(exercise.network, optimizer=optimizer, decays=Decimal(decay) != 0)
    numbers = {**exercise.numbers, **row.settings}
    numbers |= {name: Decimal(number) for name, number in settings.items()}
    numbers |= dict.fromkeys(state_of(network), Decimal(0))
    if network.decays:
        numbers["weight_decay"] = Decimal(decay)
    if row.counts:
        numbers["t"] = Decimal(1)
    return exercise._replace(network=network, numbers=numbers)


def with_examples(exercise: Exercise, examples: Sequence[Example], batches: Batches) -> Exercise:
    """The exercise with several examples; the first one's numbers are the exercise's own."""
    network, first = exercise.network, examples[0]
    names = (*network.inputs, *network.targets)
    numbers = dict(zip(names, (*first.inputs, *first.targets), strict=True))
    return exercise._replace(
        numbers={**exercise.numbers, **numbers}, examples=tuple(examples), batches=batches
    )


@st.composite
def trainings(draw: st.DrawFn, most_layers: int = 3, most_wide: int = 3) -> Exercise:
    """Any exercise that a configuration can describe.

    With any activation and loss, any optimizer with or without weight decay, and one example or
    up to ten in batches of any size, in order or shuffled. The learning rate is small, so that
    few trainings diverge.
    """
    exercise = draw(exercises(most_layers, most_wide, most_inputs=3))
    loss = draw(st.sampled_from(sorted(LOSSES)))
    anywhere = [*ACTIVATIONS, SOFTMAX]
    last = {"binary_cross_entropy": ["sigmoid", SOFTMAX], "cross_entropy": [SOFTMAX]}
    hidden = [draw(st.sampled_from(anywhere)) for _ in exercise.network.layers[1:]]
    exercise = activated(exercise, [*hidden, draw(st.sampled_from(last.get(loss, anywhere)))])
    network = replace(exercise.network, loss=loss)
    if draw(st.booleans()):  # a slope may be held fixed as well
        network = replace(network, frozen=network.frozen | set(network.slopes))
    rate = draw(decimals("0.001", "0.1"))
    exercise = exercise._replace(
        network=network, numbers={**exercise.numbers, LEARNING_RATE: rate or Decimal("0.05")}
    )
    outputs = len(network.outputs)

    def example() -> Example:
        inputs = tuple(draw(decimals()) for _ in network.inputs)
        if LOSSES[loss].distribution:
            one = draw(st.integers(0, outputs - 1))
            return Example(inputs, tuple(Decimal(int(at == one)) for at in range(outputs)))
        if LOSSES[loss].only_ends:
            return Example(inputs, tuple(draw(st.sampled_from(ENDS)) for _ in range(outputs)))
        low = "-2" if LOSSES[loss].targets is None else "0"
        high = "2" if LOSSES[loss].targets is None else "1"
        return Example(inputs, tuple(draw(decimals(low, high)) for _ in range(outputs)))

    number = draw(st.integers(1, 4) | st.integers(1, 10))
    size = draw(st.integers(1, number))
    batches = Batches(size, draw(st.booleans()), draw(st.integers(0, 99)))
    examples = [example() for _ in range(number)]
    if number == 1:
        exercise = with_examples(exercise, examples, Batches())._replace(examples=())
    else:
        exercise = with_examples(exercise, examples, batches)
    name = draw(st.sampled_from(sorted(BY_GRADIENT)))
    settings = {
        setting: str(draw(st.decimals("0", "0.99", places=2)))
        for setting in OPTIMIZERS[name].settings
        if setting != "epsilon" and draw(st.booleans())
    }
    return optimized(exercise, name, draw(st.sampled_from(["0", "0.01", "0.5"])), **settings)
