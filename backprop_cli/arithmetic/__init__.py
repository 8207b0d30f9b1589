"""Derivation and numbers → Working: every step with its value."""
