"""Text → Exercise: a configuration is read, understood and written."""
