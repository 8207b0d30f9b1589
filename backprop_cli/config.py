"""A configuration file to an ``Exercise``: the network that it describes, and its numbers.

``yaml_source`` reads the text, ``schema`` checks its shape, ``meaning`` finds out what the names
refer to; here they are chained, and faults of shape get their wording. Those are reported before
faults of meaning, which cannot be judged until the shape is right; among faults of one kind the
first in the file is reported.
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from backprop_cli import meaning, yaml_source
from backprop_cli.complaint import ConfigError, Path, did_you_mean
from backprop_cli.network import Exercise
from backprop_cli.scalars import COMPLAINT
from backprop_cli.schema import (
    ACTIVATION_NAMES,
    LOSS_NAMES,
    TAGS,
    ActivationSettings,
    Configuration,
)
from backprop_cli.yaml_source import Source

__all__ = ["ACTIVATION_NAMES", "LOSS_NAMES", "ConfigError", "json_schema", "load", "parse"]

STDIN = "<stdin>"
MOST_BYTES = 32 * 1024 * 1024  # some hundred times the file of a network with 10,000 weights


def load(path: str) -> Exercise:
    """Read a configuration file; ``-`` is standard input.

    Raises ConfigError, and nothing else, for whatever is wrong with the file or in it.
    """
    name = STDIN if path == "-" else path
    return parse(_decoded(_bytes(path, name), name), name)


def parse(text: str, name: str) -> Exercise:
    """Read a configuration from text; ``name`` stands for the file in complaints.

    Raises ConfigError.
    """
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
    return meaning.exercise(source, settings)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a configuration, every short form included."""
    schema = _any_of(Configuration.model_json_schema())
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _any_of(schema: Any) -> Any:
    """The schema with every oneOf as anyOf: {name: relu} has two of the forms, and is right."""
    if isinstance(schema, list):
        return [_any_of(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {"anyOf" if key == "oneOf" else key: _any_of(part) for key, part in schema.items()}


# --- the file --------------------------------------------------------------------------------


def _bytes(path: str, name: str) -> bytes:
    try:
        if path == "-":
            content: bytes = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with File(path).open("rb") as file:
                content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(name, "there is no such file") from None
    except IsADirectoryError:
        raise ConfigError(name, "this is a directory; name a file in it") from None
    except PermissionError:
        raise ConfigError(name, "you may not read this file; check its permissions") from None
    except OSError as error:
        raise ConfigError(name, f"the file cannot be read: {error.strerror or error}") from None
    except (ValueError, AttributeError):  # a null byte in the path; a closed standard input
        raise ConfigError(name, "this cannot be opened; name a file") from None
    if len(content) > MOST_BYTES:
        limit = MOST_BYTES // (1024 * 1024)
        raise ConfigError(name, f"the file is larger than {limit} MB; is it a configuration?")
    return content


def _decoded(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        mark = yaml_source.mark_after(error.object[: error.start].decode("utf-8-sig"))
        byte = f"0x{error.object[error.start]:02x}"
        message = f"the byte {byte} is not UTF-8; save the file with the encoding UTF-8"
        raise ConfigError(name, message, mark) from None


# --- faults of shape -------------------------------------------------------------------------

# Pydantic's own complaints that can still come up, in our words.
WORDING = {
    "dict_type": "a mapping belongs here, with a line `name: value` for each entry",
    "list_type": "a list belongs here, such as [{}]",
    "string_type": "a name belongs here, not a list or a mapping",
}
LIST_ITEMS = {"order": "w2, w1", "frozen": "b1, b2"}


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


def _no_such_key(path: Path) -> str:
    model = Configuration if len(path) == 1 else ActivationSettings
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
