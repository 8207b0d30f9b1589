"""The structure of a network: inputs, neurons, and the names of every quantity in it.

Structure only. The numbers live apart from it, in a plain mapping from a quantity's name to its
value, so one network can be worked with many sets of numbers.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from backprop_cli.algebra.expression import Expression, Partial, partial, symbols
from backprop_cli.network.neurons import Function, Layer, Neuron, Settings
from backprop_cli.network.parameters import BIAS, FACTOR, KINDS, SLOPE, WEIGHT, Kind, Parameter

LEARNING_RATE = "learning_rate"
LOSS = "Loss"
DATA_LOSS = "DataLoss"  # the loss without its penalty


@dataclass(frozen=True)
class Network:
    """A feed-forward network: any graph of neurons without a circle.

    ``layers`` are in forward order; what feeds a neuron is an input or any neuron before it. The
    neurons ``ends`` are its outputs (none named: those of the last layer that feed no other). With
    a target for each, what is derived is the loss, a row of ``losses.py`` with ``loss_settings``,
    or ``loss_formula`` in the symbols of these rows; where it is not ``aimed`` at a target, its
    only output itself. The losses of a batch become one by a row of ``reductions.py``; ``penalty``
    is added to that, a row of ``penalties.py`` ("" for none), on the weights and, if it
    ``penalizes_biases``, on the biases. ``frozen`` holds the parameters that an update leaves as
    they are; the others are updated by the row ``optimizer`` of ``optimizers.py``, with weight
    decay if it ``decays``; there is no update unless it ``learns``, with a learning rate.
    """

    inputs: tuple[str, ...]
    layers: tuple[Layer, ...]
    loss: str = "half_squared_error"
    frozen: frozenset[str] = frozenset()
    optimizer: str = "sgd"
    decays: bool = False
    ends: tuple[str, ...] = ()
    aimed: bool = True
    learns: bool = True
    loss_settings: Settings = ()
    loss_formula: Expression | None = None
    reduction: str = "mean"
    penalty: str = ""
    penalizes_biases: bool = False

    # --- neurons ---

    @property
    def neurons(self) -> Iterator[Neuron]:
        """Every neuron, in forward order."""
        return (neuron for layer in self.layers for neuron in layer.neurons)

    @cached_property
    def outputs(self) -> tuple[Neuron, ...]:
        """The neurons whose activations are predictions."""
        if not self.ends:
            last = self.layers[-1].neurons
            feeding = {name for neuron in last for name in neuron.fed_by} - {*self.inputs}
            return tuple(neuron for neuron in last if neuron.name not in feeding)
        by_name = {neuron.name: neuron for neuron in self.neurons}
        return tuple(by_name[name] for name in self.ends)

    @cached_property
    def _layers_by_neuron(self) -> Mapping[str, Layer]:
        return {neuron.name: layer for layer in self.layers for neuron in layer.neurons}

    def layer_of(self, neuron: Neuron) -> Layer:
        """The layer that a neuron belongs to."""
        return self._layers_by_neuron[neuron.name]

    def function_of(self, neuron: Neuron) -> Function:
        """A neuron's activation function, its own or its layer's."""
        return neuron.function or self.layer_of(neuron).function

    @cached_property
    def sources(self) -> Mapping[str, str]:
        """From the name of an input or neuron to the quantity that it feeds forward.

        An input feeds itself (``x1``), a neuron its activation (``a_h1``).
        """
        fed = {name: name for name in self.inputs}
        fed.update((neuron.name, neuron.activation) for neuron in self.neurons)
        return fed

    # --- parameters ---

    @cached_property
    def by_parameter(self) -> Mapping[str, Parameter]:
        """Every parameter by its name: weights, biases, slopes, then others, in forward order.

        One that is used as several kinds is of the first of these.
        """
        used: dict[Kind, dict[str, dict[str, Neuron]]] = {kind: {} for kind in KINDS}
        for neuron in self.neurons:
            for kind, name in self.parameters_at(neuron):
                used[kind].setdefault(name, {})[neuron.name] = neuron
        found: dict[str, Parameter] = {}
        for kind, names in used.items():
            for name, neurons in names.items():
                before = found.get(name)
                everywhere = {n.name: n for n in before.neurons} | neurons if before else neurons
                found[name] = Parameter(
                    name, before.kind if before else kind, tuple(everywhere.values())
                )
        return found

    def parameters_at(self, neuron: Neuron) -> Iterator[tuple[Kind, str]]:
        """The parameters that a neuron uses, and as what."""
        if neuron.formula is not None:
            for symbol in symbols(neuron.formula):
                if symbol.name not in self.sources:
                    yield FACTOR, symbol.name
            return
        for edge in neuron.edges:
            yield WEIGHT, edge.weight
        if neuron.bias is not None:
            yield BIAS, neuron.bias
        if (slope := self.function_of(neuron).slope) is not None:
            yield SLOPE, slope

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of all parameters: weights, biases, slopes, then others."""
        return tuple(self.by_parameter)

    def of_kind(self, kind: Kind) -> tuple[str, ...]:
        """The names of the parameters of a kind, in forward order, a shared one once."""
        return tuple(one.name for one in self.by_parameter.values() if one.kind == kind)

    @cached_property
    def weights(self) -> tuple[str, ...]:
        """The weights' names in forward order."""
        return self.of_kind(WEIGHT)

    @cached_property
    def biases(self) -> tuple[str, ...]:
        """The biases' names in forward order."""
        return self.of_kind(BIAS)

    @cached_property
    def slopes(self) -> tuple[str, ...]:
        """The names of the trained slopes, in forward order."""
        return self.of_kind(SLOPE)

    @cached_property
    def updated(self) -> tuple[str, ...]:
        """The parameters that an update moves."""
        if not self.learns:
            return ()
        return tuple(name for name in self.parameters if name not in self.frozen)

    @cached_property
    def penalized(self) -> tuple[str, ...]:
        """The parameters that the penalty is on, each once."""
        if not self.penalty:
            return ()
        return (*self.weights, *(self.biases if self.penalizes_biases else ()))

    # --- outputs and loss ---

    @property
    def derived(self) -> str:
        """The name of what the backward pass derives: the loss, or without targets the output.

        Where a penalty is added, the loss without it.
        """
        if not self.aimed:
            return self.prediction(self.outputs[0])
        return DATA_LOSS if self.penalty else LOSS

    def gradient(self, quantity: str) -> Partial:
        """The derivative of what is derived by a quantity, e.g. ∂Loss/∂w1."""
        return partial(self.derived, quantity)

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """The names of the outputs' targets, in their order."""
        return tuple(map(self.target, self.outputs)) if self.aimed else ()

    def prediction(self, output: Neuron) -> str:
        """The name of an output's prediction: ``y_hat``, or ``y_hat_o1`` among several.

        Without a target, a formula is no prediction, and goes by its own name.
        """
        if not self.aimed and output.formula is not None:
            return output.activation
        return "y_hat" if len(self.outputs) == 1 else f"y_hat_{output.name}"

    def target(self, output: Neuron) -> str:
        """The name of an output's target: ``y_true``, or ``y_true_o1`` among several."""
        return "y_true" if len(self.outputs) == 1 else f"y_true_{output.name}"

    def loss_of(self, output: Neuron) -> str:
        """The name of an output's loss: ``Loss``, or ``Loss_o1`` among several."""
        return self.derived if len(self.outputs) == 1 else f"{LOSS}_{output.name}"
