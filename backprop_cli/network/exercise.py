"""An exercise: a network, its numbers, its examples, and how it is trained."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import NamedTuple

from backprop_cli.network.structure import LEARNING_RATE, Network

# A number as it was typed, with all its digits, or one that was calculated.
Figure = Decimal | float


class Example(NamedTuple):
    """One example: a number for each input and for each output's target, in their order."""

    inputs: tuple[Figure, ...]
    targets: tuple[Figure, ...]

    @property
    def floats(self) -> tuple[float, ...]:
        """The inputs, then the targets."""
        return tuple(map(float, (*self.inputs, *self.targets)))


class Batches(NamedTuple):
    """The order of an epoch through the examples: so many to an update, in order or shuffled."""

    size: int = 1
    shuffle: bool = False
    seed: int = 0

    def of_epoch(self, epoch: int, examples: int) -> list[tuple[int, ...]]:
        """The batches of one epoch, each as the positions of its examples, counted from 0.

        The order of an epoch depends on the seed and on the epoch alone, so that training can be
        taken up again anywhere. Only ``random()`` is drawn from, whose sequence Python promises.
        """
        order: Sequence[int] = range(examples)
        if self.shuffle:
            random = Random(f"{self.seed}/{epoch}")
            order = sorted(order, key=[random.random() for _ in order].__getitem__)
        return [tuple(order[at : at + self.size]) for at in range(0, examples, self.size)]


class DataFile(NamedTuple):
    """The file that examples were read from, and the way they were read.

    ``file`` is the path as it was written, relative to ``folder`` if it is relative; ``inputs`` and
    ``target`` name columns of the file; ``standardize`` says whether the inputs were standardized.
    ``classes`` are what the outputs stand for in a target column of classes, as it has them;
    ``delimiter`` separates the file's cells.
    """

    file: str
    folder: str
    inputs: tuple[str, ...]
    target: str | tuple[str, ...]
    standardize: bool
    classes: tuple[str | int, ...] = ()
    delimiter: str = ","


class Trained(NamedTuple):
    """The training done already: its epochs, and the losses that later ones are held against.

    ``first_loss`` is the loss before the first epoch, ``compared_loss`` that after the last full
    hundred of epochs, where they are known.
    """

    epochs: int = 0
    first_loss: float | None = None
    compared_loss: float | None = None


class Exercise(NamedTuple):
    """A network together with its numbers: what a configuration file describes.

    ``numbers`` holds the parameters, the learning rate, the optimizer's settings and state, and
    the inputs and targets (of the first of several examples), by name, each with the digits that
    were typed. ``rounding`` is the number of decimals carried from line to line (None: float64
    throughout). ``order`` names parameters in the order in which their gradients are to be
    explained; those it leaves out follow in the default order. ``examples`` are all examples,
    where there are several, ``data`` is the file that they come from, if they do, and ``batches``
    says how an epoch goes through them. ``trained`` says which training has led to the numbers.
    """

    network: Network
    numbers: Mapping[str, Figure]
    rounding: int | None = None
    order: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    batches: Batches = Batches()
    data: DataFile | None = None
    trained: Trained = Trained()

    @property
    def example_count(self) -> int:
        """The number of examples."""
        return len(self.examples) or 1

    def with_rate(self, rate: Decimal) -> "Exercise":
        """The exercise with a learning rate, which a network with a target then learns by."""
        network = replace(self.network, learns=self.network.aimed)
        return self._replace(network=network, numbers={**self.numbers, LEARNING_RATE: rate})

    def given(self, example: int) -> Mapping[str, Figure]:
        """Every number that a working of one example starts from; examples count from 0."""
        if not self.examples:
            return self.numbers
        network, (inputs, targets) = self.network, self.examples[example]
        names = (*network.inputs, *network.targets)
        return {**self.numbers, **dict(zip(names, (*inputs, *targets), strict=True))}

    def batches_until(self, example: int, epoch: int = 1) -> list[tuple[int, ...]]:
        """The batches of an epoch up to the one that holds an example, each of positions from 0.

        Without updates there is nothing before it.
        """
        batches = self.batches.of_epoch(epoch, self.example_count)
        last = next(number for number, batch in enumerate(batches) if example in batch)
        return batches[: last + 1] if self.network.learns else [batches[last]]

    @property
    def classifies(self) -> bool:
        """True if the targets of several examples stand for classes.

        They do if one output is 1 and all others are 0, or if all targets of the only output are
        0 or 1.
        """
        least = 0 if len(self.network.outputs) == 1 else 1
        return bool(self.examples) and all(
            set(example.targets) <= {0, 1} and least <= sum(example.targets) <= 1
            for example in self.examples
        )
