"""Lesson → lines and segments on a terminal, in a pipe or in a text file."""
