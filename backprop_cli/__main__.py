"""``python -m backprop_cli`` is the same as ``backprop``."""

from backprop_cli.cli.entry import main

main()
