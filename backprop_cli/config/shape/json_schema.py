"""The JSON Schema of a configuration, for editors."""

from typing import Any

from backprop_cli.config.shape.configuration import Configuration


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
    plain = {
        "anyOf" if key == "oneOf" else key: _any_of(part)
        for key, part in schema.items()
        if (key, part) != ("default", None)
    }
    if len(plain.get("anyOf", ())) == 1:
        plain |= plain.pop("anyOf")[0]
    return plain
