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

from backprop_cli.algebra.expression import (
    Choice,
    Expression,
    Number,
    Product,
    Sum,
    Symbol,
    partial,
    substitute,
)
from backprop_cli.derivation.logarithms import log_slopes
from backprop_cli.derivation.rules import derivatives
from backprop_cli.derivation.steps import Kept, Local, LogSlopes, Rule, Step
from backprop_cli.derivation.uses import Use, Uses, loss_of, origins, straight
from backprop_cli.functions import softmax, softmax_mean

# The activations of each wide softmax, by the name of its mean gradient.
Softmaxes = Mapping[str, Sequence[Use]]


def backward_steps(forward: Sequence[Step], of: str, by: Sequence[str]) -> Iterator[Step]:
    """The gradient of the quantity ``of`` by every quantity of the forward pass and by ``by``.

    ``by`` are given quantities: parameters, and inputs that are asked for. The steps of the
    forward pass must stand in an order in which each uses only earlier ones.
    """
    steps = joined(with_locals(forward, by))
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
                yield from _means(of, mean, uses, softmaxes)
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
                for origin, use in zip(origins(used), used, strict=True)
            ]
            yield from parts
            total = Sum(tuple(part.defines for part in parts))
            kept = Kept.UNBOUNDED if _unbounded(parts) else Kept.RESULT
            yield Step(partial(of, quantity), total, Rule.SUM_OF_PARTS, kept=kept)


def _unbounded(parts: Iterable[Step]) -> bool:
    return any(part.kept is Kept.UNBOUNDED for part in parts)


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
    if use.step.rule is Rule.PREDICTION and loss_of(of, use, uses):
        return found._replace(kept=Kept.UNBOUNDED)
    computed = straight(of, use, uses, use.local.log_slopes, use.derivative)
    return found if computed is None else found._replace(computed=computed)


def with_locals(forward: Sequence[Step], by: Iterable[str]) -> list[Step]:
    """The steps of the forward pass, each with its local derivatives."""
    known = {*by, *(step.defines.name for step in forward)}

    def found(step: Step) -> tuple[Local, ...]:
        if step.locals is not None:
            return step.locals
        derived, computed = (
            derivatives(step.expression, known, step.defines, computed=stable)
            for stable in (False, True)
        )
        locals_ = tuple(
            Local(name, slope, Rule.DERIVATIVE)._replace(
                computed=None if computed[name] == slope else computed[name]
            )
            for name, slope in derived.items()
        )
        if step.kept is not Kept.APART:
            return locals_
        slopes = log_slopes(step.expression, step.defines, known)
        return tuple(_by_logarithm(local, slopes.get(local.by)) for local in locals_)

    return [step._replace(locals=found(step)) for step in forward]


def _by_logarithm(local: Local, slopes: LogSlopes | None) -> Local:
    """The derivative of a probability p that is a formula, as p times that of ln(p) if it can be.

    What it is written with may leave float64 where it does not, as exp(400)^2 does.
    """
    local = local._replace(log_slopes=slopes, kept=Kept.UNBOUNDED)
    if slopes is None or slopes.beside is None:
        return local
    near_0, near_1 = slopes.beside
    otherwise = local.computed or local.expression
    computed = Choice(near_0 * near_1, near_0 * slopes.of_log, otherwise)
    return local._replace(computed=computed)


def joined(forward: Sequence[Step]) -> list[Step]:
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
            log_slopes=local.log_slopes and _renamed_slopes(local.log_slopes, called),
        )
        for local in step.locals or ()
    )
    return step._replace(defines=defined, locals=found)


def _renamed_slopes(slopes: LogSlopes, called: Mapping[str, Expression]) -> LogSlopes:
    of_log, of_complement = (
        substitute(one, called) for one in (slopes.of_log, slopes.of_complement)
    )
    beside = slopes.beside and (
        substitute(slopes.beside[0], called),
        substitute(slopes.beside[1], called),
    )
    return LogSlopes(of_log, of_complement, slopes.anywhere, beside)


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


def _means(of: str, mean: str, uses: Uses, softmaxes: Softmaxes) -> Iterator[Step]:
    """The mean of a softmax's gradients, and what an activation of nearly 1 and the others add."""
    members = [_member(of, use, uses) for use in softmaxes[mean]]
    total = Sum(tuple(member.part for member in members))
    computed = Sum(tuple(member.computed_part for member in members))
    found = Step(Symbol(mean), total, Rule.SOFTMAX_MEAN)
    by_losses = any(use.local.kept is Kept.UNBOUNDED for use in softmaxes[mean])
    yield found._replace(computed=computed, kept=Kept.UNBOUNDED) if by_losses else found
    yield Step(
        softmax_mean.mean_of_others(mean), softmax_mean.mean_but_surest(members), Rule.SOFTMAX_REST
    )
    yield Step(softmax_mean.of_surest(mean), softmax_mean.surest(members), Rule.SOFTMAX_REST)


def _member(of: str, use: Use, uses: Uses) -> softmax_mean.Member:
    """An activation of a wide softmax with the gradient by it."""
    activation, gradient = use.local.expression, partial(of, use.step.defines.name)
    missing, share = use.local.computed, use.local.share
    assert missing is not None
    assert share is not None

    def held(times: Expression, log_slopes: LogSlopes | None) -> Expression:
        return straight(of, use, uses, log_slopes, times) or gradient * times

    by_sum = use.local.log_slopes and LogSlopes(missing, -activation)
    weighted, own = held(activation, use.local.log_slopes), held(activation * missing, by_sum)
    return softmax_mean.Member(activation, gradient, weighted, own, share)


def _through_softmax(of: str, use: Use, uses: Uses) -> Step:
    """∂Loss/∂z = a * (∂Loss/∂a − mean)."""
    local, member = use.local, _member(of, use, uses)
    back, computed = member.back(Symbol(local.mean)), member.computed_back(local.mean)
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
