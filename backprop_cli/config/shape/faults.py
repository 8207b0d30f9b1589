"""Faults of a configuration's shape: the first in the file, and what to write instead."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from backprop_cli.config.files.syntax import further_in, nothing_under
from backprop_cli.config.files.text import Mark
from backprop_cli.config.files.yaml_source import Quoted, Source
from backprop_cli.config.shape.configuration import Configuration
from backprop_cli.config.shape.fields import TAGS
from backprop_cli.config.shape.keys import MODELS, near_key, no_such_key
from backprop_cli.config.shape.scalars import COMPLAINT, is_number
from backprop_cli.errors import ConfigError
from backprop_cli.wording import Path

# Pydantic's own complaints that can still come up, in our words.
WORDING = {
    "dict_type": "a mapping belongs here, with a line `name: value` for each entry",
    "list_type": "a list belongs here, such as [{}]",
    "string_type": "a name belongs here, not a list or a mapping",
    "model_type": "a mapping belongs here, with a line `key: value` for each entry",
}
# What is said where something else than a mapping of its own keys was written.
MAPPINGS = {"penalty": "a penalty is a mapping, {l2: 0.1} or {l1: 0.1}"}
LIST_ITEMS = {
    "order": "w2, w1",
    "frozen": "b1, b2",
    "data": "column1, column2",
    "examples": "{inputs: …, target: …}",
}

# The sections whose own keys are names that a user gives.
NAMING = ("inputs", "weights", "biases", "activation", "target")
SECTIONS = (*NAMING, "loss", "optimizer", "data")

OF_ITS_OWN = "{} is a key of its own; begin its line at the left edge"
MOST_COUNTED = 10


class Fault(NamedTuple):
    """One fault: where it stands, and what pydantic says of it (nothing of a key given twice)."""

    mark: Mark
    path: Path
    is_key: bool
    error: Mapping[str, Any] | None = None
    first: int = 0  # the line on which a key given twice was given first


def first_fault(source: Source, error: ValidationError | None) -> ConfigError | None:
    """The complaint about the first fault of shape in a file, if there is any.

    Only this one is put into words, however many there are.
    """
    faults = [Fault(mark, path, True, first=line) for mark, path, line in source.repeated]
    errors = error.errors(include_url=False, include_context=False) if error else ()
    # A missing key stands nowhere; a misspelt one explains it better.
    faults += [_located(source, fault) for fault in errors if fault["type"] != "missing"]
    faults = faults or [_located(source, fault) for fault in errors]
    if not faults:
        return None
    found = min(faults, key=lambda fault: fault.mark)
    complaint = _complaint(source, found)
    complaint.more = min(len(faults) - 1, MOST_COUNTED)
    return complaint


def _located(source: Source, error: Any) -> Fault:
    path = tuple(step for step in error["loc"] if step not in TAGS)
    # Pydantic marks a fault of a key, not of its value, with a last step of its own.
    is_key = bool(path) and path[-1] == "[key]"
    path = path[:-1] if is_key else path
    is_key = is_key or error["type"] == "extra_forbidden"
    return Fault(source.mark(path, key=is_key), path, is_key, error)


def _complaint(source: Source, fault: Fault) -> ConfigError:
    path, error = fault.path, fault.error
    if error is None:
        message = f"this key is given twice, first on line {fault.first}; keep one of them"
        return source.document.error(message, fault.mark, path)
    if error["type"] == "missing":
        return missing(source, path)
    if at := _of_its_own(path):
        message = OF_ITS_OWN.format(path[at - 1])
        return source.error(message, path[:at], key=True)
    if not fault.is_key and (under := _not_indented(source, path, error)):
        return source.error(nothing_under(str(path[-1]), str(under[-1])), under, key=True)
    if error["type"] == "extra_forbidden" and (above := _left_of(source, path)):
        message = f"there is no such key; {further_in(str(path[-1]), f'under {above}:')}"
        return source.error(message, path, key=True)
    if error["type"] == "extra_forbidden":
        message = _parameter_of_its_own(source, path) or no_such_key(path)
        return source.error(message, path, key=True)
    return source.error(_in_our_words(error, path), path, key=fault.is_key)


def missing(source: Source, path: Path) -> ConfigError:
    """A key that is not there, or on the wrong level."""
    key = path[-1]
    elsewhere = next((found for found in _paths(source.data) if found[-1] == key), None)
    if len(path) == 1 and elsewhere is not None and elsewhere[0] not in MODELS:
        message = OF_ITS_OWN.format(key)
        return source.error(message, elsewhere, key=True)
    return source.error(f"this key is missing; add a line `{key}: …`", path)


def _paths(data: Any, above: Path = ()) -> Iterator[Path]:
    """The paths of all keys that stand in a mapping in a mapping."""
    if isinstance(data, dict):
        for key, value in data.items():
            if above:
                yield (*above, key)
            yield from _paths(value, (*above, key))


def _of_its_own(path: Path) -> int:
    """The number of steps down a path to a key of the configuration that stands too deep; or 0."""
    if path[:1] and path[0] in NAMING:
        for at, step in enumerate(path[1:], 2):
            if step in Configuration.model_fields:
                return at
    return 0


def _not_indented(source: Source, path: Path, error: Mapping[str, Any]) -> Path | None:
    """The path of what stands below an empty key and was meant to stand in it."""
    wants_one_value = str(error["msg"]).startswith("nothing is written here; write")
    if error["input"] != "" or isinstance(error["input"], Quoted) or wants_one_value:
        return None
    below = _next_key(source.data, path)
    if below is None or (len(below) == 1 and below[0] in Configuration.model_fields):
        return None
    if len(path) == 1 and path[0] not in SECTIONS:
        return None
    is_block = source.mark(below, key=True)[0] > source.mark(path, key=True)[0]
    return below if is_block else None


def _next_key(data: Any, path: Path) -> Path | None:
    """The path of the key that comes after one in its mapping, or else after those around it."""
    mappings = [data]
    for step in path[:-1]:
        mappings.append(mappings[-1][step])
    for depth in range(len(path) - 1, -1, -1):
        if isinstance(mappings[depth], dict):
            keys = [*mappings[depth]]
            if after := keys[keys.index(path[depth]) + 1 :][:1]:
                return (*path[:depth], after[0])
    return None


def _left_of(source: Source, path: Path) -> str | None:
    """The section before an unknown key that holds a mapping, as the section's own parts do."""
    data = source.data
    key = str(path[0])
    if len(path) > 1 or not isinstance(data[key], dict) or near_key(key):
        return None
    before = [*data][: [*data].index(key)][-1:]
    return next((key for key in before if key in NAMING and isinstance(data[key], dict)), None)


def _parameter_of_its_own(source: Source, path: Path) -> str:
    """The complaint about a key with a number that stands instead of a weight, if it is one."""
    key, value = str(path[0]), source.at(path)
    used = _texts([source.data.get(one) for one in ("weights", "biases")])
    if len(path) > 1 or not is_number(value) or key not in used:
        return ""
    return f"there is no such key; a parameter has its number here: parameters: {{{key}: {value}}}"


def _texts(data: Any) -> set[str]:
    """The scalars in some data, as they were typed."""
    if isinstance(data, str):
        return {str(data)}
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return {text for part in parts for text in _texts(part)}


def _in_our_words(error: Mapping[str, Any], path: Path) -> str:
    items = LIST_ITEMS.get(str(path[0]), "0.15, 0.20")
    message = str(error["msg"])
    if error["type"] != COMPLAINT:
        message = WORDING[error["type"]].format(items)
        if error["type"] == "dict_type" and path == ("weights",):
            message = "the layers belong here, each with its name, such as {output: [[0.1, 0.2]]}"
        if error["type"] == "list_type" and path[0] == "weights":
            message = "a row of weights for each neuron belongs here, such as [[0.15, 0.20]]"
        if error["type"] == "model_type":
            message = MAPPINGS.get(str(path[0]), message)
        if error["type"] == "list_type" and str(error["input"]).startswith("-"):
            message += ", or a line for each, with a space after its dash: - w5"
    empty = error["input"] == "" and not message.startswith("nothing")
    return f"nothing is written here; {message}" if empty else message
