"""The notation of vectors and matrices: Z1 = W1 X + B1, dW1 = dZ1 Xᵀ, numbers in brackets.

A capital letter stands for a layer, so that B1 is no other than the biases b1, b2, … of layer 1.

Source: Goodfellow, Bengio, Courville, "Deep Learning" (2016), section 6.5.4, algorithm 6.4.
"""

from collections.abc import Iterator

from backprop_cli.algebra.expression import Symbol
from backprop_cli.algebra.prose import prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.lesson.backward import (
    bias_gradients,
    explained_order,
    gradient_summary,
    slope_gradients,
)
from backprop_cli.lesson.blocks import Block, Heading, Paragraph
from backprop_cli.lesson.columns import columns, singles, working_of_batch
from backprop_cli.lesson.explanation import explain
from backprop_cli.lesson.flat import nothing_is_learnt
from backprop_cli.lesson.forward import predicted
from backprop_cli.lesson.given import layer_title, readable
from backprop_cli.lesson.layers import refusal
from backprop_cli.lesson.matrix_passes import Passes
from backprop_cli.lesson.matrix_updates import is_by_matrix, way_to
from backprop_cli.lesson.matrix_updates import updates as updates_by_matrix
from backprop_cli.lesson.notation import Notation
from backprop_cli.lesson.objective import rest_of_gradient
from backprop_cli.lesson.reasons import place, title
from backprop_cli.lesson.updates import updates
from backprop_cli.network.structure import Network
from backprop_cli.runs.run import Run

LEFT_OUT = "leave --notation out"


def _passes(run: Run) -> Passes:
    """The passes of the example that is shown, or of all of a small batch, a column each."""
    of_each = singles(run)
    return Passes(run.exercise.network, working_of_batch(run, of_each), of_each)


class MatrixNotation(Notation):
    """Both passes and the update with a matrix or a vector for each layer."""

    def refusal(self, network: Network) -> str:
        """The reason why a network fits no matrices, and what to do; empty if it does."""
        if goes_by_error(network):
            return f"the perceptron rule uses the error, not gradients; {LEFT_OUT}"
        why = refusal(network)
        has_formulas = any(neuron.formula is not None for neuron in network.neurons)
        mend = LEFT_OUT if has_formulas else f"{LEFT_OUT}, or write --notation delta"
        return f"{why}; {mend}" if why else ""

    def forward(self, run: Run) -> Iterator[Block]:
        """The matrices of what is given, and from layer to layer Z and A."""
        passes = _passes(run)
        yield Heading(2, "2. Forward Propagation")
        yield from passes.given()
        for at in range(1, passes.layers.last + 1):
            yield from passes.forward(at)
        if columns(run):
            shown = run.shown.example + 1
            yield Paragraph(
                f"The loss of example {shown} follows; that of the batch, further below."
            )
        else:
            yield from predicted(run.exercise.network, run.working)

    def gradients(self, run: Run) -> Iterator[Block]:
        """dA, dZ, dW and dB, layer by layer from the output back."""
        network, working = run.exercise.network, run.working
        passes = _passes(run)
        yield Heading(2, "3. Backward Propagation")
        yield from passes.introduction()
        for at in reversed(range(1, passes.layers.last + 1)):
            yield Heading(3, layer_title(network.layers[at - 1]))
            for worked in passes.backward(at):
                yield from worked.blocks
        if not columns(run):  # that table is of one example alone
            yield from gradient_summary(network, working)
        yield from nothing_is_learnt(network, working)
        if readable(network):
            order = explained_order(network, run.exercise.order)
            yield from bias_gradients(network, order, passes.bias)
            yield from slope_gradients(network, order, passes.slope)

    def updates(self, run: Run) -> Iterator[Block]:
        """W_new = W − η dW, or, where that is not so, every parameter by itself."""
        network, working = run.exercise.network, run.working
        if is_by_matrix(network):
            yield from updates_by_matrix(_passes(run))
        else:
            yield from updates(network, working)

    def explain(self, network: Network, working: AnyWorking, name: str) -> Iterator[Block]:
        """The matrix in which a quantity stands; before a gradient, those that it rests on."""
        parameter = name if name in network.parameters else ""
        target = network.gradient(name).name if parameter else name
        step = working.derivation.by_name.get(target)
        way = way_to(Passes(network, working), target, parameter) if step else []
        if not way or step is None:
            yield from explain(network, working, name)
            return
        about = prose("Gradient for ", Symbol(name)) if parameter else prose(title(step))
        yield Heading(3, prose("Step-by-step ", about), place(network, name))
        yield from way
        if parameter:
            yield from rest_of_gradient(network, working, name)
