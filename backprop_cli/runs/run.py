"""What a run calculates: the working to be shown, and the training around it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from backprop_cli.arithmetic.evaluation import DEFAULT_DECIMALS, Arithmetic, Exact, Rounded
from backprop_cli.arithmetic.working import AnyWorking, WorkingError, work
from backprop_cli.derivation.derive import derive, derive_passes
from backprop_cli.derivation.steps import Derivation, new
from backprop_cli.derivation.update import FEW, MOST_BY_HAND, contributions
from backprop_cli.functions.optimizers import OPTIMIZERS, T, state_names, state_of
from backprop_cli.network.exercise import Exercise, Figure
from backprop_cli.network.structure import LOSS, Network
from backprop_cli.runs.outcomes import Outcome
from backprop_cli.training.endings import Ending, Going, Limits, Reason, Watch

Numbers = Mapping[str, Figure]


class Calculation(NamedTuple):
    """The outcome of a run.

    ``working`` is that of ``example`` (counted from 0), whose batch is ``batch``, in the epoch
    asked for, ``epoch`` (from 1); ``earlier`` is how many updates of that epoch came before it.
    ``before`` and ``after`` hold every given number by name, the parameters as they are before the
    first and after the last epoch. ``history`` holds pairs of epoch and loss (the mean over the
    examples), from epoch 0 (or the last that was trained before) on. ``outcomes`` are those of each
    of several examples, with the parameters of ``after``. ``ending`` says why training ended; None
    if there was no more than the one update that the working shows.
    """

    exercise: Exercise
    working: AnyWorking
    epoch: int
    example: int
    batch: tuple[int, ...]
    earlier: int
    before: Numbers
    after: Numbers
    history: Sequence[tuple[int, float]]
    rounding: bool
    outcomes: Sequence[Outcome] = ()
    ending: Ending | None = None
    going: Going | None = None

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return 1 if self.ending is None else self.ending.epoch - self.history[0][0]

    def working_of(self, example: int) -> AnyWorking:
        """The passes of another example (counted from 0), with the parameters of ``working``."""
        state = {name: self.working.given[name] for name in state_names(self.exercise.network)}
        given = {**self.exercise.given(example), **state}
        return work(derive_passes(self.exercise.network), given, self.working.arithmetic)

    def history_to_the_end(self) -> Sequence[tuple[int, float]]:
        """The history, also after the one update of a run without training.

        Raises WorkingError where there is no loss after it.
        """
        if self.ending is not None:
            return self.history
        try:
            loss = work(self._forward, self.after, self.working.arithmetic).values[LOSS]
        except WorkingError as error:
            raise WorkingError(f"after the update, {error.quantity}", error.why) from None
        return (*self.history, (self.history[0][0] + 1, float(loss)))

    def in_full_precision(self, numbers: Numbers) -> AnyWorking:
        """A forward pass in float64 with other numbers, printed to the same decimals."""
        return work(self._forward, numbers, Exact(self.working.arithmetic.decimals))

    @property
    def _forward(self) -> Derivation:
        """The steps from the inputs to the loss."""
        derivation = self.working.derivation
        return Derivation(derivation.needed_for([LOSS]))


def calculate(
    exercise: Exercise,
    *,
    epochs: int = 1,
    at: int | None = None,
    example: int = 0,
    exact: bool = False,
    decimals: int | None = None,
    in_float64: bool = False,
    engine: str = "auto",
    limits: Limits = Limits(),  # noqa: B008 - it is frozen
    watch: Watch = Watch(),  # noqa: B008 - likewise
) -> Calculation:
    """Work an exercise, and train it where there is more to it than one update.

    The first epoch is worked in the arithmetic that the exercise asks for, unless ``exact``;
    training and any later epoch in float64, and ``in_float64`` a single update too. The working is
    that of epoch ``at`` (by default the first that is run); if training ends before it, of the
    next one. ``engine`` is one of `engines.ENGINES`. Raises WorkingError or DivergedError where a
    number leaves the range of float64, and UsageError where the engine cannot take the network.
    """
    kept = decimals or exercise.rounding or DEFAULT_DECIMALS
    rounding = exercise.rounding is not None and not exact
    arithmetic: Arithmetic[Any] = Rounded(kept) if rounding else Exact(kept)
    before = exercise.numbers
    if epochs == 1 and exercise.example_count == 1 and not in_float64:
        working = work_update(exercise, before, (0,), 0, arithmetic)
        after = {**before, **updated(exercise.network, working)}
        done = exercise.trained.epochs
        history = ((done, float(working.values[LOSS])),)
        return Calculation(
            exercise, working, done + 1, 0, (0,), 0, before, after, history, rounding
        )

    # Only longer runs compile.
    from backprop_cli.training.compiled import Compiled
    from backprop_cli.training.trainer import Trainer, recorded_epochs

    trainer = Trainer(exercise, Compiled(exercise, engine, epochs, watch.compiling))
    start = trainer.epoch
    end = start + epochs
    record = [start + epoch for epoch in recorded_epochs(epochs)]
    ending = trainer.advance((at or start + 1) - 1, record, limits, watch)
    epoch = trainer.epoch + 1
    *earlier, batch = exercise.batches_until(example, epoch)
    numbers: Numbers = before
    if trainer.epoch > start:
        arithmetic = Exact(kept)
    if isinstance(arithmetic, Rounded):
        for one in earlier:
            worked = work_update(exercise, numbers, one, one[0], arithmetic)
            numbers = updated(exercise.network, worked)
    else:
        numbers = trainer.numbers_after(earlier) if earlier or trainer.epoch > start else before
    working = work_update(exercise, numbers, batch, example, arithmetic)
    whole = epochs == 1 and len(batch) == exercise.example_count
    if whole and isinstance(arithmetic, Rounded) and not in_float64:
        # The one update was worked by hand, and what is said of it afterwards follows from that.
        trainer.take_over(updated(exercise.network, working))
    if ending is None:
        ending = trainer.advance(end, record, limits, watch)
    trainer.conclude()
    return Calculation(
        exercise,
        working,
        epoch,
        example,
        batch,
        len(earlier),
        before,
        {**before, **trainer.numbers},
        trainer.history,
        rounding,
        [Outcome(tuple(found), loss) for *found, loss in trainer.outcomes()]
        if exercise.example_count > 1
        else (),
        ending or Ending(trainer.epoch, Reason.ALL_EPOCHS, trainer.history[-1][1]),
        trainer,
    )


def work_update(
    exercise: Exercise,
    numbers: Numbers,
    batch: tuple[int, ...],
    shown: int,
    arithmetic: Arithmetic[Any],
) -> AnyWorking:
    """Work one example of a batch, and the update by the whole batch.

    ``numbers`` are the parameters and the optimizer's state, where they differ from those that the
    exercise starts with. Raises WorkingError.
    """
    network = exercise.network
    state = {name: numbers[name] for name in state_names(network)}
    if OPTIMIZERS[network.optimizer].counts:
        state[T.name] = Decimal(int(state[T.name]))  # it is counted, not measured
    given: dict[str, Any] = {**exercise.given(shown), **state}
    if len(batch) == 1:
        return work(derive(network), given, arithmetic)
    given.update(_contributions(exercise, state, batch, arithmetic))
    return work(derive(network, [at + 1 for at in batch]), given, arithmetic)


def updated(network: Network, working: AnyWorking) -> dict[str, Figure]:
    """The state after a working's update, by the names that it has before."""
    values = working.values
    after: dict[str, Figure] = {name: values[name] for name in network.parameters}
    after.update((name, values[new(name).name]) for name in network.updated)
    after.update((name, values[later]) for name, later in state_of(network).items())
    if OPTIMIZERS[network.optimizer].counts:
        after[T.name] = values[T.name] + 1
    return after


def _contributions(
    exercise: Exercise, state: Numbers, batch: tuple[int, ...], arithmetic: Arithmetic[Any]
) -> Mapping[str, Any]:
    """The loss and the gradients of each example of a batch, or of a large one their sums."""
    network = exercise.network
    names = (LOSS, *network.parameters)
    if len(batch) > (FEW if isinstance(arithmetic, Exact) else MOST_BY_HAND):
        try:
            return _sums(exercise, state, batch)
        except (ArithmeticError, ValueError):
            pass  # worked step by step, it says where
    passes = derive_passes(network)
    found: dict[str, Any] = {}
    for at in batch:
        values = work(passes, {**exercise.given(at), **state}, arithmetic).values
        for name in names:
            value = values[LOSS if name == LOSS else network.gradient(name).name]
            if len(batch) <= FEW:
                (symbol,) = contributions(name, [at + 1])
                found[symbol.name] = value
            else:
                (symbol,) = contributions(name, batch)
                found[symbol.name] = found[symbol.name] + value if symbol.name in found else value
    return found


def _sums(exercise: Exercise, state: Numbers, batch: tuple[int, ...]) -> Mapping[str, float]:
    """The sums over a large batch, by the compiled passes: bit for bit what the steps come to."""
    from backprop_cli.training.compiled import Compiled

    network = exercise.network
    rows = [exercise.examples[at].floats for at in batch]
    floats = tuple(float(state[name]) for name in state_names(network))
    found = Compiled(exercise).gradients(floats, rows)
    names = [contributions(name, batch)[0].name for name in (LOSS, *network.parameters)]
    return dict(zip(names, found, strict=True))
