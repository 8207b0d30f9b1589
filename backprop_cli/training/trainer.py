"""The loop over epochs, around the compiled derivation: where it goes, and where it ends."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from time import perf_counter

from backprop_cli.arithmetic.evaluation import Exact
from backprop_cli.arithmetic.working import TOO_LARGE, WorkingError, work
from backprop_cli.derivation.derive import derive, derive_passes
from backprop_cli.derivation.update import parts_of_batch
from backprop_cli.functions.optimizers import state_names
from backprop_cli.network.exercise import Exercise, Figure, Trained
from backprop_cli.network.structure import LEARNING_RATE, LOSS
from backprop_cli.training.compiled import NO_NUMBER, Compiled, State, Values
from backprop_cli.training.endings import DivergedError, Ending, Limits, Reason, Watch
from backprop_cli.training.loop import Loop

# The loss is recorded after every epoch up to this many; beyond, after well-chosen ones and about
# so many others evenly spread, so that memory does not grow with the number of epochs.
RECORDED_ALL = 1000
RECORDED_EVENLY = 200

# Between two looks at how it goes, the loop runs for about this long, and what a look costs stays
# under this part of the time.
SECONDS_PER_LOOK = 0.1
COST_OF_LOOKS = 0.01

# A loss that stands so many times above where it began has diverged. That is judged after every
# epoch up to this one, and then after every tenth of the next power of ten: of epochs 100 to 1,000
# after every tenth, and so on. So it depends neither on the clock nor on how many epochs are run.
DIVERGED = 1000
# Of a loss that began with less than this, which rounding alone may make, that says nothing.
NEXT_TO_NOTHING = 1e-12
JUDGED_ALL = 100

# Over so many epochs the improvement is measured that is held against a tolerance.
COMPARED = 100

GRADIENT = "a gradient"


def recorded_epochs(epochs: int) -> list[int]:
    """The epochs after which the loss is recorded, from 0 (before any update) to the last."""
    if epochs <= RECORDED_ALL:
        return list(range(epochs + 1))
    evenly = range(0, epochs, epochs // RECORDED_EVENLY)
    return sorted({*well_chosen(epochs), *evenly})


def well_chosen(epochs: int) -> list[int]:
    """0, 1, 2, 5, 10, 20, 50, … and the last."""
    chosen = [0]
    step = 1
    while step <= epochs:
        chosen += [epoch for epoch in (step, 2 * step, 5 * step) if epoch < epochs]
        step *= 10
    return [*chosen, epochs]


class Trainer:
    """Trains the network of an exercise, from epoch to epoch.

    Its state is ``epoch``, ``numbers`` (by name, see `optimizers.state_names`) and ``history``
    (pairs of epoch and the mean loss over the examples); ``latest_loss`` is the loss as it was last
    looked at. ``compiled`` is what the exercise is compiled to, if it already is. Raises
    WorkingError where there is no loss from the start, TooLargeError and EngineError.
    """

    def __init__(self, exercise: Exercise, compiled: Compiled | None = None) -> None:
        self._exercise = exercise
        self._loop = Loop(exercise, compiled or Compiled(exercise))
        self._rate = float(exercise.numbers[LEARNING_RATE])
        self._names = state_names(exercise.network)
        self._state: State = tuple(float(exercise.numbers[name]) for name in self._names)
        self.epoch = self.start = exercise.trained.epochs
        self._epochs_per_look = 1
        self._look_again = 0.0  # when the loss is to be looked at
        self.latest_loss = loss = self.loss()
        first = exercise.trained.first_loss
        self.first_loss = loss if first is None else first
        if not math.isfinite(loss):
            for at in range(exercise.example_count):  # worked step by step, it says where
                work(derive_passes(exercise.network), exercise.given(at), Exact())
            raise self._diverged(self.epoch, self._what_is_bad(loss))
        self._judged = (self.epoch, self._state)
        self.history = [(self.epoch, loss)]
        compared = exercise.trained.compared_loss
        self._compared = (self.epoch, loss)
        if compared is not None:
            self._compared = (self.epoch // COMPARED * COMPARED, compared)

    @property
    def trained(self) -> Trained:
        """What has been done altogether."""
        epoch, loss = self._compared
        is_last = epoch == self.epoch // COMPARED * COMPARED
        return Trained(self.epoch, self.first_loss, loss if is_last else None)

    @property
    def numbers(self) -> dict[str, float]:
        """The state as it is after ``epoch`` epochs."""
        return dict(zip(self._names, self._state, strict=True))

    def numbers_after(self, batches: Sequence[tuple[int, ...]]) -> dict[str, float]:
        """The state as it would be after the first batches of the next epoch."""
        state = self._state
        if batches:
            try:
                state = self._loop.after(state, batches)
            except NO_NUMBER:
                raise self._diverged(self.epoch + 1, self._what_went_wrong()) from None
        return dict(zip(self._names, state, strict=True))

    def loss(self) -> float:
        """The mean loss over the examples; nan where it does not exist."""
        return self._loop.loss(self._state)

    def outcomes(self) -> list[Values]:
        """The predictions and the loss of each example, with the parameters as they are."""
        return self._loop.outcomes(self._state)

    def advance(
        self,
        until: int,
        record: Sequence[int] = (),
        limits: Limits = Limits(),  # noqa: B008 - it is frozen
        watch: Watch = Watch(),  # noqa: B008 - likewise
    ) -> Ending | None:
        """Train until an epoch is done, recording the loss after those of ``record`` (ascending).

        Returns why training ended, or None where it went on to the last epoch. Raises
        DivergedError when a parameter is no longer finite, or the loss stands a thousand times
        above where it began.
        """
        ending = self._ending(limits, watch)
        while ending is None and self.epoch < until:
            stop = self._next_stop(until, record, limits, watch)
            self._train(min(self._epochs_per_look, stop - self.epoch), limits.until_loss)
            recorded = self.epoch == stop and stop in record
            judged = self.epoch == _next_judged(self._judged[0])
            if recorded or judged or perf_counter() > self._look_again:
                self._look()
            if judged:
                self._judge()
            if recorded:
                self._record()
            watch.report(self)
            ending = self._ending(limits, watch)
            if ending is None and watch.every and self.epoch % watch.every == 0:
                watch.checkpoint(self)
        return ending

    def take_over(self, numbers: Mapping[str, Figure]) -> None:
        """Go on from another state, as after one epoch more."""
        self._state = tuple(float(numbers[name]) for name in self._names)
        self.epoch += 1

    def conclude(self) -> None:
        """Record the loss of the last epoch, wherever training ended."""
        if self.history[-1][0] < self.epoch:
            self._look()
            self._record()

    def _next_stop(self, until: int, record: Sequence[int], limits: Limits, watch: Watch) -> int:
        """The next epoch after which there is something to be done."""
        stops = [until, _next_judged(self.epoch)]
        at = bisect_right(record, self.epoch)
        if at < len(record):
            stops.append(record[at])
        if limits.tolerance is not None:
            stops.append(_next_multiple(self.epoch, COMPARED))
        if watch.every:
            stops.append(_next_multiple(self.epoch, watch.every))
        return min(stops)

    def _ending(self, limits: Limits, watch: Watch) -> Ending | None:
        """Why training ends here, if it does."""
        if watch.interrupted():
            return Ending(self.epoch, Reason.INTERRUPTED, self.loss())
        if self._has_reached(limits.until_loss):
            return Ending(self.epoch, Reason.LOSS_REACHED, self.loss())
        if limits.tolerance is not None and self.epoch % COMPARED == 0:
            (epoch, before), loss = self._compared, self.loss()
            self._compared = (self.epoch, loss)
            if epoch == self.epoch - COMPARED and before - loss < limits.tolerance:
                return Ending(self.epoch, Reason.NO_IMPROVEMENT, before - loss)
        return None

    def _has_reached(self, until_loss: float | None) -> bool:
        """Whether the loss is low enough."""
        return until_loss is not None and self.loss() <= until_loss

    def _train(self, epochs: int, until_loss: float | None) -> None:
        """Some epochs at once, or fewer if an earlier one reaches the loss.

        Where they go wrong, one by one to the epoch in which they do.
        """
        before, started = self._state, perf_counter()
        done = self._run(epochs, until_loss)
        if not done:
            self._state = before
            for _ in range(epochs):
                if not self._run(1):
                    raise self._diverged(self.epoch + 1, self._what_went_wrong())
                self.epoch += 1
                if self._has_reached(until_loss):
                    break
            return
        self.epoch += done
        if epochs == self._epochs_per_look:
            quick = perf_counter() - started < SECONDS_PER_LOOK
            self._epochs_per_look = max(epochs * 2 if quick else epochs // 2, 1)

    def _look(self) -> None:
        """Look at the loss."""
        started = perf_counter()
        self.latest_loss = self.loss()
        # Looks are far enough apart to cost next to nothing, however long one takes.
        took = perf_counter() - started
        self._look_again = started + max(SECONDS_PER_LOOK, took / COST_OF_LOOKS)

    def _record(self) -> None:
        """Put the loss into the history."""
        if not math.isfinite(self.latest_loss):
            raise self._diverged(self.epoch, self._what_is_bad(self.latest_loss))
        self.history.append((self.epoch, self.latest_loss))

    def _judge(self) -> None:
        """If the loss is bad, find the first epoch since it was last judged in which it is."""
        if self._is_bad(self.latest_loss):
            last = self.epoch
            self.epoch, self._state = self._judged
            while not self._is_bad(loss := self.loss()) and self.epoch < last:
                self._run(1)
                self.epoch += 1
            raise self._diverged(self.epoch, self._what_is_bad(loss))
        self._judged = (self.epoch, self._state)

    def _run(self, epochs: int, until_loss: float | None = None) -> int:
        """Train, and say how many epochs were done; 0 if the state is none to go on from."""
        try:
            done, state = self._loop.trained(self._state, self.epoch + 1, epochs, until_loss)
        except NO_NUMBER:
            return 0
        self._state = state
        # The sum tells quickly; finite numbers whose sum is too large are still finite.
        is_finite = math.isfinite(sum(state)) or all(map(math.isfinite, state))
        return done if is_finite else 0

    def _what_went_wrong(self) -> str:
        """What the next epoch, or the one just done, came to that is no number."""
        parameters = self._exercise.network.parameters
        for name, value in zip(parameters, self._state, strict=False):
            if not math.isfinite(value):
                return f"{name} left the range of float64"
        return f"{self._what_does_not_exist()}, with {self._largest()},"

    def _what_does_not_exist(self) -> str:
        """Where in the next epoch a gradient does not exist.

        Raises WorkingError where it is no gradient but a new value: it has another mend.
        """
        exercise, state = self._exercise, self._state
        passes = derive_passes(exercise.network)
        for batch in exercise.batches.of_epoch(self.epoch + 1, exercise.example_count):
            numbers = dict(zip(self._names, state, strict=True))
            try:
                worked = [
                    work(passes, {**exercise.given(at), **numbers}, Exact()).values for at in batch
                ]
            except WorkingError as error:
                return str(error)
            try:
                state = self._loop.after(state, [batch])
            except NO_NUMBER:
                self._work_update(batch, worked, numbers)
                break
        return f"{GRADIENT} does not exist"

    def _work_update(
        self,
        batch: Sequence[int],
        worked: Sequence[Mapping[str, float]],
        state: Mapping[str, float],
    ) -> None:
        """Work the update by a batch step by step: that says where it has no value."""
        exercise, count = self._exercise, len(batch)
        given = {**exercise.given(batch[0]), **state}
        numbers = [at + 1 for at in batch] if count > 1 else []
        for symbol, part in parts_of_batch(exercise.network, numbers).items() if numbers else ():
            examples = worked if part.example is None else [worked[numbers.index(part.example)]]
            given[symbol.name] = sum(values[part.name] for values in examples)
        try:
            work(derive(exercise.network, numbers), given, Exact())
        except WorkingError as error:
            if error.why != TOO_LARGE:
                raise

    def _largest(self) -> str:
        """The parameter that is farthest from 0."""
        parameters = self._exercise.network.parameters
        pairs = zip(self._state, parameters, strict=False)
        value, name = max(pairs, key=lambda pair: abs(pair[0]))
        return f"{name} at {value:.4g}"

    def _is_bad(self, loss: float) -> bool:
        """Whether a loss is far above where it began, or does not exist."""
        began_with_some = self.first_loss > NEXT_TO_NOTHING
        return not math.isfinite(loss) or (began_with_some and DIVERGED * self.first_loss < loss)

    def _what_is_bad(self, loss: float) -> str:
        if not math.isfinite(loss):
            return f"{LOSS} left the range of float64, with {self._largest()},"
        return (
            f"the loss stands at {loss:.4g}, over {DIVERGED} times the {self.first_loss:.4g} that "
            f"it began with, and {self._largest()},"
        )

    def _diverged(self, epoch: int, what: str) -> DivergedError:
        led_there = epoch > self.start
        return DivergedError(epoch, what, self._rate if led_there else None)


def _next_judged(epoch: int) -> int:
    """The next epoch after which it is judged whether training has diverged."""
    step = 1 if epoch < JUDGED_ALL else 10 ** (len(str(epoch)) - 2)
    return _next_multiple(epoch, step)


def _next_multiple(epoch: int, of: int) -> int:
    return (epoch // of + 1) * of
