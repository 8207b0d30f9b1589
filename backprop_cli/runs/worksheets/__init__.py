"""An exercise and a seed → other numbers for it, and mistakes to be found in its working."""
