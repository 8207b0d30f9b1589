"""Lesson → one medium."""
