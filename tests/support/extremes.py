"""Networks whose predictions come very near to 0 or 1, and what must hold of them to ten digits.

The expected figures are mpmath's: the textbooks' loss in so many digits that exp(−1000) is not lost
beside 1, and differences of it.
"""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import mpmath  # type: ignore[import-untyped]

from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import work
from backprop_cli.config.load import parse
from backprop_cli.derivation.derive import derive_passes
from backprop_cli.network.exercise import Exercise
from backprop_cli.network.neurons import Edge, Function, Layer, Neuron
from backprop_cli.network.structure import Network
from backprop_cli.training.compiled import Compiled
from support.graphs import exercise, worked

DIGITS = 1000
STEP = mpmath.mpf("1e-300")
MOST = 3  # parameters of one network whose gradients are looked at: digits take time
SCALES = (1, 5, 20, 40, 300, 650, 700)  # of weighted sums
TARGETS = ("0", "1", "0.5", "0.001", "0.999", "1e-9")
LOGARITHMIC = ("binary_cross_entropy", "cross_entropy")


def close(found: float, expected: Any) -> bool:
    """Agreement to ten digits, of what float64 holds with as many."""
    return bool(abs(found - expected) <= 1e-10 * abs(expected) + mpmath.mpf("1e-300"))


def check_extreme(found: Exercise, seed: int) -> None:
    """The loss, and its gradient by some parameters; compiled, every bit of all of them."""
    network, names = found.network, found.network.parameters
    values = work(derive_passes(network), found.numbers, Exact()).values
    gradients = {name: values[network.gradient(name).name] for name in names}
    with mpmath.workdps(DIGITS):
        numbers = {name: mpmath.mpf(float(number)) for name, number in found.numbers.items()}

        def loss(moved: Mapping[str, Any]) -> Any:
            return worked(network, {**numbers, **moved})["Loss"]

        assert close(values["Loss"], loss({})), ("Loss", values["Loss"])
        for name in Random(seed).sample(names, min(len(names), MOST)):
            gradient = gradients[name]
            below, above = (loss({name: numbers[name] + moved}) for moved in (-STEP, STEP))
            expected = (above - below) / (2 * STEP)
            assert close(gradient, expected), (name, gradient, mpmath.nstr(expected, 17))
    state = tuple(float(found.numbers[name]) for name in names)
    assert Compiled(found).gradients(state, ()) == (values["Loss"], *gradients.values())


def _weight(random: Random) -> str:
    scale = random.choice(SCALES)
    return f"{random.choice((-1, 1)) * scale * random.uniform(0.9, 1.1):.6f}"


def _numbered(random: Random, network: Network, targets: Mapping[str, str]) -> Exercise:
    inputs = dict.fromkeys(network.inputs, "1")
    return exercise(
        network, {**inputs, **{n: _weight(random) for n in network.parameters}, **targets}
    )


def _targets(random: Random, network: Network) -> dict[str, str]:
    """Targets between 0 and 1; of a cross-entropy such that they add up to 1."""
    names = network.targets
    if network.loss == "binary_cross_entropy":
        return {name: random.choice(TARGETS) for name in names}
    first = random.choice(TARGETS[:-1])
    return {**dict.fromkeys(names, "0"), names[0]: first, names[-1]: f"{1 - float(first):g}"}


def one_output(seed: int) -> Exercise:
    """A neuron with an activation function that comes near to 0 or 1."""
    random = Random(seed)
    loss = random.choice(LOGARITHMIC)
    names = ("sigmoid",) if loss == "binary_cross_entropy" else ("sigmoid", "softplus")
    output = Neuron("y", (Edge("x", "w"),), None, Function(random.choice(names)))
    network = Network(("x",), (Layer("output", (output,)),), loss=loss)
    target = random.choice(TARGETS) if loss == "binary_cross_entropy" else "1"
    return _numbered(random, network, {network.target(output): target})


def above_half(seed: int) -> Exercise:
    """A neuron whose function comes near to 1 from below, and is a probability there alone."""
    random = Random(seed)
    function = Function(random.choice(("tanh", "bipolar_sigmoid")))
    output = Neuron("y", (Edge("x", "w"),), None, function)
    network = Network(("x",), (Layer("output", (output,)),), loss="binary_cross_entropy")
    found = _numbered(random, network, {network.target(output): random.choice(TARGETS)})
    return found._replace(numbers={**found.numbers, "w": abs(float(found.numbers["w"]))})


def _softmax(random: Random, count: int) -> Exercise:
    outputs = tuple(Neuron(f"o{at}", (Edge("x", f"w{at}"),)) for at in range(1, count + 1))
    loss = random.choice(LOGARITHMIC)
    network = Network(("x",), (Layer("output", outputs, "softmax"),), loss=loss)
    return _numbered(random, network, _targets(random, network))


def softmax(seed: int) -> Exercise:
    """A softmax of a few outputs."""
    random = Random(seed)
    return _softmax(random, random.randint(2, 5))


def wide_softmax(seed: int) -> Exercise:
    """A softmax of so many outputs that its derivatives are not listed."""
    random = Random(seed)
    return _softmax(random, random.randint(13, 15))


def several_uses(seed: int) -> Exercise:
    """Outputs that feed another output as well."""
    random = Random(seed)
    count, how = random.choice([(1, "sigmoid"), (2, "sigmoid"), (3, "softmax"), (13, "softmax")])
    first = tuple(Neuron(f"o{at}", (Edge("x", f"w{at}"),)) for at in range(1, count + 1))
    fed = tuple(Edge(one.name, f"v{at}") for at, one in enumerate(first, 1))
    last = Neuron("y", fed)
    layers = (Layer("first", first, how), Layer("last", (last,), "sigmoid"))
    ends = (*(one.name for one in first), "y")
    network = Network(("x",), layers, ends=ends, loss="binary_cross_entropy")
    return _numbered(random, network, _targets(random, network))


def formula(seed: int) -> Exercise:
    """An output that is a formula of inputs and parameters, as one writes a probability."""
    random = Random(seed)
    text = random.choice(FORMULAS)
    scale = random.choice((1, 5, 40, 300, 690))
    names = [name for name in ("a", "b", "c") if re.search(rf"\b{name}\b", text)]
    parameters = ", ".join(f"{name}: {scale * random.uniform(0.3, 1):.6f}" for name in names)
    target = random.choice(TARGETS)
    return parse(
        f"""\
inputs: {{x: 1}}
parameters: {{{parameters}}}
weights: {{output: {{y: "{text}"}}}}
target: {target}
learning_rate: 0.5
loss: binary_cross_entropy
""",
        "formula.yaml",
    )


FORMULAS = (
    "exp(-a * x)",
    "1 - exp(-a * x)",
    "sigmoid(a * x - b)",
    "sigmoid(-a * x) * sigmoid(b)",
    "1 - sigmoid(a * x)",
    "1 / (1 + exp(-a * x))",
    "1 / (1 + exp(a * x))",
    "exp(a) / (exp(a) + exp(b) + exp(-c))",
    "exp(-c) / (exp(a * x) + exp(b) + exp(-c))",
    "sigmoid(-a)^3 * 0.5",
    "sigmoid(a * x) * sigmoid(b)",
    "sigmoid(a)^3 * (1 - sigmoid(-b))",
    "exp(-a) / (2 + sigmoid(b))",
    "-(-0.5 * exp(-a * x))",
    "max(exp(-a), exp(-b))",
)

EXTREMES: Mapping[str, Callable[[int], Exercise]] = {
    "one output": one_output,
    "one output above a half": above_half,
    "softmax": softmax,
    "wide softmax": wide_softmax,
    "outputs of several uses": several_uses,
    "formula": formula,
}
