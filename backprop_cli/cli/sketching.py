"""An exercise made by questions and answers on a terminal: `backprop new` without sizes."""

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from backprop_cli.api.templates import completed, suitable_rate
from backprop_cli.cli.destinations import Destination, destination
from backprop_cli.cli.dialog import Dialog
from backprop_cli.cli.numbers import rate
from backprop_cli.cli.sketched import activation_called, loss_called, numbers_in, verified
from backprop_cli.config.shape.fields import ACTIVATION_NAMES
from backprop_cli.config.writing.sketch import BIASES, Sketch, dead_end, of_classes, sizes_of
from backprop_cli.errors import UsageError
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.softmax import SOFTMAX

if TYPE_CHECKING:
    from backprop_cli.lesson.diagram import Diagram

# A network of more neurons in a layer than this, or of more layers, is no longer shown as it grows.
MOST_SHOWN = 5
WELCOME = (
    "A new network, question by question. Enter takes the answer in [brackets].",
    "Ctrl-C ends this; nothing is written before the last question.",
)


class Questions:
    """Asks for an exercise; ``sketch`` is what has been answered so far, None before the sizes."""

    def __init__(self, dialog: Dialog, sketch: Sketch, seed: int) -> None:
        self.dialog = dialog
        self.sketch = sketch
        self.seed = seed
        self.began = False

    def exercise(self, asked: set[str]) -> Sketch:
        """The exercise, with all its numbers; only what is ``asked`` for is asked."""
        for line in WELCOME:
            self.dialog.say(line)
        self.dialog.say()
        self._shape(asked)
        self._show()
        if asked & {"inputs", "weights", "biases", "targets"}:
            self._numbers(asked)
        if "rate" in asked:
            usual = self.sketch.rate or suitable_rate(self.sketch)
            self._set(rate=self.dialog.ask("Learning rate", str(usual), rate))
        return self.sketch

    def _shape(self, asked: set[str]) -> None:
        def sized(answer: str) -> Sketch:
            sketch = self.sketch._replace(sizes=sizes_of(re.sub(r"[\s,x]+", "-", answer)))
            self._learns(sketch)
            return sketch

        def activated(answer: str) -> Sketch:
            return self._learns(self.sketch._replace(activation=activation_called(answer)))

        def judged(answer: str) -> Sketch:
            return self._learns(self.sketch._replace(loss=loss_called(answer)))

        self.sketch = self.dialog.ask(
            "Sizes: inputs, neurons of each layer, outputs", "2-2-1", sized
        )
        self.began = True
        if "activation" in asked:
            self.dialog.say(f"  Activations: {', '.join(ACTIVATION_NAMES)}")
            self.sketch = self.dialog.ask("Activation", self.sketch.activation, activated)
        if "loss" in asked:
            self.dialog.say(f"  Losses: {', '.join(LOSSES)}")
            softmax = self.sketch.activation == SOFTMAX
            usual = of_classes(self.sketch).loss if softmax else self.sketch.loss
            self.sketch = self.dialog.ask("Loss", usual, judged)
            if softmax and self.sketch.loss == usual:
                self.sketch = of_classes(self.sketch)

    @staticmethod
    def _learns(sketch: Sketch) -> Sketch:
        if why := dead_end(sketch):
            raise UsageError(why)
        return sketch

    def _numbers(self, asked: set[str]) -> None:
        typed = "no"
        if asked >= {"inputs", "weights"}:
            typed = self.dialog.choose(
                "Type the numbers? With no, they are drawn", "no", ("yes", "no")
            )
        drawn = completed(self.sketch, self.seed)
        if typed == "no":
            self.sketch = drawn._replace(rate=self.sketch.rate)
            self._show()
            return
        self.dialog.say("  One number, or several in this order, with spaces between them.")
        assert drawn.inputs
        if "inputs" in asked:
            self._set(inputs=self._each(self.sketch.nodes[0], drawn.inputs, "inputs"))
            drawn = completed(self.sketch, self.seed)
        if "weights" in asked:
            edges = enumerate(self.sketch.edges, 1)
            names = [f"w{at}, from {source} to {neuron}" for at, (source, neuron) in edges]
            assert drawn.weights
            self._set(weights=self._each(names, drawn.weights, "weights"))
            self._show()
        if "biases" in asked:
            kind = self.dialog.choose(
                f"Biases: {', '.join(BIASES)}", _one_kind(self.sketch), BIASES
            )
            self._set(biases=kind, bias_values=None)
            drawn = completed(self.sketch, self.seed)
            places = enumerate(self.sketch.bias_places, 1)
            names = [f"b{at}, of {place}" for at, place in places]
            assert drawn.bias_values is not None
            self._set(bias_values=self._each(names, drawn.bias_values, "bias_values"))
        if "targets" in asked:
            outputs = [f"target of {name}" for name in self.sketch.nodes[-1]]
            drawn = completed(self.sketch, self.seed)
            assert drawn.targets

            def verify(targets: tuple[Decimal, ...]) -> None:
                verified(self.sketch._replace(targets=targets))

            self._set(targets=self._each(outputs, drawn.targets, "targets", verify))

    def _each(
        self,
        names: Sequence[str],
        drawn: Sequence[Decimal],
        field: str,
        verify: Callable[[tuple[Decimal, ...]], None] | None = None,
    ) -> tuple[Decimal, ...]:
        """A number for each name; what was typed is kept in the sketch from answer to answer."""
        found: tuple[Decimal, ...] = ()

        def read(answer: str) -> tuple[Decimal, ...]:
            given = numbers_in(answer)
            left = len(names) - len(found)
            if len(given) > left:
                only = "only one is" if left == 1 else f"only {left} are"
                raise UsageError(f"{len(given)} numbers; {only} still to be typed")
            if verify:
                verify((*found, *given, *drawn[len(found) + len(given) :]))
            return given

        while len(found) < len(names):
            at = len(found)
            found += self.dialog.ask(f"  {names[at]}", f"{drawn[at]:f}", read)
            self._set(**{field: (*found, *drawn[len(found) :])})
        return found

    def _set(self, **known: object) -> None:
        self.sketch = self.sketch._replace(**known)  # type: ignore[arg-type]

    def _show(self) -> None:
        """The network as far as it is known, if it is small enough to be looked at."""
        if max(*self.sketch.sizes, len(self.sketch.sizes)) > MOST_SHOWN:
            return
        from backprop_cli.render.terminal.console import console_for
        from backprop_cli.render.terminal.network import show_network

        self.dialog.say()
        show_network(_diagram(self.sketch), console_for(self.dialog.world.out))
        self.dialog.say()

    def command(self) -> str:
        """The command that makes an exercise of all that was answered; what is left is drawn."""
        sketch = self.sketch
        words = ["backprop", "new", "-".join(map(str, sketch.sizes))]
        words += ["--activation", sketch.activation, "--loss", sketch.loss]
        for option, given in (
            ("--inputs", sketch.inputs),
            ("--weights", sketch.weights),
            ("--biases", sketch.bias_values or sketch.biases),
            ("--target", sketch.targets),
            ("--lr", sketch.rate),
        ):
            if isinstance(given, tuple):
                words.append(f"{option}={','.join(f'{value:f}' for value in given)}")
            elif given:
                words.append(f"{option}={given}")
        return shlex.join([*words, "-o", "mine.yaml"])


def _one_kind(sketch: Sketch) -> str:
    kinds = set(sketch.bias_kinds)
    return kinds.pop() if len(kinds) == 1 else "own"


def _diagram(sketch: Sketch) -> "Diagram":
    """The network as far as it is known."""
    from backprop_cli.lesson.diagram import Diagram, Edge, Line, Node

    def known(name: str, values: Sequence[Decimal] | None, at: int) -> Iterator[Line]:
        yield Line(name if values is None else f"{name} = {values[at]:f}")

    inputs, *layers = sketch.nodes
    nodes = [
        Node(name, tuple(known(name, sketch.inputs, at)), is_input=True)
        for at, name in enumerate(inputs)
    ]
    nodes += [
        Node(name, (Line(name), Line(function)))
        for neurons, function in zip(layers, sketch.functions, strict=True)
        for name in neurons
    ]
    edges = [
        Edge(
            source,
            neuron,
            tuple(known(f"w{at + 1}", sketch.weights, at)),
            None if sketch.weights is None else float(sketch.weights[at]),
        )
        for at, (source, neuron) in enumerate(sketch.edges)
    ]
    return Diagram("", tuple(nodes), tuple(edges))


def ask_for_file(dialog: Dialog, *, force: bool) -> Destination:
    """The file to write to, whose name gets its ending where that is left out."""

    def read(answer: str) -> Destination:
        path = Path(answer).expanduser()
        found = destination(path if path.suffix else path.with_suffix(".yaml"), force=force)
        if found is None:
            raise UsageError("name a file, such as mine.yaml")
        return found

    return dialog.ask("Write to which file?", _free_name(), read)


def _free_name() -> str:
    names = ("mine.yaml", *(f"mine{number}.yaml" for number in range(2, 100)))
    return next((name for name in names if not Path(name).exists()), "mine.yaml")
