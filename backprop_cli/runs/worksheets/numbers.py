"""New numbers for an exercise, each of the same kind as the one that it replaces."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from random import Random

from backprop_cli.functions.losses import loss_row
from backprop_cli.functions.optimizers import initial_state
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.network.exercise import Example, Exercise, Figure, Trained
from backprop_cli.network.neurons import Neuron
from backprop_cli.network.parameters import BIAS, FACTOR, SLOPE, Kind
from backprop_cli.network.structure import Network
from backprop_cli.runs.worksheets.chance import Chance
from backprop_cli.runs.worksheets.forward import Forward

# In hundredths: what takes the place of a number of up to 1, so that none is nearly 0 or 1.
INPUT, TARGET = (5, 95), (5, 95)
LEAST_WEIGHT, MOST_WEIGHT = 10, 95
OF_KIND: Mapping[Kind, tuple[int, int]] = {BIAS: (10, 60), SLOPE: (5, 40)}
# Of a neuron with n edges, weights are up to so many hundredths, divided by the root of n.
WIDE = 200
# A neuron that is switched off, or saturated, gets other numbers so many times.
MOST_TRIES = 100

# Functions that put out no more than 1.
BOUNDED = frozenset(
    ("sigmoid", "tanh", "softmax", "binary_step", "bipolar_sigmoid", "softsign", "sign")
) | {"hard_sigmoid"}


def renumbered(exercise: Exercise, random: Random, kept: Collection[str] = ()) -> Exercise:
    """The exercise with other inputs, parameters and targets but those ``kept``, none trained yet.

    Numbers have two decimals. A number above 1 gives way to one of its size, targets to targets
    of their kind: classes, a distribution, or numbers. A table of truth values and the rows of a
    data file stay as they are. Neurons are drawn again until they are awake, if that can be.
    """
    chance, network = Chance(random), exercise.network
    numbers = {**exercise.numbers, **initial_state(network)}
    examples = tuple(_examples(exercise, chance, kept))
    first = examples[0]
    numbers.update(zip(network.inputs, first.inputs, strict=True))
    numbers.update(zip(network.targets, first.targets, strict=True))
    _draw_parameters(network, numbers, chance, kept)
    return exercise._replace(
        numbers=numbers, examples=examples if exercise.examples else (), trained=Trained()
    )


def _examples(exercise: Exercise, chance: Chance, kept: Collection[str]) -> Iterator[Example]:
    network, olds = exercise.network, exercise.examples or (_only(exercise),)
    stays = exercise.data is not None or (len(olds) > 1 and _is_truth_table(olds))
    in_formulas = any(neuron.formula is not None for neuron in network.neurons)
    for old in olds:
        if stays:
            yield old
            continue
        signed = any(number < 0 for number in old.inputs)
        inputs: list[Figure] = []
        for name, number in zip(network.inputs, old.inputs, strict=True):
            if name in kept:
                inputs.append(number)
            elif abs(float(number)) > 1 or (in_formulas and number):
                inputs.append(chance.near(number))
            else:
                beside = [one for one in inputs if isinstance(one, Decimal)]
                inputs.append(chance.between(*INPUT, signed=signed, beside=beside))
        targets = old.targets
        of_classes = len(olds) > 1 and exercise.classifies  # these are what the inputs belong to
        if not of_classes and not set(network.targets) & set(kept):
            targets = _targets(network, old.targets, chance)
        yield Example(tuple(inputs), targets)


def _only(exercise: Exercise) -> Example:
    """The only example of an exercise that lists none."""
    network, numbers = exercise.network, exercise.numbers
    return Example(
        tuple(numbers[name] for name in network.inputs),
        tuple(numbers[name] for name in network.targets),
    )


def _is_truth_table(examples: Sequence[Example]) -> bool:
    return all(abs(number) in (0, 1) for example in examples for number in example.inputs)


def _targets(network: Network, old: Sequence[Figure], chance: Chance) -> tuple[Figure, ...]:
    """Targets that the loss takes, of the kind of the old ones."""
    loss, count, ends = loss_row(network), len(old), set(old)
    functions = {network.function_of(one).name for one in network.outputs if one.formula is None}
    if loss.targets and loss.only_ends:
        # A prediction above 1 would be right already with a target of 1.
        either = loss.targets if functions <= BOUNDED else loss.targets[:1]
        return tuple(either[chance.below(len(either))] for _ in old)
    if ends == {0, 1} and sum(old) == 1 and count > 1:
        of_class = chance.below(count)
        return tuple(Decimal(int(number == of_class)) for number in range(count))
    if loss.distribution or (functions == {SOFTMAX} and count > 1):
        return chance.shares(count)
    classes = (Decimal(0 if ends <= {0, 1} else -1), Decimal(1))
    if ends <= set(classes):
        return tuple(classes[chance.below(2)] for _ in old)
    return tuple(
        chance.near(number)
        if abs(float(number)) > 1
        else chance.between(*TARGET, signed=number < 0)
        for number in old
    )


def _draw_parameters(
    network: Network, numbers: dict[str, Figure], chance: Chance, kept: Collection[str]
) -> None:
    """Draw every parameter, neuron by neuron, so that what comes before a neuron is known at it."""
    done = {*kept}
    forward = Forward(network, numbers)
    for neuron in network.neurons:
        own = [one for one in _parameters_of(network, neuron) if one not in done]
        old = {name: numbers[name] for name in own}
        for _ in range(MOST_TRIES):
            found = {name: _parameter(network, name, old[name], neuron, chance) for name in own}
            numbers.update(found)
            if forward.wakes(neuron) or not own:
                break
            chance.put_back(found.values())
        done.update(own)


def _parameters_of(network: Network, neuron: Neuron) -> list[str]:
    return [*dict.fromkeys(name for _, name in network.parameters_at(neuron))]


def _parameter(network: Network, name: str, old: Figure, neuron: Neuron, chance: Chance) -> Decimal:
    kind = network.by_parameter[name].kind
    if kind is FACTOR:
        return chance.near(old) if old else chance.between(LEAST_WEIGHT, MOST_WEIGHT)
    if abs(float(old)) > 1:
        number = chance.near(old)
        return -number if chance.below(2) else number
    if kind in OF_KIND:
        return chance.between(*OF_KIND[kind], signed=kind is not SLOPE)
    most = max(2, min(MOST_WEIGHT, int(WIDE / len(neuron.edges) ** 0.5)))
    return chance.between(min(LEAST_WEIGHT, most // 2), most, signed=True)
