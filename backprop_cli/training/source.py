"""The sources of the functions that an exercise is compiled to: plain, straight-line Python.

The names in them are their own, never the user's: p0, p1, … for the state of training, x0, x1, …
for an example's numbers, c0, c1, … for those of all examples, v0, v1, … for what is computed from
them, s0, s1, … for sums over examples.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from backprop_cli.algebra.expression import Number, Symbol, partial
from backprop_cli.algebra.writer import Binding
from backprop_cli.derivation.objective import (
    goal,
    loss_of_sums,
    objective_of_sums,
    objective_steps,
    sum_of_losses,
)
from backprop_cli.derivation.steps import Derivation, Step, new
from backprop_cli.derivation.update import update_steps
from backprop_cli.functions.optimizers import T, state_names, state_of
from backprop_cli.network.exercise import Exercise
from backprop_cli.network.structure import LEARNING_RATE
from backprop_cli.training.statements import Statements, literal

# The number of a batch's examples, by a name that no user can give.
LENGTH = Symbol("batch size")

# The variable for the sum of the examples' losses, where an epoch may end training.
TOTAL = "total"

# Adding to this keeps every bit of what is added first, the sign of a zero included.
NOTHING = "-0.0"


def training_source(exercise: Exercise, passes: Derivation) -> str:
    """The source of `Compiled.train`, by the steps of the ``passes``.

    With one example to an update, that is one piece from the inputs to the new parameters; with
    several, their gradients are added up, and the update goes by what the reduction makes of them.
    """
    source = _Source(exercise, passes)
    body = _under("for _ in range(epochs):", _epoch(exercise, source))
    signature = "train(epochs, state, examples, rate)"
    return source.function(signature, [*body, f"return {source.row}"])


def until_source(exercise: Exercise, passes: Derivation) -> str:
    """The source of `Compiled.train_until`.

    Where an epoch is one update, its forward pass tells the loss that the epoch before it has led
    to; elsewhere the examples are gone through once more.
    """
    source = _Source(exercise, passes)
    body = _under("for done in range(epochs):", _epoch(exercise, source, ends=True))
    lines = [*body, f"return epochs, ({source.row})"]
    return source.function("train_until(epochs, state, examples, limit, rate)", lines)


def _epoch(exercise: Exercise, source: "_Source", *, ends: bool = False) -> list[str]:
    """The lines of an epoch; it ``ends`` training if the one before it has reached the limit."""
    count = exercise.example_count
    size = min(exercise.batches.size, count)
    if not exercise.examples:
        return _single(source, ends=ends)
    if size == count > 1:
        return _batch(exercise, source, size, ends=ends)
    if size == 1:
        updates = source.over_examples(_single(source))
    else:
        batch = _batch(exercise, source, size)
        updates = _under(f"for at in range(0, len(c0), {size}):", batch)
    if not ends:
        return updates
    lines, loss = source.whole_loss()
    return [*source.ending(loss, lines), *updates]


def _single(source: "_Source", *, ends: bool = False) -> list[str]:
    """The lines of an update by one example."""
    network = source.network
    update = update_steps(network, goal(network, batched=False))
    steps = (*source.passes.steps, *objective_steps(network, ()), *update)
    return source.update(steps, goal(network, batched=False), ends=ends)


def _batch(exercise: Exercise, source: "_Source", size: int, *, ends: bool = False) -> list[str]:
    """The lines of an update by up to ``size`` consecutive examples, from number ``at`` on."""
    network, count = exercise.network, len(exercise.examples)
    summed = {name: f"s{at}" for at, name in enumerate(network.updated)}
    sums: dict[Symbol, str] = {network.gradient(name): at for name, at in summed.items()}
    total = sum_of_losses(network)
    known = {partial(total, name).name: variable for name, variable in summed.items()}
    if ends:
        sums[Symbol(network.derived)] = known[total] = TOTAL
    length = Number(Decimal(size)) if count % size == 0 else LENGTH
    known[LENGTH.name] = "n"
    rows = "" if size == count else f"[at:at + {size}]"
    lowered = goal(network, batched=True)
    wanted = [partial(lowered, name).name for name in network.updated]
    objective = Derivation(tuple(objective_of_sums(network, length)))
    steps = [
        *objective.needed_for([*wanted, *([lowered] if ends else [])]),
        *update_steps(network, lowered),
    ]
    return [
        *([f"{' = '.join(sums.values())} = {NOTHING}"] if sums else []),
        *source.over_examples(source.added(sums), rows),
        *([f"n = float(min({size}, len(c0) - at))"] if count % size else []),
        *source.update(steps, lowered, known, ends=ends),
    ]


def loss_source(exercise: Exercise, passes: Derivation) -> str:
    """The source of `Compiled.loss`."""
    source = _Source(exercise, passes)
    lines, loss = source.whole_loss()
    return source.function("loss(state, examples)", [*lines, f"return {loss}"])


def outcomes_source(exercise: Exercise, passes: Derivation) -> str:
    """The source of `Compiled.outcomes`."""
    source, network = _Source(exercise, passes), exercise.network
    predictions = map(network.prediction, network.outputs)
    wanted = [*map(Symbol, predictions), Symbol(network.derived)]
    lines, codes = source.computed(wanted, Binding.SUM)
    yielded = [*lines, f"yield {', '.join(codes)}"]
    return source.function("outcomes(state, examples)", source.over_examples(yielded))


def gradients_source(exercise: Exercise, passes: Derivation) -> str:
    """The source of `Compiled.gradients`."""
    source = _Source(exercise, passes)
    network = exercise.network
    wanted = (Symbol(network.derived), *map(network.gradient, network.parameters))
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

    def __init__(self, exercise: Exercise, passes: Derivation) -> None:
        self.network = network = exercise.network
        self.passes = passes
        self._state = {name: f"p{at}" for at, name in enumerate(state_names(network))}
        self._known = {name: literal(number) for name, number in exercise.numbers.items()}
        self._known.update(self._state)
        self._known[LEARNING_RATE] = "rate"
        self._example: dict[str, str] = {}
        if exercise.examples:
            names = (*network.inputs, *network.targets)
            self._example = {name: f"x{at}" for at, name in enumerate(names)}
            self._known.update(self._example)
        self._columns = [f"c{at}" for at, _ in enumerate(self._example)]
        self._count = exercise.example_count

    @property
    def row(self) -> str:
        """The state as a tuple."""
        return _row(self._state.values()) or "()"

    def ending(self, loss: str, before: Sequence[str] = ()) -> list[str]:
        """Lines that end training if the last epoch has brought the loss down to the limit.

        ``loss`` is its source, after the lines ``before``.
        """
        ended = _under(f"if {loss} <= limit:", [f"return done, ({self.row})"])
        return _under("if done:", [*before, *ended])

    def whole_loss(self) -> tuple[list[str], str]:
        """Lines, and after them the source of the loss over all the examples."""
        network, added, known = self.network, list[str](), dict[str, str]()
        if self._columns:
            loop = self.over_examples(self.added({Symbol(network.derived): TOTAL}))
            added, known = [f"{TOTAL} = {NOTHING}", *loop], {sum_of_losses(network): TOTAL}
            whole = loss_of_sums(network, Number(Decimal(self._count)))
        else:
            steps = (*self.passes.steps, *objective_steps(network, ()))
            whole = replace(self.passes, steps=steps, goal=goal(network, batched=False))
        wanted = Symbol(whole.goal)
        statements = self._statements(whole.needed_for([wanted.name]), [wanted], known)
        return [*added, *statements.lines], statements.code(wanted, Binding.SUM)

    def function(self, signature: str, lines: Iterable[str]) -> str:
        """The source of a function that has the state, and columns of examples, in variables."""
        unpacked = [f"{self.row} = state"] if self._state else []
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
        lines, codes = self.computed([*sums], Binding.PRODUCT)
        added = zip(sums.values(), codes, strict=True)
        return [*lines, *(f"{variable} = {variable} + {code}" for variable, code in added)]

    def update(
        self,
        steps: Iterable[Step],
        lowered: str,
        more: Mapping[str, str] | None = None,
        *,
        ends: bool = False,
    ) -> list[str]:
        """Lines that bring the state to its new values; ``more`` is known beside the numbers.

        What is ``lowered`` is one of the steps, and may be low enough, where it ``ends`` training.
        """
        network = self.network
        moved = {name: new(name) for name in network.updated}
        moved.update((name, Symbol(after)) for name, after in state_of(network).items())
        wanted = [*moved.values(), *([Symbol(lowered)] if ends else [])]
        statements = self._statements(steps, wanted, more)
        assignments = []
        for name, symbol in moved.items():
            variable, code = self._state[name], statements.code(symbol)
            # Assignments come one after another, so none may read what another has changed.
            if statements.reads(symbol) - {variable}:
                code = statements.local(code)
            assignments.append(f"{variable} = {code}")
        count = self._state.get(T.name)
        counted = [f"{count} = {count} + 1.0"] if count else []
        ended = self.ending(statements.code(Symbol(lowered), Binding.SUM)) if ends else []
        return [*statements.lines, *ended, *assignments, *counted]

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
