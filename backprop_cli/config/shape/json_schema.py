"""The JSON Schema of a configuration, for editors.

What a key may hold is said beside its reader in ``fields``; its other names come from the table
that the reader renames them by. An editor offers the keys themselves, and takes the others.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from backprop_cli.config.shape.configuration import Configuration
from backprop_cli.config.shape.keys import MODELS, other_names
from backprop_cli.config.shape.patterns import of_keys
from backprop_cli.config.shape.sections import Data, OneExample

Schema = dict[str, Any]
NEVER: Schema = {"not": {}}


def json_schema() -> Schema:
    """The JSON Schema (2020-12) of a configuration, every short form and other name included."""
    schema = _any_of(Configuration.model_json_schema())
    definitions = schema["$defs"]
    for model in dict.fromkeys(MODELS.values()):
        at = f"#/$defs/{model.__name__}"
        definitions[model.__name__] = _with_other_names(definitions[model.__name__], model, at)
    whole = _with_other_names(schema, Configuration, "#")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **whole,
        "anyOf": [*_ways_to_give_examples()],
    }


def _any_of(schema: Any) -> Any:
    """The schema with every oneOf as anyOf, without the null that stands for a key left out.

    {name: relu} has two of the forms, and is right.
    """
    if isinstance(schema, list):
        return [_any_of(part) for part in schema if part != {"type": "null"}]
    if not isinstance(schema, dict):
        return schema
    plain = {
        "anyOf" if key == "oneOf" else key: _any_of(part)
        for key, part in schema.items()
        if (key, part) != ("default", None)
    }
    if len(plain.get("anyOf", ())) == 1:
        plain |= plain.pop("anyOf")[0]
    return plain


def _with_other_names(schema: Mapping[str, Any], model: type[BaseModel], at: str) -> Schema:
    """The schema of a model, which stands ``at`` a place, with its keys' other names.

    A key is there once: under its own name, or under another.
    """
    keys: Schema = schema["properties"]
    others = {key: _another_name(key, model) for key in keys}
    changed = {
        **schema,
        "patternProperties": {
            pattern: {"$ref": f"{at}/properties/{key}"} for key, pattern in others.items()
        },
        "dependentSchemas": {
            key: {"patternProperties": {pattern: NEVER}} for key, pattern in others.items()
        },
    }
    if required := changed.pop("required", ()):
        changed["allOf"] = [_given(key, model) for key in required]
    return changed


def _another_name(key: str, model: type[BaseModel]) -> str:
    """The pattern of the names of a key that are not its own."""
    return f"^(?!{key}$)" + of_keys((key, *other_names(key, model))).removeprefix("^")


def _given(key: str, model: type[BaseModel]) -> Schema:
    """The rule for a mapping that has a key, by one of its names."""
    another = {"not": {"patternProperties": {_another_name(key, model): NEVER}}}
    return {"anyOf": [{"required": [key]}, another]}


def _ways_to_give_examples() -> Iterator[Schema]:
    """One example or several, each with a target or, where nothing is learnt, none with one."""
    inputs, target, examples, data, rate = (
        _given(key, Configuration)
        for key in ("inputs", "target", "examples", "data", "learning_rate")
    )
    of_one, of_data = _given("target", OneExample), _given("target", Data)
    yield {"allOf": [inputs, target]}
    yield {"allOf": [inputs], "not": {"anyOf": [target, rate]}}
    yield {"allOf": [examples, _within("examples", {"items": of_one})]}
    yield {"allOf": [examples, _within("examples", {"items": {"not": of_one}})], "not": rate}
    yield {"allOf": [data, _within("data", of_data)]}
    yield {"allOf": [data, _within("data", {"not": of_data})], "not": rate}


def _within(key: str, schema: Schema) -> Schema:
    """The rule for a mapping whose key, by any of its names, has a value that holds the schema."""
    others = {_another_name(key, Configuration): schema}
    return {"properties": {key: schema}, "patternProperties": others}
