"""What a training, a check or a function came to → Lesson."""
