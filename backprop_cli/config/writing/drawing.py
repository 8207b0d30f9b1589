"""Drawn numbers that are worth working: two decimals, none of them 0, no relu that is dead."""

from collections.abc import Sequence
from decimal import Decimal
from operator import mul
from random import Random

from backprop_cli.config.writing.sketch import Sketch
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.softmax import SOFTMAX

PLACES = 2
MOST_TRIES = 200

# Functions that put out no more than 1: elsewhere a step by half the gradient soon goes too far.
BOUNDED = frozenset(
    ("sigmoid", "tanh", "softmax", "binary_step", "bipolar_sigmoid", "softsign", "sign")
) | {"hard_sigmoid"}


def completed(sketch: Sketch, random: Random) -> Sketch:
    """The sketch with all its numbers, those drawn that were not known.

    Weights are drawn evenly from ±1/√n, n the neuron's edges. A neuron of relu is drawn again
    until it is switched on, so that its weights have gradients.
    """
    inputs = sketch.inputs
    if inputs is None:
        inputs = tuple(_between(0.05, 0.95, random) for _ in range(sketch.sizes[0]))
    found = sketch._replace(inputs=inputs)
    if found.bias_values is None:
        found = found._replace(bias_values=_biases(found, random))
    if found.weights is None:
        found = _with_weights(found, random, drawn_biases=sketch.bias_values is None)
    if found.targets is None:
        found = found._replace(targets=_targets(found, random))
    return found._replace(rate=found.rate or _rate(found))


def _rate(sketch: Sketch) -> Decimal:
    """A learning rate that suits; the steps of adam are about as long as the rate itself."""
    if sketch.optimizer.startswith("adam"):
        return Decimal("0.01")
    gentle = sketch.optimizer == "sgd" and BOUNDED.issuperset(sketch.functions)
    return Decimal("0.5") if gentle else Decimal("0.1")


def _between(least: float, greatest: float, random: Random) -> Decimal:
    """A number of two decimals that is not 0."""
    while True:
        number = round(random.uniform(least, greatest), PLACES)
        if number:
            return Decimal(f"{number:.{PLACES}f}")


def _biases(sketch: Sketch, random: Random) -> tuple[Decimal, ...]:
    """Biases from −0.5 to 0.5; one that neurons of relu share is above 0, or it kills some."""
    found: list[Decimal] = []
    shapes = zip(sketch.sizes[1:], sketch.functions, sketch.bias_kinds, strict=True)
    for size, function, kind in shapes:
        least = 0.0 if (function, kind) == ("relu", "shared") else -0.5
        count = {"own": size, "shared": 1, "none": 0}[kind]
        found += [_between(least, 0.5, random) for _ in range(count)]
    return tuple(found)


def _with_weights(sketch: Sketch, random: Random, *, drawn_biases: bool) -> Sketch:
    assert sketch.inputs is not None
    values: Sequence[Decimal] = sketch.inputs
    weights: list[Decimal] = []
    biases: list[Decimal] = []
    layers = zip(
        sketch.layer_biases(), sketch.sizes[1:], sketch.functions, sketch.bias_kinds, strict=True
    )
    for given, size, function, kind in layers:
        bound = len(values) ** -0.5
        own = drawn_biases and kind == "own"
        sums: list[Decimal] = []
        fans: list[list[Decimal]] = []
        for neuron in range(size):
            bias = given[min(neuron, len(given) - 1)] if given else Decimal(0)
            for _ in range(MOST_TRIES):
                fan = [_between(-bound, bound, random) for _ in values]
                total = sum(map(mul, fan, values), bias)
                # Two that are alike learn alike, and their gradients may cancel.
                if fan not in fans and (function != "relu" or total > 0):
                    break
                if own:
                    bias = _between(-0.5, 0.5, random)
            weights += fan
            fans.append(fan)
            sums.append(total)
            if given and (len(given) == size or neuron == 0):
                biases.append(bias)
        values = _activations(function, sums)
    return sketch._replace(weights=tuple(weights), bias_values=tuple(biases))


def _activations(function: str, sums: Sequence[Decimal]) -> Sequence[Decimal]:
    """The output of a layer, as nearly as matters here: relu exactly, others about a half."""
    if function == "relu":
        return [max(total, Decimal(0)) for total in sums]
    if function == "linear":
        return sums
    return [Decimal("0.5")] * len(sums)


def _targets(sketch: Sketch, random: Random) -> tuple[Decimal, ...]:
    """Targets that the loss can take: a class where they are or should be a distribution."""
    outputs = sketch.sizes[-1]
    row = LOSSES[sketch.loss]
    if row.targets and row.only_ends:
        # A prediction above 1 would be right already with a target of 1.
        either = row.targets if sketch.functions[-1] in BOUNDED else row.targets[:1]
        return tuple(random.choice(either) for _ in range(outputs))
    if row.distribution or sketch.functions[-1] == SOFTMAX:
        of_class = random.randrange(outputs)
        return tuple(Decimal(int(number == of_class)) for number in range(outputs))
    return tuple(_between(0.01, 0.99, random) for _ in range(outputs))
