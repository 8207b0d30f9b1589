"""The structure of a network, and an exercise, which gives it numbers."""
