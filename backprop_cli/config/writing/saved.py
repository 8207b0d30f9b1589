"""A network and where its training stands, written as a configuration."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from backprop_cli.config.writing import yaml_text
from backprop_cli.config.writing.network_text import (
    formula_text,
    function_line,
    parameter_lines,
    with_settings,
)
from backprop_cli.derivation.steps import new
from backprop_cli.errors import UsageError
from backprop_cli.functions.optimizers import DECAY, OPTIMIZERS, T, initial_state, symbol_of
from backprop_cli.functions.reductions import MEAN
from backprop_cli.network.exercise import Batches, DataFile, Example, Exercise, Figure, Trained
from backprop_cli.network.structure import LEARNING_RATE, Network
from backprop_cli.wording import printable

Texts = Mapping[str, str]


def configuration_text(
    exercise: Exercise, numbers: Mapping[str, Figure], trained: Trained, path: Path
) -> str:
    """The exercise as a configuration that runs, and trains on from where it stands.

    ``numbers`` is the state by name (see `optimizers.state_names`), as far as it differs from the
    exercise's, ``trained`` what has been done altogether, and ``path`` where the text will be
    written, which a data file's path is relative to. Read again, it is the same exercise, bit for
    bit, with that state put in. A number that is what it was keeps the digits that were typed.
    Raises UsageError where a data file's path is not text.
    """
    return "\n".join(_lines(exercise, {**exercise.numbers, **numbers}, trained, path)) + "\n"


def _lines(
    exercise: Exercise, numbers: Mapping[str, Figure], trained: Trained, path: Path
) -> Iterator[str]:
    network = exercise.network
    texts = {
        name: yaml_text.number(_kept(exercise.numbers[name], number))
        for name, number in numbers.items()
        if name in exercise.numbers
    }
    done = f"{trained.epochs} epoch{'' if trained.epochs == 1 else 's'}"
    yield f"# A network after {done} of training; every number has all its digits."
    yield from _examples(exercise, path)
    yield from parameter_lines(network, texts)
    yield from function_line(network, texts)
    if network.aimed:
        settings = {name: yaml_text.number(number) for name, number in network.loss_settings}
        formula = network.loss_formula
        name = network.loss if formula is None else formula_text(formula)
        yield f"loss: {with_settings(name, settings)}"
    if network.penalty:
        biases = {"biases": "true"} if network.penalizes_biases else {}
        yield f"penalty: {yaml_text.flow({network.penalty: texts[network.penalty], **biases})}"
    yield from _updates(network, texts)
    if exercise.rounding is not None:
        yield f"rounding: {exercise.rounding}  # decimals carried from line to line, as on paper"
    if exercise.order:
        yield f"order: {yaml_text.row(exercise.order)}"
    start = initial_state(network)
    if trained != Trained() or any(numbers[name] != start[name] for name in start):
        yield from _trained(network, texts, trained, float(numbers.get(T.name, 1)))


def _kept(typed: Figure, number: Figure) -> Figure:
    """The number, as it was typed if it is still the same to the last bit."""
    return typed if float(typed).hex() == float(number).hex() else number


# --- examples --------------------------------------------------------------------------------


def _examples(exercise: Exercise, path: Path) -> Iterator[str]:
    """The examples, and how an epoch goes through them."""
    network, batches = exercise.network, exercise.batches
    reduces = network.reduction != MEAN.name
    several = bool(exercise.examples) or batches != Batches() or reduces
    if exercise.data is not None:
        yield from _data(exercise.data, path)
    elif several:
        yield "examples:"
        for example in exercise.examples or [_first(exercise)]:
            yield f"  - {yaml_text.flow(_example(network, example))}"
    else:
        written = _example(network, _first(exercise))
        yield from (f"{key}: {value}" for key, value in written.items())
    if network.ends and not network.aimed:
        yield f"of: {yaml_text.name(network.outputs[0].name)}"
    if batches.size != 1:
        size = "all" if batches.size == exercise.example_count else str(batches.size)
        yield f"batch_size: {size}  # how many examples each update uses"
    if reduces:
        yield f"reduction: {network.reduction}  # of a batch's losses and gradients"
    if batches.shuffle:
        yield "shuffle: true  # in another order every epoch"
    if batches.seed:
        yield f"seed: {batches.seed}"


def _first(exercise: Exercise) -> Example:
    """The only example, which stands among the numbers."""
    network, numbers = exercise.network, exercise.numbers
    targets = tuple(numbers[target] for target in network.targets)
    return Example(tuple(numbers[name] for name in network.inputs), targets)


def _example(network: Network, example: Example) -> Texts:
    """Its inputs and target; lists where the names are those that a list would get."""
    written = {"inputs": _named(network.inputs, "x", example.inputs)}
    outputs = tuple(neuron.name for neuron in network.outputs)
    if not network.aimed:
        return written
    if network.ends:
        targets = map(yaml_text.number, example.targets)
        return {**written, "target": yaml_text.flow(dict(zip(outputs, targets, strict=True)))}
    if len(outputs) == 1:
        return {**written, "target": yaml_text.number(example.targets[0])}
    return {**written, "target": _named(outputs, "o", example.targets)}


def _named(names: Sequence[str], letter: str, figures: Sequence[Figure]) -> str:
    texts = [*map(yaml_text.number, figures)]
    if all(name == f"{letter}{number}" for number, name in enumerate(names, 1)):
        return yaml_text.row(texts)
    return yaml_text.flow(dict(zip(names, texts, strict=True)))


def _data(data: DataFile, path: Path) -> Iterator[str]:
    file = _relative(data, path.parent)
    if not _is_text(file):
        raise UsageError(f"{printable(file)}: this path of the data file is not UTF-8; rename it")
    target = data.target
    columns = [target] if isinstance(target, str) else target
    texts = [*map(yaml_text.text, columns)]
    yield "data:"
    yield f"  file: {yaml_text.text(file)}"
    yield f"  inputs: {yaml_text.row(map(yaml_text.text, data.inputs))}"
    if texts:
        yield f"  target: {texts[0] if isinstance(target, str) else yaml_text.row(texts)}"
    if data.standardize:
        yield "  standardize: true"


def _relative(data: DataFile, folder: Path) -> str:
    """A data file's path, relative to ``folder`` unless it was written as an absolute one.

    Folders are taken as they really are: ``..`` leads out of a linked one to elsewhere.
    """
    if Path(data.file).is_absolute():
        return data.file
    home, name = os.path.split(Path(data.folder, data.file))
    try:
        there = os.path.relpath(os.path.realpath(home), os.path.realpath(folder))
    except ValueError:  # on another drive
        there = os.path.realpath(home)
    return Path(there, name).as_posix()


def _is_text(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


# --- training --------------------------------------------------------------------------------


def _updates(network: Network, texts: Texts) -> Iterator[str]:
    row = OPTIMIZERS[network.optimizer]
    yield f"optimizer: {with_settings(row.name, {name: texts[name] for name in row.settings})}"
    if network.decays:
        yield f"weight_decay: {texts[DECAY.name]}"
    elif row.weight_decay:
        yield "weight_decay: 0"
    if network.learns:
        yield f"learning_rate: {texts[LEARNING_RATE]}"
    if network.frozen:
        frozen = [name for name in network.parameters if name in network.frozen]
        yield f"frozen: {yaml_text.row(frozen)}  # not updated"


def _trained(network: Network, texts: Texts, trained: Trained, update: float) -> Iterator[str]:
    """The state of a training, every running quantity of the optimizer included."""
    row = OPTIMIZERS[network.optimizer]
    why = {line.defines: line.reason for line in row.lines}
    yield "trained:  # from here training goes on"
    yield f"  epochs: {trained.epochs}"
    if trained.first_loss is not None:
        yield f"  first_loss: {yaml_text.number(trained.first_loss)}  # before the first epoch"
    if trained.compared_loss is not None:
        loss = yaml_text.number(trained.compared_loss)
        yield f"  compared_loss: {loss}  # after the last full hundred of epochs"
    if row.counts:
        yield f"  t: {int(update)}  # the number of the next update"
    for quantity in row.state if network.updated else ():
        yield f"  {quantity.name}:  # {why[new(quantity.name)]}"
        for name in network.updated:
            yield f"    {name}: {texts[symbol_of(quantity, name).name]}"
