"""A step → what usual mistakes make of its formula."""
