"""The package as it is installed: complete, and independent of the checkout."""

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from support.commands import PAGES
from support.program import ROOT, environment


def command(*args: str | Path, cwd: Path, site: Path | None = None) -> str:
    """What a command prints; ``site`` holds packages to be preferred to the installed ones."""
    env = environment({"PYTHONPATH": str(site)} if site else None)
    done = subprocess.run(args, capture_output=True, cwd=cwd, env=env, timeout=300)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout.decode()


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = (sys.executable, "-m", "build", "--wheel", "--outdir", folder)
    # With the build system at hand, nothing needs to be downloaded.
    offline = ("--no-isolation",) if importlib.util.find_spec("hatchling") else ()
    command(*build, *offline, ROOT, cwd=folder)
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel alone is installed."""
    folder = tmp_path_factory.mktemp("installed") / "site"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input")
    command(*pip, "install", "--no-deps", "--target", folder, wheel, cwd=folder.parent)
    return folder


def test_the_wheel_holds_the_configurations_and_says_that_it_is_typed(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    shipped = {f"backprop_cli/configs/{path.name}" for path in (ROOT / "configs").glob("*.yaml")}
    assert "backprop_cli/configs/default.yaml" in shipped
    assert shipped <= names
    assert "backprop_cli/py.typed" in names
    assert "backprop_cli/configs/iris.csv" in names


def test_the_wheel_holds_every_help_page(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    pages = {f"backprop_cli/help/{page.name}" for page in PAGES}
    assert "backprop_cli/help/rounding.md" in pages
    assert pages <= names


def test_the_wheel_holds_every_module_and_nothing_of_the_tests(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    modules = {str(path.relative_to(ROOT)) for path in (ROOT / "backprop_cli").rglob("*.py")}
    assert modules <= names
    assert {name.split("/")[0] for name in names} == {"backprop_cli"}


def test_the_installed_program_works_its_own_example_in_an_empty_folder(
    site: Path, tmp_path: Path
) -> None:
    where = "import backprop_cli; print(backprop_cli.__file__)"
    used = command(sys.executable, "-c", where, cwd=tmp_path, site=site)
    assert Path(used.strip()) == site / "backprop_cli" / "__init__.py"

    program = (sys.executable, "-m", "backprop_cli", "run")
    installed = command(*program, cwd=tmp_path, site=site)
    assert installed == command(*program, "configs/default.yaml", cwd=ROOT)
    by_name = command(*program, "default", cwd=tmp_path, site=site)
    assert by_name == installed
    assert list(tmp_path.iterdir()) == []


def test_the_installed_program_names_its_own_version(site: Path, tmp_path: Path) -> None:
    printed = command(sys.executable, "-m", "backprop_cli", "--version", cwd=tmp_path, site=site)
    (metadata,) = site.glob("backprop_cli-*.dist-info")
    assert printed.split()[1] == metadata.name.removeprefix("backprop_cli-").removesuffix(
        ".dist-info"
    )
