"""The line of a file under a complaint: cut, aligned, and harmless."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.program import cells

from backprop_cli.cli.excerpt import MARGIN, excerpt
from backprop_cli.errors import ConfigError


def shown(text: str, column: int | None, encoding: str = "utf-8", columns: int = 80) -> list[str]:
    return excerpt(ConfigError("c.yaml", "wrong", (1, column), text=text), encoding, columns)


def test_the_caret_stands_under_the_place() -> None:
    assert shown("a: [1, x]", 8) == ["  a: [1, x]", "         ^"]


def test_a_place_after_the_end_is_shown_there() -> None:
    assert shown("a:", 3) == ["  a:", "    ^"]


def test_a_row_of_a_table_has_no_caret() -> None:
    assert shown("1,x,3", None) == ["  1,x,3"]


def test_tabs_and_wide_and_combining_characters_are_aligned() -> None:
    assert shown("\tx", 2) == ["      x", "      ^"]
    assert shown("日本: x", 5) == ["  日本: x", "        ^"]
    assert shown("e\u0301: x", 5) == ["  e\u0301: x", "     ^"]


def test_escape_codes_and_what_turns_a_line_round_are_written_out() -> None:
    assert shown("\x1b[31m\u202e: x", 9) == [r"  \x1b[31m\u202e: x", " " * 18 + "^"]


def test_what_an_encoding_lacks_is_written_out() -> None:
    assert shown("é: x", 4, "ascii") == [r"  \xe9: x", "        ^"]


def test_a_long_line_is_cut_around_the_place() -> None:
    line, caret = shown("a, " * 1000 + "X" + ", b" * 1000, 3001)
    assert line.startswith(f"{MARGIN}…")
    assert line.endswith("…")
    assert line[caret.index("^")] == "X"
    assert len(line) <= 79


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (1, ["There is 1 more fault in this file."]),
        (2, ["There are 2 more faults in this file."]),
        (10, ["There are 10 more faults in this file, or more."]),
        (0, []),
    ],
)
def test_further_faults_are_counted(more: int, said: list[str]) -> None:
    assert excerpt(ConfigError("c.yaml", "wrong", (1, 1), more=more), "utf-8", 80) == said


@settings(max_examples=300, deadline=None)
@given(st.text(), st.integers(1, 300), st.sampled_from(["utf-8", "ascii", "latin-1"]))
def test_whatever_the_line_is_the_excerpt_is_printable_and_fits(
    text: str, column: int, encoding: str
) -> None:
    for line in shown(text, min(column, len(text) + 1), encoding, 40):
        assert line.isprintable()
        assert cells(line) <= 40
        line.encode(encoding)
