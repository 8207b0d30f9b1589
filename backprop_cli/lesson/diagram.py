"""A network as a picture's parts: neurons with their values, edges with their weights."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from backprop_cli.algebra.expression import Expression, symbols
from backprop_cli.algebra.paper import name_on_paper, on_paper
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.perceptron import error_of
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.network.neurons import Neuron
from backprop_cli.network.structure import Network


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
    """The edge from one node to another: a weight, or a value that enters a formula.

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
    """A worked network with its figures, with ``gradients`` also those of what is derived."""
    parameters = _Parameters(network, working, gradients)
    nodes = [
        Node(name, (Line(name), _figure(working, name, "")), (name,), is_input=True)
        for name in network.inputs
    ]
    edges: list[Edge] = []
    outputs = {output.name: network.prediction(output) for output in network.outputs}
    for neuron in network.neurons:
        own = () if neuron.formula is None else _in_formula(neuron.formula)
        extra = (
            (neuron.bias,)
            if neuron.bias
            else tuple(name for name in own if name in network.by_parameter)
        )
        lines = [Line(neuron.name)]
        lines += [
            _figure(working, name, f"{name[0]} = " if neuron.formula is None else "= ")
            for name in neuron.quantities
        ]
        lines += [line for name in extra for line in parameters.lines(name)]
        quantities = [
            *neuron.quantities,
            *extra,
            *([outputs[neuron.name]] if neuron.name in outputs else []),
        ]
        nodes.append(
            Node(neuron.name, tuple(lines), tuple(quantities), is_output=neuron.name in outputs)
        )
        for edge in neuron.edges:
            value = float(working.values[edge.weight])
            label = tuple(parameters.lines(edge.weight))
            edges.append(Edge(edge.source, neuron.name, label, value, (edge.weight,)))
        edges += [
            Edge(source, neuron.name, (), None, (network.sources[source],))
            for source in network.sources
            if source in own
        ]
    ends = _ends(network)
    for end in dict.fromkeys(ends.values()):
        nodes.append(Node(end, (Line(name_on_paper(end)), _figure(working, end, "")), (end,)))
    for output, end in ends.items():
        target = network.target(output)
        label = (_figure(working, target, f"{name_on_paper(target)} = "),)
        edges.append(Edge(output.name, end, label, None, (outputs[output.name], target)))
    return Diagram(_title(network), tuple(nodes), tuple(edges))


def _ends(network: Network) -> Mapping[Neuron, str]:
    """The end of each output, from prediction and target: the loss, or an error of its own.

    A network without a target has none.
    """
    if not network.aimed:
        return {}
    by_error = goes_by_error(network)
    return {out: error_of(out).name if by_error else network.derived for out in network.outputs}


def _in_formula(formula: Expression) -> tuple[str, ...]:
    """The quantities that a formula is made of, each once."""
    return tuple(dict.fromkeys(symbol.name for symbol in symbols(formula)))


def _title(network: Network) -> str:
    sizes = [len(network.inputs), *(len(layer.neurons) for layer in network.layers)]
    return f"A network of {'-'.join(map(str, sizes))} neurons"


def _figure(working: AnyWorking, name: str, before: str) -> Line:
    return Line(f"{before}{on_paper(working.figure(name))}", name)


class _Parameters(NamedTuple):
    """The labels of parameters."""

    network: Network
    working: AnyWorking
    gradients: bool

    def lines(self, name: str) -> Iterator[Line]:
        """A parameter's value and, if wanted, its gradient."""
        yield _figure(self.working, name, f"{name} = ")
        by = self.network.gradient(name).name
        if self.gradients and by in self.working.values:
            yield _figure(self.working, by, "∂ = ")
