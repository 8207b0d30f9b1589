"""The data file of an exercise, as a script needs to know it to read it alike."""

import os
from pathlib import Path
from typing import NamedTuple

from backprop_cli.network.exercise import Exercise

# Up to this many numbers are written out in the script.
FEW = 100


class Reading(NamedTuple):
    """The reading of a CSV file by a script: which columns, and what becomes of them.

    ``path`` is relative to the script if ``beside_script``, else to the folder in which it is
    run. ``classes`` are those of the one target column, names or numbers, in the order of the
    outputs; without any, the ``targets`` are numbers.
    """

    path: str
    beside_script: bool
    delimiter: str
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    classes: tuple[str | int, ...]
    standardize: bool


def reading(exercise: Exercise, script: Path | None) -> Reading | None:
    """The reading of an exercise's data file, None where there is none or its numbers are few.

    ``script`` is where the script is to be written (None: that is not known).
    """
    network, data = exercise.network, exercise.data
    width = len(network.inputs) + len(network.outputs)
    if data is None or exercise.example_count * width <= FEW:
        return None
    targets = (data.target,) if isinstance(data.target, str) else data.target
    path = Path(data.folder, data.file)
    return Reading(
        path.as_posix() if script is None else _from(script.parent, path),
        script is not None,
        data.delimiter,
        data.inputs,
        targets,
        data.classes,
        data.standardize,
    )


def _from(folder: Path, path: Path) -> str:
    """A path relative to a folder, an absolute one where it is on another drive."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return path.resolve().as_posix()
