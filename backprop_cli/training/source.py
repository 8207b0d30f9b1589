"""The sources of the functions that an exercise is compiled to: plain, straight-line Python.

The names in them are their own, never the user's: p0, p1, … for the state of training, x0, x1, …
for an example's numbers, c0, c1, … for those of all examples, v0, v1, … for what is computed from
them, s0, s1, … for sums over examples.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from backprop_cli.algebra.expression import Number, Symbol, partial
from backprop_cli.algebra.writer import Binding
from backprop_cli.derivation.steps import Derivation, Rule, Step, new
from backprop_cli.derivation.update import SUM_OF_LOSSES, batch_gradient, update_steps
from backprop_cli.functions.optimizers import T, state_names, state_of
from backprop_cli.network.exercise import Exercise
from backprop_cli.network.structure import LEARNING_RATE, LOSS
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
    several, their gradients are added up, and the update goes by the mean.
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
    added = source.over_examples(source.added({Symbol(LOSS): TOTAL}))
    return [*source.ending(TOTAL, [f"{TOTAL} = {NOTHING}", *added]), *updates]


def _single(source: "_Source", *, ends: bool = False) -> list[str]:
    """The lines of an update by one example."""
    passes = source.passes
    steps = (*passes.steps, *update_steps(source.network, batched=False))
    return source.update(steps, ends=ends)


def _batch(exercise: Exercise, source: "_Source", size: int, *, ends: bool = False) -> list[str]:
    """The lines of an update by up to ``size`` consecutive examples, from number ``at`` on."""
    network, count = exercise.network, len(exercise.examples)
    summed = {name: f"s{at}" for at, name in enumerate(network.updated)}
    sums: dict[Symbol, str] = {network.gradient(name): at for name, at in summed.items()}
    if ends:
        sums[Symbol(LOSS)] = TOTAL
    length = Number(Decimal(size)) if count % size == 0 else LENGTH
    totals = {partial(SUM_OF_LOSSES, name): variable for name, variable in summed.items()}
    means = [
        Step(batch_gradient(total.by, batched=True), total / length, Rule.MEAN) for total in totals
    ]
    known = {total.name: variable for total, variable in totals.items()}
    known[LENGTH.name] = "n"
    rows = "" if size == count else f"[at:at + {size}]"
    return [
        *([f"{' = '.join(sums.values())} = {NOTHING}"] if sums else []),
        *source.over_examples(source.added(sums), rows),
        *(source.ending(TOTAL) if ends else []),
        *([f"n = float(min({size}, len(c0) - at))"] if count % size else []),
        *source.update([*means, *update_steps(network, batched=True)], known),
    ]


def loss_source(exercise: Exercise, passes: Derivation) -> str:
    """The source of `Compiled.loss`."""
    source = _Source(exercise, passes)
    added = source.added({Symbol(LOSS): "s0"})
    lines = [f"s0 = {NOTHING}", *source.over_examples(added), "return s0"]
    return source.function("loss(state, examples)", lines)


def outcomes_source(exercise: Exercise, passes: Derivation) -> str:
    """The source of `Compiled.outcomes`."""
    source, network = _Source(exercise, passes), exercise.network
    wanted = [*(Symbol(network.prediction(output)) for output in network.outputs), Symbol(LOSS)]
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

    def ending(self, total: str, before: Sequence[str] = ()) -> list[str]:
        """Lines that end training if the last epoch has brought the loss down to the limit.

        ``total`` is the sum of the examples' losses, which the lines ``before`` work out.
        """
        mean = f"{total} / {float(self._count)}" if self._count > 1 else total
        ended = _under(f"if {mean} <= limit:", [f"return done, ({self.row})"])
        return _under("if done:", [*before, *ended])

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
        more: Mapping[str, str] | None = None,
        *,
        ends: bool = False,
    ) -> list[str]:
        """Lines that bring the state to its new values; ``more`` is known beside the numbers.

        The loss is one of the steps where it ``ends`` training.
        """
        network = self.network
        moved = {name: new(name) for name in network.updated}
        moved.update((name, Symbol(after)) for name, after in state_of(network).items())
        wanted = [*moved.values(), *([Symbol(LOSS)] if ends else [])]
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
        ended = self.ending(statements.code(Symbol(LOSS), Binding.SUM)) if ends else []
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
