"""``backprop new``: a configuration to begin with, by its sizes or by questions."""

import signal
from collections.abc import Mapping
from random import randrange
from typing import Annotated

import typer

from backprop_cli.cli.completion import functions, losses, optimizers
from backprop_cli.cli.destinations import Destination, destination
from backprop_cli.cli.exits import FAILED, SIGNALLED, complaints
from backprop_cli.cli.option_kinds import whole
from backprop_cli.cli.options import Force, Output
from backprop_cli.cli.printing import say_written, write
from backprop_cli.cli.world import World
from backprop_cli.errors import UsageError

MOST_STEPS = 50
DRAWN = {"inputs": "inputs", "weights": "weights", "target": "targets"}  # fields, by their options
NUMBERS = ("inputs", "weights", "biases", "targets", "rate")


def new(
    ctx: typer.Context,
    sizes: Annotated[
        str | None,
        typer.Argument(
            metavar="SIZES",
            help="The numbers of inputs, of neurons in each layer and of outputs, such as 2-3-1. "
            "On a terminal, without it, questions are asked.",
        ),
    ] = None,
    activation: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The activation function; `backprop activation` lists all. Without it: sigmoid.",
            autocompletion=functions,
        ),
    ] = None,
    loss: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The loss. Without it: half_squared_error, of a softmax cross_entropy.",
            autocompletion=losses,
        ),
    ] = None,
    inputs: Annotated[
        str | None,
        typer.Option(
            help="The inputs, such as 0.05,0.10. Numbers that are not given are drawn.",
            metavar="X,Y,…",
        ),
    ] = None,
    weights: Annotated[
        str | None, typer.Option(help="The weights w1, w2, … in this order.", metavar="X,Y,…")
    ] = None,
    biases: Annotated[
        str | None,
        typer.Option(
            help="own (one for each neuron), shared (one for each layer), none, or the numbers.",
            metavar="KIND",
        ),
    ] = None,
    target: Annotated[
        str | None, typer.Option(help="The targets, one for each output.", metavar="X,Y,…")
    ] = None,
    lr: Annotated[str | None, typer.Option("--lr", help="The learning rate.", metavar="X")] = None,
    optimizer: Annotated[
        str | None,
        typer.Option(
            help="The optimizer. Without it: sgd.", metavar="NAME", autocompletion=optimizers
        ),
    ] = None,
    skip: Annotated[
        bool,
        typer.Option(
            "--skip",
            help="Also connect each layer to the one two before it: the output to the inputs.",
        ),
    ] = False,
    recurrent: Annotated[
        int | None,
        typer.Option(
            metavar="STEPS",
            help="Make a recurrent network of so many steps; SIZES are those of one step.",
            parser=whole(),
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Draw the numbers with seed N, the same each time. Without it: new ones.",
            parser=whole(),
        ),
    ] = None,
    output: Output = None,
    force: Force = False,
) -> None:
    """Make a configuration with comments, ready to run; its numbers are given or drawn."""
    world: World = ctx.obj
    given = {
        "activation": activation,
        "loss": loss,
        "inputs": inputs,
        "weights": weights,
        "biases": biases,
        "targets": target,
        "rate": lr,
        "optimizer": optimizer,
    }
    with complaints(None):
        written_to = destination(output, force=force, pipes=True)
        drawn_with = randrange(1000) if seed is None else seed
        if recurrent is not None:
            text = _recurrent(sizes, given, recurrent, drawn_with, skip=skip)
        elif sizes is not None:
            text = new_configuration(sizes, given, drawn_with, skip=skip)
        elif skip:
            raise UsageError("--skip: SIZES is missing, such as 2-3-1")
        else:
            text, written_to = _by_questions(world, given, drawn_with, written_to, force=force)
        if not write(text, written_to, world):
            raise typer.Exit(FAILED)
        if written_to is not None:
            say_written([written_to], "backprop run", world)


Given = Mapping[str, str | None]


def new_configuration(sizes: str, given: Given, seed: int, *, skip: bool = False) -> str:
    """A ready configuration of what was given on the command line. Raises UsageError."""
    from backprop_cli.api.templates import completed
    from backprop_cli.cli.sketched import sketched
    from backprop_cli.config.writing.template import written

    sketch = sketched(sizes, given, skips=skip)
    known = [values is not None for values in sketch.numbers]
    which = "the numbers that were not given" if any(known) else "its numbers"
    remark = "its numbers were given" if all(known) else f"{which} are drawn with seed {seed}"
    return written(completed(sketch, seed), remark)


def _recurrent(sizes: str | None, given: Given, steps: int, seed: int, *, skip: bool) -> str:
    """A recurrent network over some steps, all its numbers drawn. Raises UsageError."""
    from backprop_cli.api.recurrent import unrolled
    from backprop_cli.api.templates import suitable_rate
    from backprop_cli.cli.sketched import sketched
    from backprop_cli.functions.softmax import SOFTMAX

    if sizes is None:
        raise UsageError("--recurrent: SIZES is missing, those of one step, such as 1-2-1")
    sketch = sketched(sizes, {"activation": "tanh", **_given_only(given)})
    if len(sketch.sizes) != 3:
        raise UsageError(f"{sizes}: --recurrent asks for three sizes, those of one step: 1-2-1")
    if not 2 <= steps <= MOST_STEPS:
        raise UsageError(f"--recurrent {steps}: write a number from 2 to {MOST_STEPS}")
    drawn = [f"--{name}" for name in ("inputs", "weights", "target") if given[DRAWN[name]]]
    if drawn or sketch.bias_values or skip:
        said = drawn[0] if drawn else "--skip" if skip else "--biases with numbers"
        raise UsageError(f"{said}: it does not go with --recurrent, whose numbers are drawn")
    if sketch.biases == "own":
        raise UsageError("--biases own: the steps share theirs; leave it out, or write none")
    if SOFTMAX in sketch.functions or sketch.functions[-1] != sketch.activation:
        raise UsageError("--recurrent: its outputs are linear; choose another loss or activation")
    of_outputs = sketch._replace(activation="linear")
    return unrolled(sketch, steps, sketch.rate or suitable_rate(of_outputs), seed)


def _given_only(given: Given) -> dict[str, str]:
    """The arguments that were given, but for the numbers that --recurrent draws."""
    return {name: text for name, text in given.items() if text and name not in DRAWN.values()}


def _by_questions(
    world: World, given: Given, seed: int, written_to: Destination | None, *, force: bool
) -> tuple[str, Destination]:
    """A configuration made by questions, and where it is to be written.

    Ctrl-C and Ctrl-D end the command, and the user is told how to go on with what was answered.
    """
    if any(given[name] for name in NUMBERS):
        raise UsageError("SIZES is missing, such as 2-3-1: without it, no numbers can be given")
    if not world.converses:
        raise UsageError(
            "SIZES is missing; write for example backprop new 2-3-1. On a terminal, backprop new "
            "alone asks for all that it needs"
        )
    from backprop_cli.cli.dialog import Dialog
    from backprop_cli.cli.sketched import chosen
    from backprop_cli.cli.sketching import Questions, ask_for_file
    from backprop_cli.config.writing.sketch import Sketch
    from backprop_cli.config.writing.template import written

    dialog = Dialog(world)
    questions = Questions(dialog, chosen(Sketch((2, 2, 1)), given), seed)
    try:
        sketch = questions.exercise({name for name, value in given.items() if value is None})
        file = written_to or ask_for_file(dialog, force=force)
    except (EOFError, KeyboardInterrupt) as ended:
        dialog.say()
        if questions.began:
            dialog.say("Nothing is written. To go on from your answers:")
            world.out.write(f"  {questions.command()}\n")  # in one line, to be copied
        code = SIGNALLED + signal.SIGINT if isinstance(ended, KeyboardInterrupt) else FAILED
        raise typer.Exit(code) from None
    return written(sketch, "made by questions and answers"), file


EXAMPLES = """Examples:

backprop new

backprop new 2-3-1 --activation tanh --seed 7 -o mine.yaml

backprop new 2-3-1 --skip

backprop new 1-1-1 --recurrent 3 -o cell.yaml

backprop new 2-1 --inputs 0.5,0.1 --weights 0.3,-0.2 --biases none --target 1 --lr 0.1"""

SETTINGS = {"epilog": EXAMPLES}
