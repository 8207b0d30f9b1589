"""The calculation of a run: the working that is shown, and the training around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from backprop_cli.arithmetic.evaluation import Arithmetic
from backprop_cli.arithmetic.exact import Exact
from backprop_cli.arithmetic.rounded import Rounded
from backprop_cli.arithmetic.working import AnyWorking, WorkingError
from backprop_cli.derivation.derived import Derived
from backprop_cli.functions.optimizers import goes_by_error
from backprop_cli.network.exercise import Exercise, Trained
from backprop_cli.runs.outcomes import Outcome
from backprop_cli.runs.plan import Plan
from backprop_cli.runs.updates import Numbers, Updates
from backprop_cli.training.endings import Ending, Reason
from backprop_cli.training.watch import Watch

if TYPE_CHECKING:
    from backprop_cli.training.trainer import Trainer


class Shown(NamedTuple):
    """The working of ``example`` (counted from 0) in ``epoch`` (from 1), and of its update.

    ``batch`` are the examples of that update; ``earlier`` is how many updates of its epoch came
    before it, and ``by_hand`` says that all of them, and this one, were worked by hand.
    """

    working: AnyWorking
    epoch: int
    example: int
    batch: tuple[int, ...]
    earlier: int
    by_hand: bool


class Training(NamedTuple):
    """The result of a training: the ``numbers`` it ended with, and why it ended there.

    ``history`` holds pairs of epoch and loss (over all the examples), from the epoch before
    the first that was run; ``outcomes`` are those of each of several examples at the end.
    ``trained`` says what has been done altogether, ``by_hand`` that it was all worked by hand.
    ``before_last`` are the numbers before the last epoch, where training goes by errors and that is
    known.
    """

    numbers: Numbers
    trained: Trained
    history: Sequence[tuple[int, float]]
    outcomes: Sequence[Outcome]
    ending: Ending
    by_hand: bool
    before_last: Numbers | None = None

    @property
    def epochs(self) -> int:
        """The number of epochs that were run."""
        return self.ending.epoch - self.history[0][0]


@dataclass(frozen=True)
class Run:
    """The outcome of a run: ``training`` is None where the working shown is all there is.

    ``plan`` is what was asked for; ``derived`` are the steps that both have in common.
    """

    exercise: Exercise
    plan: Plan
    shown: Shown
    training: Training | None
    derived: Derived

    @property
    def working(self) -> AnyWorking:
        """The working that is shown."""
        return self.shown.working

    @property
    def epochs(self) -> int:
        """The number of epochs that were run."""
        return self.training.epochs if self.training else 1

    @property
    def before(self) -> Numbers:
        """Every given number by name, the parameters as they were before the first epoch."""
        return self.exercise.numbers

    @cached_property
    def after(self) -> Numbers:
        """The same, the parameters as they are after the last epoch."""
        state = self.training.numbers if self.training else self._updates.after(self.working)
        return {**self.before, **state}

    @cached_property
    def history(self) -> Sequence[tuple[int, float]]:
        """Pairs of epoch and loss, from the epoch before the first to the last.

        Raises WorkingError where there is no loss after the update of a run without training.
        """
        if self.training:
            return self.training.history
        done, loss = self.exercise.trained.epochs, float(self.working.loss)
        if not self.exercise.network.learns:
            return ((done, loss),)
        try:
            following = self.forward(self.after).loss
        except WorkingError as error:
            raise WorkingError(f"after the update, {error.quantity}", error.why) from None
        return ((done, loss), (done + 1, float(following)))

    def working_of(self, example: int) -> AnyWorking:
        """The passes of another example (counted from 0), with the parameters of ``working``."""
        return self._updates.passes(self.working.given, example, self.working.arithmetic)

    def forward(self, numbers: Numbers) -> AnyWorking:
        """A forward pass with other numbers, in the arithmetic in which the run ended."""
        arithmetic: Arithmetic[Any] = self.working.arithmetic
        if self.training and not self.training.by_hand:
            arithmetic = Exact(arithmetic.decimals)
        return self._updates.forward(numbers, 0, arithmetic)

    @cached_property
    def input_gradients(self) -> Numbers:
        """The derivative of what is derived by each input of the example that is shown."""
        network, updates = self.exercise.network, Updates(self.exercise, self.derived.with_inputs)
        given, arithmetic = self.working.given, self.working.arithmetic
        values = updates.passes(given, self.shown.example, arithmetic).values
        return {name: values[network.gradient(name).name] for name in network.inputs}

    @property
    def _updates(self) -> Updates:
        return Updates(self.exercise, self.derived)


def calculate(
    exercise: Exercise,
    plan: Plan = Plan(),  # noqa: B008 - it is frozen
    watch: Watch = Watch(),  # noqa: B008 - likewise
    derived: Derived | None = None,
) -> Run:
    """Work an exercise as planned, and train it where there is more to it than one update.

    ``derived`` are the steps of its network, where that is derived already.

    Raises WorkingError or DivergedError where a number leaves the range of float64, and UsageError
    where the plan, or its engine, does not go with the exercise.
    """
    return _Running(Updates(exercise, derived), plan, watch).run()


class _Running:
    """A run that is going on."""

    def __init__(self, updates: Updates, plan: Plan, watch: Watch) -> None:
        exercise = updates.exercise
        self._updates, self._exercise, self._plan, self._watch = updates, exercise, plan, watch
        self._by_hand = plan.is_by_hand(exercise)
        self._start = exercise.trained.epochs

    def run(self) -> Run:
        """The outcome."""
        plan, exercise = self._plan, self._exercise
        epoch, ending, training = plan.at or self._start + 1, None, None
        trains = not plan.is_one_update(exercise) and not plan.shown_only
        if trains or epoch > self._start + 1:
            ending = self._advance(epoch - 1)
            epoch = self._trainer.epoch + 1
        shown = self._shown(epoch)
        if trains:
            last, before_last = self._start + plan.epochs, None
            if goes_by_error(exercise.network):
                ending = ending or self._advance(last - 1)
                before_last = self._trainer.numbers
            ended, ending = ending, ending or self._advance(last)
            if ended and ended.reason is not Reason.NO_MISTAKE:
                before_last = None  # what ended it came in between
            training = self._training(ending)._replace(before_last=before_last)
        return Run(exercise, plan, shown, training, self._updates.derived)

    def _shown(self, epoch: int) -> Shown:
        """The working of the next epoch that is to be shown."""
        plan, exercise = self._plan, self._exercise
        *earlier, batch = exercise.batches_until(plan.example, epoch)
        first, kept = epoch == self._start + 1, plan.kept(exercise)
        few = len(earlier) < plan.most(exercise)
        by_hand = self._by_hand or (first and plan.rounds(exercise) and few)
        arithmetic: Arithmetic[Any] = Rounded(kept) if by_hand else Exact(kept)
        numbers: Numbers = exercise.numbers
        if first and by_hand:
            for one in earlier:
                numbers = self._updates.after(self._updates.work(numbers, one, one[0], arithmetic))
        elif earlier or not first:
            numbers = self._trainer.numbers_after(earlier)
        working = self._updates.work(numbers, batch, plan.example, arithmetic)
        return Shown(working, epoch, plan.example, batch, len(earlier), by_hand)

    def _training(self, ending: Ending | None) -> Training:
        """The result of the training so far."""
        trainer, several = self._trainer, self._exercise.example_count > 1
        trainer.conclude()
        return Training(
            trainer.numbers,
            trainer.trained,
            trainer.history,
            [Outcome(tuple(found), loss) for *found, loss in trainer.outcomes()] if several else (),
            ending or Ending(trainer.epoch, Reason.ALL_EPOCHS, trainer.latest_loss),
            self._by_hand,
        )

    def _advance(self, until: int) -> Ending | None:
        """Train until an epoch is done; why training ended before, if it did."""
        from backprop_cli.training.trainer import recorded_epochs

        plan = self._plan
        record = [self._start + epoch for epoch in recorded_epochs(plan.epochs)]
        return self._trainer.advance(until, record, plan.limits, self._watch)

    @cached_property
    def _trainer(self) -> "Trainer":
        # Imported here: a single update needs none of it.
        from backprop_cli.runs.by_hand import ByHand
        from backprop_cli.training.compiled import Compiled
        from backprop_cli.training.loop import CompiledLoop
        from backprop_cli.training.trainer import Trainer

        plan, exercise, derived = self._plan, self._exercise, self._updates.derived
        if self._by_hand:
            return Trainer(exercise, ByHand(self._updates, Rounded(plan.kept(exercise))))
        compiled = Compiled(exercise, plan.engine, plan.epochs, self._watch.compiling, derived)
        return Trainer(exercise, CompiledLoop(exercise, compiled))
