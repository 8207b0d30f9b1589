"""The places of a diagram's nodes, edges and labels: columns by depth, no label over another."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len

from backprop_cli.lesson.diagram import Diagram, Edge, Line, Node

GROWTH = 1.2
# A page has room for so many nodes in a column.
MOST_IN_A_COLUMN = 14
# Edges by the sign of their weights. The colours can be told apart by readers who do not see red or
# green; a negative weight is drawn in dashes or dots too.
POSITIVE, NEGATIVE, PLAIN = "0969da", "bc4c00", "6e7781"


def colour(edge: Edge) -> str:
    """The colour of an edge, in hexadecimal digits."""
    return PLAIN if not edge.value else POSITIVE if edge.value > 0 else NEGATIVE


class Measure(NamedTuple):
    """The sizes of a medium, in its own unit (pixels, or cells of a terminal).

    ``character`` and ``line`` are what a character takes across and a line down; ``padding`` is
    between a node's border and its text, across and down. Two nodes of a column are ``row`` apart,
    two columns ``gap``; both grow, up to ``highest`` and ``widest``, until every label has found a
    place. ``label`` is a character of a label.
    """

    character: float
    line: float
    padding: tuple[float, float]
    label: float
    row: float
    highest: float
    gap: float
    widest: float

    def grown(self) -> "Measure | None":
        """The next larger measure; None where there is none."""
        row, gap = min(self.row * GROWTH, self.highest), min(self.gap * GROWTH, self.widest)
        return None if (row, gap) == (self.row, self.gap) else self._replace(row=row, gap=gap)


def widest(lines: Sequence[Line]) -> int:
    """The characters of the longest line; of some scripts, one takes the room of two."""
    return max(cell_len(line.text) for line in lines)


class Box(NamedTuple):
    """A rectangle: its centre, its width and its height."""

    x: float
    y: float
    width: float
    height: float

    def overlaps(self, other: "Box") -> bool:
        """True if two rectangles have more than a border in common."""
        across = abs(self.x - other.x) * 2 < self.width + other.width
        return across and abs(self.y - other.y) * 2 < self.height + other.height


Point = tuple[float, float]


class Label(NamedTuple):
    """An edge's label, and where it stands."""

    edge: Edge
    box: Box


@dataclass(frozen=True)
class Arrangement:
    """A diagram with a place for everything; ``labels`` are those that found one."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    paths: Sequence[tuple[Edge, Sequence[Point]]]
    labels: Sequence[Label]

    @cached_property
    def _largest(self) -> float:
        return max((abs(edge.value) for edge, _ in self.paths if edge.value), default=1.0)

    def thickness(self, edge: Edge, least: float, most: float, unknown: float) -> float:
        """The width of an edge's line: the larger its weight, the wider."""
        if edge.value is None:
            return unknown
        return least + (most - least) * abs(edge.value) / self._largest


def arranged(diagram: Diagram, measure: Measure) -> Arrangement:
    """The diagram laid out; where not all labels find a place, those of the largest weights do."""
    columns = _columns(diagram)
    wanted = sum(bool(edge.lines) for edge in diagram.edges)
    while True:
        found = _laid(diagram, columns, measure)
        larger = measure.grown()
        if len(found.labels) == wanted or larger is None:
            return found
        measure = larger


# --- columns ---------------------------------------------------------------------------------

# What stands in a column: a node, or the place where an edge passes it by.
Passing = tuple[str, str, int]
Place = Node | Passing

SWEEPS = 4


def _columns(diagram: Diagram) -> Sequence[Sequence[Place]]:
    """The places of each column, from top to bottom, so that few edges cross.

    Source of the method (a place for each column that an edge passes, then every place near the
    mean of those before it): Sugiyama, Tagawa, Toda, "Methods for visual understanding of
    hierarchical system structures", IEEE Transactions on Systems, Man, and Cybernetics 11 (1981).
    """
    columns: list[list[Place]] = [list(column) for column in diagram.columns]
    depth = {node.name: at for at, column in enumerate(diagram.columns) for node in column}
    passing = False
    for edge in diagram.edges:
        for at in range(depth[edge.source] + 1, depth[edge.target]):
            columns[at].append((edge.source, edge.target, at))
            passing = True
    if not passing:
        return columns
    before = _before(diagram, depth)
    for _ in range(SWEEPS):
        for at in range(1, len(columns)):
            row = {
                _key(place): number / len(columns[at - 1])
                for number, place in enumerate(columns[at - 1])
            }
            own = {_key(place): number for number, place in enumerate(columns[at])}

            def mean(place: Place, row: Mapping[object, float] = row) -> float:
                fed_by = [row[one] for one in before[_key(place)] if one in row]
                return sum(fed_by) / len(fed_by) if fed_by else 0.5

            columns[at].sort(key=lambda place: (mean(place), own[_key(place)]))
    return columns


def _key(place: Place) -> object:
    return place.name if isinstance(place, Node) else place


def _before(diagram: Diagram, depth: Mapping[str, int]) -> Mapping[object, list[object]]:
    """The nodes that stand before each place, one column nearer to the inputs."""
    found: dict[object, list[object]] = {node.name: [] for node in diagram.nodes}
    for edge in diagram.edges:
        way = [*_way(edge, depth)]
        for nearer, farther in pairwise(way):
            found.setdefault(farther, []).append(nearer)
    return found


def _way(edge: Edge, depth: Mapping[str, int]) -> Iterator[object]:
    yield edge.source
    for at in range(depth[edge.source] + 1, depth[edge.target]):
        yield edge.source, edge.target, at
    yield edge.target


# --- places ----------------------------------------------------------------------------------


def _laid(diagram: Diagram, columns: Sequence[Sequence[Place]], measure: Measure) -> Arrangement:
    depth = {node.name: at for at, column in enumerate(diagram.columns) for node in column}
    sizes = [[_size(place, measure) for place in column] for column in columns]
    heights = [sum(h for _, h in column) + measure.row * (len(column) - 1) for column in sizes]
    height = max(heights, default=0)
    places: dict[object, Box] = {}
    left = 0.0
    for column, column_sizes, column_height in zip(columns, sizes, heights, strict=True):
        width = max(w for w, _ in column_sizes)
        # A column's places are spread over the height, so that short columns stand centred.
        top = (height - column_height) / 2
        for place, (w, h) in zip(column, column_sizes, strict=True):
            places[_key(place)] = Box(left + width / 2, top + h / 2, w, h)
            top += h + measure.row
        left += width + measure.gap
    paths = [(edge, _path(edge, places, depth)) for edge in diagram.edges]
    boxes = {node.name: places[node.name] for node in diagram.nodes}
    labels = [*_labels(paths, [*boxes.values()], measure)]
    return Arrangement(max(left - measure.gap, 0.0), height, boxes, paths, labels)


def _size(place: Place, measure: Measure) -> tuple[float, float]:
    if not isinstance(place, Node):
        return 0.0, measure.line
    width = widest(place.lines) * measure.character + 2 * measure.padding[0]
    return width, len(place.lines) * measure.line + 2 * measure.padding[1]


def _path(edge: Edge, places: Mapping[object, Box], depth: Mapping[str, int]) -> Sequence[Point]:
    """The corners of an edge, from its source's right side to its target's left side."""
    source, *through, target = (places[key] for key in _way(edge, depth))
    return (
        (source.x + source.width / 2, source.y),
        *((one.x, one.y) for one in through),
        (target.x - target.width / 2, target.y),
    )


# --- labels ----------------------------------------------------------------------------------

# Where along its edge a label is tried: near the source first, where edges have spread and not
# yet crossed.
TRIED = (0.3, 0.36, 0.24, 0.42, 0.5, 0.18, 0.58, 0.64, 0.7, 0.76, 0.12, 0.82, 0.88)


def _labels(
    paths: Sequence[tuple[Edge, Sequence[Point]]], taken: list[Box], measure: Measure
) -> Iterator[Label]:
    """The labels that find a place where they cover no other and no node, the largest first."""
    order = sorted(paths, key=lambda path: -abs(path[0].value or 0.0))
    for edge, corners in order:
        if not edge.lines:
            continue
        width = widest(edge.lines) * measure.label + measure.label
        height = len(edge.lines) * measure.line
        for x, y in _tried(corners):
            box = Box(x, y, width, height)
            if not any(box.overlaps(other) for other in taken):
                taken.append(box)
                yield Label(edge, box)
                break


def _tried(corners: Sequence[Point]) -> Iterator[Point]:
    for (x1, y1), (x2, y2) in pairwise(corners):
        for share in TRIED:
            yield x1 + share * (x2 - x1), y1 + share * (y2 - y1)
