"""Renderers: a lesson, or a working's numbers, to one medium each."""
