"""A gradient's derivation by the chain rule, arranged as the document arranges it."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from enum import Enum, auto

from backprop_cli.algebra.expression import (
    Expression,
    Marked,
    Number,
    Partial,
    Product,
    Symbol,
    substitute,
    symbols,
)
from backprop_cli.algebra.prose import Prose, enumerated, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.chains import Chain, chain_to, sums_on_the_way
from backprop_cli.derivation.steps import Derivation, Rule, Step
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
from backprop_cli.lesson.known import WORKED_OUT, Known, taken_as_known
from backprop_cli.lesson.reasons import reason
from backprop_cli.lesson.wide_softmax import gradients_in, mean_of, through_softmax

# A gradient on the way that is a sum is derived where it is first needed. Up to this many parts
# on the way each get a chain of their own, up to the second number a line each; beyond that only
# the nearest sum is shown, so that an explanation stays readable in a network of any size.
PARTS_IN_FULL = 12
PARTS_IN_LINES = 40


class Detail(Enum):
    """The extent to which a chain's derivation is written down."""

    FULL = auto()  # every factor, numbered, with its reason
    SHORT = auto()  # the last factor; the others are known from another weight of the neuron
    KNOWN = auto()  # every factor's value, for a part of a sum


def gradient_blocks(
    working: AnyWorking, target: Partial, known: Known, detail: Detail = Detail.FULL
) -> Iterator[Block]:
    """A gradient's derivation, after that of the sums on its way that are not known yet.

    What has a line now is added to ``known``.
    """
    needed = sums_on_the_way(working.derivation, target, known)
    count = sum(_size(working.derivation, step) for step in needed)
    taken: Sequence[Symbol] = ()
    if count > PARTS_IN_LINES:
        needed = needed[-1:]
        taken = _starts(working, needed[0], known)
    if taken:
        yield taken_as_known(taken)
    for step in needed:
        if step.rule is Rule.THROUGH_SOFTMAX:
            yield from through_softmax(working, step, known)
            continue
        yield _heading_of_sum(working, step)
        if count <= PARTS_IN_FULL:
            yield from _sum_of_chains(working, step, known)
        else:
            yield from _sum_in_lines(working, step, known, taken)
    if needed:
        yield Heading(4, prose("With that, the gradient for ", Symbol(target.by)))
    step = working.derivation.by_name[target.name]
    if step.rule is Rule.SUM_OF_PARTS:
        yield from _sum_of_chains(working, step, known)
    elif step.rule is Rule.THROUGH_SOFTMAX:
        yield from through_softmax(working, step, known)
    else:
        yield from _chain_blocks(working, target, known, detail)


def long_way(working: AnyWorking, step: Step) -> Iterator[Block]:
    """A gradient for which there is a shorter formula, by the chain rule, and that both agree."""
    longer, name = step.longer, step.defines.name
    assert longer is not None
    assert isinstance(step.defines, Partial)
    arithmetic, derivation = working.arithmetic, working.derivation
    value = arithmetic.result(arithmetic.value(longer, working.values))
    steps = tuple(longer if one is step else one for one in derivation.steps)
    long_working = replace(
        working,
        derivation=replace(derivation, steps=steps),
        values={**working.values, name: value},
    )
    yield Heading(4, "The long way, by the chain rule")
    yield from gradient_blocks(long_working, step.defines, {})
    same = result(long_working, name) == result(working, name)
    but = "" if same else ", apart from rounding"
    yield Paragraph(prose("This always comes to ", step.expression, f"{but}."))


def _size(derivation: Derivation, step: Step) -> int:
    """The number of parts of a sum; of a wide softmax, of the gradients it goes back by."""
    wide = step.rule is Rule.THROUGH_SOFTMAX
    return len(gradients_in(mean_of(derivation, step)) if wide else _parts(step))


def _parts(step: Step) -> tuple[Partial, ...]:
    """The gradients that a sum adds up."""
    return tuple(part for part in symbols(step.expression) if isinstance(part, Partial))


def _quantity(step: Step) -> Symbol:
    """The quantity that a gradient is with respect to."""
    assert isinstance(step.defines, Partial)
    return Symbol(step.defines.by)


def _heading_of_sum(working: AnyWorking, step: Step) -> Heading:
    """The heading of an activation's gradient where it feeds several neurons."""
    fed = enumerated([_origin(working, part) for part in _parts(step)])
    verb = "enters the softmax of" if _enters_softmax(working.derivation, step) else "feeds"
    return Heading(4, prose(_quantity(step), f" {verb} ", fed, ", so their parts are added"))


def _starts(working: AnyWorking, total: Step, known: Container[str]) -> list[Symbol]:
    """The gradients that the parts of a sum start from and that are not worked out yet."""
    if total.rule is Rule.THROUGH_SOFTMAX:
        return []
    by_name = working.derivation.by_name
    starts = (next(symbols(by_name[part.name].expression)) for part in _parts(total))
    return [
        start
        for start in dict.fromkeys(starts)
        if by_name[start.name].rule in WORKED_OUT and start.name not in known
    ]


def _sum_in_lines(
    working: AnyWorking, total: Step, known: Known, taken: Sequence[Symbol]
) -> Iterator[Block]:
    """A line for each part, after those of everything in them that has none yet."""
    by_name = working.derivation.by_name
    parts = [by_name[part.name] for part in _parts(total)]
    before = _without_line(working, parts, {*known, *(symbol.name for symbol in taken)})
    of = _quantity(total)
    for steps in (before, parts, [total]):
        if steps:
            yield Equations(tuple(equation(working, _in_short(working, step)) for step in steps))
    known.update((step.defines.name, of) for step in (*before, *parts, total))


def _without_line(working: AnyWorking, parts: Sequence[Step], known: Container[str]) -> list[Step]:
    """Every derivative that the parts rest on and that has no line yet, in order."""
    derivation = working.derivation
    waiting, found = [*parts], dict[str, Step]()
    while waiting:
        for symbol in symbols(waiting.pop().expression):
            step, name = derivation.by_name[symbol.name], symbol.name
            if name in known or name in found or _needs_no_line(step):
                continue
            found[name] = step
            if step.rule is Rule.CHAIN:
                waiting.append(step)
    return sorted(found.values(), key=lambda step: derivation.places[step.defines.name])


def _needs_no_line(step: Step) -> bool:
    """True if a derivative is a weight, or another number that has its line elsewhere."""
    return step.rule not in WORKED_OUT and isinstance(step.expression, Symbol | Number)


def _in_short(working: AnyWorking, step: Step) -> Step:
    """A step with what needs no line put in: ∂Loss/∂z_o1 * w5 for ∂Loss/∂z_o1 * ∂z_o1/∂a_h1."""
    used = (working.derivation.by_name.get(symbol.name) for symbol in symbols(step.expression))
    put_in = {
        one.defines.name: one.expression
        for one in used
        if one and isinstance(one.defines, Partial) and _needs_no_line(one)
    }
    return step._replace(expression=substitute(step.expression, put_in))


def _enters_softmax(derivation: Derivation, total: Step) -> bool:
    """True if the parts of a sum come through a softmax."""
    by_name = derivation.by_name
    factors = (
        factor for part in _parts(total) for factor in symbols(by_name[part.name].expression)
    )
    return any(by_name[factor.name].rule is Rule.DERIVATIVE_OF_SOFTMAX for factor in factors)


def _sum_of_chains(working: AnyWorking, step: Step, known: Known) -> Iterator[Block]:
    """A gradient as the document shows b1's: the sum, each part by its chain, the total."""
    assert isinstance(step.defines, Partial)
    parts = _parts(step)
    yield ChainRule(step.defines, parts, added=True)
    for number, part in enumerate(parts, 1):
        yield Heading(4, prose(f"Part {number}: Gradient from ", _origin(working, part)))
        yield from _chain_blocks(working, part, known, Detail.KNOWN)
    yield Heading(4, prose("Total Gradient for ", _quantity(step)))
    yield Equations((equation(working, step),))
    known[step.defines.name] = _quantity(step)


def _origin(working: AnyWorking, part: Partial) -> Symbol:
    """The quantity that a part of a sum comes through."""
    return Symbol(working.derivation.by_name[part.name].through)


def _chain_blocks(
    working: AnyWorking, target: Partial, known: Known, detail: Detail
) -> Iterator[Block]:
    """A chain: its formula, its factors, the running products and the product in one line."""
    chain = chain_to(working.derivation, target, known)
    if chain.links:
        yield ChainRule(chain.of, chain.factors)
    factors = list(enumerate(chain.steps))
    if detail is Detail.SHORT:
        factors = factors[-1:]
    if detail is Detail.KNOWN:
        yield Heading(4, "Known values:")
    yield Equations(
        tuple(
            _factor(working, step, at, known, with_reason=detail is not Detail.KNOWN)
            for at, step in factors
        ),
        numbered=detail is Detail.FULL and len(factors) > 1,
    )
    of = Symbol(target.by)
    for step in chain.steps:
        known.setdefault(step.defines.name, of)
    if chain.links:
        if detail is not Detail.KNOWN or chain.is_long:
            yield Heading(4, "Step by step")
            yield Equations(tuple(_running_products(working, chain)))
            for link in chain.links:
                known.setdefault(link.reached.name, of)
        yield Heading(4, "Finally")
        yield Equations((_product_in_one_line(working, chain, detail),))
    known.setdefault(target.name, of)


def _factor(
    working: AnyWorking, step: Step, number: int, known: Known, *, with_reason: bool
) -> Equation:
    """One factor's line; of a gradient that has been worked out before, the value alone."""
    if step.rule not in WORKED_OUT:
        why = reason(working, step) if with_reason else ""
        return equation(working, step, factor=number, reason=why)
    above: Prose = "the sum of its parts, worked out above"
    if step.rule is Rule.THROUGH_SOFTMAX:
        above = "worked out above"
    if step.rule is Rule.CHAIN:
        above = prose("worked out above, with the gradient for ", known[step.defines.name])
    value = result(working, step.defines.name)
    return marked(line(step.defines, value, reason=above if with_reason else ""), number)


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


def relation_and_figure(working: AnyWorking, target: Partial) -> tuple[str, Number]:
    """A gradient as a summary has it: its figure, and = or ≈ as in the product of its factors."""
    chain = chain_to(working.derivation, target)
    worked = working.with_figures(Product(chain.factors) if chain.links else chain.start.expression)
    figure = result(working, target.name)
    return f"{sides(worked, figure)[-1].relation} ", figure


def _product_in_one_line(working: AnyWorking, chain: Chain, detail: Detail) -> Equation:
    """The gradient as the product of all factors' figures.

    In the short form also as the product from the neuron's activation on, which is known; of a
    long chain as that alone.
    """
    products: list[Expression] = []
    if not chain.is_long:
        products.append(Product(tuple(result(working, factor.name) for factor in chain.factors)))
    if (detail is Detail.SHORT and len(chain.links) > 2) or chain.is_long:
        last_known = chain.links[-3].reached.name
        names = [last_known, *(link.factor.defines.name for link in chain.links[-2:])]
        products.append(Product(tuple(result(working, name) for name in names)))
    return line(chain.of, *products, result(working, chain.of.name))
