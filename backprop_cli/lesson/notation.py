"""The notations in which a working can be written, and what a notation decides."""

from collections.abc import Iterator

from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.lesson.backward import (
    backward,
    bias_gradients,
    gradient_summary,
    other_gradients,
    slope_gradients,
)
from backprop_cli.lesson.blocks import Block, Lesson
from backprop_cli.lesson.explanation import explain, explain_bias, explain_slope
from backprop_cli.lesson.flat import nothing_is_learnt
from backprop_cli.lesson.forward import forward
from backprop_cli.lesson.known import Known
from backprop_cli.lesson.updates import updates
from backprop_cli.network.structure import Network
from backprop_cli.runs.run import Run


class Notation:
    """The plain notation: every factor of the chain rule by its name, one after the other.

    Another one writes some of these sections in its own way. The order of all sections is kept in
    ``whole.py``.
    """

    def refusal(self, network: Network) -> str:  # noqa: ARG002 - it writes any network
        """The reason why a network cannot be written in it, and what to do; empty if it can."""
        return ""

    def forward(self, run: Run) -> Iterator[Block]:
        """The forward pass, the loss left out."""
        return forward(run.exercise.network, run.working)

    def gradients(self, run: Run) -> Iterator[Block]:
        """The gradients of the example that is shown."""
        network, working, order = run.exercise.network, run.working, run.exercise.order
        known: Known = {}  # by weights, biases and slopes alike
        yield from backward(network, working, order, known)
        yield from other_gradients(network, working, order, known)
        yield from gradient_summary(network, working)
        yield from nothing_is_learnt(network, working)
        yield from bias_gradients(
            network, order, lambda bias: explain_bias(network, working, bias, known)
        )
        yield from slope_gradients(
            network, order, lambda slope: explain_slope(network, working, slope, known)
        )

    def updates(self, run: Run) -> Iterator[Block]:
        """The update of every parameter, the tables left out."""
        return updates(run.exercise.network, run.working)

    def explain(self, network: Network, working: AnyWorking, name: str) -> Iterator[Block]:
        """The derivation of one quantity of a working by its name."""
        return explain(network, working, name)

    def written(self, run: Run, lesson: Lesson) -> Lesson:  # noqa: ARG002 - names stay as they are
        """A lesson of the run, its quantities by the names that they have in this notation."""
        return lesson


PLAIN = Notation()


def notation_called(name: str) -> Notation:
    """A notation by its name: plain, delta or matrix."""
    match name:
        case "plain":
            return PLAIN
        case "delta":
            from backprop_cli.lesson.delta import Delta  # read only where it is asked for

            return Delta()
        case "matrix":
            from backprop_cli.lesson.matrix import MatrixNotation

            return MatrixNotation()
        case _:
            raise ValueError(f"no notation is called {name}")
