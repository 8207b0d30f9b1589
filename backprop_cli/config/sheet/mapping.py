"""YAML and JSON: figures by name, flat or under ``forward``, ``gradients``, ``after``; arrays."""

import re
from collections.abc import Iterator

import yaml

from backprop_cli.algebra.sheet import Place, Written
from backprop_cli.config.sheet.arithmetic import number

# The sections of a sheet, and how the quantities in them are called.
SECTIONS = {
    "forward": "{}",
    "values": "{}",
    "gradients": "dLoss/d{}",
    "grads": "dLoss/d{}",
    "input_gradients": "dLoss/d{}",
    "before": "{}_before",
    "after": "{}_after",
    "updated": "{}_new",
}
PASSED_OVER = ("epochs", "history", "examples", "ending", "accuracy")
LOOKS_LIKE = re.compile(
    rf"^(?:\s*[{{]|(?:{'|'.join(SECTIONS)})\s*:\s*(?:#.*)?$|\s*[\"']?\w+[\"']?\s*:\s*\[)", re.M
)
MOST_FIGURES = 20_000
MOST_CHARACTERS = 1_000_000
DEEPEST = 6

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def looks_like_one(text: str) -> bool:
    """True if a text is more than lines of name and figure: it has sections or arrays."""
    return len(text) <= MOST_CHARACTERS and LOOKS_LIKE.search(text) is not None


def figures(text: str) -> list[Written] | None:
    """Every figure of a mapping; None if the text is none."""
    try:
        root = yaml.compose(text, Loader=Loader)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    if not isinstance(root, yaml.MappingNode):
        return None
    found: list[Written] = []
    for written in _of_mapping(root, "{}", 0):
        found.append(written)
        if len(found) >= MOST_FIGURES:
            break
    return found


def _of_mapping(node: yaml.MappingNode, called: str, depth: int) -> Iterator[Written]:
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else ""
        if not name or name in PASSED_OVER:
            continue
        match value:
            case yaml.MappingNode() if depth < DEEPEST:
                yield from _of_mapping(value, SECTIONS.get(name.lower(), called), depth + 1)
            case yaml.ScalarNode():
                yield from _figure(value, called.format(name), None)
            case yaml.SequenceNode():
                yield from _of_array(value, called.format(name))


def _figure(node: yaml.ScalarNode, name: str, place: Place | None) -> Iterator[Written]:
    figure = number(node.value)
    if figure is not None:
        line = node.start_mark.line + 1
        yield Written(line, f"{name} = {node.value}", name, figure, place=place)


def _of_array(node: yaml.SequenceNode, name: str) -> Iterator[Written]:
    """The figures of a list, or of a list of equally long lists."""
    rows = node.value
    if all(isinstance(row, yaml.ScalarNode) for row in rows):
        shape: tuple[int, ...] = (len(rows),)
        found: list[tuple[tuple[int, ...], yaml.Node]] = [
            ((at,), row) for at, row in enumerate(rows)
        ]
    elif all(isinstance(row, yaml.SequenceNode) for row in rows):
        lengths = {len(row.value) for row in rows}
        if len(lengths) != 1:
            return
        shape = (len(rows), lengths.pop())
        found = [
            ((at, column), cell)
            for at, row in enumerate(rows)
            for column, cell in enumerate(row.value)
        ]
    else:
        return
    for index, cell in found:
        if isinstance(cell, yaml.ScalarNode):
            own = name + "".join(f"[{at + 1}]" for at in index)
            yield from _figure(cell, own, Place(name, shape, index))
