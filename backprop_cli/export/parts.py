"""The parts of a script that are the same whatever the library: settings, examples, the loop."""

import textwrap
from collections.abc import Callable, Iterator, Sized
from itertools import chain
from shlex import quote

from backprop_cli.export.arrays import Array
from backprop_cli.export.description import Description, LayerArrays
from backprop_cli.export.layout import INDENT, WIDTH, Block, array, indented, listing, quoted
from backprop_cli.export.reading import Reading
from backprop_cli.export.snippets import HUBER, LOG_COSH, READ_COLUMNS, STANDARDIZED, TIMES_LOG
from backprop_cli.functions.losses import LOSSES
from backprop_cli.wording import listed, printable

# The loss, example by example and output by output, where every library writes it alike.
LOSS_OF_EACH = {
    "half_squared_error": "0.5 * (y - y_hat) ** 2",
    "squared_error": "(y_hat - y) ** 2",
    "mean_squared_error": "(y - y_hat) ** 2 / y.shape[1]",
    "binary_cross_entropy": "-(times_log(y, y_hat) + times_log(1 - y, 1 - y_hat))",
    "cross_entropy": "-times_log(y, y_hat)",
    "huber": "huber(y_hat - y)",
    "log_cosh": "log_cosh(y_hat - y)",
}
# The losses that are logarithms of predictions.
LOGARITHMS = ("binary_cross_entropy", "cross_entropy")
# The functions by which losses are written, by the losses' names.
OF_LOSS = {**dict.fromkeys(LOGARITHMS, TIMES_LOG), "huber": HUBER, "log_cosh": LOG_COSH}


def of_loss(description: Description, library: str) -> Block:
    """The function by which the loss is written, if it needs one."""
    network = description.network
    settings = LOSSES[network.loss].configured(network.loss_settings).settings
    named = {name: repr(float(value)) for name, value in settings.items()}
    return OF_LOSS.get(network.loss, "").format(np=library, **named).splitlines()


def over_examples(description: Description) -> str:
    """The kind of loss over several examples; nothing where there is only one."""
    row = description.reduction
    return f", the {row.name} over the examples" if row else ""


def divided(description: Description) -> str:
    """The divisor of a sum over examples, as code."""
    row = description.reduction
    return " / len(x)" if row and row.divides else ""


def loss_function(description: Description) -> str:
    """The name of the function that finds the loss of all the examples."""
    return f"{description.network.reduction}_loss"


# A penalty, and its derivative by an array w, for a library called np.
PENALTIES = {
    "l2": ("0.5 * {strength} * sum({np}.sum(w**2) for w in weights)", "{strength} * {w}"),
    # Of abs, JAX takes 1 for the derivative at 0.
    "l1": (
        "{strength} * sum({np}.sum(w * {np}.sign(w)) for w in weights)",
        "{strength} * {np}.sign({w})",
    ),
}


def penalty(description: Description, library: str, value_of: Callable[[Array], str]) -> Block:
    """The function of the penalty, if there is one; ``value_of`` is an array's source."""
    network = description.network
    if not network.penalty:
        return []
    formula = PENALTIES[network.penalty][0]
    return [
        f"def penalty({'p' if library == 'jnp' else ''}):",
        *indented(
            [
                '"""What is added to the loss so that the weights stay small."""',
                *listing("weights = ", [*map(value_of, description.penalized)], depth=1),
                f"return {formula.format(np=library, strength=description.strength)}",
            ]
        ),
    ]


def penalty_slope(description: Description, library: str, w: str) -> str:
    """The penalty's derivative by an array."""
    formula = PENALTIES[description.network.penalty][1]
    return formula.format(np=library, strength=description.strength, w=w)


def header(description: Description, library: str) -> Block:
    """The line that says where the script is from and how to run it."""
    name, file = printable(description.configuration), printable(quote(description.file))
    end = f" in {library}; run it with: python {file}"
    room = WIDTH - len("# ") - len(end)
    if len(name) > room > 1:
        name = f"…{name[len(name) - room + 1 :]}"
    return [f"# {name}{end}"]


def imports(description: Description, *more: str) -> Block:
    """The imports from the standard library: those that the parts need, and more."""
    data, modules = description.data, set(more)
    if data is not None:
        modules |= {"csv"} | ({"math"} if data.standardize else set())
    if shuffles(description):
        modules.add("random")
    lines = [f"import {module}" for module in sorted(modules)]
    if data is not None and data.beside_script:
        lines.append("from pathlib import Path")
    return lines


def shuffles(description: Description) -> bool:
    """True if the order of the examples is drawn and makes a difference."""
    batched = description.batch_size is not None
    return description.shuffle and batched and bool(description.trained)


def settings(description: Description) -> Block:
    """The numbers of the training."""
    lines = []
    if description.epochs_done:
        lines.append(f"epochs_done = {description.epochs_done}  # training goes on from there")
    numbers: dict[str, int | float] = {"epochs": description.epochs}
    if description.trained:
        numbers.update(description.settings)
        if description.batch_size is not None:
            numbers["batch_size"] = description.batch_size
        if shuffles(description):
            numbers["seed"] = description.seed
    return [*lines, *(f"{name} = {number!r}" for name, number in numbers.items())]


def examples(description: Description, call: str) -> Iterator[Block]:
    """``x`` and ``y``, an example a row; ``call`` makes an array of a list, as ``np.array``."""
    network, data = description.network, description.data
    rows = "An example a row" if len(description.x) > 1 else "The example"
    inputs = f"input{_s(network.inputs)} {listed(network.inputs)}"
    outputs = [one.name for one in network.outputs]
    said = comment(f"{rows}: {inputs}; {_ended(f'target{_s(outputs)} of {listed(outputs)}')}")
    if data is None:
        yield [
            *said,
            *array([f"x = {call}"], description.x),
            *array([f"y = {call}"], description.y),
        ]
        return
    reading = "" if data.delimiter == "," else f"delimiter={quoted(data.delimiter)}, "
    yield READ_COLUMNS.replace("{reading}", reading).splitlines()
    if data.standardize:
        yield STANDARDIZED
    yield [*said, *_from_columns(data, call)]


def _from_columns(data: Reading, call: str) -> Iterator[str]:
    path = quoted(data.path)
    if data.beside_script:
        yield f"data = Path(__file__).parent / {path}"
    else:
        yield f"data = {path}  # seen from the folder in which this is run"
    yield "columns = read_columns(data)"
    yield from listing("inputs = ", [*map(quoted, data.inputs)])
    yield "numbers = [[float(cell) for cell in columns[name]] for name in inputs]"
    if data.standardize:
        yield "numbers = [standardized(column) for column in numbers]"
    yield f"x = {call}(list(zip(*numbers)))"
    if data.classes:
        cells = f"columns[{quoted(data.targets[0])}]"
        named = [one for one in data.classes if isinstance(one, str)]
        yield f"cells = {cells}" if named else f"cells = [float(cell) for cell in {cells}]"
        yield from listing("classes = ", [*map(quoted, named)] or [*map(repr, data.classes)])
        yield f"y = {call}([[float(cell == one) for one in classes] for cell in cells])"
    else:
        yield from listing("targets = ", [*map(quoted, data.targets)])
        yield "numbers = [[float(cell) for cell in columns[name]] for name in targets]"
        yield f"y = {call}(list(zip(*numbers)))"


def comment(text: str, depth: int = 0) -> Block:
    """A comment of as many lines as it takes."""
    room = WIDTH - len(INDENT) * depth
    return textwrap.wrap(
        text, room, initial_indent="# ", subsequent_indent="# ", break_long_words=False
    )


def layers(description: Description, call: str) -> Iterator[Block]:
    """The arrays of each layer; ``call`` makes one of numbers."""
    for layer in description.layers:
        arrays = (array([f"{one.name} = {call}"], one.values) for one in layer.arrays)
        yield [*comment(about(layer)), *chain.from_iterable(arrays)]


def singles(description: Description, call: str) -> Block:
    """The parameters of a network that is no matrices, each an array of one number."""
    lines = comment("Each parameter by itself, under the name that it has in the network.")
    for one in description.singles:
        lines = [*lines, *array([f"{one.name} = {call}"], one.values)]
    return lines


def about(layer: LayerArrays) -> str:
    """The comment on a layer's arrays."""
    neurons = listed(neuron.name for neuron in layer.layer.neurons)
    said = [f"Layer {layer.layer.name}: {neurons}"]
    if layer.shares_bias:
        said.append("which share a bias")
    frozen = [one.name for one in layer.arrays if not one.is_trained]
    if frozen:
        said[-1] += f"; {listed(frozen)} {'is' if len(frozen) == 1 else 'are'} frozen"
    return _ended(", ".join(said))


def _ended(text: str) -> str:
    """A sentence with its full stop, unless a list that is abbreviated ends it."""
    return text if text.endswith("…") else f"{text}."


def _s(named: Sized) -> str:
    """The plural's ending."""
    return "" if len(named) == 1 else "s"


def masks(description: Description, call: str) -> Iterator[str]:
    """The masks of the arrays that are trained in part only, under ``W1_trained``."""
    for one in description.arrays:
        if one.is_masked:
            yield from array([f"{one.name}_trained = {call}"], one.trained)


def loop(
    description: Description, update: str, loss: str, order: str = "{}", condition: str = ""
) -> Block:
    """The epochs, with the loss at some of them.

    ``update`` is a statement in terms of ``{x}`` and ``{y}``, and perhaps t, which is then
    counted; ``loss`` one that finds the loss, ``order`` what makes a list of positions an index,
    ``condition`` what else the printing depends on.
    """
    epoch = "epochs_done + epoch" if description.epochs_done else "epoch"
    counts = description.counts and ", t)" in update
    count = ["t += 1"] if counts else []
    if description.batch_size is None:
        step = [*count, update.format(x="x", y="y")]
    else:
        batch = "slice(start, start + batch_size)"
        drawn: list[str] = []
        if shuffles(description):
            batch = order.format("order[start : start + batch_size]")
            drawn = [f"order = order_of_epoch({epoch})"]
        body = [f"batch = {batch}", *count, update.format(x="x[batch]", y="y[batch]")]
        step = [*drawn, "for start in range(0, len(x), batch_size):", *indented(body)]
    lines = ["if epoch > 0:", *indented(step)] if description.trained else []
    shown = [
        f"if {condition}is_shown(epoch):",
        f"{INDENT}{loss}",
        f'{INDENT}print(f"epoch {{{epoch}:>6}}  loss {{loss}}", flush=True)',
    ]
    said = [] if description.trained else ["# Every parameter is frozen: nothing is trained."]
    start = [f"t = {description.updates_done}  # updates so far"] if counts else []
    return [*said, *start, "for epoch in range(epochs + 1):", *indented([*lines, *shown])]
