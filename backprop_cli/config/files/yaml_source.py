"""YAML text to plain data, with the place in the file where every part of it stands.

YAML gives a scalar a type by its looks: ``no`` is false, ``010`` is eight, ``1e-3`` is text.
Here every scalar stays the text that was typed, and the schema, which knows what is wanted
there, reads it. The parser's events are put together by a loop of our own, so deep nesting
cannot exhaust the stack and an alias costs nothing until its size has been looked at.
"""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from backprop_cli.errors import ConfigError
from backprop_cli.wording import Path, printable, shown

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DEEPEST = 32
MOST_THROUGH_ALIASES = 100_000
TOO_DEEP = "the nesting is too deep; check the brackets and indentation"

# What YAML allows in a file; all else (control characters, lone surrogates) it refuses.
NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Mark = tuple[int, int]  # line and column, both counted from 1


class Quoted(str):
    """A scalar that was written in quotation marks (or as a block of text)."""

    __slots__ = ()


@dataclass(slots=True)
class Place:
    """Where a value and its key stand (an item of a list has no key: both are the value's)."""

    key: Mark
    value: Mark
    children: dict[str | int, "Place"] = field(default_factory=dict)


class Source(NamedTuple):
    """A file's content: ``str``, ``Quoted``, ``list`` and ``dict``, and where each part stands.

    ``repeated`` holds the keys that were given twice; ``data`` has the first of each.
    """

    name: str
    data: Any
    place: Place
    repeated: tuple[ConfigError, ...] = ()

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """Where the value (or else the key) at a path stands, or the nearest place above it."""
        place = self.place
        for step in path:
            if step not in place.children:
                return place.value
            place = place.children[step]
        return place.key if key else place.value

    def error(self, message: str, path: Path, *, key: bool = False) -> ConfigError:
        """A complaint about the value (or else the key) at a path."""
        return ConfigError(self.name, message, self.mark(path, key=key), path)


def read(text: str, name: str) -> Source:
    """Read the one document of a YAML file; ``name`` stands for the file in complaints.

    Raises ConfigError for whatever is not YAML, and for what YAML allows and a configuration
    has no use for: tags, merge keys, keys that are not text, more than one document.
    """
    bad = NOT_TEXT.search(text)
    if bad:
        before = text[: bad.start()]
        mark = (before.count("\n") + 1, bad.start() - before.rfind("\n"))
        raise ConfigError(name, f"the character {bad.group()!a} is not allowed here", mark)
    try:
        return _Composer(name).compose(text)
    except yaml.YAMLError as error:
        raise _syntax_error(error, text, name) from None


def mark_after(text: str) -> Mark:
    """The line and column that come after a text, with line ends as YAML has them."""
    lines = re.split("\r\n|[\n\r\x85\u2028\u2029]", text)
    return len(lines), len(lines[-1]) + 1


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not been read yet."""

    data: Any
    place: Place
    size_before: int
    anchor: str | None
    key: str | None = None
    key_mark: Mark = (1, 1)


class _Composer:
    """Puts the parser's events together; its state is what has been opened and not closed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.stack: list[_Open] = []
        self.root: tuple[Any, Place] | None = None
        self.anchors: dict[str, tuple[Any, Place, int]] = {}
        self.size = 0  # values so far, those behind an alias counted each time
        self.through_aliases = 0
        self.repeated: list[ConfigError] = []

    def compose(self, text: str) -> Source:
        documents = 0
        event: Any
        for event in yaml.parse(text, Loader=LOADER):
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self.scalar(event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self.open(event, {} if kind is yaml.MappingStartEvent else [])
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self.close()
            elif kind is yaml.AliasEvent:
                self.alias(event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise self.error("a second document starts here; keep one to a file", event)
        if self.root is None:
            what = "holds nothing but comments" if text.strip() else "is empty"
            raise ConfigError(
                self.name, f"the file {what}; see configs/default.yaml for an example", (1, 1)
            )
        data, place = self.root
        return Source(self.name, data, place, tuple(self.repeated))

    def scalar(self, event: yaml.ScalarEvent) -> None:
        self.refuse_tag(event)
        value = event.value if event.implicit[0] else Quoted(event.value)
        if self.expects_key():
            self.take_key(event, value)
            return
        mark = _mark(event)
        self.size += 1
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, Place(mark, mark), 1)
        self.add(value, Place(mark, mark))

    def take_key(self, event: yaml.ScalarEvent, key: str) -> None:
        top = self.stack[-1]
        if key == "<<" and not isinstance(key, Quoted):
            raise self.error("merge keys (<<) are not supported; write the entries out", event)
        # A key is its text, quoted or not.
        top.key, top.key_mark = str(key), _mark(event)
        if event.anchor is not None:
            raise self.error("a key cannot have an anchor (&); put it before a value", event)

    def open(self, event: Any, data: Any) -> None:
        self.refuse_tag(event)
        if self.expects_key():
            raise self.error("a key must be a name, not a list or a mapping", event)
        if len(self.stack) == DEEPEST:
            raise self.error(TOO_DEEP, event)
        mark = _mark(event)
        if event.anchor is not None:
            self.anchors.pop(event.anchor, None)
        self.stack.append(_Open(data, Place(mark, mark), self.size, event.anchor))
        self.size += 1

    def close(self) -> None:
        done = self.stack.pop()
        if done.anchor is not None:
            self.anchors[done.anchor] = (done.data, done.place, self.size - done.size_before)
        self.add(done.data, done.place)

    def alias(self, event: yaml.AliasEvent) -> None:
        anchor = str(event.anchor)
        if self.expects_key():
            raise self.error("an alias (*) cannot be a key; write the name out", event)
        if anchor not in self.anchors:
            if any(opened.anchor == anchor for opened in self.stack):
                raise self.error(f"*{shown(anchor)} stands inside what it repeats", event)
            raise self.error(
                f"*{shown(anchor)} repeats &{shown(anchor)}, which is not there", event
            )
        data, place, size = self.anchors[anchor]
        self.through_aliases += size
        if self.through_aliases > MOST_THROUGH_ALIASES:
            raise self.error("the aliases (*) repeat too much; write the values out", event)
        self.size += size
        self.add(data, Place(_mark(event), _mark(event), place.children))

    def expects_key(self) -> bool:
        return bool(self.stack) and type(self.stack[-1].data) is dict and self.stack[-1].key is None

    def add(self, value: Any, place: Place) -> None:
        """Put a finished value where it belongs: into what is open, or at the top."""
        if not self.stack:
            self.root = (value, place)
            return
        top = self.stack[-1]
        if top.key is None:
            top.place.children[len(top.data)] = place
            top.data.append(value)
            return
        if top.key in top.data:
            first = top.place.children[top.key].key[0]
            message = f"this key is given twice, first on line {first}; keep one of them"
            self.repeated.append(ConfigError(self.name, message, top.key_mark, self.path()))
        else:
            top.place.children[top.key] = Place(top.key_mark, place.value, place.children)
            top.data[top.key] = value
        top.key = None

    def path(self) -> Path:
        """The path of the value that is being read."""
        steps = (len(o.data) if type(o.data) is list else o.key for o in self.stack)
        return tuple(step for step in steps if step is not None)

    def refuse_tag(self, event: Any) -> None:
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            raise self.error(f"tags such as {shown(tag)} are not supported; leave it out", event)

    def error(self, message: str, event: Any) -> ConfigError:
        return ConfigError(self.name, message, _mark(event), self.path())


def _mark(event: Any) -> Mark:
    return event.start_mark.line + 1, event.start_mark.column + 1


# The parsers' own words (libyaml's and PyYAML's differ a little), and what to tell the user.
SYNTAX = (
    ("mapping values are not allowed", "this colon is out of place; give each key its own line"),
    ("',' or ']'", "the list{begun} is not finished; commas go between its items, ] at its end"),
    (
        "',' or '}'",
        "the mapping{begun} is not finished; commas go between its entries, } at its end",
    ),
    ("expected ':'", "a colon is missing; write `key: value`, with a space after the colon"),
    ("cannot start any token", "this character cannot stand here; put the text in quotes"),
    ("end of stream", "the quotation{begun} is not closed"),
    ("document indicator", "the quotation{begun} is not closed"),
    ("document start", "the document ends above this line; is the indentation right?"),
    ("expected key", "the indentation does not match the lines above"),
    ("expected <block end>", "the indentation does not match the lines above"),
    ("'-' indicator", "the indentation does not match the list above"),
    ("nesting depth", TOO_DEEP),
)
TAB = "there is a tab here; YAML is indented with spaces"


def _syntax_error(error: yaml.YAMLError, text: str, name: str) -> ConfigError:
    """A parser's complaint in our words, at the same place."""
    problem = str(getattr(error, "problem", None) or "it cannot be read")
    begun = getattr(error, "context_mark", None)
    at = getattr(error, "problem_mark", None) or begun
    if at is None:
        return ConfigError(name, f"this is not YAML: {shown(problem)}", (1, 1))
    lines = text.splitlines()
    line = lines[at.line] if at.line < len(lines) else ""
    tab = line.find("\t", 0, len(line) - len(line.lstrip()))
    if tab == -1 and line[at.column : at.column + 1] == "\t":
        tab = at.column
    if tab != -1:
        return ConfigError(name, TAB, (at.line + 1, tab + 1))
    since = f" that begins on line {begun.line + 1}" if begun else ""
    ours = next((ours for theirs, ours in SYNTAX if theirs in problem), None)
    message = ours.replace("{begun}", since) if ours else f"this is not YAML: {printable(problem)}"
    return ConfigError(name, message, (at.line + 1, at.column + 1))
