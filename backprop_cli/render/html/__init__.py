"""Lesson and Diagram → one page of HTML that steps through them, or a fragment for a notebook."""
