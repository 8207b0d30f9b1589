"""The console script: what is set once for the whole process, before anything is imported."""

import gc
import os
import sys


def main() -> None:
    """Run the command line."""
    # A run builds trees that live until it ends and hardly any cycles: looking for some while
    # the libraries are being imported costs one part in twenty of a short run, and finds none.
    gc.disable()
    # Plugins of pydantic are of no use here, and looking for them costs every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        from backprop_cli.cli.app import app

        app()
    except KeyboardInterrupt:  # before or after the command itself, which Typer looks after
        sys.exit(130)
    finally:
        # At its end Python looks for cycles once more, whatever was disabled: an eighth of a short
        # run, to free what the system takes back anyway.
        gc.freeze()
