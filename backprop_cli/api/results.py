"""The results of one update and of training: plain floats under the program's names."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from backprop_cli.api import arguments
from backprop_cli.api.shown import Explanation
from backprop_cli.errors import UnknownNameError, UsageError
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.lesson.diagram import Diagram, network_diagram
from backprop_cli.lesson.explanation import explain_any
from backprop_cli.lesson.names import canonical_names, explainable
from backprop_cli.runs.run import Run, Training
from backprop_cli.wording import counted

if TYPE_CHECKING:
    from backprop_cli.api.networks import Network
    from backprop_cli.lesson.blocks import Plot

Numbers = Mapping[str, float]


def frozen(numbers: dict[str, float]) -> Numbers:
    """Numbers by name that nobody can change."""
    return MappingProxyType(numbers)


@dataclass(frozen=True, repr=False)
class Work:
    """One update, worked: plain floats under the program's names."""

    ran: Run

    @cached_property
    def value(self) -> Numbers:
        """Every quantity by its name: ``z_h1``, ``a_h1``, ``Loss``, ``∂Loss/∂z_h1`` and so on."""
        return frozen({name: float(value) for name, value in self.ran.working.values.items()})

    @cached_property
    def grad(self) -> Numbers:
        """The gradient of each parameter, that by which it is updated; the perceptron has none."""
        working = self.ran.working
        network = self.ran.exercise.network
        names = () if goes_by_error(network) else network.parameters
        return frozen(
            {name: float(working.values[working.update_gradient(name)]) for name in names}
        )

    @cached_property
    def new(self) -> Numbers:
        """Each parameter after the update."""
        names = self.ran.exercise.network.parameters
        return frozen({name: float(self.ran.after[name]) for name in names})

    @property
    def loss(self) -> float:
        """The loss of the example; without a target, the output that is derived."""
        return self.value[self.ran.exercise.network.derived]

    def explain(self, name: str) -> Explanation:
        """The derivation of a quantity: ``w1``, ``z_h1``, ``dLoss/dw1``, … Raises UsageError."""
        arguments.text("name", name, "w1")
        known = explainable(self.ran.exercise, self.ran.shown.batch, self.ran.derived)
        try:
            (meant,) = canonical_names([name], known, self.ran.exercise, self.ran.shown.example)
        except UnknownNameError:
            raise UnknownNameError("", name, known, "quantity") from None
        except UsageError as error:
            said = str(error).removeprefix("--explain ")
            raise UsageError(said.replace("add --example ", "give run(example=…) ")) from None
        return Explanation(tuple(explain_any(self.ran, meant)), self.diagram())

    @cached_property
    def _whole(self) -> Explanation:
        from backprop_cli.lesson.whole import full

        return Explanation(full(self.ran), self.diagram(gradients=True))

    @property
    def text(self) -> str:
        """The whole solution as it stands in a pipe."""
        return self._whole.text

    @property
    def markdown(self) -> str:
        """The whole solution as GitHub's Markdown."""
        return self._whole.markdown

    @property
    def latex(self) -> str:
        """The whole solution as a document of LaTeX."""
        return self._whole.latex

    @property
    def html(self) -> str:
        """The whole solution as a page that steps through it."""
        return self._whole.html

    def diagram(self, *, gradients: bool = False) -> Diagram:
        """The parts of the network's picture, with its values."""
        return network_diagram(self.ran.exercise.network, self.ran.working, gradients=gradients)

    def __repr__(self) -> str:
        shown = [f"{name}={value + 0.0:.4g}" for name, value in [*self.grad.items()][:6]]
        shown += ["…"] if len(self.grad) > 6 else []
        grad = f", grad: {', '.join(shown)}" if shown else ""
        return f"<Work loss={self.loss:.6g}{grad}>"

    def _repr_mimebundle_(self, **settings: Any) -> dict[str, str]:
        return {**self._whole._repr_mimebundle_(**settings), "text/plain": repr(self)}


@dataclass(frozen=True, repr=False)
class Trained:
    """The result of a training."""

    ran: Run

    @property
    def _training(self) -> Training:
        assert self.ran.training is not None  # `Network.train` asks for one
        return self.ran.training

    @property
    def history(self) -> tuple[tuple[int, float], ...]:
        """Pairs of epoch and loss, from before the first epoch to the last."""
        return tuple((epoch, loss) for epoch, loss in self.ran.history)

    @property
    def loss(self) -> float:
        """The loss at the end."""
        return self._training.ending.figure

    @property
    def epochs(self) -> int:
        """The number of epochs trained."""
        return self.ran.epochs

    @property
    def ending(self) -> str:
        """The reason why training ended."""
        return self._training.ending.reason.value

    @property
    def net(self) -> "Network":
        """The trained network, which goes on from where training ended."""
        training, exercise = self._training, self.ran.exercise
        numbers = {**exercise.numbers, **training.numbers}
        from backprop_cli.api.networks import Network

        return Network(exercise._replace(numbers=numbers, trained=training.trained))

    def plot(self) -> Explanation:
        """The loss by epoch, as a curve."""
        return Explanation((self._curve,))

    @property
    def _curve(self) -> "Plot":
        from backprop_cli.lesson.reports.training import loss_plot

        return loss_plot(self.ran)

    def __repr__(self) -> str:
        return f"<Trained {counted(self.epochs, 'epoch')}, loss={self.loss:.6g}>"
