"""A run → Lesson: blocks in the order in which they are read."""
