"""backprop: works a small neural network step by step, as a careful teacher does on paper."""
