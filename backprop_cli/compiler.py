"""A network's derivation compiled to plain, straight-line Python.

The names in the sources are their own, never the user's: p0, p1, … for the state of training,
x0, x1, … for an example's numbers, c0, c1, … for those of all examples, v0, v1, … for what is
computed from them, s0, s1, … for sums over examples.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from backprop_cli.complaint import UsageError
from backprop_cli.derivation import derive_passes
from backprop_cli.engines import (
    AUTO,
    NUMBA,
    PYTHON,
    Columns,
    checked,
    compiled_by_numba,
    uses_numba,
)
from backprop_cli.expression import PRODUCT, SUM, Number, Symbol, partial
from backprop_cli.functions import MATH
from backprop_cli.network import LOSS, Exercise
from backprop_cli.optimizers import T, state_names, state_of
from backprop_cli.statements import Statements, literal
from backprop_cli.steps import Rule, Step, gradient, new
from backprop_cli.update import SUM_OF_LOSSES, batch_gradient, update_steps

State = tuple[float, ...]
Values = tuple[float, ...]  # of one example: the inputs, then the targets

Train = Callable[[int, State, Sequence[Any]], State]
Loss = Callable[[State, Sequence[Values]], float]
Outcomes = Callable[[State, Sequence[Values]], Iterator[Values]]
Gradients = Callable[[State, Sequence[Values]], Values]

# Larger networks are not compiled. CPython takes larger sources, but their cost grows: for each
# number that is trained (a parameter, or a running quantity of the optimizer) some 0.2 ms and
# 13 KB to write and compile the source, so here about 12 s and 650 MB, whatever the shape.
MOST_VARIABLES = 50_000

# A run records no more losses than about this many.
MOST_LOSSES = 1000

# The number of a batch's examples, by a name that no user can give.
LENGTH = Symbol("batch size")

# Adding to this keeps every bit of what is added first, the sign of a zero included.
NOTHING = "-0.0"


class TooLargeError(UsageError):
    """A network is too large for its training to be compiled into straight-line code."""

    def __init__(self, variables: int) -> None:
        super().__init__(
            f"this network has {variables:,} numbers to train, the optimizer's among them; up to "
            f"{MOST_VARIABLES:,} are trained here; "
            "backprop export CONFIG --to pytorch writes a script that trains it"
        )


class Compiled:
    """The functions of an exercise, each compiled when it is first used.

    The state of training is a tuple of floats: see `optimizers.state_names`. Examples are tuples
    of inputs and targets, which are not changed afterwards. An exercise with one example has its
    numbers compiled in as constants, and the examples that are passed to its functions are not
    looked at.

    ``engine`` is one of `engines.ENGINES`; ``work`` is how many epochs are to be run, by which
    ``auto`` chooses. Raises EngineError, and where training is asked for TooLargeError.
    """

    def __init__(self, exercise: Exercise, engine: str = AUTO, work: int = 0) -> None:
        self._exercise = exercise
        self._engine, self._work = checked(engine), work

    @cached_property
    def train(self) -> Train:
        """So many epochs of training over the examples, or over batches of them.

        All batches but the last are of the exercise's size; batches of one example are given as
        the examples alone.
        """
        check_size(self._exercise)
        batched = bool(self._exercise.examples) and self._exercise.batches.size > 1
        source = training_source(self._exercise)
        run, columns = self._by_engine("train", source, self._work)

        def train(epochs: int, state: State, batches: Sequence[Any]) -> State:
            trained: State = run(epochs, state, columns.of(batches, batched=batched))
            return trained

        return train

    @cached_property
    def loss(self) -> Loss:
        """The sum of the examples' losses."""
        source = loss_source(self._exercise)
        run, columns = self._by_engine("loss", source, min(self._work, MOST_LOSSES))

        def loss(state: State, examples: Sequence[Values]) -> float:
            total: float = run(state, columns.of(examples))
            return total

        return loss

    @cached_property
    def outcomes(self) -> Outcomes:
        """The predictions and the loss of each example."""
        outcomes: Any = _function("outcomes", outcomes_source(self._exercise))
        return lambda state, examples: outcomes(state, Columns().of(examples))

    @cached_property
    def gradients(self) -> Gradients:
        """The sums over examples of the loss and of its gradient by each parameter."""
        gradients: Any = _function("gradients", gradients_source(self._exercise))
        return lambda state, examples: gradients(state, Columns().of(examples))

    @property
    def engine(self) -> str:
        """What ``train`` is run by: python or numba."""
        return NUMBA if self._uses_numba(training_source(self._exercise), self._work) else PYTHON

    def _by_engine(self, name: str, source: str, epochs: int) -> tuple[Any, Columns]:
        function = _function(name, source)
        if self._uses_numba(source, epochs):
            return compiled_by_numba(function), Columns(arrays=True)
        return function, Columns()

    def _uses_numba(self, source: str, epochs: int) -> bool:
        variables = len(state_names(self._exercise.network))
        passes = epochs * self._exercise.example_count
        return uses_numba(self._engine, source, passes, variables)


def check_size(exercise: Exercise) -> None:
    """Raises TooLargeError if training is not compiled for so many numbers."""
    variables = len(state_names(exercise.network))
    if variables > MOST_VARIABLES:
        raise TooLargeError(variables)


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
    if exercise.batches.size == 1 or not exercise.examples:
        steps = (*source.passes.steps, *update_steps(network, batched=False))
        epoch = source.over_examples(source.update(steps))
    else:
        epoch = _batches(exercise, source)
    body = _under("for _ in range(epochs):", epoch)
    return source.function("train(epochs, state, examples)", [*body, source.returned])


def _batches(exercise: Exercise, source: "_Source") -> list[str]:
    """The lines of an epoch in batches, each of them consecutive examples."""
    network, count = exercise.network, len(exercise.examples)
    size = min(exercise.batches.size, count)
    summed = {name: f"s{at}" for at, name in enumerate(network.updated)}
    added = source.added({gradient(name): variable for name, variable in summed.items()})
    length = Number(Decimal(size)) if count % size == 0 else LENGTH
    sums = {partial(SUM_OF_LOSSES, name): variable for name, variable in summed.items()}
    means = [
        Step(batch_gradient(total.by, batched=True), total / length, Rule.MEAN) for total in sums
    ]
    known = {total.name: variable for total, variable in sums.items()}
    known[LENGTH.name] = "n"
    rows = "" if size == count else f"[at:at + {size}]"
    lines = [
        *([f"{' = '.join(summed.values())} = {NOTHING}"] if summed else []),
        *source.over_examples(added, rows),
        *([f"n = float(min({size}, len(c0) - at))"] if count % size else []),
        *source.update([*means, *update_steps(network, batched=True)], known),
    ]
    return lines if size == count else _under(f"for at in range(0, len(c0), {size}):", lines)


def loss_source(exercise: Exercise) -> str:
    """The source of `Compiled.loss`."""
    source = _Source(exercise)
    added = source.added({Symbol(LOSS): "s0"})
    lines = [f"s0 = {NOTHING}", *source.over_examples(added), "return s0"]
    return source.function("loss(state, examples)", lines)


def outcomes_source(exercise: Exercise) -> str:
    """The source of `Compiled.outcomes`."""
    source, network = _Source(exercise), exercise.network
    wanted = [*(Symbol(network.prediction(output)) for output in network.outputs), Symbol(LOSS)]
    lines, codes = source.computed(wanted, SUM)
    yielded = [*lines, f"yield {', '.join(codes)}"]
    return source.function("outcomes(state, examples)", source.over_examples(yielded))


def gradients_source(exercise: Exercise) -> str:
    """The source of `Compiled.gradients`."""
    source = _Source(exercise)
    wanted = (Symbol(LOSS), *map(gradient, exercise.network.parameters))
    sums = {symbol: f"s{at}" for at, symbol in enumerate(wanted)}
    lines = [
        f"{' = '.join(sums.values())} = {NOTHING}",
        *source.over_examples(source.added(sums)),
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
        self.passes = derive_passes(network)
        self._state = {name: f"p{at}" for at, name in enumerate(state_names(network))}
        self._known = {name: literal(number) for name, number in exercise.numbers.items()}
        self._known.update(self._state)
        self._example: dict[str, str] = {}
        if exercise.examples:
            names = (*network.inputs, *map(network.target, network.outputs))
            self._example = {name: f"x{at}" for at, name in enumerate(names)}
            self._known.update(self._example)
        self._columns = [f"c{at}" for at, _ in enumerate(self._example)]

    @property
    def returned(self) -> str:
        """The statement that returns the state."""
        return f"return {_row(self._state.values())}"

    def function(self, signature: str, lines: Iterable[str]) -> str:
        """The source of a function that has the state, and columns of examples, in variables."""
        unpacked = [f"{_row(self._state.values())} = state"]
        if self._columns:
            unpacked.append(f"{_row(self._columns)} = examples")
        return "\n".join([*_under(f"def {signature}:", [*unpacked, *lines]), ""])

    def over_examples(self, lines: Sequence[str], rows: str = "") -> list[str]:
        """Lines for each of several examples, or for some ``rows``; for the only one, the lines."""
        if not self._columns:
            return list(lines)
        columns = ", ".join(f"{column}{rows}" for column in self._columns)
        return _under(f"for {_row(self._example.values())} in zip({columns}):", lines)

    def computed(self, wanted: Sequence[Symbol], binding: int) -> tuple[list[str], list[str]]:
        """Lines, and after them the source of each quantity wanted, for one example."""
        steps = self.passes.needed_for(symbol.name for symbol in wanted)
        statements = self._statements(steps, wanted)
        return statements.lines, [statements.code(symbol, binding) for symbol in wanted]

    def added(self, sums: Mapping[Symbol, str]) -> list[str]:
        """Lines that add quantities of one example to variables."""
        lines, codes = self.computed([*sums], PRODUCT)
        added = zip(sums.values(), codes, strict=True)
        return [*lines, *(f"{variable} = {variable} + {code}" for variable, code in added)]

    def update(self, steps: Iterable[Step], more: Mapping[str, str] | None = None) -> list[str]:
        """Lines that bring the state to its new values; ``more`` is known beside the numbers."""
        network = self.passes.network
        moved = {name: new(name) for name in network.updated}
        moved.update((name, Symbol(after)) for name, after in state_of(network).items())
        statements = self._statements(steps, [*moved.values()], more)
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


def _row(names: Iterable[str]) -> str:
    """Names as a tuple is unpacked into them."""
    names = tuple(names)
    return ", ".join(names) + "," * (len(names) == 1)
