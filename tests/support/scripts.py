"""Exported scripts, run: what they print and what they come to, beside our own numbers."""

import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from backprop_cli.export import TARGETS
from backprop_cli.export.description import describe
from backprop_cli.export.graph import safe_name, why_no_matrices
from backprop_cli.export.reading import Reading
from backprop_cli.network.exercise import Exercise, Figure
from backprop_cli.training.trainer import Trainer, well_chosen

LOSS_LINE = re.compile(r"epoch +(\d+)  loss (\S+)")

# Runs scripts one after another, each in a namespace of its own, and tells what came of them.
RUNNER = """
import contextlib, io, json, sys

def final(space, name):
    if "optimizer" in space or "losses" in space:
        network = space["network"]
        value = getattr(network, name)
        if name + "_trained" in space:
            value = value * space[name + "_trained"] + space.get(name + "_frozen", 0)
        return value.tolist()
    parameters = space.get("parameters")
    value = parameters.get(name, space[name]) if isinstance(parameters, dict) else space[name]
    return value.tolist()

answers = []
for script, names in json.load(sys.stdin):
    space, printed = {"__name__": "__main__", "__file__": "script.py"}, io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(script, "script.py", "exec"), space)
    answers.append([printed.getvalue(), {name: final(space, name) for name in names}])
json.dump(answers, sys.stdout)
"""


class Case(NamedTuple):
    """An exercise to be exported, trained for so many epochs."""

    name: str
    exercise: Exercise
    epochs: int = 10
    data: Reading | None = None

    @property
    def is_layered(self) -> bool:
        """Whether its layers are matrices."""
        return not why_no_matrices(self.exercise.network)

    def script(self, target: str) -> str:
        """The script for a library."""
        described = describe(
            self.exercise, f"{self.name}.yaml", "script.py", self.epochs, self.data
        )
        return TARGETS[target](described)


class Results(NamedTuple):
    """Losses by epoch, and the final parameters as the entries of arrays, by name."""

    losses: dict[int, float]
    arrays: dict[str, Any]


def run_all(
    cases: Sequence[Case], target: str, cwd: Path, python: str = sys.executable
) -> list[Results]:
    """Run the script of each case, all in one process; a warning is an error."""
    scripts = [(case.script(target), [*our_arrays(case.exercise, {})]) for case in cases]
    done = subprocess.run(
        [python, "-W", "error", "-c", RUNNER],
        input=json.dumps(scripts),
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [Results(losses_of(printed), arrays) for printed, arrays in json.loads(done.stdout)]


def losses_of(printed: str) -> dict[int, float]:
    """The losses that a script prints, by epoch."""
    lines = printed.splitlines()
    matches = [LOSS_LINE.fullmatch(line) for line in lines]
    assert all(matches), printed
    return {int(match[1]): float(match[2]) for match in matches if match}


def ours(case: Case) -> Results:
    """What our own training comes to. Raises DivergedError."""
    trainer = Trainer(case.exercise)
    start = trainer.start
    trainer.advance(start + case.epochs, range(start, start + case.epochs + 1))
    history = dict(trainer.history)
    shown = [start + epoch for epoch in well_chosen(case.epochs)]
    return Results(
        {epoch: history[epoch] for epoch in shown}, our_arrays(case.exercise, trainer.numbers)
    )


def our_arrays(exercise: Exercise, numbers: Mapping[str, Figure]) -> dict[str, Any]:
    """Our parameters arranged as a script has them: 0 where there is none."""
    network = exercise.network
    if why_no_matrices(network):
        return {safe_name(name): [numbers.get(name, 0.0)] for name in network.parameters}
    arrays: dict[str, Any] = {}
    sources = network.inputs
    for at, layer in enumerate(network.layers, 1):
        rows = [{edge.source: edge.weight for edge in one.edges} for one in layer.neurons]
        arrays[f"W{at}"] = [
            [numbers.get(row.get(source, ""), 0.0) for source in sources] for row in rows
        ]
        biases = [one.bias for one in layer.neurons]
        if any(biases):
            shared = len(set(biases)) == 1
            named = biases[:1] if shared else biases
            arrays[f"b{at}"] = [numbers.get(name or "", 0.0) for name in named]
        if layer.slope:
            arrays[f"slope{at}"] = [numbers.get(layer.slope, 0.0)]
        sources = tuple(one.name for one in layer.neurons)
    return arrays


def largest_difference(found: Results, expected: Results) -> float:
    """The largest relative difference of any loss or parameter (absolute below 1e-3)."""
    assert found.losses.keys() == expected.losses.keys()
    pairs = [(found.losses[epoch], loss) for epoch, loss in expected.losses.items()]
    for name, entries in expected.arrays.items():
        pairs += zip(flat(found.arrays[name]), flat(entries), strict=True)
    return max(abs(a - b) / max(abs(b), 1e-3) for a, b in pairs)


def flat(entries: Any) -> list[float]:
    """The numbers of a list of lists."""
    if isinstance(entries, list):
        return [number for entry in entries for number in flat(entry)]
    return [entries]
