"""A network as a picture's parts: neurons with their values, edges with their weights."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from backprop_cli.algebra.paper import name_on_paper, on_paper
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.network.structure import LOSS, Network


class Line(NamedTuple):
    """A line of text, and the quantity whose figure it shows (of a bare name none)."""

    text: str
    quantity: str = ""


class Node(NamedTuple):
    """An input or a neuron: its name, and the lines of text that stand in it.

    ``quantities`` names what it stands for: ``z_h1``, ``a_h1``.
    """

    name: str
    lines: tuple[Line, ...]
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
    lines: tuple[Line, ...] = ()
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
        lines = (Line("\N{VERTICAL ELLIPSIS}"), Line(f"{len(hidden)} more"))
        stand_in.append(Node(name, lines, is_input=column[0].is_input))
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


# --- the diagram of a working ----------------------------------------------------------------


def network_diagram(network: Network, working: AnyWorking, *, gradients: bool = False) -> Diagram:
    """A worked network with its figures, with ``gradients`` also those of the loss."""
    nodes = [
        Node(name, (Line(name), _figure(working, name, "")), (name,), is_input=True)
        for name in network.inputs
    ]
    edges: list[Edge] = []
    outputs = {neuron.name for neuron in network.outputs}
    for neuron in network.neurons:
        shown = [neuron.weighted_sum, neuron.activation]
        lines = [Line(neuron.name), *(_figure(working, name, f"{name[0]} = ") for name in shown)]
        if neuron.bias is not None:
            lines += _parameter(working, neuron.bias, gradients=gradients)
        quantities = [*shown, *([neuron.bias] if neuron.bias else [])]
        if neuron.name in outputs:
            quantities.append(network.prediction(neuron))
        nodes.append(
            Node(neuron.name, tuple(lines), tuple(quantities), is_output=neuron.name in outputs)
        )
        for edge in neuron.edges:
            value = float(working.values[edge.weight])
            label = tuple(_parameter(working, edge.weight, gradients=gradients))
            edges.append(Edge(edge.source, neuron.name, label, value, (edge.weight,)))
    nodes.append(Node(LOSS, (Line(LOSS), _figure(working, LOSS, "")), (LOSS,)))
    for output in network.outputs:
        target = network.target(output)
        label = (_figure(working, target, f"{name_on_paper(target)} = "),)
        edges.append(Edge(output.name, LOSS, label, None, (network.prediction(output), target)))
    return Diagram(_title(network), tuple(nodes), tuple(edges))


def _title(network: Network) -> str:
    sizes = [len(network.inputs), *(len(layer.neurons) for layer in network.layers)]
    return f"A network of {'-'.join(map(str, sizes))} neurons"


def _figure(working: AnyWorking, name: str, before: str) -> Line:
    return Line(f"{before}{on_paper(working.figure(name))}", name)


def _parameter(working: AnyWorking, name: str, *, gradients: bool) -> Iterator[Line]:
    yield _figure(working, name, f"{name} = ")
    if gradients:
        by = working.derivation.gradient(name).name
        yield _figure(working, by, "∂ = ")
