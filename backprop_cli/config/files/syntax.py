"""A parser's complaint in the words of a user: what was probably meant, and what to write."""

import re
from typing import Any

import yaml

from backprop_cli.config.files.text import Document, Mark
from backprop_cli.errors import ConfigError
from backprop_cli.wording import printable, shown

TOO_DEEP = "the nesting is too deep; check the brackets and indentation"
TAB = "there is a tab here; YAML is indented with spaces"
DEEPER = "this line begins deeper than the line above it; begin both at the same place"

# Lines that are no YAML, or not the YAML that was meant: `key:value`, `key = value`, `-item`.
GLUED = re.compile(r"""\s*(?:-\s+)?(?P<key>[^\s:#'"{}\[\],]+):(?=[^\s:/\\])(?P<value>\S*)""")
EQUALS = re.compile(r"\s*(?P<key>\w+)\s*=\s*(?P<value>\S*)")
DASH = re.compile(r"\s*-(?P<value>\w+)\s*$")
KEY = re.compile(r"(?P<space>\s*)(?P<key>[^\s#:]+):(?:\s|$)")
EMPTY_KEY = re.compile(r"(?P<space>\s*)(?P<key>[^\s#:]+):\s*(?:#.*)?$")
MOST_NEAR = 20  # lines that belong to what is at fault, at most
MOST_LINES = 1000  # that are looked through for a line that was meant otherwise
KEY_AND_VALUE = re.compile(r"\s*[^\s#].*?:\s+[^\s#]")

# The parsers' own words (libyaml's and PyYAML's differ a little), and what to tell the user; True
# where the place is that at which something was begun.
SYNTAX = (
    (
        "mapping values are not allowed",
        "this colon is out of place; give each key its own line",
        False,
    ),
    ("expected ':'", "a colon is missing; write `key: value`, with a space after the colon", True),
    ("cannot start any token", "this character cannot stand here; put the text in quotes", False),
    ("end of stream", "the quotation that begins here is not closed", True),
    ("document indicator", "the quotation that begins here is not closed", True),
    (
        "unknown escape",
        "a backslash has a meaning of its own between double quotation marks; use single ones",
        False,
    ),
    ("document start", "the document ends above this line; is the indentation right?", False),
    ("but found another document", "a second document starts here; keep one to a file", False),
    ("undefined alias", "this alias (*) repeats an anchor (&) that is not there", False),
    ("second occurrence", "this anchor (&) is there already; choose another name", False),
    ("expected key", "the indentation does not match the lines above", False),
    ("expected <block end>", "the indentation does not match the lines above", False),
    ("'-' indicator", "the indentation does not match the list above", False),
    ("nesting depth", TOO_DEEP, False),
)


def write_with_space(glued: str) -> str:
    """The complaint about a key and a value with a colon and no space between them."""
    key, _, value = glued.split(maxsplit=1)[0].partition(":")
    if not re.fullmatch(r"[\w.+-]+", value):
        return f"a space is missing after the colon; write `{shown(key)}: …`"
    return f"a space is missing after the colon; write `{shown(key)}: {shown(value)}`"


def nothing_under(above: str, below: str) -> str:
    """The complaint about a line that stands below an empty key and was meant to stand in it."""
    return f"nothing is written under {shown(above)}:; {further_in(below, 'there')}"


def further_in(below: str, where: str) -> str:
    """The cure for a line that stands at the wrong level."""
    return f"if {shown(below)} belongs {where}, begin its line further in, and those below it too"


def in_our_words(error: yaml.YAMLError, document: Document) -> ConfigError:
    """A parser's complaint, at the place where it can be mended."""
    problem = str(getattr(error, "problem", None) or "it cannot be read")
    begun = getattr(error, "context_mark", None)
    at = getattr(error, "problem_mark", None) or begun
    if at is None:
        return document.error(f"this is not YAML: {shown(problem)}", (1, 1))
    start, place = _mark(begun or at), _mark(at)
    found = (
        _tab(document, place)
        or _slip(document, min(start, place), place)
        or _bracket(document, problem, start, place)
        or _deeper(document, problem, place)
        or _not_indented(document, problem, start, place)
    )
    if found is None:
        for theirs, ours, is_begun in SYNTAX:
            if theirs in problem:
                return document.error(ours, start if is_begun else place)
        found = f"this is not YAML: {printable(problem)}", place
    return document.error(*found)


# --- what was probably meant -----------------------------------------------------------------


def _tab(document: Document, place: Mark) -> tuple[str, Mark] | None:
    line, column = document.line(place[0]), place[1]
    tab = line.find("\t", 0, len(line) - len(line.lstrip()))
    if tab == -1 and line[column - 1 : column] == "\t":
        tab = column - 1
    return None if tab == -1 else (TAB, (place[0], tab + 1))


def _slip(document: Document, start: Mark, end: Mark) -> tuple[str, Mark] | None:
    """The first line, from the one before the start on, that is no YAML by itself."""
    first = max(_line_before(document, start[0]), end[0] - MOST_NEAR)
    for number in range(first, end[0] + 1):
        line = document.line(number)
        if found := GLUED.match(line):
            return write_with_space(found.group().strip(" -")), (number, found.end("key") + 2)
        if found := EQUALS.match(line):
            message = "a colon goes between a key and its value; write `{}: {}`"
            given = (shown(found["key"]), shown(found["value"] or "…"))
            return message.format(*given), (number, line.index("=") + 1)
        if number > 1 and (found := DASH.match(line)) and not found["value"].isdigit():
            message = f"a space is missing after the dash; write `- {shown(found['value'])}`"
            return message, (number, line.index("-") + 1)
    return None


def _line_before(document: Document, number: int) -> int:
    """The nearest line above one that is not blank, or the line itself."""
    for above in range(number - 1, max(number - MOST_NEAR, 0), -1):
        if document.line(above).strip():
            return above
    return number


def _bracket(document: Document, problem: str, start: Mark, place: Mark) -> tuple[str, Mark] | None:
    """A list or mapping that is not closed, or without a comma, or closed once too often."""
    line, column = document.line(place[0]), place[1]
    here = line[column - 1 : column]
    if here in ("]", "}") and ("expected key" in problem or "<block end>" in problem):
        return f"there is one {here} too many; nothing is open here", place
    if "',' or '" not in problem:
        return None
    what, ends = ("list", "]") if "',' or ']'" in problem else ("mapping", "}")
    if place[0] > start[0]:
        message = f"this {what} is not finished; commas go between its parts, {ends} at its end"
        return message, start
    if here in ("]", "}"):
        return f"a {what} ends with {ends}, not with {here}", place
    last = re.search(r"\s+(\S*)$", line[: column - 1])
    if here == ":" and last and last.start() + 1 > start[1] and last[1]:
        return f"a comma is missing before {shown(last[1])}", (place[0], last.start() + 1)
    return f"a comma is missing here, or {ends} at the end of the {what}", place


def _deeper(document: Document, problem: str, place: Mark) -> tuple[str, Mark] | None:
    """A line that is deeper than the one above it, which has its value already."""
    if "mapping values are not allowed" not in problem:
        return None
    above = _line_before(document, place[0])
    lines = document.line(above), document.line(place[0])
    depths = [len(line) - len(line.lstrip()) for line in lines]
    is_first_colon = ":" not in lines[1][: place[1] - 1]
    if depths[1] > depths[0] and is_first_colon and KEY_AND_VALUE.match(lines[0]):
        return DEEPER, (place[0], depths[1] + 1)
    return None


def _not_indented(
    document: Document, problem: str, start: Mark, place: Mark
) -> tuple[str, Mark] | None:
    """A line that stands below an empty key and was meant to stand in it."""
    if "expected key" not in problem and "<block end>" not in problem:
        return None
    above = ""
    for number in range(max(start[0], place[0] - MOST_LINES), place[0]):
        line = document.line(number)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        empty, found = EMPTY_KEY.match(above), KEY.match(line)
        if empty and found and len(found["space"]) <= len(empty["space"]):
            return nothing_under(empty["key"], found["key"]), (number, found.start("key") + 1)
        above = line
    return None


def _mark(mark: Any) -> Mark:
    return mark.line + 1, mark.column + 1
