"""The fixtures of all tests."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from support.program import (
    DEEP,
    DEFAULT,
    WIDE,
    Backprop,
    OnTerminal,
    run_in_pipe,
    run_on_terminal,
)


def pytest_configure() -> None:
    """Let hypothesis wait: on a machine with other work, its own time limits fail sound tests."""
    patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.register_profile("patient", patient)
    settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let what is drawn at random be drawn anew: see ``benchmarks/drawn.py``."""
    parser.addoption("--drawing", type=int, default=0, help="0 draws what it always does")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a drawn test its seeds: as many as its marker says, others for each drawing."""
    marker = metafunc.definition.get_closest_marker("drawn")
    if marker and marker.args:
        (count,) = marker.args
        first = count * metafunc.config.getoption("drawing")
        metafunc.parametrize("seed", range(first, first + count))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what hypothesis draws as drawn, too."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker("drawn")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs numba, which is optional, where it is not installed."""
    if item.get_closest_marker("numba") and find_spec("numba") is None:
        pytest.skip("numba is not installed")


@pytest.fixture(scope="session")
def backprop() -> Backprop:
    """Runs the program in a pipe."""
    return run_in_pipe


@pytest.fixture(scope="session")
def on_terminal() -> OnTerminal:
    """Runs the program on a pseudo-terminal."""
    return run_on_terminal


@pytest.fixture(scope="session")
def networks(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Configurations that several tests use, by name."""
    folder = tmp_path_factory.mktemp("networks")
    paths = {"default": DEFAULT}
    for name, text in (("deep", DEEP), ("wide", WIDE)):
        paths[name] = folder / f"{name}.yaml"
        paths[name].write_text(text, encoding="utf-8")
    return paths
