"""The update of a layered network in matrices, W − η dW, and the way to one quantity."""

from collections.abc import Callable, Iterator

from backprop_cli.algebra.expression import Product, Symbol, partial
from backprop_cli.algebra.prose import prose
from backprop_cli.derivation.steps import new
from backprop_cli.functions.optimizers import lines_of
from backprop_cli.functions.reductions import REDUCTIONS
from backprop_cli.lesson.blocks import Block, Equations, Heading, Paragraph
from backprop_cli.lesson.equations import result
from backprop_cli.lesson.matrix_passes import Passes
from backprop_cli.lesson.matrix_rows import Grid, Worked
from backprop_cli.lesson.updates import update_equation
from backprop_cli.network.structure import LEARNING_RATE, Network

RATE = Symbol("η")


def updates(passes: Passes) -> Iterator[Block]:
    """W_new and B_new of every layer, and each shared bias by itself."""
    network, layers = passes.network, passes.layers
    yield Heading(2, "Weight and Bias Updates")
    rate = result(passes.working, LEARNING_RATE)
    yield Paragraph(prose("The learning rate ", RATE, " is ", rate, "."))
    goal, of = passes.working.derivation.goal, passes.working.derivation.of
    if goal != of:
        said = f": {REDUCTIONS[network.reduction].reason}" if passes.working.is_batched else ""
        said += ", the penalty's part included" if network.penalty else ""
        yield Paragraph(prose("Here dW1 is short for ", partial(goal, "W1"), f"{said}."))
    yield Heading(3, "Weight Updation Formula")
    for at in range(1, layers.last + 1):
        yield from updated(passes, layers.weights(at)).blocks
    grids = [layers.biases(at) for at in range(1, layers.last + 1)]
    if any(grids):
        yield Heading(3, "Bias Updation Formula")
    for at, grid in enumerate(grids, 1):
        if grid is not None and not layers.shares_bias(at):
            yield from updated(passes, grid).blocks
        elif grid is not None:
            names = dict.fromkeys(grid.names)
            yield Equations(tuple(update_equation(passes.working, name) for name in names))
    if network.slopes:
        yield Heading(3, "Slope Updation Formula")
        yield Equations(tuple(update_equation(passes.working, s) for s in network.slopes))


def updated(passes: Passes, grid: Grid) -> Worked:
    """W − η dW."""
    figures = passes.matrices.figures
    after = Grid(new(grid.name).name, _each(grid, lambda name: new(name).name))
    slopes = Grid(f"d{grid.name}", _each(grid, passes.working.update_gradient))
    rate = result(passes.working, LEARNING_RATE)
    numbers = figures(grid) - Product((rate, figures(slopes)))
    return passes.matrices.work(after, grid.symbol - Product((RATE, slopes.symbol)), numbers)


def way_to(passes: Passes, target: str, parameter: str) -> list[Block]:
    """The equations that lead to a quantity, and its own line; none if no matrix leads there.

    To the gradient of a ``parameter`` in no matrix, they lead to those that it is made of.
    """
    every, way = range(1, passes.layers.last + 1), list[Block]()
    for at in every:
        for worked in (*passes.worked_forward(at), *_updated(passes, at)):
            if target in worked.grid.names:
                return [*worked.blocks, *_own(passes, target)]
    for at in reversed(every):
        for worked in passes.backward(at):
            name, ends = worked.grid.name, target in worked.grid.names
            if ends or name[:2] in ("dA", "dZ") or name[:1] == "J":
                way += worked.blocks
            if ends or (parameter and name == _shared_at(passes, parameter, at)):
                return [*way, *_own(passes, target)]
    return []


def _own(passes: Passes, target: str) -> Iterator[Block]:
    step = passes.working.derivation.by_name[target]
    yield Paragraph(prose("This is ", step.defines, " alone:"))
    yield passes.matrices.lines([target])


def _updated(passes: Passes, at: int) -> Iterator[Worked]:
    """The new matrices of a layer."""
    biases = passes.layers.biases(at)
    if is_by_matrix(passes.network):
        yield updated(passes, passes.layers.weights(at))
        if biases is not None and not passes.layers.shares_bias(at):
            yield updated(passes, biases)


def _shared_at(passes: Passes, parameter: str, at: int) -> str:
    """The matrix of a layer that the gradient of a parameter in no matrix is made of."""
    neurons = passes.network.by_parameter[parameter].neurons
    if not {*neurons} & {*passes.network.layers[at - 1].neurons}:
        return ""
    by_bias = parameter in passes.network.biases and passes.layers.shares_bias(at)
    by_slope = parameter in passes.network.slopes
    return f"dZ{at}" if by_bias else f"dA{at}" if by_slope else ""


def is_by_matrix(network: Network) -> bool:
    """True if every parameter is updated, and by nothing but W − η dW."""
    return network.learns and not lines_of(network) and not network.frozen


def _each(grid: Grid, change: Callable[[str], str]) -> tuple[tuple[str | None, ...], ...]:
    return tuple(tuple(name and change(name) for name in row) for row in grid.elements)
