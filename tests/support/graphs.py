"""Networks that are no plain layers: hand-built ones and drawn ones, and their values anew.

The values are worked in mpmath's numbers, by the textbooks' formulas, and know no derivatives: of
these the tests take differences.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from random import Random
from typing import Any

import mpmath  # type: ignore[import-untyped]

from backprop_cli.algebra.expression import (
    ONE,
    Call,
    Choice,
    Expression,
    Largest,
    Negative,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
)
from backprop_cli.network.exercise import Exercise
from backprop_cli.network.neurons import Edge, Function, Layer, Neuron
from backprop_cli.network.structure import LEARNING_RATE, Network
from support.reference import FUNCTIONS, LOSSES

Numbers = Mapping[str, Any]  # mpmath's, by the quantity's name

ELEMENTARY: Mapping[str, Any] = {
    "exp": mpmath.exp,
    "ln": mpmath.log,
    "sqrt": mpmath.sqrt,
    "abs": abs,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "Φ": mpmath.ncdf,
    "φ": mpmath.npdf,
}


# --- values anew -----------------------------------------------------------------------------


def value(expression: Expression, at: Numbers) -> Any:
    """An expression's value in mpmath's numbers."""

    def of(part: Expression) -> Any:
        return value(part, at)

    match expression:
        case Symbol(name):
            return at[name]
        case Number(digits):
            return mpmath.mpf(str(digits))
        case Sum(terms):
            return mpmath.fsum(map(of, terms))
        case Product(factors):
            return mpmath.fprod(map(of, factors))
        case Quotient(above, below):
            return of(above) / of(below)
        case Negative(operand):
            return -of(operand)
        case Power(base, exponent):
            return of(base) ** (exponent if isinstance(exponent, int) else of(exponent))
        case Largest(among):
            return max(map(of, among))
        case Choice(test, holds, otherwise, or_zero):
            tested = of(test)
            return of(holds if tested > 0 or (or_zero and tested == 0) else otherwise)
        case Call(function, argument):
            return {**FUNCTIONS, **ELEMENTARY}[function](of(argument))
    raise TypeError(expression)


def worked(network: Network, numbers: Numbers) -> dict[str, Any]:
    """What every input and neuron feeds forward, by its name, and the loss if there is one."""
    fed: dict[str, Any] = {name: numbers[name] for name in (*network.inputs, *network.parameters)}
    for neuron in network.neurons:
        if neuron.name not in fed:
            _feed(network, neuron, numbers, fed)
    if network.aimed:
        fed["Loss"] = sum(
            LOSSES[network.loss](
                numbers[network.target(output)], fed[output.name], len(network.outputs)
            )
            for output in network.outputs
        )
    return fed


def _feed(network: Network, neuron: Neuron, numbers: Numbers, fed: dict[str, Any]) -> None:
    if neuron.formula is not None:
        fed[neuron.name] = value(neuron.formula, fed)
        return
    function = network.function_of(neuron)
    if function.name == "softmax":
        members = network.layer_of(neuron).functions()[function]
        exps = [mpmath.exp(_sum(one, numbers, fed)) for one in members]
        fed.update((one.name, exp / sum(exps)) for one, exp in zip(members, exps, strict=True))
        return
    z = _sum(neuron, numbers, fed)
    if function.slope:
        fed[neuron.name] = z if z > 0 else numbers[function.slope] * z
    else:
        fed[neuron.name] = FUNCTIONS[function.name](z)


def _sum(neuron: Neuron, numbers: Numbers, fed: Numbers) -> Any:
    total = numbers[neuron.bias] if neuron.bias else mpmath.mpf(0)
    return total + sum(fed[edge.source] * numbers[edge.weight] for edge in neuron.edges)


# --- hand-built networks ---------------------------------------------------------------------


def neuron(name: str, fed_by: str = "", *, bias: str | None = None, of: str = "") -> Neuron:
    """A neuron that is fed as ``x1*U a*W``, with an activation function ``of`` its own."""
    edges = tuple(Edge(*pair.split("*")) for pair in fed_by.split())
    return Neuron(name, edges, bias, Function(of) if of else None)


def formula(name: str, expression: Expression) -> Neuron:
    """A neuron that is a formula."""
    return Neuron(name, formula=expression)


def exercise(network: Network, numbers: Mapping[str, str]) -> Exercise:
    """An exercise with these numbers, and a learning rate if it learns."""
    rate = {LEARNING_RATE: "0.1"} if network.learns else {}
    return Exercise(
        network, {name: Decimal(digits) for name, digits in {**rate, **numbers}.items()}
    )


# --- drawn networks --------------------------------------------------------------------------

SMOOTH = ("sigmoid", "tanh", "linear", "softplus", "swish", "gelu", "leaky_relu", "elu", "relu")


def drawn(seed: int, *, within: bool = True) -> Exercise:
    """Any graph: skips, shared parameters, formulas, softmaxes, outputs at any depth.

    With ``within``, a neuron may feed a later one of its own layer.
    """
    random = Random(seed)
    inputs = tuple(f"x{at}" for at in range(1, random.randint(1, 3) + 1))
    pool: list[str] = []
    before: list[str] = [*inputs]
    layers: list[Layer] = []
    for depth in range(1, random.randint(1, 4) + 1):
        neurons: list[Neuron] = []
        softmax = random.random() < 0.2
        slope = f"s{depth}" if random.random() < 0.15 and not softmax else None
        sources = [*before]
        for at in range(1, random.randint(1, 3) + 1):
            name = f"n{depth}_{at}"
            if not softmax and random.random() < 0.3:
                neurons.append(Neuron(name, formula=_formula(random, sources, pool)))
            else:
                neurons.append(_neuron(random, name, sources, pool, softmax=softmax))
            if within and not softmax:
                sources.append(name)
        activation = "softmax" if softmax else "parametric_relu" if slope else "tanh"
        layers.append(Layer(f"layer{depth}", tuple(neurons), activation, (), slope))
        before += [one.name for one in neurons]
    names = before[len(inputs) :]
    aimed = random.random() < 0.8
    ends = random.sample(names, random.randint(1, min(3, len(names))) if aimed else 1)
    network = Network(
        inputs, tuple(layers), ends=tuple(ends), aimed=aimed, learns=aimed, loss="squared_error"
    )
    given = (*inputs, *network.parameters, *network.targets)
    return exercise(
        network,
        {name: f"{random.choice((-1, 1)) * random.uniform(0.2, 1.2):.3f}" for name in given},
    )


def _parameter(random: Random, pool: list[str]) -> str:
    """A new parameter, or now and then one that is used already."""
    if not pool or random.random() < 0.7:
        pool.append(f"p{len(pool) + 1}")
        return pool[-1]
    return random.choice(pool)


def _neuron(
    random: Random, name: str, sources: Sequence[str], pool: list[str], *, softmax: bool
) -> Neuron:
    fed_by = random.sample(sources, random.randint(1, min(4, len(sources))))
    edges = tuple(Edge(source, _parameter(random, pool)) for source in fed_by)
    bias = _parameter(random, pool) if random.random() < 0.5 else None
    own = None if softmax or random.random() < 0.4 else Function(random.choice(SMOOTH))
    return Neuron(name, edges, bias, own)


def _formula(random: Random, sources: Sequence[str], pool: list[str]) -> Expression:
    """A smooth formula without poles, of some sources and parameters."""

    def leaf() -> Expression:
        kind = random.random()
        if kind < 0.6:
            return Symbol(random.choice(sources))
        return Symbol(_parameter(random, pool)) if kind < 0.9 else Number(Decimal("0.5"))

    def grown(depth: int) -> Expression:
        if depth == 0 or random.random() < 0.2:
            return leaf()
        one, two = grown(depth - 1), grown(depth - 1)
        return random.choice(
            (
                one + two,
                one - two,
                one * two,
                one / (ONE + two**2),
                Call("tanh", one) * two,
                Call("exp", Call("tanh", one)) - two,
                Call("sqrt", ONE + one**2) * two,
                -one,
                Call("sigmoid", one + two),
                Largest((one, two)),
            )
        )

    return grown(random.randint(1, 3))
