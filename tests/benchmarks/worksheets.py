"""How well drawn numbers tell usual mistakes apart: many sheets of each shape.

Run it as ``python tests/benchmarks/worksheets.py [SHEETS [SEED]]``, by default with 1,000 sheets of
each shape. A mistake is one of the ten that are made most often, at one line, in one of the ways in
which it can be made there. It collides if its figure is the right one, or that of another of these
mistakes. What is one formula for any numbers, such as a derivative of 1 that is left out, is not
counted. Printed are, by shape, the mistakes of a sheet, the share of all that collide, the share of
those whose figure is one unit from the right one, the sheets whose numbers lack something else, and
the time for a sheet.
"""

import sys
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from backprop_cli import config
from backprop_cli.api.templates import template
from backprop_cli.runs.checking.problem import problem
from backprop_cli.runs.worksheets.collisions import lines_of
from backprop_cli.runs.worksheets.drawing import drawing

SHEETS = 1_000
SHAPES = (
    ("2-2-1", "sigmoid", "half_squared_error"),
    ("2-3-1", "sigmoid", "half_squared_error"),
    ("3-4-2", "sigmoid", "half_squared_error"),
    ("2-2-2", "sigmoid", "mean_squared_error"),
    ("2-3-1", "tanh", "half_squared_error"),
    ("2-3-3-1", "tanh", "half_squared_error"),
    ("2-3-1", "relu", "half_squared_error"),
    ("2-3-1", "relu", "binary_cross_entropy"),
    ("2-3-3", "relu", "cross_entropy"),
    ("3-4-3", "sigmoid", "cross_entropy"),
    ("2-2-1", "linear", "half_squared_error"),
)


def measure(sizes: str, activation: str, loss: str, sheets: int, seed: int) -> str:
    """One line of the table."""
    shape = tuple(map(int, sizes.split("-")))
    exercise = config.parse(template(shape, activation, loss, seed), "shape.yaml")
    mistakes = sum(len(line.ways) - 1 for line in lines_of(problem(exercise)))
    collisions = near = lacking = 0
    start = perf_counter()
    for number in range(sheets):
        lacks = drawing(exercise, seed + number).lacks
        assert lacks is not None
        collisions += len(lacks.hidden)
        near += len(lacks.near)
        lacking += lacks.weight[0] > 0
    each = (perf_counter() - start) / sheets
    return (
        f"{sizes:9}{activation:9}{loss:22}{mistakes:9,d}"
        f"{100 * collisions / (mistakes * sheets):9.3f} %"
        f"{100 * near / (mistakes * sheets):9.3f} %{lacking:9,d}"
        f"{1000 * each:9.0f} ms"
    )


def main(sheets: int, seed: int) -> None:
    """Print the table."""
    print(f"{sheets:,} sheets of each shape (seed {seed})")
    print(f"{'shape':40}{'mistakes':>9}{'collide':>11}{'near':>11}{'lacking':>9}{'a sheet':>12}")
    for sizes, activation, loss in SHAPES:
        print(measure(sizes, activation, loss, sheets, seed), flush=True)


if __name__ == "__main__":
    given = [int(number) for number in sys.argv[1:]]
    main(given[0] if given else SHEETS, given[1] if len(given) > 1 else 1)
