"""A gradient's derivation by the chain rule, arranged as the document arranges it."""

from collections.abc import Iterator, Sequence
from enum import Enum, auto

from backprop_cli.algebra.expression import (
    Expression,
    Marked,
    Number,
    Partial,
    Product,
    Symbol,
    symbols,
)
from backprop_cli.algebra.prose import Code, enumerated, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.chains import Chain, chain_to, sums_on_the_way
from backprop_cli.derivation.steps import Rule, Step
from backprop_cli.functions.softmax import SOFTMAX
from backprop_cli.lesson.blocks import (
    Block,
    ChainRule,
    Equation,
    Equations,
    Heading,
    Paragraph,
    Role,
    Side,
)
from backprop_cli.lesson.equations import equation, line, marked, result, sides
from backprop_cli.lesson.reasons import reason
from backprop_cli.network.exercise import Network, Neuron

# A gradient on the way that is a sum is derived where it is first needed. Up to this many parts
# on the way each get a chain of their own, up to the second number a line each; beyond that only
# the nearest sum is shown, so that an explanation stays readable in a network of any size.
PARTS_IN_FULL = 12
PARTS_IN_LINES = 40


class Detail(Enum):
    """How much of a chain's derivation is written down."""

    FULL = auto()  # every factor, numbered, with its reason
    SHORT = auto()  # the last factor; the others are known from another weight of the neuron
    KNOWN = auto()  # every factor's value, for a part of a sum


def gradient_blocks(
    working: AnyWorking, target: Partial, known: set[str], detail: Detail = Detail.FULL
) -> Iterator[Block]:
    """A gradient's derivation, after that of the sums on its way that are not known yet.

    ``known`` are the names of the sums that need none any more; those derived here are added.
    """
    needed = [
        step
        for step in sums_on_the_way(working.derivation, target)
        if step.defines.name not in known
    ]
    count = sum(len(_parts(step)) for step in needed)
    if count > PARTS_IN_LINES:
        needed = needed[-1:]
    for step in needed:
        known.add(step.defines.name)
        yield from _sum_in_parts(working, step, in_full=count <= PARTS_IN_FULL)
    if count > PARTS_IN_FULL:
        yield from _taken_as_known(working, needed, known)
    if needed:
        yield Heading(4, prose("With that, the gradient for ", Symbol(target.by)))
    step = working.derivation.by_name[target.name]
    if step.rule is Rule.SUM_OF_PARTS:
        yield from _sum_of_chains(working, step)
    else:
        yield from _chain_blocks(working, chain_to(working.derivation, target), detail)


def _parts(step: Step) -> tuple[Partial, ...]:
    """The gradients that a sum adds up."""
    return tuple(part for part in symbols(step.expression) if isinstance(part, Partial))


def _sum_in_parts(working: AnyWorking, step: Step, *, in_full: bool) -> Iterator[Block]:
    """An activation's gradient where it feeds several neurons."""
    assert isinstance(step.defines, Partial)
    fed = enumerated([_origin(working, part) for part in _parts(step)])
    output = _under_softmax(working.derivation.network, step.defines.by)
    verb = "enters the softmax of" if output else "feeds"
    yield Heading(4, prose(Symbol(step.defines.by), f" {verb} ", fed, ": their parts are added"))
    if in_full:
        yield from _sum_of_chains(working, step)
    else:
        lines = [working.derivation.by_name[part.name] for part in _parts(step)]
        yield Equations(tuple(equation(working, line) for line in lines))
        yield Equations((equation(working, step),))


def _taken_as_known(working: AnyWorking, sums: Sequence[Step], known: set[str]) -> Iterator[Block]:
    """Which gradients the parts of sums start from that are derived nowhere, and how to ask."""
    by_name = working.derivation.by_name
    starts = (next(symbols(by_name[p.name].expression)) for step in sums for p in _parts(step))
    missing = dict.fromkeys(start for start in starts if start.name not in known)
    if missing:
        first = next(iter(missing)).name.replace("∂", "d")
        yield Paragraph(
            prose(
                *("Taken as known here: ", *enumerated([*missing]), "; "),
                *(Code(f"--explain {first}"), " derives the first of them."),
            )
        )


def _under_softmax(network: Network, quantity: str) -> Neuron | None:
    """The neuron of a softmax layer that a quantity is the weighted sum of."""
    layers = [layer for layer in network.layers if layer.activation == SOFTMAX]
    neurons = (neuron for layer in layers for neuron in layer.neurons)
    return next((neuron for neuron in neurons if neuron.weighted_sum == quantity), None)


def _shortcut(working: AnyWorking, target: Partial) -> Iterator[Block]:
    """What the parts come to under softmax and cross-entropy: prediction minus target."""
    network = working.derivation.network
    output = _under_softmax(network, target.by)
    if network.loss != "cross_entropy" or output not in network.outputs:
        return
    prediction, true = Symbol(network.prediction(output)), Symbol(network.target(output))
    difference = prediction - true
    numbers = working.with_figures(difference)
    value = working.arithmetic.evaluate(difference, working.values)
    figure = working.arithmetic.figure(working.arithmetic.result(value))
    end = Number(figure, of=target.name)
    but = "" if end == result(working, target.name) else ", but for what was rounded on the way"
    yield Paragraph(
        f"For softmax with cross-entropy the parts always come to this difference{but}:"
    )
    yield Equations((line(target, difference, numbers, end),))


def _sum_of_chains(working: AnyWorking, step: Step) -> Iterator[Block]:
    """A gradient as the document shows b1's: the sum, each part by its chain, the total."""
    assert isinstance(step.defines, Partial)
    parts = _parts(step)
    yield ChainRule(step.defines, parts, added=True)
    for number, part in enumerate(parts, 1):
        yield Heading(4, prose(f"Part {number}: Gradient from ", _origin(working, part)))
        yield from _chain_blocks(working, chain_to(working.derivation, part), Detail.KNOWN)
    yield Heading(4, prose("Total Gradient for ", Symbol(step.defines.by)))
    yield Equations((equation(working, step),))
    yield from _shortcut(working, step.defines)


def _origin(working: AnyWorking, part: Partial) -> Symbol:
    """What a part of a sum comes through."""
    return Symbol(working.derivation.by_name[part.name].through)


def _chain_blocks(working: AnyWorking, chain: Chain, detail: Detail) -> Iterator[Block]:
    """A chain: its formula, its factors, the running products and the product in one line."""
    if chain.links:
        yield ChainRule(chain.of, chain.factors)
    factors = list(enumerate(chain.steps))
    if detail is Detail.SHORT:
        factors = factors[-1:]
    if detail is Detail.KNOWN:
        yield Heading(4, "Known values:")
    yield Equations(
        tuple(
            _factor(working, step, at, with_reason=detail is not Detail.KNOWN)
            for at, step in factors
        ),
        numbered=detail is Detail.FULL and len(factors) > 1,
    )
    if not chain.links:
        return
    if detail is not Detail.KNOWN:
        yield Heading(4, "Step by step")
        yield Equations(tuple(_running_products(working, chain)))
    yield Heading(4, "Finally")
    yield Equations((_product_in_one_line(working, chain, detail),))


def _factor(working: AnyWorking, step: Step, number: int, *, with_reason: bool) -> Equation:
    """One factor's line; of a sum, which has been worked out before, the value alone."""
    if step.rule is Rule.SUM_OF_PARTS:
        above = "the sum of its parts, worked out above" if with_reason else ""
        known = line(step.defines, result(working, step.defines.name), reason=above)
        return marked(known, number)
    why = reason(working, step) if with_reason else ""
    return equation(working, step, factor=number, reason=why)


def _running_products(working: AnyWorking, chain: Chain) -> Iterator[Equation]:
    """0.7414 * 0.1868 ≈ 0.1385, and so on from factor to factor."""
    reached = chain.start.defines
    for at, link in enumerate(chain.links, 1):
        before, factor = result(working, reached.name), result(working, link.factor.defines.name)
        start = Marked(before, 0) if at == 1 else before
        product = Side(Product((start, Marked(factor, at))), Role.NUMBERS)
        _, end = sides(before * factor, result(working, link.reached.name))
        yield Equation(link.reached, (product, end), note=link.reached)
        reached = link.reached


def _product_in_one_line(working: AnyWorking, chain: Chain, detail: Detail) -> Equation:
    """The gradient as the product of all factors' figures.

    In the short form also as the product from the neuron's activation on, which is known.
    """
    products: list[Expression] = [
        Product(tuple(result(working, factor.name) for factor in chain.factors))
    ]
    if detail is Detail.SHORT and len(chain.links) > 2:
        last_known = chain.links[-3].reached.name
        names = [last_known, *(link.factor.defines.name for link in chain.links[-2:])]
        products.append(Product(tuple(result(working, name) for name in names)))
    return line(chain.of, *products, result(working, chain.of.name))
