"""A configuration file to an ``Exercise``: the network that it describes, and its numbers.

``yaml_source`` reads the text, ``schema`` checks its shape, ``meaning`` finds out what the names
refer to; here they are chained, and faults of shape get their wording. Those are reported before
faults of meaning, which cannot be judged until the shape is right; among faults of one kind the
first in the file is reported.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path as File
from typing import Any

from pydantic import BaseModel, ValidationError

from backprop_cli.config.files import yaml_source
from backprop_cli.config.files.text import read_standard_input, read_text
from backprop_cli.config.files.yaml_source import Source
from backprop_cli.config.meaning import exercise as meaning
from backprop_cli.config.shape.configuration import Configuration
from backprop_cli.config.shape.fields import ACTIVATION_NAMES, LOSS_NAMES, TAGS
from backprop_cli.config.shape.scalars import COMPLAINT
from backprop_cli.config.shape.sections import (
    ActivationSettings,
    Data,
    OneExample,
    OptimizerSettings,
    TrainedSoFar,
)
from backprop_cli.errors import STDIN, ConfigError
from backprop_cli.network.exercise import Exercise
from backprop_cli.wording import Path, did_you_mean

__all__ = [
    "ACTIVATION_NAMES",
    "LOSS_NAMES",
    "ConfigError",
    "json_schema",
    "load",
    "parse",
]


def load(path: str) -> Exercise:
    """Read a configuration file; ``-`` is standard input.

    Raises ConfigError, and nothing else, for whatever is wrong with the file or in it.
    """
    if path == "-":
        return parse(read_standard_input(STDIN, "a configuration"), STDIN)
    return parse(read_text(File(path), path, "a configuration"), path)


def parse(text: str, name: str) -> Exercise:
    """Read a configuration from text; ``name`` stands for the file in complaints.

    Raises ConfigError.
    """
    return meaning.exercise(*_checked(text, name))


def _checked(text: str, name: str) -> tuple[Source, Configuration]:
    """A configuration of the right shape, and what it was read from. Raises ConfigError."""
    source = yaml_source.read(text, name)
    if not isinstance(source.data, dict):
        found = "a list" if isinstance(source.data, list) else "text"
        raise source.error(f"a configuration is made of keys such as inputs:, not {found}", ())
    try:
        settings = Configuration.model_validate(source.data)
    except ValidationError as error:
        raise _first_fault_of_shape(error, source) from None
    if source.repeated:
        raise _first(source.repeated)
    return source, settings


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a configuration, every short form included."""
    schema = _any_of(Configuration.model_json_schema())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _any_of(schema: Any) -> Any:
    """The schema with every oneOf as anyOf, without the null that stands for a key left out.

    {name: relu} has two of the forms, and is right.
    """
    if isinstance(schema, list):
        return [_any_of(part) for part in schema if part != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    plain = {"anyOf" if key == "oneOf" else key: _any_of(part) for key, part in schema.items()}
    if len(plain.get("anyOf", ())) == 1:
        plain |= plain.pop("anyOf")[0]
    return plain


# --- faults of shape -------------------------------------------------------------------------

# Pydantic's own complaints that can still come up, in our words.
WORDING = {
    "dict_type": "a mapping belongs here, with a line `name: value` for each entry",
    "list_type": "a list belongs here, such as [{}]",
    "string_type": "a name belongs here, not a list or a mapping",
    "model_type": "a mapping belongs here, with a line `key: value` for each entry",
}
LIST_ITEMS = {
    "order": "w2, w1",
    "frozen": "b1, b2",
    "data": "column1, column2",
    "examples": "{inputs: …, target: …}",
}


def _first(errors: Sequence[ConfigError]) -> ConfigError:
    return min(errors, key=lambda error: (error.line or 0, error.column or 0))


def _first_fault_of_shape(error: ValidationError, source: Source) -> ConfigError:
    found = list(source.repeated)
    missing = []
    for fault in error.errors(include_url=False):
        path = tuple(step for step in fault["loc"] if step not in TAGS)
        if fault["type"] == "missing":
            missing.append(source.error(f"this key is missing; add a line `{path[-1]}: …`", path))
            continue
        # Pydantic marks a fault of a key, not of its value, with a last step of its own.
        is_key = bool(path) and path[-1] == "[key]"
        path = path[:-1] if is_key else path
        unknown = fault["type"] == "extra_forbidden"
        message = _no_such_key(path) if unknown else _in_our_words(fault, path)
        found.append(source.error(message, path, key=is_key or unknown))
    # A missing key stands nowhere; a misspelt one explains it better.
    return _first(found) if found else missing[0]


# What stands under a key that has keys of its own.
MODELS: Mapping[str | int, type[BaseModel]] = {
    "activation": ActivationSettings,
    "optimizer": OptimizerSettings,
    "examples": OneExample,
    "data": Data,
    "trained": TrainedSoFar,
}


def _no_such_key(path: Path) -> str:
    model = Configuration if len(path) == 1 else MODELS[path[0]]
    keys = tuple(model.model_fields)
    hint = did_you_mean(str(path[-1]), keys) or f"the keys are {', '.join(keys)}"
    return f"there is no such key; {hint}"


def _in_our_words(fault: Mapping[str, Any], path: Path) -> str:
    items = LIST_ITEMS.get(str(path[0]), "0.15, 0.20")
    message = str(fault["msg"])
    if fault["type"] != COMPLAINT:
        message = WORDING[fault["type"]].format(items)
    empty = fault["input"] == "" and not message.startswith("nothing")
    return f"nothing is written here; {message}" if empty else message
