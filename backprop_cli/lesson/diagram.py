"""A network as a picture's parts: neurons with their values, edges with their weights."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple


class Node(NamedTuple):
    """An input or a neuron: its name, and the lines of text that stand in it.

    ``quantities`` names what it stands for (``z_h1``, ``a_h1``), the first of which leads to it.
    """

    name: str
    lines: tuple[str, ...]
    quantities: tuple[str, ...] = ()
    is_input: bool = False
    is_output: bool = False


class Edge(NamedTuple):
    """What runs from one node to another: a weight, or a value that enters a formula.

    ``value`` is the weight's, by which an edge is drawn thicker and in the colour of its sign; None
    where there is no weight. ``lines`` are the label, ``quantities`` what the edge stands for.
    """

    source: str
    target: str
    lines: tuple[str, ...] = ()
    value: float | None = None
    quantities: tuple[str, ...] = ()


class Diagram(NamedTuple):
    """A network to be drawn. Each edge leads from a node to a later one; names are unique."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    @property
    def by_name(self) -> Mapping[str, Node]:
        """The nodes by their names."""
        return {node.name: node for node in self.nodes}

    @property
    def columns(self) -> Sequence[Sequence[Node]]:
        """The nodes by depth: each stands one column behind the last of those that feed it."""
        depth: dict[str, int] = {}
        feeding: dict[str, list[str]] = {}
        for edge in self.edges:
            feeding.setdefault(edge.target, []).append(edge.source)
        for node in self.nodes:
            depth[node.name] = 1 + max(
                (depth[name] for name in feeding.get(node.name, ())), default=-1
            )
        found: list[list[Node]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
        for node in self.nodes:
            found[depth[node.name]].append(node)
        return found


def thinned(diagram: Diagram, most: int) -> Diagram:
    """The diagram with at most so many nodes in a column; what is left out is counted in one.

    The first nodes of a long column stay, and its last.
    """
    left_out: dict[str, str] = {}
    stand_in: list[Node] = []
    for number, column in enumerate(diagram.columns):
        if len(column) <= most:
            continue
        hidden = column[most - 2 : -1]
        name = f"\N{VERTICAL ELLIPSIS}{number}"
        left_out.update((node.name, name) for node in hidden)
        stand_in.append(
            Node(
                name, ("\N{VERTICAL ELLIPSIS}", f"{len(hidden)} more"), is_input=column[0].is_input
            )
        )
    if not left_out:
        return diagram
    return Diagram(
        diagram.title,
        tuple(_with_stand_ins(diagram.nodes, left_out, {node.name: node for node in stand_in})),
        tuple(_between_shown(diagram.edges, left_out)),
    )


def _with_stand_ins(
    nodes: Sequence[Node], left_out: Mapping[str, str], stand_in: Mapping[str, Node]
) -> Iterator[Node]:
    seen: set[str] = set()
    for node in nodes:
        name = left_out.get(node.name)
        if name is None:
            yield node
        elif name not in seen:
            seen.add(name)
            yield stand_in[name]


def _between_shown(edges: Sequence[Edge], left_out: Mapping[str, str]) -> Iterator[Edge]:
    """The edges between nodes that are shown, and one without a label for all to a stand-in."""
    seen: set[tuple[str, str]] = set()
    for edge in edges:
        source, target = (
            left_out.get(edge.source, edge.source),
            left_out.get(edge.target, edge.target),
        )
        if (source, target) == (edge.source, edge.target):
            yield edge
        elif (source, target) not in seen:
            seen.add((source, target))
            yield Edge(source, target)
