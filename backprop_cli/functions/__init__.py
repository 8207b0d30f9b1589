"""A name → its row: activation functions, losses, optimizers, with their derivatives."""
