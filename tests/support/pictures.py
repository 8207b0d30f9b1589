"""The pictures of the README: what a terminal shows, as SVG.

``PYTHONPATH=tests python -m support.pictures`` draws them anew, from the program as it is.
"""

from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

from support.program import ROOT, run_on_terminal

FOLDER = ROOT / "backprop_cli" / "help"
PICTURES = {"explain": ("run", "--explain", "w1")}
WIDTH = 96


def screen(*args: str) -> Text:
    """What a terminal of 24-bit colours shows of a command, the command in the first line."""
    seen = run_on_terminal(*args, width=WIDTH, env={"COLORTERM": "truecolor"})
    assert seen.returncode == 0
    received = Text.from_ansi(seen.raw.replace("\r\n", "\n"))
    return Text.assemble((f"$ backprop {' '.join(args)}\n", "bold"), received)


def svg(*args: str) -> str:
    """The same as a picture."""
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(screen(*args))
    return console.export_svg(title="backprop", unique_id="backprop")


def path(name: str) -> Path:
    """Where a picture is kept."""
    return FOLDER / f"{name}.svg"


if __name__ == "__main__":
    for name, args in PICTURES.items():
        path(name).write_text(svg(*args), encoding="utf-8")
