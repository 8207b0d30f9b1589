"""What is trained: a configuration's network, as plain arrays of numbers for every contestant."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from backprop_cli import config
from backprop_cli.network.exercise import Batches, Exercise

CONFIGS = Path(__file__).parents[2] / "configs"

Matrix = list[list[float]]
Loop = Callable[[int], list[float]]  # from a number of epochs to the parameters after them


class Task(NamedTuple):
    """One hidden layer and an output layer, trained by gradient descent without shuffling.

    ``hidden`` and ``output`` are weights, a row for each neuron, then biases, one for each neuron
    or one for all. ``inputs`` and ``targets`` have a row for each example. ``batch`` examples
    make an update. ``activations`` and ``loss`` are called as in a configuration.
    """

    name: str
    exercise: Exercise
    hidden: tuple[Matrix, list[float]]
    output: tuple[Matrix, list[float]]
    inputs: Matrix
    targets: Matrix
    batch: int
    rate: float
    activations: tuple[str, str]
    loss: str

    @property
    def parameters(self) -> list[float]:
        """All weights, then all biases, as the program has them."""
        return in_one(self.hidden[0], self.output[0], self.hidden[1], self.output[1])


def in_one(w1: Matrix, w2: Matrix, b1: Sequence[float], b2: Sequence[float]) -> list[float]:
    """The parameters in the order in which contestants are compared."""
    return [float(w) for matrix in (w1, w2) for row in matrix for w in row] + [
        float(b) for biases in (b1, b2) for b in biases
    ]


def task_of(name: str, file: str, batch: int | None = None) -> Task:
    """A configuration as a task; ``batch`` says how many examples make an update."""
    exercise = config.load(str(CONFIGS / file))
    count = exercise.example_count
    exercise = exercise._replace(batches=Batches(min(batch or count, count)))
    network, numbers = exercise.network, exercise.numbers
    layers = []
    for layer in network.layers:
        weights = [[float(numbers[edge.weight]) for edge in n.edges] for n in layer.neurons]
        biases = dict.fromkeys(n.bias for n in layer.neurons if n.bias)
        layers.append((weights, [float(numbers[bias]) for bias in biases]))
    given = [exercise.given(at) for at in range(count)]
    targets = [network.target(output) for output in network.outputs]
    return Task(
        name,
        exercise,
        layers[0],
        layers[1],
        [[float(row[x]) for x in network.inputs] for row in given],
        [[float(row[y]) for y in targets] for row in given],
        exercise.batches.size,
        float(numbers["learning_rate"]),
        (network.layers[0].activation, network.layers[1].activation),
        network.loss,
    )


def tasks() -> list[Task]:
    """The document's network, XOR, and iris 4-8-3 with batches of 1 and of all."""
    return [
        task_of("document", "default.yaml"),
        task_of("XOR", "xor.yaml", 1),
        task_of("iris, 1", "iris.yaml", 1),
        task_of("iris, all", "iris.yaml"),
    ]
