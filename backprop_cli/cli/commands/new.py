"""``backprop new``: a configuration to begin with."""

from typing import Annotated

import typer

from backprop_cli.cli.completion import functions, losses
from backprop_cli.cli.destinations import destination
from backprop_cli.cli.exits import FAILED, complaints
from backprop_cli.cli.options import Force, Output, whole
from backprop_cli.cli.printing import write
from backprop_cli.errors import UnknownNameError, UsageError


def new(
    ctx: typer.Context,
    sizes: Annotated[
        str,
        typer.Argument(
            metavar="SIZES",
            help="The numbers of inputs, of neurons in each layer and of outputs, such as 2-3-1.",
        ),
    ],
    activation: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The activation function; `backprop activation` lists all. Without it: sigmoid.",
            autocompletion=functions,
            show_default=False,
        ),
    ] = "sigmoid",
    loss: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="The loss. Without it: half_squared_error.",
            autocompletion=losses,
            show_default=False,
        ),
    ] = "half_squared_error",
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Draw the same numbers again, those of seed N. Without it: new numbers each time.",
            parser=whole(),
        ),
    ] = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Print a configuration with comments and random numbers, ready to run."""
    with complaints(None):
        written_to = destination(output, force=force, pipes=True)
        if not write(new_configuration(sizes, activation, loss, seed), written_to, ctx.obj):
            raise typer.Exit(FAILED)


def new_configuration(sizes: str, activation: str, loss: str, seed: int | None) -> str:
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


SETTINGS = {"epilog": "Example:  backprop new 2-3-1 --activation tanh --seed 7 -o mine.yaml"}
