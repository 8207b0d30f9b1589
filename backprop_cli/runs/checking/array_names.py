"""The names of arrays by layer, such as dW1, and the quantities at their places."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from backprop_cli.algebra.sheet import Place
from backprop_cli.derivation.objective import of_example
from backprop_cli.derivation.steps import new
from backprop_cli.network.structure import Network
from backprop_cli.runs.checking.spellings import ARRAY, folded


def sums_of(network: Network) -> Mapping[str, str]:
    """From each neuron's activation or prediction to its weighted sum."""
    found = {neuron.activation: neuron.weighted_sum for neuron in network.neurons}
    found |= {network.prediction(output): output.weighted_sum for output in network.outputs}
    return found


class ArrayNames:
    """The arrays of a network. ``gradient`` names what its goal's derivative by a quantity is.

    ``examples`` are the numbers of those of a batch, each a column of X, Z1 and A1, or a row.
    """

    def __init__(
        self, network: Network, gradient: Callable[[str], str], examples: Sequence[int] = ()
    ) -> None:
        self.network, self.gradient, self.examples = network, gradient, examples
        self.sums = sums_of(network)

    def of(self, place: Place) -> Iterator[str]:
        """The quantity at a place of an array by layer: rows by neuron, columns by source."""
        called = folded(place.array)
        found = ARRAY.match(called)
        layers = self.network.layers
        if not found:
            yield from self._of_vector(called, place)
        if not found or not 1 <= int(found["layer"]) <= len(layers):
            return
        depth = int(found["layer"]) - 1
        if found["kind"].startswith("w"):
            owns = self._weights_at(depth, place)
        else:
            apart = bool(found["gradient"])
            owns = self._of_neuron(depth, found["kind"][0], place, apart=apart)
        for own in owns:
            if found["gradient"] in ("delta", "δ"):
                yield self.network.gradient(self.sums.get(own, own)).name
            elif found["gradient"]:
                yield self.gradient(own)
            else:
                yield new(own).name if found["new"] else own

    def _of_vector(self, called: str, place: Place) -> Iterator[str]:
        """The quantity at a place of a list by inputs, hidden neurons or outputs."""
        outputs, size = self.network.outputs, max(place.shape)
        hidden = self.network.layers[0].neurons if len(self.network.layers) == 2 else ()
        at = max(place.at)
        if called == "x":
            yield from self._of_batch([*self.network.inputs], place)
        if called == "y":
            yield from self._of_batch([self.network.target(one) for one in outputs], place)
        if math.prod(place.shape) != size:
            return
        if called in ("x", "inputs", "input") and size == len(self.network.inputs):
            yield [*self.network.inputs][at]
        if size == len(hidden) and hidden[at].formula is None:
            if called in ("h", "ah", "hidden", "outh"):
                yield hidden[at].activation
            if called in ("zh", "neth", "inh"):
                yield hidden[at].weighted_sum
        if size == len(outputs) and outputs[at].formula is None:
            one = outputs[at]
            if called in ("yhat", "p", "pred", "prediction", "output", "out", "ao", "softmax(z)"):
                yield from (self.network.prediction(one), one.activation)
            if called in ("z", "zo", "logits", "zout", "neto"):
                yield one.weighted_sum
            if called in ("dz", "dl/dz", "dloss/dz", "de/dz", "delta", "dlogits", "dzo"):
                yield self.gradient(one.weighted_sum)
            if called in ("y", "t", "target", "ytrue"):
                yield self.network.target(one)

    def _of_batch(self, quantities: Sequence[str], place: Place) -> Iterator[str]:
        """That of an example of the batch: a column for each, or a row."""
        size = (len(quantities), len(self.examples))
        for shape, at in ((place.shape, place.at), (place.shape[::-1], place.at[::-1])):
            if self.examples and shape == size:
                yield of_example(quantities[at[0]], self.examples[at[1]])

    def _weights_at(self, depth: int, place: Place) -> Iterator[str]:
        """The weight at a place: a row for each neuron, or a column where the shape says so."""
        neurons = self.network.layers[depth].neurons
        before = self.network.layers[depth - 1].neurons if depth else ()
        sources = [one.name for one in before] if depth else [*self.network.inputs]
        shape, at = place.shape, place.at
        if shape == (len(sources), len(neurons)) and len(sources) != len(neurons):
            shape, at = shape[::-1], at[::-1]
        if shape == (len(neurons), len(sources)):
            for edge in neurons[at[0]].edges:
                if edge.source == sources[at[1]]:
                    yield edge.weight

    def _of_neuron(self, depth: int, kind: str, place: Place, *, apart: bool) -> Iterator[str]:
        """A neuron's bias, weighted sum or activation; of a shared bias's gradient its part."""
        neurons = self.network.layers[depth].neurons
        if kind == "z":
            yield from self._of_batch([one.weighted_sum for one in neurons], place)
        elif kind == "a":
            yield from self._of_batch([one.activation for one in neurons], place)
            yield from self._of_batch([self.network.prediction(one) for one in neurons], place)
        several = max(place.shape)
        if several not in (1, len(neurons)) or math.prod(place.shape) != several:
            return
        neuron = neurons[max(place.at)]
        if kind == "z":
            yield neuron.weighted_sum
        elif kind == "a":
            yield from (neuron.activation, self.network.prediction(neuron))
        elif neuron.bias is not None:
            sharing = [one for one in neurons if one.bias == neuron.bias]
            part = apart and len(sharing) > 1 and several > 1
            yield f"{neuron.bias}_from_{neuron.name}" if part else neuron.bias
