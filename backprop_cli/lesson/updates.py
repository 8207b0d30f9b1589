"""The update, as a lesson shows it: the lines of each parameter."""

from collections.abc import Iterator

from backprop_cli.algebra.expression import (
    Expression,
    Number,
    Relation,
    Symbol,
    substitute,
    symbols,
)
from backprop_cli.algebra.prose import Code, Prose, enumerated, prose
from backprop_cli.arithmetic.exactness import equal
from backprop_cli.arithmetic.figures import rounded
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Rule, new
from backprop_cli.functions.optimizers import (
    DECAY,
    DECAYED,
    GRADIENT,
    OLD,
    OPTIMIZERS,
    RATE,
    SHRUNK,
    SLOPE,
    T,
    lines_of,
    symbol_of,
)
from backprop_cli.lesson.blocks import (
    Block,
    Equation,
    Equations,
    Heading,
    Paragraph,
    Role,
)
from backprop_cli.lesson.equations import equation, formula, line, result
from backprop_cli.lesson.parameters import kinds_of
from backprop_cli.network.structure import LEARNING_RATE, Network


def updates(network: Network, working: AnyWorking) -> Iterator[Block]:
    """Every parameter's update, kind by kind."""
    plain = not lines_of(network)
    yield Heading(2, "Weight and Bias Updates")
    if not plain:
        yield from _optimizer(network, working)
    learning_rate_is_said = not plain
    for kind, _, names in kinds_of(network):
        moved = [name for name in _order(network, kind, names) if name not in network.frozen]
        if moved:
            yield Heading(3, f"{kind} Updation Formula")
        if moved and plain:
            old, after = Symbol(f"old_{kind.lower()}"), Symbol(f"new_{kind.lower()}")
            yield Paragraph(Relation(after, "=", old - RATE * SLOPE))
        if moved and not learning_rate_is_said:
            yield Paragraph(prose("The learning rate is ", result(working, LEARNING_RATE), "."))
            learning_rate_is_said = True
        if plain and kind == "Weight" and moved:
            yield Equations(tuple(update_equation(working, name) for name in moved))
        else:
            for name in moved:
                yield Heading(4, prose("Update ", Symbol(name), ":"))
                yield Equations((*_lines(network, working, name), update_equation(working, name)))
        held = [name for name in names if name in network.frozen]
        if held:
            yield Paragraph(prose("Held fixed: ", enumerated([*map(Symbol, held)]), "."))


def _order(network: Network, kind: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The document's: the output layer's weights in order, then all others counting down."""
    if kind != "Weight":
        return names
    into_outputs = {edge.weight for neuron in network.outputs for edge in neuron.edges}
    last = [name for name in names if name in into_outputs]
    return (*last, *(name for name in reversed(names) if name not in into_outputs))


def _optimizer(network: Network, working: AnyWorking) -> Iterator[Block]:
    """The optimizer's formulas, for any parameter w, and its settings."""
    row, lines = OPTIMIZERS[network.optimizer], lines_of(network)
    put_in: dict[str, Expression] = {SLOPE.name: working.derivation.update_gradient(OLD.name)}
    if GRADIENT not in (line.defines for line in lines):
        put_in[GRADIENT.name] = put_in[SLOPE.name]
    old = DECAYED if SHRUNK in lines else OLD
    whose = "PyTorch defines it" if "pytorch.org" in row.source else "textbooks do"
    yield Paragraph(
        prose(
            f"The update is that of {row.title}, as {whose} (",
            *(Code(row.source), "). For a parameter ", OLD, " it works out:"),
        )
    )
    formulas: list[tuple[Symbol, Expression, Prose]] = [*lines]
    formulas.append((new(OLD.name), old - row.step, ""))
    yield Equations(
        tuple(formula(left, substitute(right, put_in), reason=why) for left, right, why in formulas)
    )
    named = (LEARNING_RATE, *row.settings, *([DECAY.name] if network.decays else []))
    settings = enumerated([_given(working, name) for name in named])
    count = prose(", in update ", _given(working, T.name)) if row.counts else ""
    yield Paragraph(prose("Here ", settings, count, "."))


def _given(working: AnyWorking, name: str) -> Relation:
    return Relation(Symbol(name), "=", result(working, name))


def update_blocks(network: Network, working: AnyWorking, parameter: str) -> Iterator[Block]:
    """Every line of one parameter's update, with its reason."""
    lines = _lines(network, working, parameter, reasons=True)
    yield Equations((*lines, update_equation(working, parameter)))


def _lines(
    network: Network, working: AnyWorking, parameter: str, *, reasons: bool = False
) -> Iterator[Equation]:
    derivation = working.derivation
    for own in lines_of(network):
        step = derivation.by_name[symbol_of(own.defines, parameter).name]
        yield equation(working, step, reason=own.reason if reasons else "")


def update_equation(working: AnyWorking, parameter: str) -> Equation:
    """A parameter's new value. The line shows a step that is rounded on the way."""
    step = working.derivation.by_name[new(parameter).name]
    expression = step.expression
    used = (working.derivation.by_name.get(symbol.name) for symbol in symbols(expression))
    taken = {
        found.defines.name: found.expression
        for found in used
        if found is not None and found.rule is Rule.STEP
    }
    on_the_way = {name: Number(working.figure(name)) for name in taken}
    figures = [working.with_figures(substitute(expression, on_the_way))]
    if taken:
        expression = substitute(expression, taken)
        figures.insert(0, working.with_figures(expression))
    name = step.defines.name
    whole, short = result(working, name), Number(working.short_figure(name), of=name)
    # An exact figure is also shown as short as any other; one that is rounded is not twice, nor
    # where that would look wrong: 0.5495499 is 0.54955 in the longer figure, 0.5495 in the shorter.
    follows = rounded(whole.value, working.arithmetic.decimals) == short.value
    ends = [whole, short] if follows and equal(figures[-1], whole) else [whole]
    if equal(whole, short):
        ends = [short]
    found = line(step.defines, expression, *figures, *ends)
    sides = [
        side._replace(role=Role.RESULT) if side.formula in ends else side for side in found.sides
    ]
    return found._replace(sides=tuple(sides))
