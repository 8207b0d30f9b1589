"""A layered network as matrices: which quantity stands where in W1, Z1, dW1 and the others."""

from collections.abc import Sequence

from backprop_cli.algebra.expression import Symbol, partial
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.examples import symbol_of_example
from backprop_cli.derivation.objective import reduced
from backprop_cli.lesson.matrix_rows import Grid, vector
from backprop_cli.network.neurons import Layer, Neuron
from backprop_cli.network.structure import Network


def refusal(network: Network) -> str:
    """The reason why a network cannot be written in matrices; empty if it can."""
    before = set(network.inputs)
    used: set[str] = set()
    for layer in network.layers:
        for neuron in layer.neurons:
            if neuron.formula is not None:
                return f"{neuron.name} is a formula, which has no place in a matrix"
            strange = [edge.source for edge in neuron.edges if edge.source not in before]
            if strange:
                return (
                    f"{neuron.name} is fed by {strange[0]}, which is not of the layer before it; "
                    "a matrix leads from one layer to the next"
                )
            weights = [edge.weight for edge in neuron.edges]
            twice = [name for name in weights if name in used or weights.count(name) > 1]
            if twice:
                return f"{twice[0]} is used several times, and a matrix has it once"
            used.update(weights)
        if len(layer.functions()) > 1:
            names = " and ".join(function.name for function in layer.functions())
            return f"the layer {layer.name} has several activation functions ({names})"
        before = {neuron.name for neuron in layer.neurons}
    if set(network.outputs) != set(network.layers[-1].neurons):
        return "its outputs are not the whole last layer"
    biases = {bias for layer in network.layers if (bias := _shared(layer))}
    if biases & used or any(len(_layers_with(network, bias)) > 1 for bias in network.biases):
        return "a bias of it is used in several layers"
    return ""


def _layers_with(network: Network, bias: str) -> list[Layer]:
    return [
        layer for layer in network.layers if any(neuron.bias == bias for neuron in layer.neurons)
    ]


def _shared(layer: Layer) -> str | None:
    """A bias that several neurons of a layer have in common."""
    biases = [neuron.bias for neuron in layer.neurons if neuron.bias]
    return next((bias for bias in biases if biases.count(bias) > 1), None)


class Layers:
    """The matrices of a working's layers, which count from 1; layer 0 are the inputs.

    Of a working of a batch, ``examples`` are the numbers of those that have a column each.
    """

    def __init__(
        self, network: Network, working: AnyWorking, examples: tuple[int, ...] = ()
    ) -> None:
        self._network, self._working, self._examples = network, working, examples
        self.last = len(network.layers)

    def _columns(self, name: str, quantities: Sequence[Symbol]) -> Grid:
        """A row for each quantity, and a column for each example."""
        common = self._network.parameters
        return Grid(
            name,
            tuple(
                tuple(symbol_of_example(one, number, common).name for number in self._examples)
                or (one.name,)
                for one in quantities
            ),
        )

    def _neurons(self, at: int) -> tuple[Neuron, ...]:
        return self._network.layers[at - 1].neurons

    def weights(self, at: int) -> Grid:
        """W1: a row for each neuron, a column for each of the layer before."""
        before = self._network.inputs if at == 1 else [n.name for n in self._neurons(at - 1)]
        by_source = [{edge.source: edge.weight for edge in n.edges} for n in self._neurons(at)]
        return Grid(
            f"W{at}", tuple(tuple(row.get(source) for source in before) for row in by_source)
        )

    def biases(self, at: int) -> Grid | None:
        """B1, if any neuron has a bias."""
        found = [neuron.bias for neuron in self._neurons(at)]
        return vector(f"B{at}", found) if any(found) else None

    def shares_bias(self, at: int) -> bool:
        """True if several neurons of a layer have the same bias."""
        return _shared(self._network.layers[at - 1]) is not None

    def sums(self, at: int) -> Grid:
        """Z1."""
        sums = [Symbol(neuron.weighted_sum) for neuron in self._neurons(at)]
        return self._columns(f"Z{at}", sums)

    def activations(self, at: int) -> Grid:
        """A1; of layer 0 the inputs, X."""
        if at == 0:
            return self._columns("X", [*map(Symbol, self._network.inputs)])
        activations = [Symbol(neuron.activation) for neuron in self._neurons(at)]
        return self._columns(f"A{at}", activations)

    def targets(self) -> Grid:
        """Y."""
        return self._columns("Y", [*map(Symbol, self._network.targets)])

    def predictions(self) -> Grid:
        """The last A, its elements by the names of predictions."""
        names = map(self._network.prediction, self._network.outputs)
        return self._columns(f"A{self.last}", [*map(Symbol, names)])

    def by_activations(self, at: int) -> Grid:
        """dA1: the derivative of the loss by each activation; of an output, by the prediction."""
        ends = [self._network.gradient(self._end(neuron)) for neuron in self._neurons(at)]
        return self._columns(f"dA{at}", ends)

    def slopes(self, at: int) -> Grid:
        """The derivative of each activation by its own weighted sum, which has no name."""
        slopes = [partial(self._end(n), n.weighted_sum) for n in self._neurons(at)]
        return self._columns("", slopes)

    def jacobian(self, at: int) -> Grid:
        """J1: the derivative of every activation of a softmax by every weighted sum, a row each."""
        neurons = self._neurons(at)
        rows = ([partial(self._end(a), z.weighted_sum).name for a in neurons] for z in neurons)
        return Grid(f"J{at}", tuple(map(tuple, rows)))

    def by_sums(self, at: int) -> Grid:
        """dZ1."""
        sums = [self._network.gradient(n.weighted_sum) for n in self._neurons(at)]
        return self._columns(f"dZ{at}", sums)

    def by_weights(self, at: int) -> Grid:
        """dW1."""
        return self._derived(self.weights(at))

    def by_biases(self, at: int) -> Grid | None:
        """dB1, if each bias is a neuron's own."""
        biases = self.biases(at)
        return None if biases is None or self.shares_bias(at) else self._derived(biases)

    def gradient(self, parameter: str) -> Symbol:
        """The derivative by a parameter; of a batch's loss without its penalty."""
        network = self._network
        return reduced(network, parameter) if self._examples else network.gradient(parameter)

    def _derived(self, grid: Grid) -> Grid:
        rows = (tuple(name and self.gradient(name).name for name in row) for row in grid.elements)
        return Grid(f"d{grid.name}", tuple(rows))

    def _end(self, neuron: Neuron) -> str:
        """An activation as the backward pass calls it: that of an output goes by its prediction."""
        network, found = self._network, self._working.derivation.by_name
        name = network.prediction(neuron) if neuron in network.outputs else ""
        (gradient,) = self._columns("", [network.gradient(name)]).names[:1]
        is_there = gradient in found or name == network.derived
        return name if is_there else neuron.activation
