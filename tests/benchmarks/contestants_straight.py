"""Straight-line loops as one would write them for one network: in Python, by numba, and in C.

Python and C write arithmetic alike, so the statements are written down once. Where a loss and an
activation cancel in the derivative, as people know by heart, they are written cancelled.
"""

import ctypes
import math
import shutil
import subprocess
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from tasks import Loop, Task

SLOPES = {"sigmoid": "{a} * (1.0 - {a})", "tanh": "1.0 - {a} * {a}"}
VALUES = {"sigmoid": "1.0 / (1.0 + exp(-({z})))", "tanh": "tanh({z})"}


class Straight:
    """The names and the statements of one task."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._layers = (task.hidden, task.output)
        (hidden, _), (output, _) = self._layers
        self._x = [f"x{i}" for i in range(len(hidden[0]))]
        self._h = [f"h{j}" for j in range(len(hidden))]
        self._y = [f"y{k}" for k in range(len(output))]
        self.examples = [*self._x, *(f"t{k}" for k in range(len(output)))]
        self.weights = [
            [[f"{name}{j}_{i}" for i in range(len(row))] for j, row in enumerate(weights)]
            for name, (weights, _) in zip("wu", self._layers, strict=True)
        ]
        self.biases = [
            [f"{name}{j}" for j in range(len(biases))]
            for name, (_, biases) in zip("bc", self._layers, strict=True)
        ]
        flat = [name for matrix in self.weights for row in matrix for name in row]
        self.parameters = [*flat, *self.biases[0], *self.biases[1]]

    def _bias(self, layer: int, neuron: int) -> str:
        biases = self.biases[layer]
        return biases[neuron] if len(biases) > 1 else biases[0]

    def statements(self) -> list[str]:
        """From an example's numbers to the gradients by the weighted sums, d0, … and e0, …."""
        (hidden, output), first = self.weights, self._task.activations[0]
        lines = []
        for j, name in enumerate(self._h):
            z = self._sum(self._x, hidden[j]) + f" + {self._bias(0, j)}"
            lines.append(f"{name} = {VALUES[first].format(z=z)}")
        sums = [self._sum(self._h, row) + f" + {self._bias(1, k)}" for k, row in enumerate(output)]
        lines += self._outputs(sums)
        for j, name in enumerate(self._h):
            back = " + ".join(f"e{k} * {row[j]}" for k, row in enumerate(output))
            lines.append(f"d{j} = ({back}) * ({SLOPES[first].format(a=name)})")
        return lines

    def _outputs(self, sums: list[str]) -> list[str]:
        last, loss = self._task.activations[1], self._task.loss
        if last == "softmax":
            exps = [f"exp({name} - most)" for name in self._y]
            lines = [f"{name} = {z}" for name, z in zip(self._y, sums, strict=True)]
            lines.append("most = y0")
            lines += [f"most = fmax(most, {name})" for name in self._y[1:]]
            lines += [f"{name} = {value}" for name, value in zip(self._y, exps, strict=True)]
            lines.append(f"total = {' + '.join(self._y)}")
            lines += [f"{name} = {name} / total" for name in self._y]
            return [*lines, *(f"e{k} = {name} - t{k}" for k, name in enumerate(self._y))]
        lines = [f"{a} = {VALUES[last].format(z=z)}" for a, z in zip(self._y, sums, strict=True)]
        slope = "" if loss == "binary_cross_entropy" else " * " + SLOPES[last]
        return [
            *lines,
            *(f"e{k} = ({a} - t{k})" + slope.format(a=a) for k, a in enumerate(self._y)),
        ]

    @staticmethod
    def _sum(sources: Iterable[str], weights: Iterable[str]) -> str:
        return " + ".join(f"{a} * {w}" for a, w in zip(sources, weights, strict=True))

    def gradients(self) -> list[str]:
        """Of each parameter, in order, in terms of what the statements define."""
        found = []
        for deltas, weights, sources in zip("de", self.weights, (self._x, self._h), strict=True):
            for j in range(len(weights)):
                found += [f"{deltas}{j} * {source}" for source in sources]
        for deltas, weights, biases in zip("de", self.weights, self.biases, strict=True):
            every = [f"{deltas}{j}" for j in range(len(weights))]
            found += every if len(biases) == len(every) else [f"({' + '.join(every)})"]
        return found

    def example(self, end: str = "") -> tuple[list[str], list[str], list[str]]:
        """What comes before a batch's examples, for each of them, and after them."""
        rate, size = self._task.rate, self._task.batch
        pairs = [*zip(self.parameters, self.gradients(), strict=True)]
        if size == 1:
            moved = [f"{p} = {p} - {rate} * ({g})" for p, g in pairs]
            return [], [line + end for line in (*self.statements(), *moved)], []
        assert size == len(self._task.inputs), "either each example by itself, or all"
        zeroed = [f"g_{p} = 0.0" for p, _ in pairs]
        added = [f"g_{p} = g_{p} + {g}" for p, g in pairs]
        moved = [f"{p} = {p} - {rate} * (g_{p} / {float(size)})" for p, _ in pairs]
        return (
            [line + end for line in zeroed],
            [line + end for line in (*self.statements(), *added)],
            [line + end for line in moved],
        )


def python_source(task: Task) -> str:
    """The loop in Python; the only example's numbers are constants."""
    straight = Straight(task)
    before, each, after = straight.example()
    lines = ["def train(epochs, state, columns):", f"    {', '.join(straight.parameters)} = state"]
    deep = "        "
    if len(task.inputs) == 1:
        numbers = (*task.inputs[0], *task.targets[0])
        lines += [f"    {n} = {v}" for n, v in zip(straight.examples, numbers, strict=True)]
    else:
        names = [f"all_{name}" for name in straight.examples]
        lines.append(f"    {', '.join(names)} = columns")
        head = f"for {', '.join(straight.examples)} in zip({', '.join(names)}):"
        each = [head, *(f"    {line}" for line in each)]
    lines += ["    for _ in range(epochs):", *(deep + line for line in (*before, *each, *after))]
    return "\n".join([*lines, f"    return {', '.join(straight.parameters)}", ""])


def loop_in_python(task: Task) -> Loop:
    """The loop, run by Python."""
    train = _function(task)
    columns = tuple(zip(*_rows(task), strict=True)) if len(task.inputs) > 1 else ()
    return lambda epochs: [*train(epochs, tuple(task.parameters), columns)]


def loop_by_numba(task: Task) -> Loop:
    """The same loop, compiled by numba."""
    numba, array = import_module("numba"), import_module("numpy").array
    train = numba.njit(_function(task))
    columns = tuple(map(array, zip(*_rows(task), strict=True))) if len(task.inputs) > 1 else ()
    return lambda epochs: [*train(epochs, tuple(task.parameters), columns)]


def _function(task: Task) -> Any:
    namespace: dict[str, Any] = {"exp": math.exp, "tanh": math.tanh, "fmax": max}
    exec(python_source(task), namespace)
    return namespace["train"]


def _rows(task: Task) -> list[list[float]]:
    return [[*x, *t] for x, t in zip(task.inputs, task.targets, strict=True)]


def loop_in_c(task: Task, folder: Path) -> Loop:
    """The same loop in C at -O2. Raises FileNotFoundError where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise FileNotFoundError("no C compiler")
    stem = folder / "".join(c for c in task.name if c.isalnum())
    source, library = stem.with_suffix(".c"), stem.with_suffix(".so")
    source.write_text(c_source(task), encoding="utf-8")
    # No fusing of a product and a sum, which would round otherwise than Python does.
    flags = ["-O2", "-ffp-contract=off", "-shared", "-fPIC", "-o", str(library), str(source), "-lm"]
    subprocess.run([compiler, *flags], check=True)
    train = ctypes.CDLL(str(library)).train
    flat = [number for row in _rows(task) for number in row]
    rows = (ctypes.c_double * len(flat))(*flat)

    def loop(epochs: int) -> list[float]:
        state = (ctypes.c_double * len(task.parameters))(*task.parameters)
        train(ctypes.c_long(epochs), state, rows, ctypes.c_long(len(task.inputs)))
        return [*state]

    return loop


def c_source(task: Task) -> str:
    """The loop in C."""
    straight = Straight(task)
    before, each, after = straight.example(";")
    parameters, examples = straight.parameters, straight.examples
    assigned = {line.split(" = ")[0] for line in (*before, *each)} - {*parameters}
    width = len(examples)
    read = [f"double {name} = row[{at}];" for at, name in enumerate(examples)]
    return "\n".join(
        [
            "#include <math.h>",
            "void train(long epochs, double *state, const double *rows, long count) {",
            *(f"double {p} = state[{at}];" for at, p in enumerate(parameters)),
            f"double {', '.join(sorted(assigned))};",
            "for (long epoch = 0; epoch < epochs; epoch++) {",
            *before,
            f"for (const double *row = rows; row < rows + count * {width}; row += {width}) {{",
            *read,
            *each,
            "}",
            *after,
            "}",
            *(f"state[{at}] = {p};" for at, p in enumerate(parameters)),
            "}",
            "",
        ]
    )
