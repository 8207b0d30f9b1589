"""Work and memory for networks of about 100, 1,000 and 10,000 weights."""

from pathlib import Path

import yaml
from measuring import interleaved
from rich.table import Table


def network_of(neurons: int) -> str:
    """A configuration of two full layers, 2 * neurons² weights."""
    weights = {
        layer: [
            [round(((7 * row + 13 * column) % 41 - 20) / 100, 2) for column in range(neurons)]
            for row in range(neurons)
        ]
        for layer in ("hidden", "output")
    }
    return yaml.safe_dump(
        {
            "inputs": [0.5] * neurons,
            "weights": weights,
            "biases": {"hidden": 0.1, "output": 0.2},
            "target": [0.25] * neurons,
            "learning_rate": 0.5,
        }
    )


def size(folder: Path) -> Table:
    """Work and memory beyond a run of the smallest network, per weight."""
    tasks = {
        "--format json": ("--format", "json"),
        "--explain w1": ("--explain", "w1"),
        "--gradcheck": ("--gradcheck",),
        "--epochs 2 --format json": ("--epochs", "2", "--format", "json"),
    }
    table = Table("Size", "Weights", "Processor, µs per weight", "Memory, KiB per weight")
    for title, options in tasks.items():
        programs, counts = [], []
        for neurons in (1, 7, 22, 71):
            file = folder / f"{neurons}.yaml"
            file.write_text(network_of(neurons), encoding="utf-8")
            programs.append(("-m", "backprop_cli", "run", str(file), *options))
            counts.append(2 * neurons**2)
        least, *others = interleaved(programs, 3)
        for count, found in zip(counts[1:], others, strict=True):
            work = (found.processor - least.processor) / count * 1e6
            memory = (found.memory - least.memory) / count * 1024
            table.add_row(title, f"{count:,}", f"{work:.0f}", f"{memory:.1f}")
    return table
