"""Exercise and what was asked → what one command calculates."""
