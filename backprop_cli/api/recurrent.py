"""A new recurrent network, unrolled over some steps, as a configuration."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from backprop_cli.config.writing.saved import configuration_text
from backprop_cli.config.writing.sketch import Sketch
from backprop_cli.functions.optimizers import DECAY, OPTIMIZERS, initial_state
from backprop_cli.network.exercise import Exercise, Trained
from backprop_cli.network.neurons import Edge, Layer, Neuron
from backprop_cli.network.structure import LEARNING_RATE, Network
from backprop_cli.runs.worksheets.drawing import drawing

STARTS_FROM = Decimal("0.5")  # it says of which kind the numbers are that are drawn


def unrolled(sketch: Sketch, steps: int, rate: Decimal, seed: int) -> str:
    """The configuration of a cell over so many steps, with a target at each; numbers are drawn.

    The sketch's sizes are the inputs, the units and the outputs of one step. Every step has the
    same parameters: U from the inputs, W from the units of the step before, V to the outputs.
    """
    network = _network(sketch, steps)
    row = OPTIMIZERS[sketch.optimizer]
    names = (*network.inputs, *network.parameters, *network.targets)
    numbers = {**row.settings, **initial_state(network), LEARNING_RATE: rate}
    if row.weight_decay is not None:
        numbers[DECAY.name] = row.weight_decay
    exercise = Exercise(network, {**numbers, **dict.fromkeys(names, STARTS_FROM)}, rounding=4)
    drawn = drawing(exercise, seed, {LEARNING_RATE}).exercise
    text = configuration_text(drawn, {}, Trained(), Path("new.yaml"))
    title = f"# A recurrent network over {steps} steps; its numbers are drawn with seed {seed}."
    return f"{title}\n{text.partition(chr(10))[2]}"


def _network(sketch: Sketch, steps: int) -> Network:
    inputs, units, outputs = sketch.sizes
    biased = sketch.biases != "none"
    layers = list[Layer]()
    for step in range(1, steps + 1):
        neurons = []
        for to in range(1, units + 1):
            edges = [*_edges(f"x{step}", inputs, "U", to, units)]
            if step > 1:
                edges += _edges(f"s{step - 1}", units, "W", to, units)
            bias = _called("b", to, units) if biased else None
            neurons.append(Neuron(_called(f"s{step}", to, units, "_"), tuple(edges), bias))
        layers.append(Layer(f"step{step}", tuple(neurons), sketch.activation))
    last = (
        Neuron(
            _called(f"y{step}", to, outputs, "_"),
            tuple(_edges(f"s{step}", units, "V", to, outputs)),
            _called("c", to, outputs) if biased else None,
        )
        for step in range(1, steps + 1)
        for to in range(1, outputs + 1)
    )
    layers.append(Layer("output", tuple(last), "linear"))
    given = (_called(f"x{step}", at, inputs, "_") for step in range(1, steps + 1)
             for at in range(1, inputs + 1))  # fmt: skip
    return Network(
        tuple(given),
        tuple(layers),
        sketch.loss,
        optimizer=sketch.optimizer,
        decays=OPTIMIZERS[sketch.optimizer].weight_decay is not None,
    )


def _edges(before: str, count: int, letter: str, to: int, of: int) -> Iterator[Edge]:
    """The edges from what is called so to the ``to``-th of ``of`` neurons."""
    for at in range(1, count + 1):
        weight = letter if count == of == 1 else f"{letter}{to}_{at}"
        yield Edge(_called(before, at, count, "_"), weight)


def _called(name: str, at: int, of: int, between: str = "") -> str:
    """A name, with a number where there are several."""
    return name if of == 1 else f"{name}{between}{at}"
