"""The result of a training, a check or a function → Lesson."""
