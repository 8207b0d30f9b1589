"""The program from Python: few verbs, plain data, names as keys.

What is raised is what the command line says: `ConfigError` for a configuration or a sheet that
cannot be read, `UsageError` for an argument that means nothing, `WorkingError` where a quantity has
no value.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backprop_cli import config
from backprop_cli.api import arguments
from backprop_cli.api.checks import Checked, GradientCheck, sheet_text
from backprop_cli.api.results import Numbers, Trained, Work, frozen
from backprop_cli.api.shown import Picture
from backprop_cli.errors import NotInstalledError, UnknownNameError, UsageError
from backprop_cli.functions.names import meant
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.run import calculate
from backprop_cli.training.endings import Limits
from backprop_cli.training.engines import EngineError
from backprop_cli.wording import counted

MOST_DECIMALS = 15


def load(path: str | Path) -> "Network":
    """The network of a configuration file. Raises ConfigError."""
    if not isinstance(path, Path):
        arguments.text("path", path, "mine.yaml", "parse takes a configuration itself, as text")
    if "\n" in str(path):
        raise UsageError("load takes the path of a file; the text of a configuration goes to parse")
    return Network(config.load(str(path)))


def parse(text: str, name: str = "network.yaml") -> "Network":
    """The network of a configuration's text; ``name`` stands for the file in a complaint.

    Raises ConfigError.
    """
    arguments.text("text", text, "inputs: [1, 2]", "json.dumps makes text of a mapping")
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
    from random import randrange

    from backprop_cli.api.templates import template
    from backprop_cli.config.shape.fields import ACTIVATION_SPELLINGS, LOSS_SPELLINGS
    from backprop_cli.config.writing.sketch import Sketch, dead_end, sizes_of

    layers = sizes_of(arguments.text("sizes", sizes, "2-3-1"))
    activation = arguments.text("activation", activation, "relu")
    activation = meant(activation, ACTIVATION_SPELLINGS, "activation")
    loss = meant(arguments.text("loss", loss, "cross_entropy"), LOSS_SPELLINGS, "loss")
    seed = randrange(1000) if seed is None else arguments.whole("seed", seed)
    if why := dead_end(Sketch(layers, activation, loss)):
        raise UsageError(f"{sizes}: {why}")
    return parse(template(layers, activation, loss, seed))


def example(name: str) -> "Network":
    """A network that is shipped with the program: default, mazur, xor, … Raises UsageError."""
    from backprop_cli.shipped import examples

    found = examples()
    if arguments.text("name", name, "mazur") not in found:
        raise UnknownNameError("", name, found, "example")
    return load(found[name])


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
        return frozen({name: float(self.exercise.numbers[name]) for name in names})

    def run(
        self,
        *,
        exact: bool = False,
        example: int = 1,
        epoch: int | None = None,
        decimals: int | None = None,
    ) -> Work:
        """Forward pass, backward pass and update of one example, in an epoch of training.

        Examples and epochs count from 1; by default the next epoch is worked. ``decimals`` are from
        1 to 15. Raises UsageError for an argument that means nothing, and WorkingError.
        """
        example = self._known_example(example)
        decimals = None if decimals is None else arguments.whole("decimals", decimals)
        epoch = None if epoch is None else arguments.whole("epoch", epoch)
        if decimals is not None and not 1 <= decimals <= MOST_DECIMALS:
            raise UsageError(f"decimals={decimals}: it is from 1 to {MOST_DECIMALS}")
        done = self.exercise.trained.epochs
        if epoch is not None and epoch < 1:
            raise UsageError(f"epoch={epoch}: epochs count from 1")
        if epoch is not None and epoch <= done:
            raise UsageError(f"epoch={epoch}: {counted(done, 'epoch')} are done already")
        at = epoch or done + 1
        plan = Plan(at - done, at, example - 1, exact, decimals=decimals, shown_only=True)
        return Work(calculate(self.exercise, plan))

    def _known_example(self, example: int) -> int:
        count, example = self.exercise.example_count, arguments.whole("example", example)
        if not 1 <= example <= count:
            raise UsageError(f"example={example}: the examples are 1 to {count}")
        return example

    def train(
        self,
        epochs: int = 1,
        *,
        until_loss: float | None = None,
        tolerance: float | None = None,
        engine: str = "auto",
    ) -> Trained:
        """Train for so many epochs, or until the loss is low enough or hardly improves any more.

        Raises UsageError, WorkingError, and DivergedError where training diverges.
        """
        if not self.exercise.network.learns:
            raise UsageError("there is nothing to train by: add a target and a learning_rate")
        epochs = arguments.whole("epochs", epochs)
        if epochs < 1:
            raise UsageError(f"epochs={epochs}: at least one epoch is trained")
        ends = (("until_loss", until_loss), ("tolerance", tolerance))
        limits = Limits(
            *(None if given is None else arguments.real(name, given) for name, given in ends)
        )
        engine = arguments.text("engine", engine, "auto")
        plan = Plan(epochs, limits=limits, engine=engine, trains=True)
        try:
            return Trained(calculate(self.exercise, plan))
        except (EngineError, NotInstalledError) as error:
            raise UsageError(str(error).replace("--engine ", "engine=")) from None

    def gradcheck(self) -> GradientCheck:
        """Every gradient beside a difference of the loss.

        Raises WorkingError, and UsageError for a perceptron, which has none.
        """
        from backprop_cli.runs.gradient_check import check_gradients

        try:
            return GradientCheck(check_gradients(self.exercise))
        except UsageError as error:
            raise UsageError(str(error).replace("--gradcheck: ", "")) from None

    def check(self, figures: Mapping[str, object] | str, *, example: int = 1) -> Checked:
        """Someone's own figures, each with a verdict.

        They are the text of a sheet, or a mapping: figures by name, sections as in JSON
        (``gradients``, ``after``), or the arrays of layers (``dW1``), NumPy's too. Raises
        ConfigError where there is no figure, and UsageError for an example that there is not.
        """
        from backprop_cli.config.sheet.reading import parse_sheet
        from backprop_cli.runs.checking.check import check as check_sheet

        example = self._known_example(example)
        if not isinstance(figures, Mapping):
            arguments.text(
                "figures", figures, "z_h1 = 0.3775", "a mapping by name is taken as well"
            )
        sheet = figures if isinstance(figures, str) else sheet_text(figures)
        return Checked(check_sheet(self.exercise, parse_sheet(sheet, "figures"), example - 1))

    def export(self, library: str, *, epochs: int = 1) -> str:
        """A script that trains the same network with pytorch, numpy or jax. Raises UsageError."""
        from backprop_cli.export import TARGETS
        from backprop_cli.export.description import describe
        from backprop_cli.export.reading import reading

        if arguments.text("library", library, "numpy") not in TARGETS:
            raise UnknownNameError("", library, TARGETS, "library")
        data = reading(self.exercise, None)
        epochs = arguments.whole("epochs", epochs)
        described = describe(self.exercise, "network.yaml", "script.py", epochs, data)
        return TARGETS[library](described)

    def draw(self, *, gradients: bool = False) -> Picture:
        """The network as a picture with its values. Raises WorkingError."""
        return Picture(self.run().diagram(gradients=gradients))

    @property
    def yaml(self) -> str:
        """The configuration that `parse` reads again. Raises UsageError where there is none."""
        from backprop_cli.config.writing.saved import configuration_text

        exercise = self.exercise
        return configuration_text(
            exercise, exercise.numbers, exercise.trained, Path("network.yaml")
        )

    def __repr__(self) -> str:
        network = self.exercise.network
        sizes = "-".join(
            map(str, (len(network.inputs), *(len(one.neurons) for one in network.layers)))
        )
        several = self.exercise.example_count
        more = f", {counted(several, 'example')}" if several > 1 else ""
        return f"<Network {sizes}: {counted(len(network.parameters), 'parameter')}{more}>"

    def _repr_mimebundle_(self, **_settings: Any) -> dict[str, str]:
        return {"image/svg+xml": self.draw().svg, "text/plain": repr(self)}
