"""What the other commands do: functions, new configurations, the schema, and exports."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from backprop_cli.cli.running import number
from backprop_cli.config import load as configuration
from backprop_cli.errors import UnknownNameError, UsageError
from backprop_cli.lesson.blocks import Lesson, Plot
from backprop_cli.wording import listed, printable, shown


class Request(NamedTuple):
    """What is asked of an activation function: the points and settings as they were typed."""

    points: Sequence[str] = ()
    settings: Sequence[str] = ()
    decimals: int = 4
    plot: bool = False


def activation(name: str | None, request: Request) -> tuple[Lesson, Plot | None]:
    """One activation function worked, or all of them listed; and its curves, if asked for.

    Raises UsageError for what means nothing, UnknownNameError for a name that is none, and
    OverflowError.
    """
    from backprop_cli.functions.activations import ACTIVATIONS
    from backprop_cli.functions.softmax import SOFTMAX
    from backprop_cli.lesson.reports.function import all_functions, function
    from backprop_cli.lesson.reports.function_plot import function_plot
    from backprop_cli.lesson.reports.softmax import softmax_at

    if name is None:
        if request.plot or request.settings:
            what = "plotted" if request.plot else "set"
            raise UsageError(
                f"which function is to be {what}? Name it, as in backprop activation leaky_relu"
            )
        return all_functions(), None
    if name not in (*ACTIVATIONS, SOFTMAX):
        raise UnknownNameError("activation", name, (*ACTIVATIONS, SOFTMAX), "function")
    points = [number(point, "") for point in request.points]
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
        setting, equals, given_number = text.partition("=")
        where = f"--set {printable(text)}: "
        if not equals:
            raise UsageError(f"{where}write it as NAME=NUMBER, such as slope=0.1")
        if setting not in known:
            has = listed(known) or "none"
            raise UsageError(f"{where}{name} has no setting {shown(setting)}; it has {has}")
        if setting in settings:
            raise UsageError(f"{where}{setting} is set twice")
        settings[setting] = number(given_number, where)
    return tuple(settings.items())


def new(sizes: str, activation: str, loss: str, seed: int | None) -> str:
    """A ready configuration. Raises UsageError for what cannot be made."""
    from random import randrange

    from backprop_cli.config.shape.fields import ACTIVATION_NAMES
    from backprop_cli.config.writing.template import dead_end, sizes_of, template
    from backprop_cli.functions.losses import LOSSES

    if activation not in ACTIVATION_NAMES:
        raise UnknownNameError("--activation", activation, ACTIVATION_NAMES, "function")
    if loss not in LOSSES:
        raise UnknownNameError("--loss", loss, LOSSES, "loss")
    layers = sizes_of(sizes)
    if why := dead_end(layers, activation, loss):
        raise UsageError(f"{sizes}: {why}")
    return template(layers, activation, loss, randrange(1000) if seed is None else seed)


def schema() -> str:
    """The JSON Schema of a configuration."""
    import json

    return f"{json.dumps(configuration.json_schema(), indent=2, ensure_ascii=False)}\n"


def export(source: Path, target: str, epochs: int, script: Path | None) -> str:
    """A script that trains the network of a configuration with another library.

    ``target`` is one of `export.TARGETS`, ``script`` the file to be written (None: standard
    output). Raises ConfigError, and UsageError for what a script cannot take up.
    """
    from backprop_cli.export import TARGETS
    from backprop_cli.export.description import describe
    from backprop_cli.export.reading import reading

    if target not in TARGETS:
        raise UnknownNameError("--to", target, TARGETS, "library")
    exercise = configuration.load(str(source))
    data = reading(exercise, script)
    name = "standard input" if str(source) == "-" else source.name
    file = script.name if script else "script.py"
    text = TARGETS[target](describe(exercise, name, file, epochs, data))
    if script and script.suffix == ".py" and script.stem in _imported(text):
        raise UsageError(
            f"--output {script}: the script imports {script.stem}, and Python would take this file "
            f"for it; call it otherwise, such as train_{script.name}"
        )
    return text


def _imported(script: str) -> set[str]:
    """The modules that a script imports, by their first names."""
    import ast

    found: set[str] = set()
    for node in ast.walk(ast.parse(script)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {name.partition(".")[0] for name in found}
