"""The smallest program of this kind: it imports what ours stands on and prints one table."""

import typer
import yaml  # noqa: F401 - imported to be loaded
from pydantic import BaseModel  # noqa: F401
from rich.console import Console
from rich.table import Table

app = typer.Typer()


@app.command()
def main() -> None:
    """Print one table."""
    table = Table("Weight", "Gradient")
    table.add_row("w1", "0.00067")
    Console().print(table)


app()
