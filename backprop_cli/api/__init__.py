"""Configurations and figures → networks, their work and their checks, as plain data."""
