"""What the commands do: from a configuration's path to a text or to a terminal."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from pydantic_core import PydanticCustomError

from backprop_cli import config as configuration
from backprop_cli import lesson
from backprop_cli.blocks import Heading, Lesson, Plot
from backprop_cli.calculation import Calculation, calculate
from backprop_cli.complaint import UnknownNameError, UsageError, listed, printable, shown
from backprop_cli.explanation import explain
from backprop_cli.names import canonical_names, explainable
from backprop_cli.network import Exercise
from backprop_cli.render.progress import progress
from backprop_cli.scalars import read_number


class Settings(NamedTuple):
    """How a configuration is to be worked; see `calculation.calculate`.

    Epochs and examples count from 1.
    """

    epochs: int = 1
    at: int = 1
    example: int = 1
    exact: bool = False
    decimals: int | None = None


class Request(NamedTuple):
    """What is asked of an activation function: the points and settings as they were typed."""

    points: Sequence[str] = ()
    settings: Sequence[str] = ()
    decimals: int = 4
    plot: bool = False


def names_to_explain(source: Path) -> Iterable[str]:
    """Every name that ``--explain`` takes for a configuration. Raises ConfigError."""
    return explainable(configuration.load(str(source)))


def run(source: Path, settings: Settings, names: Sequence[str], *, brief: bool) -> Lesson:
    """A run: the derivations of the named quantities, or the whole working.

    Raises ConfigError, UnknownNameError for a name that the network does not have, and
    ArithmeticError where a number leaves the range of float64.
    """
    exercise = _loaded(source, settings)
    if names:
        # Before anything is calculated: a mistyped name should not cost a training run.
        *_, batch = exercise.batches_until(settings.example - 1, settings.at)
        wanted = canonical_names(names, explainable(exercise, batch))
        working = _calculated(exercise, settings).working
        explained = (block for name in wanted for block in explain(working, name))
        return (*_epoch_shown(settings), *explained)
    calculation = _calculated(exercise, settings)
    worked = lesson.brief(calculation) if brief else lesson.full(calculation)
    worked = (*_epoch_shown(settings), *worked)
    if not calculation.is_training:
        return worked
    from backprop_cli.report import training

    return (*worked, *training(calculation))


def run_as_json(source: Path, settings: Settings) -> str:
    """The numbers of a run as one line of JSON. Raises ConfigError and ArithmeticError."""
    from backprop_cli.render.json import as_json

    return f"{as_json(_calculated(_loaded(source, settings), settings))}\n"


def gradient_check(source: Path, settings: Settings) -> tuple[Lesson, bool]:
    """The gradient check of a configuration, and whether every gradient passes.

    Raises ConfigError and ArithmeticError.
    """
    from backprop_cli.gradcheck import check_gradients
    from backprop_cli.report import gradient_check

    checks = check_gradients(configuration.load(str(source)))
    return gradient_check(checks, settings.decimals), all(check.passes for check in checks)


def activation(name: str | None, request: Request) -> tuple[Lesson, Plot | None]:
    """One activation function worked, or all of them listed; and its curves, if asked for.

    Raises UsageError for what means nothing, UnknownNameError for a name that is none, and
    OverflowError.
    """
    from backprop_cli.activations import ACTIVATIONS
    from backprop_cli.function_lesson import all_functions, function
    from backprop_cli.function_plot import function_plot
    from backprop_cli.softmax import SOFTMAX
    from backprop_cli.softmax_lesson import softmax_at

    if name is None:
        if request.plot or request.settings:
            what = "plotted" if request.plot else "set"
            raise UsageError(
                f"which function is to be {what}? Name it, as in backprop activation leaky_relu"
            )
        return all_functions(), None
    if name not in (*ACTIVATIONS, SOFTMAX):
        raise UnknownNameError("activation", name, (*ACTIVATIONS, SOFTMAX), "function")
    points = [_number(point, "") for point in request.points]
    known = ACTIVATIONS[name].settings if name in ACTIVATIONS else {}
    settings = _settings(request.settings, name, known)
    if name != SOFTMAX:
        plot = function_plot(name, points, settings) if request.plot else None
        return function(name, points, request.decimals, settings), plot
    if request.plot:
        raise UsageError("softmax takes all weighted sums together: there is no curve to plot")
    return softmax_at(points, request.decimals), None


def _settings(
    given: Sequence[str], name: str, known: Iterable[str]
) -> tuple[tuple[str, Decimal], ...]:
    """What ``--set`` sets of a function. Raises UsageError."""
    settings: dict[str, Decimal] = {}
    for text in given:
        setting, equals, number = text.partition("=")
        where = f"--set {printable(text)}: "
        if not equals:
            raise UsageError(f"{where}write it as NAME=NUMBER, such as slope=0.1")
        if setting not in known:
            has = listed(known) or "none"
            raise UsageError(f"{where}{name} has no setting {shown(setting)}; it has {has}")
        if setting in settings:
            raise UsageError(f"{where}{setting} is set twice")
        settings[setting] = _number(number, where)
    return tuple(settings.items())


def _number(text: str, where: str) -> Decimal:
    """A number of the command line. Raises UsageError."""
    try:
        return read_number(text)
    except PydanticCustomError as error:
        raise UsageError(f"{where}{error}") from None


def new(sizes: str, activation: str, loss: str, seed: int | None) -> str:
    """A ready configuration. Raises UsageError for what cannot be made."""
    from random import randrange

    from backprop_cli.fields import ACTIVATION_NAMES
    from backprop_cli.losses import LOSSES
    from backprop_cli.template import sizes_of, template

    if activation not in ACTIVATION_NAMES:
        raise UnknownNameError("--activation", activation, ACTIVATION_NAMES, "function")
    if loss not in LOSSES:
        raise UnknownNameError("--loss", loss, LOSSES, "loss")
    return template(sizes_of(sizes), activation, loss, randrange(1000) if seed is None else seed)


def schema() -> str:
    """The JSON Schema of a configuration."""
    return f"{json.dumps(configuration.json_schema(), indent=2, ensure_ascii=False)}\n"


def export(source: Path, target: str, epochs: int, script: Path | None) -> str:
    """A script that trains the network of a configuration with another library.

    ``target`` is one of `export.TARGETS`, ``script`` the file to be written (None: standard
    output). Raises ConfigError, and UsageError for what a script cannot take up.
    """
    from backprop_cli.export import TARGETS
    from backprop_cli.export.data_file import data_file
    from backprop_cli.export.description import describe

    if target not in TARGETS:
        raise UnknownNameError("--to", target, TARGETS, "library")
    exercise, settings = configuration.load_with_settings(str(source))
    data = data_file(settings.data, exercise, source, script)
    name = "standard input" if str(source) == "-" else source.name
    file = script.name if script else "script.py"
    return TARGETS[target](describe(exercise, name, file, epochs, data))


def _loaded(source: Path, settings: Settings) -> Exercise:
    """The exercise of a configuration, which must have the example that is asked for."""
    exercise = configuration.load(str(source))
    count = exercise.example_count
    if settings.example > count:
        there = "is 1 example" if count == 1 else f"are {count} examples"
        raise UsageError(f"--example {settings.example}: there {there}")
    return exercise


def _calculated(exercise: Exercise, settings: Settings) -> Calculation:
    chosen = settings._replace(example=settings.example - 1)._asdict()
    with progress(settings.epochs) as report:
        return calculate(exercise, **chosen, report=report)


def _epoch_shown(settings: Settings) -> Lesson:
    """What is to be said of a working that is not the first epoch's."""
    if settings.at == 1:
        return ()
    return (Heading(2, f"Epoch {settings.at}, after {settings.at - 1} epochs of training"),)
