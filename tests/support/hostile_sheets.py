"""Sheets that nobody should hand in: figures of any size, broken markup, names of no quantity."""

import json
from contextlib import suppress
from random import Random
from typing import NamedTuple

from backprop_cli import config
from backprop_cli.config.sheet.reading import parse_sheet
from backprop_cli.errors import ConfigError
from backprop_cli.lesson.reports.marked_sheet import marked_sheet
from backprop_cli.runs.checking.check import checked
from backprop_cli.runs.checking.problem import Problem, problem
from backprop_cli.runs.checking.record import as_json
from support.student.working import right_sheet

FIGURES = (
    *("0", "-0", "0.0000", "1e308", "-1e308", "1e-320", "9" * 400, "0." + "0" * 400 + "1", "nan"),
    *(
        "50 %",
        "[0.5]",
        "[[1, 2], [3]]",
        "[[1. 2.]\n [3. 4.]]",
        "tensor([[1e999]])",
        "array([",
        "[-]",
    ),
    *("inf", "1e999", "0,5", "1.2.3", "½", "−3", "0x10", "1_000", "5e", ".5", "5.", "10^-3", "1/0"),
)
NAMES = (
    *("z_h1", "a_h1", "out", "y", "Loss", "E", "w1", "w1_new", "b1", "b1+", "dL/dw1", "dz_h1/dw1"),
    *("dy_hat/dw1", "da_h1/dx1", "dLoss/dLoss", "dw1/dw1", "d/d", "∂∂/∂∂", "delta_h1", "x1", "η"),
    *("m1", "m(w1)", "m\u0302", "σ(z_h1)", "σ'(a)", "w5.grad", "δ", ">>> dW1\n", "z", "~~z_h1~~"),
    *("dW1", "dW1[0]", "w99", "z_h1[2]", "m_w1", "t", "constructor", "__class__", "\x1b[2J", "🙂"),
)
WORKINGS = (
    *("", "0.5 * ", "0.4 + 0.3 = ", "(((((", "1/0 = ", "exp(999) = ", "x1 * w1 = ", "\\frac{1}{"),
    *("ln(-1) = ", "0.5^99999 = ", "= = =", "a" * 300, "−" * 50, "sigmoid(", "≈", "\\cdot 3 = "),
)


def hostile_sheet(random: Random, right: str) -> str:
    """A sheet made of anything, or a right one that something has happened to."""
    kind = random.choice(("lines", "lines", "mutated", "mutated", "json", "table", "notebook"))
    if kind == "mutated":
        return _mutated(random, right)
    pairs = [(random.choice(NAMES), random.choice(FIGURES)) for _ in range(random.randint(1, 15))]
    if kind == "json":
        figures = {
            name: random.choice((figure, 1e308, [[1, 2], [3]], None)) for name, figure in pairs
        }
        return json.dumps(random.choice((figures, {"gradients": figures}, [figures])))
    if kind == "notebook":
        source = random.choice(
            ([f"{name} = {figure}\n" for name, figure in pairs], right, None, [3])
        )
        cell = {"source": source, "outputs": random.choice(([], None, [{"text": right}], ["x"]))}
        return json.dumps({"cells": random.choice(([cell], [cell, cell], [7], cell))})
    if kind == "table":
        return "| Weight | Gradient | New |\n|---|---|---|\n" + "".join(
            f"| {name} | {figure} | {random.choice(FIGURES)} |\n" for name, figure in pairs
        )
    signs = ("=", "≈", ":", "==", "")
    return "".join(
        f"{name} {random.choice(signs)} {random.choice(WORKINGS)}{figure}\n"
        for name, figure in pairs
    )


def _mutated(random: Random, right: str) -> str:
    text = [*right]
    for _ in range(random.randint(1, 12)):
        at = random.randrange(len(text))
        change = random.choice(("drop", "double", "other", "insert"))
        if change == "drop":
            text[at] = ""
        elif change == "double":
            text[at] *= random.choice((2, 50))
        elif change == "other":
            text[at] = random.choice("0123456789.-=*/^()eE\n\t_,|{}\\$")
        else:
            text[at] += random.choice((*FIGURES, *WORKINGS))
    return "".join(text)


class Desk(NamedTuple):
    """A network with its right solution, and a right sheet about it: for many hostile ones."""

    facts: Problem
    right: str


def desk(seed: str) -> Desk:
    """Draw a network, and derive it."""
    right = right_sheet(Random(seed))
    return Desk(problem(config.parse(right.task.yaml, "network.yaml")), right.text)


def check_hostile(at: Desk, seed: str) -> None:
    """Check a hostile sheet to the end: its verdicts, the report and the JSON."""
    text = hostile_sheet(Random(seed), at.right)
    with suppress(ConfigError):
        found = checked(at.facts, parse_sheet(text, "sheet.txt"))
        marked_sheet(found)
        as_json(found)
