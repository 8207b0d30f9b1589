"""Text → Exercise: a configuration is read, understood and written."""

from backprop_cli.config.load import json_schema, load, parse

__all__ = ["json_schema", "load", "parse"]
