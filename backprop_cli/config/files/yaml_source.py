"""YAML text to plain data, with the place in the file where every part of it stands.

YAML gives a scalar a type by its looks: ``no`` is false, ``010`` is eight, ``1e-3`` is text.
Here every scalar stays the text that was typed, and the shape, which knows what is wanted
there, reads it.
"""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from backprop_cli.config.files.syntax import TOO_DEEP, in_our_words, write_with_space
from backprop_cli.config.files.text import Document, Mark
from backprop_cli.errors import ConfigError
from backprop_cli.wording import Path, shown

LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
DEEPEST = 32
MOST_THROUGH_ALIASES = 100_000
MOST_REPEATED = 10  # keys given twice that are kept to be complained of

# The tags of what is written without any.
UNTAGGED = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map")}


class Quoted(str):
    """A scalar that was written in quotation marks (or as a block of text)."""

    __slots__ = ()


@dataclass(slots=True)
class Place:
    """The places of a value and its key (an item of a list has no key: both are the value's)."""

    key: Mark
    value: Mark
    children: dict[str | int, "Place"] = field(default_factory=dict)


class Source(NamedTuple):
    """A file's content: ``str``, ``Quoted``, ``list`` and ``dict``, and where each part stands.

    ``repeated`` holds the first keys that were given twice, each by its place, its path and the
    line of the one that it repeats; ``data`` has the first of each.
    """

    document: Document
    data: Any
    place: Place
    repeated: tuple[tuple[Mark, Path, int], ...] = ()

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.document.name

    def at(self, path: Path) -> Any:
        """The value at a path."""
        value = self.data
        for step in path:
            value = value[step]
        return value

    def mark(self, path: Path, *, key: bool = False) -> Mark:
        """The place of the value (or else the key) at a path, or the nearest place above it."""
        place = self.place
        for step in path:
            if step not in place.children:
                return place.value
            place = place.children[step]
        return place.key if key else place.value

    def error(self, message: str, path: Path, *, key: bool = False) -> ConfigError:
        """A complaint about the value (or else the key) at a path."""
        return self.document.error(message, self.mark(path, key=key), path)


def read(text: str, name: str) -> Source:
    """Read the one document of a YAML file; ``name`` stands for the file in complaints.

    Raises ConfigError for whatever is not YAML, and for what YAML allows and a configuration
    has no use for: tags, merge keys, keys that are not text, more than one document.
    """
    document = Document(name, text.removeprefix("\ufeff"))
    document.refuse_what_is_no_text()
    loader = None
    try:
        loader = LOADER(document.text)
        root = loader.get_single_node()
    except yaml.YAMLError as error:
        raise in_our_words(error, document) from None
    except RecursionError:  # PyYAML without libyaml
        mark = loader.get_mark() if loader is not None else None
        raise document.error(TOO_DEEP, _mark_of(mark) if mark else (1, 1)) from None
    if root is None:
        what = "holds nothing but comments" if text.strip() else "is empty"
        message = f"the file {what}; backprop examples default prints one to begin with"
        raise document.error(message, (1, 1))
    reader = _Reader(document)
    data, place = reader.value(root, ())
    return Source(document, data, place, tuple(reader.repeated))


class _Reader:
    """Makes plain data of the nodes that PyYAML has composed; an alias is its anchor's node."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.known: dict[int, tuple[Any, Place, int] | None] = {}  # None: not finished
        self.size = 0  # values so far, those behind an alias counted each time
        self.through_aliases = 0
        self.repeated: list[tuple[Mark, Path, int]] = []

    def value(self, node: yaml.Node, path: Path) -> tuple[Any, Place]:
        if node.tag not in UNTAGGED:
            tag = node.tag.replace("tag:yaml.org,2002:", "!!")
            raise self.error(
                f"tags such as {shown(tag)} are not supported; leave it out", node, path
            )
        if isinstance(node, yaml.ScalarNode):
            self.size += 1
            mark = _mark(node)
            return Quoted(node.value) if node.style else node.value, Place(mark, mark)
        if id(node) in self.known:
            return self.again(node, path)
        if len(path) == DEEPEST:
            raise self.error(TOO_DEEP, node, path)
        self.known[id(node)] = None
        before = self.size
        self.size += 1
        found = (
            self.mapping(node, path)
            if isinstance(node, yaml.MappingNode)
            else self.items(node, path)
        )
        self.known[id(node)] = (*found, self.size - before)
        return found

    def again(self, node: yaml.Node, path: Path) -> tuple[Any, Place]:
        """The name of the anchor that an alias repeats."""
        repeated = self.known[id(node)]
        if repeated is None:
            raise self.error("this repeats itself (by * and &); write the values out", node, path)
        data, place, size = repeated
        self.through_aliases += size
        if self.through_aliases > MOST_THROUGH_ALIASES:
            raise self.error("the aliases (*) repeat too much; write the values out", node, path)
        self.size += size
        return data, place

    def items(self, node: yaml.Node, path: Path) -> tuple[Any, Place]:
        mark = _mark(node)
        data, place = [], Place(mark, mark)
        for at, item in enumerate(node.value):
            value, there = self.value(item, (*path, at))
            data.append(value)
            place.children[at] = there
        return data, place

    def mapping(self, node: yaml.Node, path: Path) -> tuple[Any, Place]:
        mark = _mark(node)
        data: dict[str, Any] = {}
        place = Place(mark, mark)
        before: yaml.Node | None = None
        for key, item in node.value:
            name = self.key(key, item, before, path)
            before = item
            value, there = self.value(item, (*path, name))
            if name in data:
                self.repeat(_mark(key), (*path, name), place.children[name].key[0])
                continue
            data[name] = value
            place.children[name] = Place(_mark(key), there.value, there.children)
        return data, place

    def repeat(self, mark: Mark, path: Path, first: int) -> None:
        if len(self.repeated) < MOST_REPEATED:
            self.repeated.append((mark, path, first))

    def key(self, key: yaml.Node, value: yaml.Node, before: yaml.Node | None, path: Path) -> str:
        """A key's text; it is the same whether it is quoted or not. Raises ConfigError."""
        if not isinstance(key, yaml.ScalarNode):
            raise self.error("a key must be a name, not a list or a mapping", key, path)
        name = str(key.value)
        if key.style:
            return name
        if name == "<<":
            raise self.error("merge keys (<<) are not supported; write the entries out", key, path)
        glued = re.match(r"([^\s:{}\[\],]+):(?=\S)", name)
        if glued:
            line, column = _mark(key)
            raise self.document.error(write_with_space(name), (line, column + glued.end()))
        is_cut = _is("[0-9]+", key) and _is("", value)
        if is_cut and before is not None and _is("[-+]?[0-9]*", before):
            typed, meant = f"{before.value},{name}", f"{before.value}.{name}"
            message = f"{shown(typed)} has a comma; write the decimals after a point"
            raise self.error(f"{message}: {shown(meant)}", before, path)
        return name

    def error(self, message: str, node: yaml.Node, path: Path) -> ConfigError:
        return self.document.error(message, _mark(node), path)


def _is(pattern: str, node: yaml.Node) -> bool:
    """True if a node is a scalar without quotation marks, of this form."""
    is_plain = isinstance(node, yaml.ScalarNode) and not node.style
    return is_plain and re.fullmatch(pattern, node.value) is not None


def _mark(node: yaml.Node) -> Mark:
    return _mark_of(node.start_mark)


def _mark_of(mark: Any) -> Mark:
    return mark.line + 1, mark.column + 1
