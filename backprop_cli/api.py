"""The program from Python: few verbs, plain data, names as keys.

What is raised is what the command line says: `ConfigError` for a configuration or a sheet that
cannot be read, `UsageError` for an argument that means nothing, `WorkingError` where a quantity has
no value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from backprop_cli import config
from backprop_cli.errors import UnknownNameError, UsageError
from backprop_cli.lesson.blocks import Lesson
from backprop_cli.lesson.diagram import Diagram, network_diagram
from backprop_cli.lesson.explanation import explain_any
from backprop_cli.lesson.names import explainable
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import Run, Training, calculate
from backprop_cli.training.endings import Limits
from backprop_cli.wording import counted

if TYPE_CHECKING:
    from backprop_cli.lesson.blocks import Plot
    from backprop_cli.runs.checking.check import Checked as CheckedSheet
    from backprop_cli.runs.gradient_check import Check

Numbers = Mapping[str, float]


# --- where networks come from ----------------------------------------------------------------


def load(path: str | Path) -> "Network":
    """The network of a configuration file. Raises ConfigError."""
    return Network(config.load(str(path)))


def parse(text: str, name: str = "network.yaml") -> "Network":
    """The network of a configuration's text; ``name`` stands for the file in a complaint.

    Raises ConfigError.
    """
    return Network(config.parse(text, name))


def new(
    sizes: str,
    *,
    activation: str = "sigmoid",
    loss: str = "half_squared_error",
    seed: int | None = None,
) -> "Network":
    """A network of sizes such as ``2-3-1`` with drawn numbers, the same again from a seed.

    Raises UsageError for what cannot be made.
    """
    from backprop_cli.config.writing.drawn import new_configuration

    return parse(new_configuration(sizes, activation, loss, seed))


def example(name: str) -> "Network":
    """A network that is shipped with the program: default, mazur, xor, … Raises UsageError."""
    from backprop_cli.config.shipped import examples

    found = examples()
    if name not in found:
        raise UnknownNameError("", name, found, "example")
    return load(found[name])


# --- a network -------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Network:
    """A network with its numbers. Nothing changes it: what is trained is another one."""

    exercise: Exercise

    @property
    def inputs(self) -> Numbers:
        """The inputs (of the first of several examples) by their names."""
        return self._numbers(self.exercise.network.inputs)

    @property
    def parameters(self) -> Numbers:
        """The weights, biases and other parameters by their names."""
        return self._numbers(self.exercise.network.parameters)

    def _numbers(self, names: Sequence[str]) -> Numbers:
        return _frozen({name: float(self.exercise.numbers[name]) for name in names})

    def run(
        self,
        *,
        exact: bool = False,
        example: int = 1,
        epoch: int | None = None,
        decimals: int | None = None,
    ) -> "Work":
        """Forward pass, backward pass and update of one example, in an epoch of training.

        Examples and epochs count from 1; by default the next epoch is worked. Raises UsageError for
        an example or an epoch that there is not, and WorkingError.
        """
        count, done = self.exercise.example_count, self.exercise.trained.epochs
        if not 1 <= example <= count:
            raise UsageError(f"example={example}: there is {counted(count, 'example')}")
        if epoch is not None and epoch <= done:
            raise UsageError(f"epoch={epoch}: {counted(done, 'epoch')} are done already")
        at = epoch or done + 1
        plan = Plan(at - done, at, example - 1, exact, decimals=decimals, shown_only=True)
        return Work(calculate(self.exercise, plan))

    def train(
        self,
        epochs: int = 1,
        *,
        until_loss: float | None = None,
        tolerance: float | None = None,
        engine: str = "auto",
    ) -> "Trained":
        """Train for so many epochs, or until the loss is low enough or hardly improves any more.

        Raises UsageError, WorkingError, and DivergedError where training diverges.
        """
        if epochs < 1:
            raise UsageError(f"epochs={epochs}: at least one epoch is trained")
        plan = Plan(epochs, limits=Limits(until_loss, tolerance), engine=engine, trains=True)
        return Trained(calculate(self.exercise, plan))

    def gradcheck(self) -> "GradientCheck":
        """Every gradient beside a difference of the loss. Raises WorkingError."""
        from backprop_cli.runs.gradient_check import check_gradients

        return GradientCheck(check_gradients(self.exercise))

    def check(self, figures: Mapping[str, object] | str, *, example: int = 1) -> "Checked":
        """Someone's own figures, by their names or as the text of a sheet, each with a verdict.

        Raises ConfigError where the text holds no figure.
        """
        from backprop_cli.config.sheet.reading import parse_sheet
        from backprop_cli.runs.checking.check import check as check_sheet

        text = figures
        if not isinstance(figures, str):
            text = "".join(f"{name} = {figure}\n" for name, figure in figures.items())
        return Checked(check_sheet(self.exercise, parse_sheet(str(text), "figures"), example - 1))

    def export(self, library: str, *, epochs: int = 1) -> str:
        """A script that trains the same network with pytorch, numpy or jax. Raises UsageError."""
        from backprop_cli.export import TARGETS
        from backprop_cli.export.description import describe
        from backprop_cli.export.reading import reading

        if library not in TARGETS:
            raise UnknownNameError("", library, TARGETS, "library")
        data = reading(self.exercise, None)
        described = describe(self.exercise, "network.yaml", "script.py", epochs, data)
        return TARGETS[library](described)

    def draw(self, *, gradients: bool = False) -> "Picture":
        """The network as a picture with its values. Raises WorkingError."""
        return Picture(self.run().diagram(gradients=gradients))

    @property
    def yaml(self) -> str:
        """The configuration that `parse` reads again. Raises UsageError where there is none."""
        from backprop_cli.config.writing.saved import configuration_text

        exercise = self.exercise
        return configuration_text(exercise, exercise.numbers, exercise.trained, Path("network.yaml"))

    def __repr__(self) -> str:
        network = self.exercise.network
        sizes = "-".join(map(str, (len(network.inputs), *(len(one.neurons) for one in network.layers))))
        several = self.exercise.example_count
        more = f", {counted(several, 'example')}" if several > 1 else ""
        return f"<Network {sizes}: {counted(len(network.parameters), 'parameter')}{more}>"

    def _repr_mimebundle_(self, **_settings: Any) -> dict[str, str]:
        return {"image/svg+xml": self.draw().svg, "text/plain": repr(self)}


# --- what is shown ---------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Explanation:
    """Something to read, in every medium; in a notebook it shows itself."""

    lesson: Lesson
    diagram: Diagram | None = None

    @property
    def text(self) -> str:
        """As it stands in a pipe."""
        from backprop_cli.render.notebook import text

        return text(self.lesson)

    @property
    def markdown(self) -> str:
        """As GitHub's Markdown."""
        from backprop_cli.render.markdown import markdown

        return markdown(self.lesson)

    @property
    def latex(self) -> str:
        """As a whole document of LaTeX."""
        from backprop_cli.render.latex import document

        return document(self.lesson)

    @property
    def html(self) -> str:
        """As a whole page."""
        from backprop_cli.render.html.page import page

        return page(self.lesson, self.diagram)

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_settings: Any) -> dict[str, str]:
        from backprop_cli.render.notebook import bundle

        return bundle(self.lesson)


@dataclass(frozen=True, repr=False)
class Picture:
    """The picture of a network."""

    diagram: Diagram

    @property
    def svg(self) -> str:
        """As a file of its own."""
        from backprop_cli.render.network_picture.svg import svg

        return svg(self.diagram)

    @property
    def text(self) -> str:
        """In characters."""
        from backprop_cli.render.network_picture.characters import drawing

        rows = drawing(self.diagram, None)
        return "\n".join("".join(run.text for run in row) for row in rows)

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, **_settings: Any) -> dict[str, str]:
        return {"image/svg+xml": self.svg, "text/plain": self.text}


# --- one update ------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Work:
    """One update, worked: plain floats under the program's names."""

    ran: Run

    @cached_property
    def value(self) -> Numbers:
        """Every quantity: ``z_h1``, ``a_h1``, ``y_hat``, ``Loss``, ``∂Loss/∂z_h1``, …"""
        return _frozen({name: float(value) for name, value in self.ran.working.values.items()})

    @cached_property
    def grad(self) -> Numbers:
        """The gradient of each parameter, that by which it is updated."""
        working = self.ran.working
        names = self.ran.exercise.network.parameters
        return _frozen({name: float(working.values[working.update_gradient(name)]) for name in names})

    @cached_property
    def new(self) -> Numbers:
        """Each parameter after the update."""
        names = self.ran.exercise.network.parameters
        return _frozen({name: float(self.ran.after[name]) for name in names})

    @property
    def loss(self) -> float:
        """The loss of the example; without a target, the output that is derived."""
        return self.value[self.ran.exercise.network.derived]

    def explain(self, name: str) -> Explanation:
        """The derivation of a quantity: ``w1``, ``z_h1``, ``dLoss/dw1``, … Raises UsageError."""
        known = explainable(self.ran.exercise, self.ran.shown.batch, self.ran.derived)
        if name not in known:
            raise UnknownNameError("", name, known, "quantity")
        return Explanation(tuple(explain_any(self.ran, known[name])), self.diagram())

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
        names = ", ".join(f"{name}={value:.4g}" for name, value in [*self.grad.items()][:6])
        return f"<Work loss={self.loss:.6g}, grad: {names}{', …' if len(self.grad) > 6 else ''}>"

    def _repr_mimebundle_(self, **settings: Any) -> dict[str, str]:
        return {**self._whole._repr_mimebundle_(**settings), "text/plain": repr(self)}


# --- training --------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Trained:
    """What training came to."""

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
        """How many epochs were trained."""
        return self.ran.epochs

    @property
    def ending(self) -> str:
        """Why training ended."""
        return self._training.ending.reason.value

    @property
    def net(self) -> Network:
        """The trained network, which goes on from where training ended."""
        training, exercise = self._training, self.ran.exercise
        numbers = {**exercise.numbers, **training.numbers}
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


# --- checks ----------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class GradientCheck:
    """Every gradient beside a difference of the loss."""

    checks: tuple["Check", ...]

    @property
    def passes(self) -> bool:
        """Whether every gradient is right."""
        return all(check.passes for check in self.checks)

    @property
    def differences(self) -> Numbers:
        """The difference of the loss for each parameter."""
        return _frozen({check.parameter: check.difference for check in self.checks})

    @property
    def report(self) -> Explanation:
        """The check as the command line prints it."""
        from backprop_cli.lesson.reports.gradient_check import gradient_check

        return Explanation(gradient_check(self.checks, None))

    def __repr__(self) -> str:
        wrong = [check.parameter for check in self.checks if not check.passes]
        verdict = f"wrong: {', '.join(wrong)}" if wrong else "all right"
        return f"<GradientCheck of {counted(len(self.checks), 'parameter')}, {verdict}>"

    def _repr_mimebundle_(self, **settings: Any) -> dict[str, str]:
        return self.report._repr_mimebundle_(**settings)


@dataclass(frozen=True)
class Line:
    """One figure of a sheet with its verdict.

    ``verdict`` is right, follows, wrong or unclear; ``expected`` what the formula gives with the
    student's own figures, ``true`` the exact value; ``mistakes`` are the likeliest first.
    """

    line: int
    name: str
    figure: float
    verdict: str
    expected: float | None
    true: float | None
    mistakes: tuple[str, ...]


@dataclass(frozen=True, repr=False)
class Checked:
    """A sheet of someone's own figures, marked."""

    sheet: "CheckedSheet"

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Every line, in the sheet's order."""
        from backprop_cli.runs.checking.record import record

        return tuple(
            Line(**{**line, "mistakes": tuple(line["mistakes"])})
            for line in record(self.sheet)["lines"]
        )

    @property
    def first_wrong(self) -> Line | None:
        """The first line that is wrong; None where none is."""
        at = self.sheet.first_wrong
        return None if at is None else self.lines[at]

    @property
    def missing(self) -> tuple[str, ...]:
        """The quantities that are on no line."""
        return self.sheet.missing

    @property
    def report(self) -> Explanation:
        """The marked sheet as the command line prints it."""
        from backprop_cli.lesson.reports.marked_sheet import marked_sheet

        return Explanation(tuple(marked_sheet(self.sheet)))

    def __repr__(self) -> str:
        wrong = self.first_wrong
        verdict = "nothing wrong" if wrong is None else f"first wrong: {wrong.name}"
        return f"<Checked {counted(len(self.lines), 'line')}, {verdict}>"

    def _repr_mimebundle_(self, **settings: Any) -> dict[str, str]:
        return self.report._repr_mimebundle_(**settings)


def _frozen(numbers: dict[str, float]) -> Numbers:
    return MappingProxyType(numbers)
