"""A ready, commented configuration: a sketch of which all numbers are known, as YAML."""

from collections.abc import Iterator, Mapping

from backprop_cli.algebra.expression import ZERO
from backprop_cli.config.writing import yaml_text
from backprop_cli.config.writing.sketch import Sketch
from backprop_cli.functions.activations import ACTIVATIONS


def written(sketch: Sketch, remark: str) -> str:
    """The configuration; ``remark`` is said of its numbers in the first line."""
    return "\n".join(_lines(sketch, remark)) + "\n"


def _lines(sketch: Sketch, remark: str) -> Iterator[str]:
    assert sketch.inputs is not None
    assert sketch.targets is not None
    assert sketch.rate is not None
    yield f"# A {'-'.join(map(str, sketch.sizes))} network; {remark}."
    yield "inputs:"
    inputs = zip(sketch.nodes[0], sketch.inputs, strict=True)
    yield from (f"  {name}: {yaml_text.number(value)}" for name, value in inputs)
    yield "weights:  # layer by layer, in forward order; each neuron lists what feeds it"
    count = 0
    nodes = zip(sketch.sources, sketch.nodes[1:], strict=True)
    layers = zip(sketch.layers, nodes, sketch.fans(), strict=True)
    for layer, (sources, neurons), fans in layers:
        yield f"  {layer}:"
        for neuron, fan in zip(neurons, fans, strict=True):
            weights = dict(zip(sources, map(yaml_text.number, fan), strict=True))
            names = [f"w{count + number}" for number, _ in enumerate(fan, 1)]
            count += len(fan)
            yield yaml_text.neuron(neuron, weights, names)
    yield from _bias_lines(sketch)
    targets = [yaml_text.number(target) for target in sketch.targets]
    yield f"target: {targets[0] if len(targets) == 1 else yaml_text.row(targets)}"
    yield f"learning_rate: {yaml_text.number(sketch.rate)}"
    if sketch.optimizer != "sgd":
        yield f"optimizer: {sketch.optimizer}"
    for name in dict.fromkeys(sketch.functions):
        if name in ACTIVATIONS and ACTIVATIONS[name].derivative == ZERO:
            yield f"# {name} has the derivative 0: nothing is learnt through it."
    yield f"activation: {_activation(dict(zip(sketch.layers, sketch.functions, strict=True)))}"
    yield f"loss: {sketch.loss}"
    yield "rounding: 4  # decimals carried from line to line; without this line, full precision"


BIAS_REMARKS = {
    frozenset(("own",)): "one for each neuron",
    frozenset(("shared",)): "one for each layer, shared by its neurons",
    frozenset(("own", "shared")): "one that a layer shares, or one for each neuron",
}


def _bias_lines(sketch: Sketch) -> Iterator[str]:
    if not sketch.bias_places:
        return
    yield f"biases:  # {BIAS_REMARKS[frozenset(sketch.bias_kinds)]}"
    layers = zip(sketch.layers, sketch.bias_kinds, sketch.layer_biases(), strict=True)
    for layer, kind, biases in layers:
        numbers = [yaml_text.number(bias) for bias in biases]
        yield f"  {layer}: {numbers[0] if kind == 'shared' else yaml_text.row(numbers)}"


def _activation(by_layer: Mapping[str, str]) -> str:
    """One name for all layers, or each layer's where they differ."""
    names = set(by_layer.values())
    return names.pop() if len(names) == 1 else yaml_text.flow(by_layer)
