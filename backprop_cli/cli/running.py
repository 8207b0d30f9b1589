"""What ``backprop run`` does, from a configuration's path to a lesson."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

from backprop_cli import config
from backprop_cli.cli.destinations import NONE, Destination, Files, not_over
from backprop_cli.cli.numbers import number, rate
from backprop_cli.errors import UsageError
from backprop_cli.functions.optimizers import T
from backprop_cli.lesson import whole as lesson
from backprop_cli.lesson.blocks import Heading, Lesson, Plot
from backprop_cli.lesson.explanation import explain_any
from backprop_cli.lesson.names import canonical_names, explainable
from backprop_cli.network.classes import MOST_COUNTED
from backprop_cli.network.exercise import Exercise
from backprop_cli.network.structure import LEARNING_RATE
from backprop_cli.runs.run import Calculation, calculate
from backprop_cli.training.endings import DivergedError, Limits, Reason, Watch
from backprop_cli.wording import counted

if TYPE_CHECKING:
    from backprop_cli.lesson.diagram import Diagram


class Settings(NamedTuple):
    """How a configuration is to be worked and trained, as it was typed.

    Epochs and examples count from 1; see `calculation.calculate`. Where training is ``resumed``,
    ``epochs`` are those to be done in all. ``progress`` is where a bar is shown, None to show none.
    """

    epochs: int = 1
    at: int | None = None
    example: int = 1
    exact: bool = False
    decimals: int | None = None
    rate: str | None = None
    until_loss: str | None = None
    tolerance: str | None = None
    engine: str = "auto"
    progress: TextIO | None = None
    resumed: bool = False

    @property
    def limits(self) -> Limits:
        """What ends training early. Raises UsageError."""
        given = (("--until-loss", self.until_loss), ("--tolerance", self.tolerance))
        return Limits(
            *(
                None if text is None else float(number(text, f"{option}: "))
                for option, text in given
            )
        )

    @property
    def trains(self) -> bool:
        """Whether something asks for training, also where there is only one update."""
        return self.resumed or self.limits != Limits() or self.engine != "auto"

    def watched(
        self, exercise: Exercise, watch: Watch
    ) -> AbstractContextManager[tuple[Watch, Callable[[], int]]]:
        """Within it, a training is shown and can be interrupted: see `watching.watched`."""
        from backprop_cli.cli.watching import watched  # only what trains is watched

        return watched(exercise, watch, self.epochs, self.engine, self.progress)


class Keeping(NamedTuple):
    """Where a trained network is to be kept: at the end, and every so many epochs.

    What cannot be written there is told to ``warn``; ``files`` are all that the command will write.
    """

    save: Destination | None = None
    checkpoint: Destination | None = None
    every: int = 0
    warn: Callable[[str], None] = lambda _message: None
    files: Files = NONE


NOTHING_KEPT = Keeping()


def names_to_explain(source: Path) -> Mapping[str, str]:
    """Every name that ``--explain`` takes for a configuration, and the quantity it means.

    Raises ConfigError.
    """
    return explainable(config.load(str(source)))


class Worked(NamedTuple):
    """What came of a run: to be read, to be read by programs, and to be drawn.

    Of ``names`` the derivations are wanted, and no more; ``lost`` says that the trained network
    could not be kept where it was to be, ``signal`` is the number of the signal that ended
    training, 0 if none did. ``diverged`` is what became of the epoch that the working is a part of,
    where that came to nothing.
    """

    calculation: Calculation
    names: Sequence[str]
    lost: bool
    signal: int
    diverged: DivergedError | None = None

    def lesson(self, *, brief: bool) -> Lesson:
        """The derivations of the quantities asked for, or else the whole working."""
        calculation = self.calculation
        if self.names:
            explained = (block for name in self.names for block in explain_any(calculation, name))
            return (*_epoch_shown(calculation), *explained)
        worked = lesson.brief(calculation) if brief else lesson.full(calculation)
        worked = (*_epoch_shown(calculation), *worked)
        if calculation.ending is None or self.diverged:
            return worked
        from backprop_cli.lesson.reports.training import training

        return (*worked, *training(calculation))

    def json(self) -> str:
        """The numbers, or the derivations asked for, as one line.

        Raises ArithmeticError where a number does not exist.
        """
        if self.names:
            from json import dumps

            from backprop_cli.render.derivations import derivations

            return f"{dumps({'derivations': derivations(self.lesson(brief=False))})}\n"
        if self.diverged:
            raise self.diverged
        from backprop_cli.runs.record import as_json

        return f"{as_json(self.calculation)}\n"

    def diagram(self, *, gradients: bool = True) -> "Diagram":
        """The network as a picture's parts, with its figures and the gradients of the loss."""
        from backprop_cli.lesson.diagram import network_diagram

        network = self.calculation.exercise.network
        return network_diagram(network, self.calculation.working, gradients=gradients)

    def plot(self) -> Plot:
        """The loss by epoch. Raises WorkingError where it does not exist."""
        from backprop_cli.lesson.reports.training import loss_plot

        return loss_plot(self.calculation)


def run(
    source: Path, settings: Settings, names: Sequence[str], keeping: Keeping = NOTHING_KEPT
) -> Worked:
    """Work a configuration, and train it; of ``names`` the derivations are wanted, and no more.

    Raises ConfigError, UsageError for what means nothing, UnknownNameError for a name that the
    network does not have, and ArithmeticError where a number leaves the range of float64.
    """
    exercise = _asked(loaded(source, keeping.files), settings)
    done = exercise.trained.epochs
    if settings.resumed:
        if settings.epochs < done:
            raise UsageError(
                f"--epochs {settings.epochs}: {counted(done, 'epoch')} are done already, and with "
                "--resume the epochs are counted in all"
            )
        settings = settings._replace(epochs=settings.epochs - done)
    if keeping != NOTHING_KEPT:
        _countable(exercise, settings.epochs)
    last = done + max(settings.epochs, 1)  # with none left to run, the next one is shown
    if settings.at is not None and not done < settings.at <= last:
        there = f"has only epoch {last}"
        if settings.epochs > 1:
            there = f"goes from epoch {done + 1} to epoch {last}"
        more = f"; write --epochs {settings.at - done} or more" if settings.at > last else ""
        raise UsageError(f"--at {settings.at}: this run {there}{more}")
    wanted: Sequence[str] = ()
    if names:
        # Before anything is calculated: a mistyped name should not cost a training run.
        at = settings.at or done + 1
        *_, batch = exercise.batches_until(settings.example - 1, at)
        wanted = canonical_names(names, explainable(exercise, batch))
        # What comes later changes nothing of it: of several examples not even its own epoch.
        before = 1 if exercise.example_count > 1 else 0
        settings = settings._replace(epochs=at - done - before)
    try:
        return _kept(exercise, settings, wanted, keeping)
    except DivergedError as error:
        if settings.epochs != 1:
            raise
        # Nobody asked for more than the working, and of that the rest of the epoch changes nothing.
        shown, signal = _calculated(
            exercise, settings._replace(epochs=0), Watch(), in_float64=settings.trains
        )
        return Worked(shown, wanted, lost=False, signal=signal, diverged=error)


def _countable(exercise: Exercise, epochs: int) -> None:
    """Raise UsageError where training would end with more epochs or updates than are counted."""
    update = int(exercise.numbers.get(T.name, 1))
    batches = -(-exercise.example_count // exercise.batches.size)
    if max(exercise.trained.epochs + epochs, update + epochs * batches) > MOST_COUNTED:
        raise UsageError(f"--epochs {epochs}: more than {MOST_COUNTED} are not counted")


def _kept(exercise: Exercise, settings: Settings, names: Sequence[str], keeping: Keeping) -> Worked:
    """Work an exercise, and keep what training comes to where it is to be kept."""
    if keeping.save is None and keeping.checkpoint is None:
        calculation, signal = _calculated(exercise, settings, Watch(), in_float64=settings.trains)
        return Worked(calculation, names, lost=False, signal=signal)
    from backprop_cli.cli.keeping import Checkpoint, check, save
    from backprop_cli.cli.signals import interruption

    for place in (keeping.save, keeping.checkpoint):
        if place is not None:
            check(exercise, place.path)
    checkpoint = keeping.checkpoint and Checkpoint(exercise, keeping.checkpoint, keeping.warn)
    watch = Watch()
    if checkpoint:
        watch = Watch(checkpoint=checkpoint.write, every=keeping.every)
    calculation, signal = _calculated(exercise, settings, watch, in_float64=True)
    lost = False
    assert calculation.going is not None
    with interruption() as noted:  # what was trained is not lost to a signal that comes now
        if checkpoint:
            checkpoint.write_last(calculation.going)
            lost = checkpoint.failed
        if keeping.save:
            lost |= not save(exercise, calculation.going, keeping.save, keeping.warn)
        signal = signal or noted()
    return Worked(calculation, names, lost, signal)


def _calculated(
    exercise: Exercise, settings: Settings, watch: Watch, *, in_float64: bool
) -> tuple[Calculation, int]:
    """Work an exercise, and train it where there is more than one update; and what interrupted it.

    That is the number of a signal, or 0.
    """

    def calculated(watch: Watch) -> Calculation:
        return calculate(
            exercise,
            epochs=settings.epochs,
            at=settings.at,
            example=settings.example - 1,
            exact=settings.exact,
            decimals=settings.decimals,
            in_float64=in_float64,
            engine=settings.engine,
            limits=settings.limits,
            watch=watch,
        )

    if settings.epochs == 1 and exercise.example_count == 1 and not in_float64:
        return calculated(watch), 0
    with settings.watched(exercise, watch) as (watch, noted):
        calculation = calculated(watch)
        ending = calculation.ending
        interrupted = ending is not None and ending.reason is Reason.INTERRUPTED
        return calculation, noted() if interrupted else 0


def loaded(source: Path, files: Files) -> Exercise:
    """The exercise of a configuration, whose data are in none of the files to be written.

    Raises ConfigError and UsageError.
    """
    exercise = config.load(str(source))
    if exercise.data is not None:
        not_over(Path(exercise.data.folder, exercise.data.file), "the data are", files)
    return exercise


def _asked(exercise: Exercise, settings: Settings) -> Exercise:
    """An exercise with the rate that is asked for; it must have the example. Raises UsageError."""
    count = exercise.example_count
    if settings.example > count:
        there = "is 1 example" if count == 1 else f"are {count} examples"
        raise UsageError(f"--example {settings.example}: there {there}")
    if settings.rate is not None:
        given = {LEARNING_RATE: rate(settings.rate)}
        exercise = exercise._replace(numbers={**exercise.numbers, **given})
    return exercise


def _epoch_shown(calculation: Calculation) -> Lesson:
    """What is to be said of a working that is not the first epoch's."""
    if calculation.epoch == 1:
        return ()
    after = counted(calculation.epoch - 1, "epoch")
    return (Heading(2, f"Epoch {calculation.epoch}, after {after} of training"),)
