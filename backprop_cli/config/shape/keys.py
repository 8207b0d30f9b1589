"""The keys that people write, and those of a configuration."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from backprop_cli.config.files.yaml_source import Place, Source
from backprop_cli.config.shape.configuration import Configuration
from backprop_cli.config.shape.sections import (
    ActivationSettings,
    Data,
    LossSettings,
    OneExample,
    OptimizerSettings,
    Penalty,
    TrainedSoFar,
)
from backprop_cli.wording import Path, did_you_mean

# What stands under a key that has keys of its own.
MODELS: Mapping[str, type[BaseModel]] = {
    "activation": ActivationSettings,
    "loss": LossSettings,
    "optimizer": OptimizerSettings,
    "penalty": Penalty,
    "examples": OneExample,
    "data": Data,
    "trained": TrainedSoFar,
}

# Names that mean one key and nothing else.
OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "inputs": ("input", "x"),
    "weights": ("weight",),
    "biases": ("bias",),
    "target": ("targets", "y", "y_true", "desired", "expected"),
    "learning_rate": ("lr", "eta", "alpha", "η", "α", "rate", "learningrate", "step_size"),
    "activation": ("activations", "activation_function", "activation_functions"),
    "loss": ("loss_function", "cost", "cost_function", "error_function", "criterion"),
    "optimizer": ("optimiser",),
    "rounding": ("decimals", "round"),
    "batch_size": ("batch", "batchsize"),
    "frozen": ("freeze",),
}
MEANT = {other: key for key, others in OTHER_NAMES.items() for other in others}

# Names that stand for something else than a key, by what is to be done instead.
SIZES = "a network is given by its weights:; backprop new 2-3-1 writes a file for given sizes"
EPOCHS = "how long to train is said on the command line: backprop run FILE --epochs 1000"
INSTEAD: Mapping[str, str] = {
    **dict.fromkeys(
        ("layers", "neurons", "architecture", "layer_sizes", "topology", "sizes"),
        SIZES,
    ),
    **dict.fromkeys(("epochs", "epoch", "iterations", "steps", "max_epochs"), EPOCHS),
    **dict.fromkeys(
        ("output", "outputs"),
        "what the network should put out is target:, its outputs are the last layer of weights:",
    ),
    **dict.fromkeys(
        ("momentum", "dampening", "beta1", "beta2", "epsilon"),
        "settings stand with the optimizer's name: optimizer: {name: momentum, momentum: 0.9}",
    ),
    **dict.fromkeys(
        ("l1", "l2", "lambda", "regularization", "regularisation", "regularizer"),
        "penalty: {l2: 0.01} adds to the loss what the weights cost, {l1: 0.01} likewise",
    ),
    "decay": "weight_decay: 0.01 pulls parameters to 0",
    **dict.fromkeys(("name", "title", "description", "comment"), "a remark begins with #"),
}

# The same for a quantity by the letter of its name: ``w1`` at the top level.
STANDS: Mapping[str, str] = {
    "x": "inputs stand in a list of their own: inputs: {x1: 0.05, x2: 0.10}",
    "w": "weights stand by layer: weights: {hidden: [[0.15, 0.20]], output: [[0.40]]}",
    "b": "biases stand by layer: biases: {hidden: 0.35, output: 0.60}",
}


def plain(key: str) -> str:
    """A key in the spelling of our own: ``Learning-Rate`` is learning_rate."""
    return key.lower().replace("-", "_").replace(" ", "_")


def other_names(key: str, model: type[BaseModel]) -> tuple[str, ...]:
    """The plain names, beside its own, by which a key of a model is meant."""
    return tuple(name for name in OTHER_NAMES.get(key, ()) if name not in model.model_fields)


def with_our_keys(source: Source) -> Source:
    """The source with every key under the name that it has here, where that is plain."""
    data, place = _renamed(source.data, source.place, Configuration)
    for key, model in MODELS.items():
        if key in data:
            data[key], place.children[key] = _inner(data[key], place.children[key], model)
    return source._replace(data=data, place=place)


def _inner(data: Any, place: Place, model: type[BaseModel]) -> tuple[Any, Place]:
    """The same within a key that holds one of a model, or some in a list or a mapping."""
    if isinstance(data, dict):
        # By layer or by neuron, keys are names of the file's own, and what they lead to is meant.
        if model is not ActivationSettings or any(plain(key) == "name" for key in data):
            return _renamed(data, place, model)
        parts = [*data.items()]
    elif isinstance(data, list):
        parts = [*enumerate(data)]
    else:
        return data, place
    inner = {step: _inner(part, place.children[step], model) for step, part in parts}
    children = place.children | {step: found for step, (_, found) in inner.items()}
    found = {step: part for step, (part, _) in inner.items()}
    return found if isinstance(data, dict) else [*found.values()], Place(
        place.key, place.value, children
    )


def _renamed(
    data: Mapping[str, Any], place: Place, model: type[BaseModel]
) -> tuple[dict[str, Any], Place]:
    found: dict[str, Any] = {}
    children: dict[str | int, Place] = {}
    for key, value in data.items():
        name = key
        if key not in model.model_fields:
            meant = _meant(key, model)
            if meant in model.model_fields and meant not in data and meant not in found:
                name = meant
        found[name] = value
        children[name] = place.children[key]
    return found, Place(place.key, place.value, children)


def _meant(key: str, model: type[BaseModel]) -> str:
    """The key of a model that goes by a name, if one does; else the name in our spelling."""
    name = plain(key)
    return name if name in model.model_fields else MEANT.get(name, name)


def near_key(key: str) -> str:
    """A question after the key of a configuration that one is nearest to, if one is near."""
    return did_you_mean(key, tuple(Configuration.model_fields))


def no_such_key(path: Path) -> str:
    """The complaint about a key that is none."""
    model = Configuration if len(path) == 1 else MODELS[str(path[0])]
    keys = tuple(model.model_fields)
    key = str(path[-1])
    meant = _meant(key, model)
    if meant in keys:
        return f"there is no such key; it is another name for {meant}, which is given too"
    if model is Configuration and plain(key) in INSTEAD:
        return f"there is no such key; {INSTEAD[plain(key)]}"
    if model is Configuration and (numbered := re.fullmatch(r"([xwb])_?\d+", plain(key))):
        return f"there is no such key; {STANDS[numbered[1]]}"
    hint = did_you_mean(key, keys) or f"the keys are {', '.join(keys)}"
    return f"there is no such key; {hint}"
