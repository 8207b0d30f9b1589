"""The picture of a network: nothing stands over anything else, in SVG or in characters."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations, pairwise
from xml.etree import ElementTree

import pytest
from support.program import cells
from support.shipped import SHIPPED, lesson_of

from backprop_cli.algebra.expression import Symbol
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.working import work
from backprop_cli.derivation.derive import derive
from backprop_cli.lesson.diagram import Diagram, Edge, Line, Node, network_diagram, thinned
from backprop_cli.network.neurons import Edge as Weighted
from backprop_cli.network.neurons import Function, Layer, Neuron
from backprop_cli.network.structure import Network
from backprop_cli.render.network_picture.characters import drawing
from backprop_cli.render.network_picture.svg import svg

SVG = "{http://www.w3.org/2000/svg}"


def dense(*sizes: int, skip: bool = False) -> Diagram:
    """A fully connected network of so many nodes a column; ``skip`` adds edges past a column."""
    columns = [
        [
            Node(
                f"n{depth}_{at}",
                (Line(f"n{depth}_{at}"), Line("a = 0.5933")),
                (f"a_n{depth}_{at}",),
            )
            for at in range(size)
        ]
        for depth, size in enumerate(sizes)
    ]
    pairs = [(one, other) for a, b in pairwise(columns) for other in b for one in a]
    if skip:
        pairs += [(columns[0][0], one) for column in columns[2:] for one in column]
    edges = [
        Edge(
            one.name,
            other.name,
            (Line(f"w{at} = {at / 100:.2f}"),),
            (-1) ** at * at / 100,
            (f"w{at}",),
        )
        for at, (one, other) in enumerate(pairs, 1)
    ]
    return Diagram("a network", tuple(node for column in columns for node in column), tuple(edges))


def rectangles(picture: str, kind: str) -> Iterator[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each label, or of each node, worked out from the SVG."""
    for group in ElementTree.fromstring(picture).iter(f"{SVG}g"):
        if group.get("class", "").split()[0] != kind:
            continue
        if kind == "node":
            box = group.find(f"{SVG}rect")
            assert box is not None
            x, y, w, h = (float(box.get(key, "")) for key in ("x", "y", "width", "height"))
            yield x, y, x + w, y + h
            continue
        texts = group.findall(f"{SVG}text")
        # A letter of DejaVu Sans Mono is 0.602 of its size wide.
        half = max(len(text.text or "") for text in texts) * 11 * 0.602 / 2
        x = float(texts[0].get("x", ""))
        feet = [float(text.get("y", "")) for text in texts]
        yield x - half, min(feet) - 0.76 * 11, x + half, max(feet) + 0.24 * 11


def overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize(
    "sizes", [(1, 1), (2, 2, 1), (3, 4, 3, 2), (8, 12, 8), (1, 12, 1), (5, 5, 5, 5, 5)]
)
@pytest.mark.parametrize("skip", [False, True])
def test_every_label_is_there_and_covers_neither_another_nor_a_node(
    sizes: tuple[int, ...], skip: bool
) -> None:
    diagram = dense(*sizes, skip=skip)
    picture = svg(diagram)
    labels, nodes = [*rectangles(picture, "label")], [*rectangles(picture, "node")]
    assert (len(labels), len(nodes)) == (len(diagram.edges), len(diagram.nodes))
    assert not any(overlap(one, other) for one, other in combinations([*labels, *nodes], 2))


@pytest.mark.parametrize("sizes", [(2, 2, 1), (8, 12, 8), (40, 100, 10)])
def test_everything_stands_within_the_picture(sizes: tuple[int, ...]) -> None:
    picture = svg(dense(*sizes))
    x, y, width, height = map(float, ElementTree.fromstring(picture).get("viewBox", "").split())
    for left, top, right, bottom in (*rectangles(picture, "label"), *rectangles(picture, "node")):
        assert (x <= left, y <= top, right <= x + width, bottom <= y + height) == (True,) * 4


def test_a_large_network_is_thinned_out_and_says_by_how_much() -> None:
    shown = thinned(dense(3, 100, 2), 10)
    assert [len(column) for column in shown.columns] == [3, 10, 2]
    assert "91 more" in {line.text for node in shown.nodes for line in node.lines}
    # The last neuron of a long column is there, with its own edges.
    assert {"n0_0", "n0_1", "n0_2"} == {
        edge.source for edge in shown.edges if edge.target == "n1_99"
    }


def test_what_leads_to_neurons_that_are_left_out_leads_to_their_stand_in_once() -> None:
    shown = thinned(dense(2, 30), 5)
    stand_in = next(node.name for node in shown.nodes if Line("26 more") in node.lines)
    assert [edge.source for edge in shown.edges if edge.target == stand_in] == ["n0_0", "n0_1"]


def test_names_from_a_file_are_text_in_a_picture_and_no_markup() -> None:
    name = '</text><script>alert("1")</script>&\x1b[31m'
    picture = svg(Diagram(name, (Node(name, (Line(name),), (name,)),), ()))
    tree = ElementTree.fromstring(picture)
    assert [text.text for text in tree.iter(f"{SVG}text")] == [name.replace("\x1b", "\ufffd")]
    assert not [*tree.iter(f"{SVG}script"), *tree.iter("script")]


def test_a_thicker_edge_is_a_larger_weight_and_dashes_are_a_negative_one() -> None:
    nodes = tuple(Node(name, (Line(name),)) for name in ("a", "b", "c"))
    edges = (Edge("a", "c", (Line("w1"),), 0.5), Edge("b", "c", (Line("w2"),), -1.0))
    small, large = ElementTree.fromstring(svg(Diagram("", nodes, edges))).iter(f"{SVG}path")
    assert float(small.get("stroke-width", "")) < float(large.get("stroke-width", ""))
    assert (small.get("stroke-dasharray"), large.get("stroke-dasharray")) == (None, "7 3")


@pytest.mark.parametrize("name", SHIPPED)
def test_the_picture_of_every_shipped_network_has_all_labels_and_none_covers_anything(
    name: str,
) -> None:
    _, diagram = lesson_of(name)
    assert diagram is not None
    picture = svg(diagram)
    labels, nodes = [*rectangles(picture, "label")], [*rectangles(picture, "node")]
    labelled = [edge for edge in diagram.edges if edge.lines]
    assert (len(labels), len(nodes)) == (len(labelled), len(diagram.nodes))
    assert not any(overlap(one, other) for one, other in combinations([*labels, *nodes], 2))


# --- in characters ---------------------------------------------------------------------------


def drawn(diagram: Diagram, width: int | None, *, unicode: bool = True) -> list[str]:
    return ["".join(run.text for run in row) for row in drawing(diagram, width, unicode=unicode)]


@pytest.mark.parametrize("sizes", [(2, 2, 1), (3, 4, 2), (8, 12, 8), (2,) * 9, (40, 30)])
@pytest.mark.parametrize("unicode", [False, True])
def test_a_drawing_fits_a_terminal_and_has_every_name(
    sizes: tuple[int, ...], unicode: bool
) -> None:
    lines = drawn(dense(*sizes), 80, unicode=unicode)
    assert max(map(cells, lines)) <= 80
    assert unicode or all(map(str.isascii, lines))
    for node in thinned(dense(*sizes), 10).nodes:
        assert any(node.lines[-1].text in line for line in lines), node


def test_a_small_network_has_all_its_weights_in_characters() -> None:
    text = "\n".join(drawn(dense(2, 2, 1), 80))
    for edge in dense(2, 2, 1).edges:
        assert edge.lines[0].text in text


def test_an_edge_past_a_band_is_listed() -> None:
    diagram = dense(*(1,) * 9, skip=True)
    assert "n0_0 → n8_0  w15 = 0.15" in drawn(diagram, 80)


def test_wide_letters_take_two_cells() -> None:
    box, *_ = drawn(Diagram("", (Node("重", (Line("重み"), Line("a = 1"))),), ()), 80), None
    assert {cells(line) for line in box} == {9}


# --- the diagram of a working ----------------------------------------------------------------


def test_a_graph_s_diagram_has_its_formulas_shared_weights_and_skips() -> None:
    # f = (x + y) * w as a formula, and an output that x feeds as well: w is shared.
    x, y, w = map(Symbol, ("x", "y", "w"))
    q = Neuron("q", formula=(x + y) * w)
    out = Neuron("out", (Weighted("q", "w"), Weighted("x", "u")), function=Function("linear"))
    network = Network(("x", "y"), (Layer("graph", (q, out)),), ends=("out",), learns=False)
    given = {"x": "1", "y": "2", "w": "0.5", "u": "-1", "y_true": "0"}
    numbers = {name: Decimal(number) for name, number in given.items()}
    working = work(derive(network), numbers, Exact())
    diagram = network_diagram(network, working, gradients=True)
    assert [node.name for node in diagram.nodes] == ["x", "y", "q", "out", "Loss"]
    assert [(edge.source, edge.target) for edge in diagram.edges] == [
        ("x", "q"),
        ("y", "q"),
        ("q", "out"),
        ("x", "out"),
        ("out", "Loss"),
    ]
    # q = 1.5, out = 1.5 * 0.5 − 1 = −0.25, Loss = 0.5 * 0.0625; by hand, as is ∂Loss/∂u = out * x.
    shown = {line.text for node in diagram.nodes for line in node.lines}
    assert {"= 1.5000", "w = 0.5", "z = −0.2500", "0.0313"} <= shown
    assert Line("∂ = −0.2500", "∂Loss/∂u") in diagram.edges[3].lines


def test_without_a_target_there_is_no_loss_in_the_picture() -> None:
    q = Neuron("q", formula=Symbol("x") * Symbol("x"))
    network = Network(("x",), (Layer("graph", (q,)),), aimed=False, learns=False)
    working = work(derive(network), {"x": Decimal(3)}, Exact())
    assert [node.name for node in network_diagram(network, working).nodes] == ["x", "q"]


def test_where_errors_are_learnt_by_the_picture_ends_with_them_and_has_no_loss() -> None:
    _, diagram = lesson_of("perceptron")
    assert diagram is not None
    # By hand: z = 0 * 0.1 + 0 * (−0.2) + 0.3, so the step says 1 where 0 is right.
    assert diagram.nodes[-1].lines == (Line("error_out"), Line("−1", "error_out"))
    assert [edge.target for edge in diagram.edges if edge.source == "out"] == ["error_out"]
    assert "Loss" not in diagram.by_name
