"""Exercise → Training: the compiled loop."""
