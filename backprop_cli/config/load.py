"""A configuration file to an ``Exercise``: the network that it describes, and its numbers.

``files`` reads the text, ``shape`` checks its shape, ``meaning`` finds out what the names refer
to; here they are chained. Faults of shape are reported before faults of meaning, which cannot be
judged until the shape is right; among faults of one kind the first in the file is reported.
"""

from pathlib import Path

from pydantic import ValidationError

from backprop_cli.config.files import yaml_source
from backprop_cli.config.files.text import read_standard_input, read_text
from backprop_cli.config.files.yaml_source import Source
from backprop_cli.config.meaning import exercise as meaning
from backprop_cli.config.shape.configuration import Configuration
from backprop_cli.config.shape.faults import first_fault
from backprop_cli.config.shape.json_schema import json_schema
from backprop_cli.config.shape.keys import with_our_keys
from backprop_cli.errors import STDIN, ConfigError
from backprop_cli.network.exercise import Exercise

__all__ = ["ConfigError", "json_schema", "load", "parse"]


def load(path: str) -> Exercise:
    """Read a configuration file; ``-`` is standard input.

    Raises ConfigError, and nothing else, for whatever is wrong with the file or in it.
    """
    if path == "-":
        return parse(read_standard_input(STDIN, "a configuration"), STDIN)
    return parse(read_text(Path(path), path, "a configuration"), path)


def parse(text: str, name: str) -> Exercise:
    """Read a configuration from text; ``name`` stands for the file in complaints.

    Raises ConfigError.
    """
    source = yaml_source.read(text, name)
    if not isinstance(source.data, dict):
        found = "a list" if isinstance(source.data, list) else "text"
        raise source.error(f"a configuration is made of keys such as inputs:, not {found}", ())
    source = with_our_keys(source)
    return meaning.exercise(source, _checked(source))


def _checked(source: Source) -> Configuration:
    """A configuration of the right shape. Raises ConfigError."""
    fault: ValidationError | None = None
    try:
        settings = Configuration.model_validate(source.data)
    except ValidationError as error:
        fault = error
    if complaint := first_fault(source, fault):
        raise complaint
    return settings
