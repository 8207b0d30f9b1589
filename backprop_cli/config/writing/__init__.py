"""Exercise → the text of a configuration."""
