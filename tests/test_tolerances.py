"""No tolerance of a test is looser than it is written."""

import ast
from pathlib import Path

TESTS = Path(__file__).parent


def test_beside_a_relative_tolerance_there_is_no_hidden_absolute_one() -> None:
    # pytest.approx allows 1e-12 beside what is written, unless it is told.
    texts = {path: path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py")}
    looser = [
        f"{path.relative_to(TESTS)}:{call.lineno}"
        for path, text in texts.items()
        if "rel=" in text
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr == "approx"
        if {"rel", "abs"} & {one.arg for one in call.keywords} == {"rel"}
    ]
    assert looser == []
