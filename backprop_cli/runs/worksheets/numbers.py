"""New numbers for an exercise, each of the same kind as the one that it replaces."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from random import Random

from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.optimizers import initial_state
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.network.exercise import Example, Exercise, Figure, Trained
from backprop_cli.network.structure import FACTOR, SLOPE, Network

HUNDREDTH = Decimal("0.01")
# In hundredths: what is drawn for a number of up to 1, so that none is nearly 0 or 1.
INPUT, PARAMETER, TRAINED_SLOPE, TARGET = (5, 95), (10, 95), (5, 40), (5, 95)
# What takes the place of a larger number is from half to one and a half times as large.
LEAST_PART, MOST_PART = 50, 150
FEW_DIGITS = 100  # from here on, a number is drawn without decimals

# Functions that put out no more than 1.
BOUNDED = frozenset(
    ("sigmoid", "tanh", "softmax", "binary_step", "bipolar_sigmoid", "softsign", "sign")
) | {"hard_sigmoid"}


def renumbered(exercise: Exercise, random: Random) -> Exercise:
    """The exercise with other inputs, parameters and targets, none trained yet.

    Numbers have two decimals. A number above 1 gives way to one of its size, targets to targets
    of their kind: classes, a distribution, or numbers. A table of truth values and the rows of a
    data file stay as they are.
    """
    network = exercise.network
    draw = _Draw(random)
    numbers = {**exercise.numbers, **initial_state(network)}
    for parameter in network.by_parameter.values():
        old = exercise.numbers[parameter.name]
        if parameter.kind is FACTOR:
            numbers[parameter.name] = draw.near(old)
        elif parameter.kind is SLOPE:
            numbers[parameter.name] = draw.between(*TRAINED_SLOPE)
        else:
            numbers[parameter.name] = draw.alike(old, PARAMETER, signed=True)
    examples = tuple(_examples(exercise, draw))
    first = examples[0]
    numbers.update(zip(network.inputs, first.inputs, strict=True))
    numbers.update(zip(network.targets, first.targets, strict=True))
    return exercise._replace(
        numbers=numbers,
        examples=examples if exercise.examples else (),
        trained=Trained(),
    )


def _examples(exercise: Exercise, draw: "_Draw") -> Iterator[Example]:
    network, olds = exercise.network, exercise.examples or (_only(exercise),)
    stays = exercise.data is not None or (len(olds) > 1 and _is_truth_table(olds))
    in_formulas = any(neuron.formula is not None for neuron in network.neurons)
    for old in olds:
        if stays:
            yield old
            continue
        signed = any(number < 0 for number in old.inputs)
        inputs = tuple(
            draw.near(number)
            if in_formulas and number
            else draw.alike(number, INPUT, signed=signed)
            for number in old.inputs
        )
        targets = old.targets
        if not (len(olds) > 1 and exercise.classifies):  # these are what the inputs belong to
            targets = _targets(network, old.targets, draw)
        yield Example(inputs, targets)


def _only(exercise: Exercise) -> Example:
    """The only example of an exercise that lists none."""
    network, numbers = exercise.network, exercise.numbers
    return Example(
        tuple(numbers[name] for name in network.inputs),
        tuple(numbers[name] for name in network.targets),
    )


def _is_truth_table(examples: Sequence[Example]) -> bool:
    return all(abs(number) in (0, 1) for example in examples for number in example.inputs)


def _targets(network: Network, old: Sequence[Figure], draw: "_Draw") -> tuple[Figure, ...]:
    """Targets that the loss takes, of the kind of the old ones."""
    if not old:
        return ()
    loss = LOSSES[network.loss]
    functions = [network.function_of(output) for output in network.outputs if not output.formula]
    if set(old) <= {0, 1} and sum(old) == 1 and len(old) > 1:
        of_class = draw.below(len(old))
        return tuple(Decimal(int(number == of_class)) for number in range(len(old)))
    if loss.distribution or all(one.name == SOFTMAX for one in functions):
        return draw.shares(len(old)) if len(old) > 1 else tuple(old)
    if loss.targets and (loss.only_ends or set(old) <= set(loss.targets)):
        # A prediction above 1 would be right already with a target of 1.
        bounded = all(one.name in BOUNDED for one in functions)
        ends = loss.targets if bounded or not loss.only_ends else loss.targets[:1]
        return tuple(ends[draw.below(len(ends))] for _ in old)
    if set(old) <= {0, 1} or set(old) <= {-1, 1}:
        ends = (Decimal(1), Decimal(0) if 0 in old or -1 not in old else Decimal(-1))
        return tuple(ends[draw.below(2)] for _ in old)
    return tuple(draw.alike(number, TARGET, signed=number < 0) for number in old)


class _Draw:
    """Numbers from a source of chance, each of them drawn once while there are others.

    Only ``random()`` is drawn from, whose sequence Python promises.
    """

    def __init__(self, random: Random) -> None:
        self._random = random
        self._drawn: set[Decimal] = set()

    def below(self, count: int) -> int:
        """A whole number from 0, below a count."""
        return int(self._random.random() * count)

    def between(self, least: int, most: int, *, signed: bool = False) -> Decimal:
        """So many hundredths, with either sign where it is ``signed``."""
        number = Decimal(0)
        for _ in range(10):
            number = (least + self.below(most - least + 1)) * HUNDREDTH
            if number not in self._drawn:
                break
        self._drawn.add(number)
        return -number if signed and self.below(2) else number

    def alike(self, old: Figure, hundredths: tuple[int, int], *, signed: bool) -> Decimal:
        """A number in the place of another: of up to 1, or of its size."""
        if abs(_digits(old)) <= 1:
            return self.between(*hundredths, signed=signed)
        number = abs(self.near(old))
        return -number if signed and self.below(2) else number

    def near(self, old: Figure) -> Decimal:
        """A number of the sign and about the size of another, 0 for 0."""
        digits = _digits(old)
        unit = HUNDREDTH if abs(digits) < FEW_DIGITS else Decimal(1)
        number = digits * self.between(LEAST_PART, MOST_PART)
        return number.quantize(unit) or digits

    def shares(self, count: int) -> tuple[Decimal, ...]:
        """So many numbers above 0 that add up to 1."""
        parts = [1 + self.below(9) for _ in range(count)]
        left = 100
        found = []
        for at, part in enumerate(parts[:-1]):
            share = max(1, left * part // sum(parts[at:]))
            found.append(share * HUNDREDTH)
            left -= share
        return (*found, left * HUNDREDTH)


def _digits(figure: Figure) -> Decimal:
    return figure if isinstance(figure, Decimal) else Decimal(repr(figure))
