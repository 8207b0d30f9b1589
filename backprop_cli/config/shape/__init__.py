"""YAML → a configuration of the right shape, or its faults."""
