"""The house keeps its rules: rooms and their sizes, few parameters, tests that stand alone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.program import ROOT

HOUSE, TESTS = ROOT / "backprop_cli", ROOT / "tests"
MODULES = sorted(HOUSE.rglob("*.py"))
LONGEST_FILE, MOST_PARAMETERS, MOST_MODULES = 300, 8, 8
# What works something out. Where a test module does so when it is imported, every test pays.
WORKS = {
    "load",
    "parse",
    "calculate",
    "check",
    "train",
    "derive",
    "derive_passes",
    "Trainer",
    "run",
}


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def at_import(node: ast.AST) -> Iterator[ast.AST]:
    """What is evaluated when a module is imported: no function's body."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        yield one
        if isinstance(one, ast.Lambda):
            continue
        if isinstance(one, ast.FunctionDef):
            waiting += [
                *one.decorator_list,
                *one.args.defaults,
                *filter(None, one.args.kw_defaults),
            ]
        else:
            waiting += ast.iter_child_nodes(one)


def test_few_modules_stand_outside_of_a_room() -> None:
    assert len([*HOUSE.glob("*.py")]) <= MOST_MODULES
    rooms = [path.parent for path in HOUSE.glob("*/__init__.py")]
    assert 8 <= len(rooms) <= 16
    # The structure of a network is tested where it is read and derived.
    assert {path.name for path in rooms} - {path.name for path in TESTS.iterdir()} == {"network"}


@pytest.mark.parametrize("path", sorted(HOUSE.glob("*/**/__init__.py")), ids=named)
def test_a_room_says_what_goes_in_and_what_comes_out(path: Path) -> None:
    says = ast.get_docstring(parsed(path)) or ""
    assert "→" in says.split("\n")[0]


def test_no_file_is_longer_than_can_be_read_in_a_sitting() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert [named(path) for path, length in lengths.items() if length > LONGEST_FILE] == []


def test_no_function_but_a_command_has_many_parameters() -> None:
    many = []
    for path in MODULES:
        for one in ast.walk(parsed(path)):
            if isinstance(one, ast.FunctionDef) and HOUSE / "cli" not in path.parents:
                given = [*one.args.posonlyargs, *one.args.args, *one.args.kwonlyargs]
                own = [name for name in given if name.arg not in ("self", "cls")]
                if len(own) > MOST_PARAMETERS:
                    many.append(f"{named(path)}: {one.name}")
    assert many == []


def test_no_text_is_run_as_code_but_the_compiled_loop() -> None:
    found = {
        path
        for path in MODULES
        for one in ast.walk(parsed(path))
        if isinstance(one, ast.Call)
        and isinstance(one.func, ast.Name)
        and one.func.id in ("eval", "exec", "compile", "__import__")
    }
    assert found == {HOUSE / "training" / "executed.py"}


@pytest.mark.parametrize("path", sorted(TESTS.rglob("*.py")), ids=named)
def test_a_test_imports_no_other_and_works_nothing_out_when_it_is_imported(path: Path) -> None:
    module = parsed(path)
    imported = [one.module or "" for one in ast.walk(module) if isinstance(one, ast.ImportFrom)]
    imported += [
        n.name for one in ast.walk(module) if isinstance(one, ast.Import) for n in one.names
    ]
    parts = {part for name in imported for part in name.split(".")}
    assert [one for one in parts if one == "conftest" or one.startswith("test_")] == []
    called = [one.func for one in at_import(module) if isinstance(one, ast.Call)]
    names = {
        one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in called
    }
    assert names & WORKS == set()
