"""The work of ``backprop run``, from a configuration's path to a lesson."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from backprop_cli import config
from backprop_cli.cli.destinations import Files, not_over
from backprop_cli.cli.numbers import rate
from backprop_cli.cli.settings import NOTHING_KEPT, Keeping, Settings
from backprop_cli.derivation.derived import Derived
from backprop_cli.errors import UsageError
from backprop_cli.functions.optimizers import T
from backprop_cli.lesson import whole as lesson
from backprop_cli.lesson.arithmetic_used import in_which_arithmetic
from backprop_cli.lesson.blocks import Heading, Lesson, Plot
from backprop_cli.lesson.explanation import explain_any
from backprop_cli.lesson.notation import PLAIN, Notation, notation_called
from backprop_cli.network.classes import MOST_COUNTED
from backprop_cli.network.exercise import Exercise
from backprop_cli.runs.plan import Plan, most_epochs
from backprop_cli.runs.run import Run, calculate
from backprop_cli.training.endings import DivergedError, Reason
from backprop_cli.training.watch import Watch
from backprop_cli.wording import counted

if TYPE_CHECKING:
    from backprop_cli.lesson.diagram import Diagram


def names_to_explain(source: Path) -> Mapping[str, str]:
    """Every name that ``--explain`` takes for a configuration, and the quantity it means.

    Raises ConfigError.
    """
    from backprop_cli.lesson.names import explainable

    return explainable(config.load(str(source)))


# Why a part of a solution may be missing.
NOTHING = {
    "loss": "there is none, as the configuration has no target",
    "gradients": "there are none; here an update uses the error",
    "updates": "there are none, as the configuration has no learning_rate",
}


class Worked(NamedTuple):
    """The result of a run: to be read, to be read by programs, and to be drawn.

    Of ``names`` the derivations are wanted, and no more; ``lost`` says that the trained network
    could not be kept where it was to be, ``signal`` is the number of the signal that ended
    training, 0 if none did. ``diverged`` is what became of the epoch that the working is a part of,
    where that came to nothing.
    """

    run: Run
    names: Sequence[str]
    lost: bool
    signal: int
    diverged: DivergedError | None = None
    notation: Notation = PLAIN

    def lesson(self, *, brief: bool, only: str | None = None) -> Lesson:
        """The derivations of the quantities asked for, or else the whole working.

        ``only`` one of its parts, `whole.PARTS`, if that is given.
        """
        run, notation = self.run, self.notation
        if self.names:
            explained = tuple(
                block for name in self.names for block in explain_any(run, name, notation.explain)
            )
            return (
                *_epoch_shown(run),
                *in_which_arithmetic(run),
                *notation.written(run, explained),
            )
        worked = lesson.brief(run) if brief else lesson.full(run, notation)
        if only and not (worked := lesson.part(run, only, notation)):
            raise UsageError(f"--only {only}: {NOTHING[only]}")
        worked = (*_epoch_shown(run), *in_which_arithmetic(run), *worked)
        if run.training is None or only:
            return worked
        from backprop_cli.lesson.reports.training import training

        return (*worked, *training(run))

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

        return f"{as_json(self.run)}\n"

    def diagram(self, *, gradients: bool = True) -> "Diagram":
        """The network as a picture's parts, with its figures and the gradients of the loss."""
        from backprop_cli.lesson.diagram import network_diagram

        return network_diagram(self.run.exercise.network, self.run.working, gradients=gradients)

    def plot(self) -> Plot:
        """The loss by epoch. Raises WorkingError where it does not exist."""
        from backprop_cli.lesson.reports.training import loss_plot

        return loss_plot(self.run)


def run(
    source: Path, settings: Settings, names: Sequence[str], keeping: Keeping = NOTHING_KEPT
) -> Worked:
    """Work a configuration, and train it; of ``names`` the derivations are wanted, and no more.

    Raises ConfigError, UsageError for what means nothing, UnknownNameError for a name that the
    network does not have, and ArithmeticError where a number leaves the range of float64.
    """
    exercise = _asked(loaded(source, keeping.files), settings)
    notation = notation_called(settings.notation)
    if refusal := notation.refusal(exercise.network):
        raise UsageError(f"--notation {settings.notation}: {refusal}")
    done = exercise.trained.epochs
    if settings.open_ended:
        usual = most_epochs(exercise)
        # Training that ends by itself goes on from where it stood.
        goes_on = settings.resumed and usual > 1
        settings = settings._replace(epochs=usual + (done if goes_on else 0))
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
    # An input's gradient is derived where somebody asks for it.
    derived = Derived(exercise.network, by_inputs=bool(names))
    if not exercise.network.learns:
        _no_training(exercise, settings, keeping)
    wanted: Sequence[str] = ()
    if names:
        from backprop_cli.lesson.names import canonical_names, explainable

        # Before anything is calculated: a mistyped name should not cost a training run.
        at = settings.at or done + 1
        *_, batch = exercise.batches_until(settings.example - 1, at)
        wanted = canonical_names(
            names, explainable(exercise, batch, derived), exercise, settings.example - 1
        )
    # What comes later changes nothing of a derivation: not even the rest of its own epoch.
    shown_only = bool(names) or not exercise.network.learns
    plan = settings.plan(shown_only=shown_only, trains=keeping.keeps or settings.trains)
    work = Work(exercise, settings, plan, derived)
    try:
        return _kept(work, wanted, keeping)._replace(notation=notation)
    except DivergedError as error:
        if settings.epochs != 1 or names:
            raise
        # Nobody asked for more than the working, and of that the rest of the epoch changes nothing.
        shown, signal = work._replace(plan=plan._replace(shown_only=True)).run(Watch())
        return Worked(shown, wanted, False, signal, error, notation)


def _no_training(exercise: Exercise, settings: Settings, keeping: Keeping) -> None:
    """Raise UsageError where a network without a learning rate is to be trained."""
    asked = {
        f"--epochs {settings.epochs}": settings.epochs > 1,
        "--at": settings.at is not None,
        "--until-loss": settings.until_loss is not None,
        "--tolerance": settings.tolerance is not None,
        "--save": keeping.save is not None,
        "--checkpoint": keeping.checkpoint is not None,
    }
    for option, given in asked.items():
        if given:
            mend = "add a line learning_rate: 0.5, or say --lr 0.5"
            if not exercise.network.aimed:
                mend = "add a target and a learning_rate"
            raise UsageError(f"{option}: there is nothing to train by; {mend}")


def _countable(exercise: Exercise, epochs: int) -> None:
    """Raise UsageError where training would end with more epochs or updates than are counted."""
    update = int(exercise.numbers.get(T.name, 1))
    batches = -(-exercise.example_count // exercise.batches.size)
    if max(exercise.trained.epochs + epochs, update + epochs * batches) > MOST_COUNTED:
        raise UsageError(f"--epochs {epochs}: more than {MOST_COUNTED} are not counted")


class Work(NamedTuple):
    """An exercise and what is to be done with it: as a plan, and as it was typed."""

    exercise: Exercise
    settings: Settings
    plan: Plan
    derived: Derived

    def run(self, watch: Watch) -> tuple[Run, int]:
        """Do it; what interrupted it is told by the number of a signal, or 0."""
        if self.plan.is_one_update(self.exercise):
            return calculate(self.exercise, self.plan, watch, self.derived), 0
        with self.settings.watched(self.exercise, watch) as (watch, noted):
            run = calculate(self.exercise, self.plan, watch, self.derived)
            training = run.training
            told = training is None or training.ending.reason is Reason.INTERRUPTED
            return run, noted() if told else 0


def _kept(work: Work, names: Sequence[str], keeping: Keeping) -> Worked:
    """Work an exercise, and keep what training comes to where it is to be kept."""
    if not keeping.keeps:
        run, signal = work.run(Watch())
        return Worked(run, names, lost=False, signal=signal)
    from backprop_cli.cli.keeping import Checkpoint, check, save
    from backprop_cli.cli.signals import interruption

    exercise = work.exercise
    for place in (keeping.save, keeping.checkpoint):
        if place is not None:
            check(exercise, place.path)
    checkpoint = keeping.checkpoint and Checkpoint(exercise, keeping.checkpoint, keeping.warn)
    watch = Watch()
    if checkpoint:
        watch = Watch(checkpoint=checkpoint.write, every=keeping.every)
    run, signal = work.run(watch)
    lost = False
    assert run.training is not None
    with interruption() as noted:  # what was trained is not lost to a signal that comes now
        if checkpoint:
            checkpoint.write_last(run.training)
            lost = checkpoint.failed
        if keeping.save:
            lost |= not save(exercise, run.training, keeping.save, keeping.warn)
        signal = signal or noted()
    return Worked(run, names, lost, signal)


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
        exercise = exercise.with_rate(rate(settings.rate))
    return exercise


def _epoch_shown(run: Run) -> Lesson:
    """The heading of a working that is not the first epoch's."""
    epoch = run.shown.epoch
    if epoch == 1:
        return ()
    return (Heading(2, f"Epoch {epoch}, after {counted(epoch - 1, 'epoch')} of training"),)
