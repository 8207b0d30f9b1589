"""A configuration of the right shape → Exercise, or its faults."""
