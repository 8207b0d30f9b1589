"""Training from epoch to epoch: what is recorded of it, when it is looked at, where it ends."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from time import perf_counter

from backprop_cli.functions.optimizers import goes_by_error, state_names
from backprop_cli.network.exercise import Exercise, Figure, Trained
from backprop_cli.training.compiled import Compiled, Values
from backprop_cli.training.divergence import NONE_EXISTS, Place, divergence, is_bad, is_finite
from backprop_cli.training.endings import DivergedError, Ending, Limits, Reason
from backprop_cli.training.loop import CompiledLoop, Loop, State
from backprop_cli.training.watch import Watch

# The loss is recorded after every epoch up to this many; beyond, after well-chosen ones and about
# so many others evenly spread, so that memory does not grow with the number of epochs.
RECORDED_ALL = 1000
RECORDED_EVENLY = 200

# Between two looks at how it goes, the loop runs for about this long, and what a look costs stays
# under this part of the time.
SECONDS_PER_LOOK = 0.1
COST_OF_LOOKS = 0.01

# Whether the loss has diverged is judged after every epoch up to this one, and then after every
# tenth of the next power of ten: of epochs 100 to 1,000 after every tenth, and so on. So it depends
# neither on the clock nor on how many epochs are run.
JUDGED_ALL = 100

# Over so many epochs the improvement is measured that is held against a tolerance.
COMPARED = 100


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
    (pairs of epoch and the loss over all the examples); ``latest_loss`` is the loss as it was last
    looked at. ``loop`` takes it from epoch to epoch, by default in float64. Raises WorkingError
    where there is no loss from the start, TooLargeError and EngineError.
    """

    def __init__(self, exercise: Exercise, loop: Loop | None = None) -> None:
        self._exercise = exercise
        self._loop = loop or CompiledLoop(exercise, Compiled(exercise))
        self._names = state_names(exercise.network)
        self._state: State = self._loop.start(exercise.numbers)
        self.epoch = self.start = exercise.trained.epochs
        self._epochs_per_look = 1
        self._look_again = 0.0  # when the loss is to be looked at
        self.latest_loss = loss = self.loss()
        first = exercise.trained.first_loss
        self.first_loss = loss if first is None else first
        self._judged = Place(self.epoch, self._state)
        if not math.isfinite(loss):
            for at in range(exercise.example_count):
                self._loop.work(self._state, at)
            raise self._diverged()
        self.history = [(self.epoch, loss)]
        self._by_error = goes_by_error(exercise.network)
        self._perfect: int | None = None  # the epoch from which on there is no mistake
        self._note_perfection()
        compared = exercise.trained.compared_loss
        self._compared = (self.epoch, loss)
        if compared is not None:
            self._compared = (self.epoch // COMPARED * COMPARED, compared)

    @property
    def trained(self) -> Trained:
        """The training done so far, altogether."""
        epoch, loss = self._compared
        is_last = epoch == self.epoch // COMPARED * COMPARED
        return Trained(self.epoch, self.first_loss, loss if is_last else None)

    @property
    def numbers(self) -> dict[str, Figure]:
        """The state as it is after ``epoch`` epochs."""
        return dict(zip(self._names, self._state, strict=True))

    def numbers_after(self, batches: Sequence[tuple[int, ...]]) -> dict[str, Figure]:
        """The state as it would be after the first batches of the next epoch."""
        state = self._state
        if batches:
            try:
                state = self._loop.after(state, batches)
            except NONE_EXISTS:
                raise self._diverged() from None
        return dict(zip(self._names, state, strict=True))

    def loss(self) -> float:
        """The loss over all the examples; nan where it does not exist."""
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
            until_loss = limits.until_loss
            if self._by_error and until_loss is None:
                until_loss = 0.0
            self._train(min(self._epochs_per_look, stop - self.epoch), until_loss)
            self._note_perfection()
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
        """The reason why training ends here, if it does."""
        if watch.interrupted():
            return Ending(self.epoch, Reason.INTERRUPTED, self.loss())
        if self._has_reached(limits.until_loss):
            return Ending(self.epoch, Reason.LOSS_REACHED, self.loss())
        if self._perfect is not None and self.epoch > self._perfect:
            return Ending(self.epoch, Reason.NO_MISTAKE, 0.0)
        if limits.tolerance is not None and self.epoch % COMPARED == 0:
            (epoch, before), loss = self._compared, self.loss()
            self._compared = (self.epoch, loss)
            if epoch == self.epoch - COMPARED and before - loss < limits.tolerance:
                return Ending(self.epoch, Reason.NO_IMPROVEMENT, before - loss)
        return None

    def _note_perfection(self) -> None:
        """Note that the parameters make no mistake, if that is what ends training."""
        if self._by_error and self._perfect is None and self.loss() == 0:
            self._perfect = self.epoch

    def _has_reached(self, until_loss: float | None) -> bool:
        """True if the loss is low enough."""
        return until_loss is not None and self.loss() <= until_loss

    def _train(self, epochs: int, until_loss: float | None) -> None:
        """Some epochs at once, or fewer if an earlier one reaches the loss."""
        started = perf_counter()
        try:
            done, state = self._loop.trained(self._state, self.epoch + 1, epochs, until_loss)
        except NONE_EXISTS:
            raise self._diverged() from None
        if not is_finite(state):
            raise self._diverged()
        self._state = state
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
            raise self._diverged()
        self.history.append((self.epoch, self.latest_loss))

    def _judge(self) -> None:
        if is_bad(self.latest_loss, self.first_loss):
            raise self._diverged()
        self._judged = Place(self.epoch, self._state)

    def _diverged(self) -> DivergedError:
        """The message about a training that has gone wrong since it was last judged."""
        return divergence(self._exercise, self._loop, self._judged, self.first_loss)


def _next_judged(epoch: int) -> int:
    """The next epoch after which it is judged whether training has diverged."""
    step = 1 if epoch < JUDGED_ALL else 10 ** (len(str(epoch)) - 2)
    return _next_multiple(epoch, step)


def _next_multiple(epoch: int, of: int) -> int:
    return (epoch // of + 1) * of
