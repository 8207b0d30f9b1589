"""Names and what feeds them → Network; with its numbers → Exercise."""
