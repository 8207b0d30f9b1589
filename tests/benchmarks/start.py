"""The default run, a whole process, against the smallest program of its kind."""

from pathlib import Path

from measuring import interleaved
from rich.table import Table

HERE = Path(__file__).parent
CONFIGURATION = HERE.parent.parent / "configs" / "default.yaml"
REPEATS = 15


def start() -> Table:
    """Wall clock, processor time and memory, as ratios."""
    programs = ([str(HERE / "smallest.py")], ["-m", "backprop_cli", "run", str(CONFIGURATION)])
    least, ours = interleaved(programs, REPEATS)
    table = Table("Start", "Wall clock", "Processor", "Memory")
    table.add_row("smallest program", "1", "1", "1")
    ratios = (a / b for a, b in zip(ours, least, strict=True))
    table.add_row("backprop run (promised: at most 1.25)", *(f"{ratio:.3f}" for ratio in ratios))
    return table
