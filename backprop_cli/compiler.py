"""A network's derivation compiled to plain, straight-line Python.

The names in the sources are their own, never the user's: p0, p1, … for the state of training,
x0, x1, … for an example's numbers, v0, v1, … for what is computed from them, s0, s1, … for sums
over examples.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from backprop_cli.derivation import derive
from backprop_cli.expression import Symbol
from backprop_cli.functions import MATH
from backprop_cli.network import LOSS, Exercise
from backprop_cli.optimizers import T, state_names, state_of
from backprop_cli.statements import Statements, literal
from backprop_cli.steps import Rule, Step, gradient, new
from backprop_cli.update import batch_gradient

State = tuple[float, ...]
Values = tuple[float, ...]  # of one example: the inputs, then the targets

Train = Callable[[int, State, Sequence[Any]], State]
Loss = Callable[[State, Sequence[Values]], float]
Outcomes = Callable[[State, Sequence[Values]], Iterator[Values]]
Gradients = Callable[[State, Sequence[Values]], Values]

UPDATES = (Rule.OPTIMIZER, Rule.DECAYED, Rule.STEP, Rule.NEW_WEIGHT, Rule.NEW_BIAS)

# Adding to this keeps every bit of what is added first, the sign of a zero included.
NOTHING = "-0.0"


class Compiled:
    """The functions of an exercise, each compiled when it is first used.

    The state of training is a tuple of floats: see `optimizers.state_names`. Examples are tuples
    of inputs and targets. An exercise with one example has its numbers compiled in as constants,
    and the examples that are passed to its functions are not looked at.
    """

    def __init__(self, exercise: Exercise) -> None:
        self._exercise = exercise

    @cached_property
    def train(self) -> Train:
        """So many epochs of training over the examples, or over batches of them."""
        train: Train = _function("train", training_source(self._exercise))
        return train

    @cached_property
    def loss(self) -> Loss:
        """The sum of the examples' losses."""
        loss: Loss = _function("loss", loss_source(self._exercise))
        return loss

    @cached_property
    def outcomes(self) -> Outcomes:
        """The predictions and the loss of each example."""
        outcomes: Outcomes = _function("outcomes", outcomes_source(self._exercise))
        return outcomes

    @cached_property
    def gradients(self) -> Gradients:
        """The sums over examples of the loss and of its gradient by each parameter."""
        gradients: Gradients = _function("gradients", gradients_source(self._exercise))
        return gradients


def _function(name: str, source: str) -> Any:
    namespace: dict[str, object] = dict(MATH)
    exec(source, namespace)
    return namespace[name]


def training_source(exercise: Exercise) -> str:
    """The source of `Compiled.train`.

    With one example to an update, that is one piece from the inputs to the new parameters; with
    several, their gradients are added up, and the update goes by the mean.
    """
    network = exercise.network
    source = _Source(exercise)
    each_epoch = "for _ in range(epochs):"
    if exercise.batches.size == 1 or not exercise.examples:
        update = source.update(derive(network).steps)
        body = _under(each_epoch, source.over_examples("batches", update))
        return source.function("train(epochs, state, batches)", [*body, source.returned])
    sums = {name: f"s{at}" for at, name in enumerate(network.updated)}
    added = source.added({gradient(name): variable for name, variable in sums.items()})
    means = {batch_gradient(name, batched=True).name: text for name, text in sums.items()}
    steps = derive(network, range(exercise.batches.size)).steps
    update = [
        *([f"{' = '.join(sums.values())} = {NOTHING}"] if sums else []),
        *source.over_examples("batch", added),
        "n = float(len(batch))",
        *(f"{variable} = {variable} / n" for variable in sums.values()),
        *source.update((step for step in steps if step.rule in UPDATES), means),
    ]
    body = _under(each_epoch, _under("for batch in batches:", update))
    return source.function("train(epochs, state, batches)", [*body, source.returned])


def loss_source(exercise: Exercise) -> str:
    """The source of `Compiled.loss`."""
    source = _Source(exercise)
    added = source.added({Symbol(LOSS): "s0"})
    lines = [f"s0 = {NOTHING}", *source.over_examples("examples", added), "return s0"]
    return source.function("loss(state, examples)", lines)


def outcomes_source(exercise: Exercise) -> str:
    """The source of `Compiled.outcomes`."""
    source, network = _Source(exercise), exercise.network
    wanted = [*(Symbol(network.prediction(output)) for output in network.outputs), Symbol(LOSS)]
    lines, codes = source.computed(wanted)
    yielded = [*lines, f"yield {', '.join(codes)}"]
    return source.function("outcomes(state, examples)", source.over_examples("examples", yielded))


def gradients_source(exercise: Exercise) -> str:
    """The source of `Compiled.gradients`."""
    source = _Source(exercise)
    wanted = (Symbol(LOSS), *map(gradient, exercise.network.parameters))
    sums = {symbol: f"s{at}" for at, symbol in enumerate(wanted)}
    lines = [
        f"{' = '.join(sums.values())} = {NOTHING}",
        *source.over_examples("examples", source.added(sums)),
        f"return {', '.join(sums.values())}",
    ]
    return source.function("gradients(state, examples)", lines)


def _under(head: str, lines: Iterable[str]) -> list[str]:
    """Lines as the body of a compound statement."""
    body = [f"    {line}" for line in lines]
    return [head, *(body or ["    pass"])]


class _Source:
    """Pieces of source for one exercise: what its numbers are called, and what they go through."""

    def __init__(self, exercise: Exercise) -> None:
        network = exercise.network
        self._derivation = derive(network)
        self._state = {name: f"p{at}" for at, name in enumerate(state_names(network))}
        self._known = {name: literal(number) for name, number in exercise.numbers.items()}
        self._known.update(self._state)
        self._example: dict[str, str] = {}
        if exercise.examples:
            names = (*network.inputs, *map(network.target, network.outputs))
            self._example = {name: f"x{at}" for at, name in enumerate(names)}
            self._known.update(self._example)

    @property
    def _unpacked(self) -> str:
        return "".join(f"{variable}, " for variable in self._state.values()).rstrip()

    @property
    def returned(self) -> str:
        """The statement that returns the state."""
        return f"return {self._unpacked}"

    def function(self, signature: str, lines: Iterable[str]) -> str:
        """The source of a function that has the state in variables."""
        return "\n".join(_under(f"def {signature}:", [f"{self._unpacked} = state", *lines]))

    def over_examples(self, examples: str, lines: Sequence[str]) -> list[str]:
        """Lines for each of several examples; for the only one, the lines alone."""
        if not self._example:
            return list(lines)
        unpacked = "".join(f"{variable}, " for variable in self._example.values()).rstrip()
        return _under(f"for {unpacked} in {examples}:", lines)

    def computed(self, wanted: Sequence[Symbol]) -> tuple[list[str], list[str]]:
        """Lines, and after them the source of each quantity wanted, for one example."""
        steps = self._derivation.needed_for(symbol.name for symbol in wanted)
        statements = self._statements(steps, wanted)
        codes = [statements.code(symbol) for symbol in wanted]
        return statements.lines, codes

    def added(self, sums: Mapping[Symbol, str]) -> list[str]:
        """Lines that add quantities of one example to variables."""
        lines, codes = self.computed([*sums])
        added = zip(sums.values(), codes, strict=True)
        return [*lines, *(f"{variable} = {variable} + {code}" for variable, code in added)]

    def update(self, steps: Iterable[Step], means: Mapping[str, str] | None = None) -> list[str]:
        """Lines that bring the state to its new values.

        ``means`` are the variables of mean gradients, by name; without them an update goes from
        one example's numbers.
        """
        network = self._derivation.network
        moved = {name: new(name) for name in network.updated}
        moved.update((name, Symbol(after)) for name, after in state_of(network).items())
        if means is None:
            steps = self._derivation.needed_for(symbol.name for symbol in moved.values())
        statements = self._statements(steps, [*moved.values()], means)
        assignments = []
        for name, symbol in moved.items():
            variable, code = self._state[name], statements.code(symbol)
            # Assignments come one after another, so none may read what another has changed.
            if statements.reads(symbol) - {variable}:
                code = statements.local(code)
            assignments.append(f"{variable} = {code}")
        count = self._state.get(T.name)
        counted = [f"{count} = {count} + 1.0"] if count else []
        return [*statements.lines, *assignments, *counted]

    def _statements(
        self,
        steps: Iterable[Step],
        wanted: Sequence[Symbol],
        more: Mapping[str, str] | None = None,
    ) -> Statements:
        known = {**self._known, **(more or {})}
        return Statements(steps, wanted, known, frozenset(self._state.values()))
