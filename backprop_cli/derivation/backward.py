"""The backward pass: the chain rule from what is derived back to everything it rests on.

It knows steps and their local derivatives, and no layers. For each quantity, those nearest to the
loss first, it multiplies the gradient of each step that the quantity enters by that step's local
derivative; of several products it takes the sum. So the number of steps is proportional to the
number of local derivatives, however many paths lead through the network.

Source: Rumelhart, Hinton, Williams, "Learning representations by back-propagating errors",
Nature 323 (1986), equations 1 to 8.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from backprop_cli.algebra.expression import (
    Call,
    Choice,
    Expression,
    Number,
    Partial,
    Product,
    Quotient,
    Sum,
    Symbol,
    has,
    partial,
    substitute,
)
from backprop_cli.derivation.rules import derivatives
from backprop_cli.derivation.steps import Local, Rule, Step
from backprop_cli.functions import softmax
from backprop_cli.functions.losses import LOG_COMPLEMENT_SLOPE, LOG_SLOPE, Loss
from backprop_cli.network.neurons import Neuron

# A gradient up to here is a factor like any other in float64.
MOST = Number(Decimal("1e300"))


class Use(NamedTuple):
    """A step that a quantity enters, and the derivative of what that defines by the quantity."""

    step: Step
    local: Local

    @property
    def derivative(self) -> Partial:
        """The local derivative's name."""
        return partial(self.step.defines.name, self.local.by)

    @property
    def neuron(self) -> Neuron | None:
        """The neuron at which it happens."""
        return self.local.neuron or self.step.neuron


Uses = Mapping[str, Sequence[Use]]  # of each quantity
# The activations of each wide softmax, by the name of its mean gradient.
Softmaxes = Mapping[str, Sequence[Use]]


def backward_steps(forward: Sequence[Step], of: str, by: Sequence[str]) -> Iterator[Step]:
    """The gradient of the quantity ``of`` by every quantity of the forward pass and by ``by``.

    ``by`` are given quantities: parameters, and inputs that are asked for. The steps of the
    forward pass must stand in an order in which each uses only earlier ones.
    """
    steps = _joined(_with_locals(forward, by))
    softmaxes = _wide_softmaxes(steps)
    steps = [_in_full(step, softmaxes) if step.defines.name == of else step for step in steps]
    uses = _uses(steps, of, by, softmaxes)
    names = (*by, *(step.defines.name for step in steps))
    begun = set[str]()
    for quantity in _nearest_first(names, uses, softmaxes):
        used = uses[quantity]
        if used and (mean := used[0].local.mean):
            if mean not in begun:
                begun.add(mean)
                yield from _means(of, mean, softmaxes[mean], uses)
            yield _through_softmax(of, used[0], uses)
            continue
        for use in used:
            if use.step.defines.name != of:
                yield _local(use)
        if not used:
            yield Step(partial(of, quantity), Number(Decimal(0)), Rule.FEEDS_NOTHING)
        elif len(used) == 1:
            yield _product(of, quantity, used[0], uses)
        else:
            parts = [
                _product(of, f"{quantity}_from_{origin}", use, uses)._replace(through=origin)
                for origin, use in zip(_origins(used), used, strict=True)
            ]
            yield from parts
            total = Sum(tuple(part.defines for part in parts))
            yield Step(partial(of, quantity), total, Rule.SUM_OF_PARTS)


def _local(use: Use) -> Step:
    """The local derivative of a use as a step of its own."""
    step, local = use
    because = local.because or step.defines.name
    found = Step(use.derivative, local.expression, local.rule, use.neuron)
    return found._replace(row=local.row, because=because, computed=local.computed, kept=local.kept)


def _product(of: str, quantity: str, use: Use, uses: Uses) -> Step:
    """∂Loss/∂quantity = ∂Loss/∂through · ∂through/∂quantity; at the loss, the latter alone."""
    through = use.step.defines.name
    if through == of:
        return _local(use)._replace(defines=partial(of, quantity))
    product = Product((partial(of, through), use.derivative))
    found = Step(partial(of, quantity), product, Rule.CHAIN, use.neuron)
    straight = _straight(of, use, uses)
    if straight is None:
        return found
    if has(Quotient, straight):
        straight = _if_in_range(partial(of, through), product, straight)
    return found._replace(computed=straight)


def _straight(of: str, use: Use, uses: Uses) -> Expression | None:
    """A loss's derivative by what a prediction is made of, not by way of the prediction.

    Without a quotient in it, it holds for every prediction, and costs less than the usual product.
    None if the prediction has other uses than the loss, or the loss takes no logarithms.
    """
    last = uses[use.step.defines.name]
    if use.local.log_slopes is None or len(last) != 1 or last[0].step.defines.name != of:
        return None
    row = last[0].local.row
    if not isinstance(row, Loss) or row.through is None:
        return None
    names = (LOG_SLOPE.name, LOG_COMPLEMENT_SLOPE.name)
    return substitute(row.through, dict(zip(names, use.local.log_slopes, strict=True)))


def _if_in_range(gradient: Expression, usual: Expression, otherwise: Expression) -> Expression:
    """The usual formula while float64 holds a gradient that is a factor in it."""
    return Choice(MOST - Call("abs", gradient), usual, otherwise)


def _origins(uses: Sequence[Use]) -> list[str]:
    """The neurons that a gradient's parts come through; of several at one, the quantities."""
    neurons = Counter(use.neuron.name for use in uses if use.neuron)
    return [
        use.neuron.name if use.neuron and neurons[use.neuron.name] == 1 else use.step.defines.name
        for use in uses
    ]


def _with_locals(forward: Sequence[Step], by: Iterable[str]) -> list[Step]:
    """The steps of the forward pass, each with its local derivatives."""
    known = {*by, *(step.defines.name for step in forward)}

    def found(step: Step) -> tuple[Local, ...]:
        if step.locals is not None:
            return step.locals
        derived = derivatives(step.expression, known, step.defines)
        return tuple(Local(name, slope, Rule.DERIVATIVE) for name, slope in derived.items())

    return [step._replace(locals=found(step)) for step in forward]


def _joined(forward: Sequence[Step]) -> list[Step]:
    """The steps, but an activation that feeds no neuron goes by the name of its prediction."""
    entered = Counter(local.by for step in forward for local in step.locals or ())
    called: dict[str, Symbol] = {
        step.expression.name: step.defines
        for step in forward
        if step.rule is Rule.PREDICTION
        and isinstance(step.expression, Symbol)
        and entered[step.expression.name] == 1
    }
    predictions = {symbol.name for symbol in called.values()}
    steps = [step for step in forward if step.defines.name not in predictions]
    return [_renamed(step, called) if step.defines.name in called else step for step in steps]


def _renamed(step: Step, called: Mapping[str, Expression]) -> Step:
    defined = substitute(step.defines, called)
    assert isinstance(defined, Symbol)
    found = tuple(
        local._replace(
            expression=substitute(local.expression, called),
            computed=local.computed and substitute(local.computed, called),
            log_slopes=local.log_slopes
            and (substitute(local.log_slopes[0], called), substitute(local.log_slopes[1], called)),
        )
        for local in step.locals or ()
    )
    return step._replace(defines=defined, locals=found)


def _uses(steps: Sequence[Step], of: str, by: Iterable[str], softmaxes: Softmaxes) -> Uses:
    """The steps that each quantity enters, in their order.

    A step that does not lead to ``of`` counts only for a quantity that enters no other.
    """
    uses: dict[str, list[Use]] = {name: [] for name in by}
    leading = {of}
    for step in reversed(steps):
        leads = step.defines.name in leading
        if step.locals and step.defines.name != of:
            uses.setdefault(step.defines.name, [])
        for local in step.locals or ():
            uses.setdefault(local.by, []).append(Use(step, local))
            if leads and local.by not in leading:
                leading.add(local.by)
                leading.update(use.local.by for use in softmaxes.get(local.mean, ()))
    live = {
        name: [use for use in reversed(found) if use.step.defines.name in leading]
        for name, found in uses.items()
    }
    return {name: live[name] or found[::-1] for name, found in uses.items()}


def _nearest_first(names: Iterable[str], uses: Uses, softmaxes: Softmaxes) -> list[str]:
    """The quantities in an order in which each comes after those that it enters."""
    names = [name for name in names if name in uses]
    depth: dict[str, int] = {}
    after: dict[str, int] = {}  # those that enter a wide softmax: after all its activations
    for name in reversed(names):
        mean = uses[name][0].local.mean if uses[name] else ""
        if mean not in after:
            entered = softmaxes.get(mean, uses[name])
            deepest = max((depth.get(use.step.defines.name, 0) for use in entered), default=-1)
            if not mean:
                depth[name] = deepest + 1
                continue
            after[mean] = deepest + 1
        depth[name] = after[mean]
    return sorted(names, key=depth.__getitem__)


# --- softmaxes of many neurons ---------------------------------------------------------------


def _wide_softmaxes(steps: Iterable[Step]) -> Softmaxes:
    found: dict[str, list[Use]] = {}
    for step in steps:
        for local in step.locals or ():
            if local.mean:
                found.setdefault(local.mean, []).append(Use(step, local))
    return found


def _means(of: str, mean: str, members: Sequence[Use], uses: Uses) -> Iterator[Step]:
    """The mean of a softmax's gradients, and the same but for an activation of nearly 1."""
    pairs = [_pair(of, use) for use in members]
    parts = [softmax.weighted(pair) for pair in pairs]
    computed = [
        part
        if (straight := _straight(of, use, uses)) is None
        else _if_in_range(pair[1], part, straight)
        for use, pair, part in zip(members, pairs, parts, strict=True)
    ]
    total = Sum(tuple(parts))
    found = Step(Symbol(mean), total, Rule.SOFTMAX_MEAN)
    yield found if computed == parts else found._replace(computed=Sum(tuple(computed)))
    beside = zip((activation for activation, _ in pairs), computed, strict=True)
    yield Step(softmax.mean_of_others(mean), softmax.mean_but_largest(beside), Rule.SOFTMAX_REST)


def _pair(of: str, use: Use) -> softmax.Pair:
    """An activation, and the gradient by it."""
    return use.local.expression, partial(of, use.step.defines.name)


def _through_softmax(of: str, use: Use, uses: Uses) -> Step:
    """∂Loss/∂z = a * (∂Loss/∂a − mean)."""
    local, mean = use.local, use.local.mean
    assert local.computed is not None
    pair = _pair(of, use)
    others = softmax.mean_of_others(mean)
    computed = softmax.computed_back(pair, Symbol(mean), others, local.computed)
    straight = _straight(of, use, uses)
    if straight is not None:
        activation, gradient = pair
        computed = _if_in_range(gradient, computed, straight - activation * Symbol(mean))
    back = softmax.back(pair, Symbol(mean))
    return Step(partial(of, local.by), back, Rule.THROUGH_SOFTMAX, use.neuron, computed=computed)


def _in_full(step: Step, softmaxes: Softmaxes) -> Step:
    """The derived quantity; if it is a softmax's, with its derivatives by all weighted sums."""
    of, locals_ = step.defines, step.locals or ()
    members = softmaxes.get(locals_[0].mean, ()) if locals_ else ()
    found = (
        Local(local.by, softmax.slope(of, other.defines), Rule.DERIVATIVE_OF_SOFTMAX)
        for other, local in members
    )
    return step._replace(locals=tuple(found)) if members else step
