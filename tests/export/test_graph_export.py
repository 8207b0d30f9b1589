"""Networks that are no plain layers, as scripts."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from support.graph_texts import GRAPHS, MIXED, NORMALISATION
from support.program import Backprop
from support.scripts import Case, largest_difference, ours, run_all

from backprop_cli.config.load import parse

INSTALLED = [
    target
    for target, module in (("pytorch", "torch"), ("jax", "jax"))
    if importlib.util.find_spec(module)
]
NO_MATRICES = [name for name in GRAPHS if name != "units"]


def cases() -> list[Case]:
    """Every graph, trained in several ways, also from where it stands."""
    ways = ("", "optimizer: adam\n", "optimizer: momentum\nweight_decay: 0.01\n")
    return [
        Case(f"{name} {way}", parse(GRAPHS[name] + way, "c.yaml"))
        for name in NO_MATRICES
        for way in ways
    ]


@pytest.mark.parametrize("target", INSTALLED)
def test_a_script_comes_to_our_own_losses_and_parameters(target: str, tmp_path: Path) -> None:
    found = run_all(cases(), target, tmp_path)
    apart = {
        case.name: largest_difference(one, ours(case))
        for case, one in zip(cases(), found, strict=True)
    }
    assert {name: off for name, off in apart.items() if not off <= 1e-12} == {}


def test_each_line_is_a_step_of_the_forward_pass() -> None:
    script = Case("n", parse(NORMALISATION, "n.yaml")).script("jax")
    assert (
        """\
    x1 = x[:, 0]
    x2 = x[:, 1]
    m_ = (x1 + x2) / 2
    var = ((x1 - m_) ** 2 + (x2 - m_) ** 2) / 2
    n_ = (x1 - m_) / jnp.sqrt(var + 0.1)
    z_y = n_ * p["g_"]
    a_y = z_y
    return jnp.stack([a_y], axis=1)
"""
        in script
    )


@pytest.mark.parametrize("target", ["pytorch", "jax"])
@pytest.mark.parametrize("name", NO_MATRICES)
def test_a_script_is_python_laid_out_as_ruff_does(name: str, target: str, tmp_path: Path) -> None:
    script = Case(name, parse(GRAPHS[name], "c.yaml")).script(target)
    ast.parse(script)
    path = tmp_path / "script.py"
    path.write_text(script, encoding="utf-8")
    if GRAPHS[name] is not MIXED:  # of which a line is too long even for one term
        command = [sys.executable, "-m", "ruff", "format", "--isolated", "--check", str(path)]
        subprocess.run(command, check=True, capture_output=True)


@pytest.mark.parametrize("name", NO_MATRICES)
def test_numpy_s_matrices_are_refused_with_the_reason(backprop: Backprop, name: str) -> None:
    done = backprop("export", "-", "--to", "numpy", input=GRAPHS[name])
    assert (done.stdout, done.returncode) == ("", 2)
    assert "but pytorch and jax take this network" in done.stderr
