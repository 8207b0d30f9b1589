"""An exercise and a sheet → the sheet with a verdict for every line."""
