"""``backprop activation``: a function and its derivative, worked at points."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from backprop_cli.cli.completion import functions
from backprop_cli.cli.destinations import destination, no_picture, picture_file
from backprop_cli.cli.exits import FAILED, complaints
from backprop_cli.cli.media import lesson_format
from backprop_cli.cli.options import (
    Color,
    Colors,
    Force,
    Fragment,
    Output,
    OutputFormat,
    Picture,
    Plot,
    PrintedDecimals,
)
from backprop_cli.cli.printing import draw, show
from backprop_cli.errors import UnknownNameError, UsageError
from backprop_cli.wording import listed, printable, shown

if TYPE_CHECKING:
    from backprop_cli.lesson import blocks
    from backprop_cli.lesson.blocks import Lesson


def activation(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="The function. Without it: a list of all.",
            autocompletion=functions,
        ),
    ] = None,
    points: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="POINTS",
            help="The points to calculate it at; several make a table. For softmax: the weighted "
            "sums of all neurons.",
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=NUMBER",
            help="A setting of the function, such as slope=0.1. May be repeated.",
        ),
    ] = None,
    decimals: PrintedDecimals = 4,
    plot: Plot = False,
    picture: Picture = None,
    output_format: OutputFormat = None,
    fragment: Fragment = False,
    output: Output = None,
    color: Colors = Color.auto,
    force: Force = False,
) -> None:
    """Calculate an activation function and its derivative at a point, or list all functions."""
    with complaints(None):
        if plot:
            no_picture(name, *(points or ()))
        as_format = lesson_format(output_format, output, ctx.obj, fragment=fragment)
        drawn_to = picture_file(picture, force=force)
        written_to = destination(output, force=force, pipes=True)
        drawn = plot or picture is not None
        request = Request(points or (), settings or (), decimals, drawn)
        lesson, curves = worked(name, request)
        done = draw(curves, drawn_to, ctx.obj)
        lesson = (*lesson, curves) if plot and curves else lesson
        done &= show(lesson, written_to, ctx.obj.with_color(color), as_format)
    if not done:
        raise typer.Exit(FAILED)


class Request(NamedTuple):
    """A question about an activation function: the points and settings as they were typed."""

    points: Sequence[str] = ()
    settings: Sequence[str] = ()
    decimals: int = 4
    plot: bool = False


def worked(name: str | None, request: Request) -> "tuple[Lesson, blocks.Plot | None]":
    """One activation function worked, or all of them listed; and its curves, if asked for.

    Raises UsageError for what means nothing, UnknownNameError for a name that is none, and
    OverflowError.
    """
    from backprop_cli.cli.numbers import number
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
    """The settings that ``--set`` gives a function. Raises UsageError."""
    from backprop_cli.cli.numbers import number

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


SETTINGS = {
    # Points may be negative: -1 is a number here, not an option.
    "context_settings": {"ignore_unknown_options": True},
    "epilog": """Examples:

backprop activation sigmoid 0.3775 --plot

backprop activation leaky_relu -2 0 2 --set slope=0.1

backprop activation softmax 1 2 3""",
}
