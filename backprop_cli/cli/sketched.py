"""An exercise by the arguments of ``backprop new``: names and numbers as they were typed."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from backprop_cli import config
from backprop_cli.api.templates import stood_in
from backprop_cli.cli.numbers import number, rate
from backprop_cli.config.writing.sketch import (
    BIASES,
    Sketch,
    dead_end,
    of_classes,
    sizes_of,
    with_biases,
)
from backprop_cli.config.writing.template import written
from backprop_cli.errors import ConfigError, UnknownNameError, UsageError
from backprop_cli.functions.activations import ACTIVATIONS
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.names import by_spelling, meant
from backprop_cli.functions.optimizers import OPTIMIZERS
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.wording import counted, span


def activation_called(name: str, option: str = "") -> str:
    """An activation function by any of its names. Raises UnknownNameError."""
    return meant(name, by_spelling(ACTIVATIONS.values(), SOFTMAX), "function", option)


def loss_called(name: str, option: str = "") -> str:
    """A loss likewise."""
    return meant(name, by_spelling(LOSSES.values()), "loss", option)


def optimizer_called(name: str, option: str = "") -> str:
    """An optimizer likewise."""
    return meant(name, by_spelling(OPTIMIZERS.values()), "optimizer", option)


def numbers_in(text: str, option: str = "") -> tuple[Decimal, ...]:
    """Numbers with commas or spaces between them. Raises UsageError."""
    parts = re.split(r"[,;\s]+", text.strip(" []"))
    return tuple(number(part, option) for part in parts)


def counted_numbers(text: str, option: str, names: Sequence[str]) -> tuple[Decimal, ...]:
    """As many numbers as there are names. Raises UsageError."""
    found = numbers_in(text, f"{option}: ")
    if len(found) != len(names):
        belong = "belongs" if len(names) == 1 else "belong"
        raise UsageError(
            f"{option}: {counted(len(names), 'number')} {belong} here, for {span(names)}; "
            f"{len(found)} given"
        )
    return found


def biased(sketch: Sketch, text: str) -> Sketch:
    """The sketch with biases of a kind, or with these numbers. Raises UsageError."""
    if text in BIASES:
        return sketch._replace(biases=text)
    if re.match(r"[a-zA-Z]", text):
        raise UnknownNameError("--biases", text, BIASES, "kind")
    values = numbers_in(text, "--biases: ")
    found = with_biases(sketch, values)
    if found is None:
        raise UsageError(
            f"--biases: write own, shared or none; or {len(sketch.layers)} numbers, one for each "
            f"layer, or {sum(sketch.sizes[1:])}, one for each neuron; {len(values)} are given"
        )
    return found


def chosen(sketch: Sketch, given: Mapping[str, str | None]) -> Sketch:
    """The sketch with the activation, loss and optimizer that are given. Raises UsageError."""
    for field, called in (
        ("activation", activation_called),
        ("loss", loss_called),
        ("optimizer", optimizer_called),
    ):
        if name := given.get(field):
            sketch = sketch._replace(**{field: called(name, f"--{field}")})  # type: ignore[arg-type]
    return sketch


def sketched(sizes: str, given: Mapping[str, str | None], *, skips: bool = False) -> Sketch:
    """The sketch of what is given on the command line, by the sketch's fields.

    Raises UsageError for what does not fit, and for what no exercise would come of.
    """
    sketch = chosen(Sketch(sizes_of(sizes), skips=skips), given)
    if why := dead_end(sketch):
        raise UsageError(f"{sizes}: {why}")
    if sketch.activation == SOFTMAX and not given.get("loss"):
        sketch = of_classes(sketch)
    if biases := given.get("biases"):
        sketch = biased(sketch, biases)
    if learning_rate := given.get("rate"):
        sketch = sketch._replace(rate=rate(learning_rate))
    if inputs := given.get("inputs"):
        sketch = sketch._replace(inputs=counted_numbers(inputs, "--inputs", sketch.nodes[0]))
    if weights := given.get("weights"):
        names = [f"w{number}" for number, _ in enumerate(sketch.edges, 1)]
        sketch = sketch._replace(weights=counted_numbers(weights, "--weights", names))
    if targets := given.get("targets"):
        numbers = counted_numbers(targets, "--target", sketch.nodes[-1])
        sketch = verified(sketch._replace(targets=numbers))
    return sketch


def verified(sketch: Sketch) -> Sketch:
    """The sketch, if it makes a configuration that can be run. Raises UsageError."""
    try:
        config.parse(written(stood_in(sketch), ""), "")
    except ConfigError as error:
        raise UsageError(f"{error.key}: {error.message}" if error.key else error.message) from None
    return sketch
