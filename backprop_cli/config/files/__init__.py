"""A path → text, YAML or CSV, each value with its place."""
