"""Numbers and names → expressions, and expressions → text."""
