"""The usual mistakes, a row each: an identifier, a sentence, and the change it makes to a step.

How often each was met is counted over some 90 public questions of students. A new mistake is a new
row; the order is that in which mistakes of one figure are named, the usual ones first.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from backprop_cli.algebra.expression import (
    ONE,
    Call,
    Choice,
    Expression,
    Negative,
    Number,
    Partial,
    Power,
    Product,
    Quotient,
    Sum,
    Symbol,
    factors,
    partial,
    substitute,
    symbols,
    transform,
)
from backprop_cli.derivation.steps import Rule, Step, new
from backprop_cli.functions.activations import ACTIVATIONS, configured
from backprop_cli.functions.losses import LOSSES
from backprop_cli.network.structure import LEARNING_RATE, Network
from backprop_cli.runs.checking.problem import Problem

RATE = Symbol(LEARNING_RATE)
HALF, TWO = Number(Decimal("0.5")), Number(Decimal(2))
# Of a large layer, only so many other weights and inputs are tried in the place of one.
MOST_OTHERS = 24
OF_ACTIVATION = (Rule.DERIVATIVE_OF_ACTIVATION, Rule.DERIVATIVE_OF_SOFTMAX)
LOCAL = (Rule.DERIVATIVE, *OF_ACTIVATION, Rule.DERIVATIVE_BY_SLOPE)
OF_LOSS = (Rule.LOSS, Rule.LOSS_OF_OUTPUT, Rule.SUM_OF_LOSSES)
# Losses that cancel with the derivative of the activation under them.
CANCELLING = ("binary_cross_entropy", "cross_entropy")


class Change(NamedTuple):
    """What a mistake makes of a step's formula; ``detail`` says what was done to what."""

    expression: Expression
    detail: str = ""


class Site:
    """A step at which a mistake may be made, and what surrounds it."""

    def __init__(self, problem: Problem, step: Step) -> None:
        self.problem, self.step = problem, step
        self.network: Network = problem.network
        self.rule, self.expression, self.defines = step.rule, step.expression, step.defines

    def on(self, *rules: Rule) -> bool:
        """Whether the step holds by one of several rules."""
        return self.rule in rules

    @property
    def by(self) -> str:
        """What a local derivative of no function is by: a ``source``, a ``weight`` or a ``bias``.

        Empty for any other step.
        """
        if self.rule is not Rule.DERIVATIVE or not isinstance(self.defines, Partial):
            return ""
        if self.defines.by not in self.network.parameters:
            return "source"
        return "bias" if self.expression == ONE else "weight"

    def step_of(self, name: str) -> Step | None:
        """The step that defines a quantity."""
        return self.problem.steps.get(name)

    @cached_property
    def index(self) -> str:
        """The number of the step's example in brackets; empty where there is only one."""
        name = self.defines.of if isinstance(self.defines, Partial) else self.defines.name
        return name[name.index("[") :] if self.problem.examples and name.endswith("]") else ""

    def own(self, name: str) -> Symbol:
        """The symbol of a quantity of the step's example."""
        return Symbol(f"{name}{self.index}")

    @cached_property
    def weights(self) -> Sequence[str]:
        """All weights."""
        return self.network.weights

    @cached_property
    def signals(self) -> Sequence[str]:
        """All inputs and activations of the step's example."""
        activations = [neuron.activation for neuron in self.network.neurons]
        return [self.own(name).name for name in (*self.network.inputs, *activations)]

    def used(self, names: Sequence[str]) -> list[str]:
        """Those of the names that stand in the step's formula, each once."""
        among = set(names)
        found = (symbol.name for symbol in symbols(self.expression))
        return [*dict.fromkeys(name for name in found if name in among)]

    def counts(self) -> list[int]:
        """What people divide by: the outputs, and the examples of a batch."""
        found = {len(self.network.outputs), len(self.problem.examples)}
        return sorted(found - {0, 1})

    def activation(self) -> tuple[Expression, Expression] | None:
        """The weighted sum and the activation of the step's neuron, as its symbols."""
        neuron = self.step.neuron
        if neuron is None:
            return None
        if isinstance(self.defines, Partial):
            return Symbol(self.defines.by), Symbol(self.defines.of)
        return self.own(neuron.weighted_sum), self.own(neuron.activation)


Changes = Callable[[Site], Iterator[Change]]


class Mistake(NamedTuple):
    """One mistake. ``sentence`` is what a student is told, with the detail in the place of {}."""

    name: str
    sentence: str
    changes: Changes

    def told(self, detail: str) -> str:
        """The sentence about one change."""
        bare = self.sentence.replace(" ({})", "").replace(": {}", "")
        return self.sentence.format(detail) if detail else bare


def everywhere(
    expression: Expression, change: Callable[[Expression], Iterator[Change]]
) -> Iterator[Change]:
    """The expression with one part changed, for each part and each change of it."""
    found: list[Expression] = []
    transform(expression, lambda part: found.append(part))
    for place, part in enumerate(found):
        for changed, detail in change(part):
            yield Change(_with(expression, place, changed), detail)


def _with(expression: Expression, place: int, changed: Expression) -> Expression:
    """The expression with the part at a place, counted from the outside in, replaced."""
    at = -1

    def put(_part: Expression) -> Expression | None:
        nonlocal at
        at += 1
        return changed if at == place else None

    return transform(expression, put)


def _without(parts: Sequence[Expression], at: int, whole: type[Sum] | type[Product]) -> Expression:
    rest = (*parts[:at], *parts[at + 1 :])
    if len(rest) > 1:
        return whole(rest)
    return rest[0]


def _name(expression: Expression) -> str:
    """What stands for a part in a detail: its symbols' names."""
    names = [symbol.name for symbol in symbols(expression)]
    if isinstance(expression, Number):
        return expression.name or str(expression.value)
    return " * ".join(names[:4])


def _replaced(site: Site, old: str, by: Expression) -> Expression:
    return substitute(site.expression, {old: by})


# --- signs, factors, squares -----------------------------------------------------------------


def _sign(site: Site) -> Iterator[Change]:
    def flipped(part: Expression) -> Iterator[Change]:
        match part:
            case Sum(found):
                for at, term in enumerate(found[:MOST_OTHERS]):
                    other = term.operand if isinstance(term, Negative) else Negative(term)
                    yield Change(Sum((*found[:at], other, *found[at + 1 :])), _name(term))
            case Negative(operand):
                yield Change(operand)

    yield from everywhere(site.expression, flipped)
    yield Change(Negative(site.expression))


def _factor_left_out(site: Site) -> Iterator[Change]:
    def left_out(part: Expression) -> Iterator[Change]:
        match part:
            case Product(found):
                for at, factor in enumerate(found):
                    if isinstance(factor, Number):
                        yield Change(_without(found, at, Product), _name(factor))
            case Quotient(numerator, Number() as divisor):
                yield Change(numerator, f"1/{_name(divisor)}")

    yield from everywhere(site.expression, left_out)


def _factor_too_many(site: Site) -> Iterator[Change]:
    if site.on(*LOCAL):
        return
    yield Change(TWO * site.expression, "2")
    yield Change(HALF * site.expression, "1/2")
    for count in site.counts():
        if count != 2:
            yield Change(Number(Decimal(count)) * site.expression, str(count))
            yield Change(site.expression / Number(Decimal(count)), f"1/{count}")


def _summed_for_averaged(site: Site) -> Iterator[Change]:
    match site.expression:
        case Quotient(total, Number()) if site.on(Rule.MEAN, *OF_LOSS, Rule.DERIVATIVE_OF_LOSS):
            yield Change(total)


def _averaged_for_summed(site: Site) -> Iterator[Change]:
    if isinstance(site.expression, Sum) and site.on(
        Rule.SUM_OF_LOSSES, Rule.SUM_OF_PARTS, Rule.MEAN
    ):
        yield Change(site.expression / Number(Decimal(len(site.expression.terms))))
    elif site.on(Rule.LOSS_OF_OUTPUT, Rule.DERIVATIVE_OF_LOSS, Rule.MEAN):
        for count in site.counts():
            yield Change(site.expression / Number(Decimal(count)))


def _not_squared(site: Site) -> Iterator[Change]:
    def plain(part: Expression) -> Iterator[Change]:
        if isinstance(part, Power) and part.exponent == 2:
            yield Change(part.base)
            yield Change(Negative(part.base))  # the distance, without its sign

    yield from everywhere(site.expression, plain)


# --- the derivative of the activation --------------------------------------------------------


def _derivative_at_weighted_sum(site: Site) -> Iterator[Change]:
    if site.on(*OF_ACTIVATION) and isinstance(site.defines, Partial):
        of, by = site.defines.of, site.defines.by
        yield Change(substitute(site.expression, {of: Symbol(by)}))
        if of not in {symbol.name for symbol in symbols(site.expression)}:
            yield Change(substitute(site.expression, {by: Symbol(of)}), f"{of} instead of {by}")


def _derivative_applied_twice(site: Site) -> Iterator[Change]:
    call = _call_of(site)
    if site.on(*OF_ACTIVATION) and call and isinstance(site.defines, Partial):
        of, by = site.defines.of, site.defines.by
        again = Call(call.function, Symbol(of), call.settings)
        yield Change(substitute(site.expression, {of: again, by: Symbol(of)}))
        yield Change(substitute(site.expression, {of: again}))


def _call_of(site: Site) -> Call | None:
    """The activation function's call of the neuron of the step."""
    name: str = site.defines.of if isinstance(site.defines, Partial) else site.defines.name
    for _ in range(2):  # a prediction is the activation of an output
        step = site.step_of(name)
        if step is None:
            return None
        if isinstance(step.expression, Call):
            return step.expression
        if not isinstance(step.expression, Symbol):
            return None
        name = step.expression.name
    return None


def _activation_derivative_left_out(site: Site) -> Iterator[Change]:
    if site.on(*OF_ACTIVATION):
        yield Change(ONE)


def _wrong_derivative(site: Site) -> Iterator[Change]:
    around = site.activation()
    if site.on(*OF_ACTIVATION) and around:
        z, a = around
        for name in ACTIVATIONS:
            row = configured(name)
            if row.name != "linear":
                yield Change(row.slope(z, a), f"that of {name}")
        for formula in (a, ONE - a, a**2, ONE + a, (ONE - a) ** 2, a * (ONE + a), -(a * (ONE - a))):
            yield Change(formula)
        yield Change(a**2 * (ONE - a))
        yield Change(a * (ONE - a**2))
    neuron = site.step.neuron
    if site.on(Rule.DERIVATIVE_OF_LOSS) and neuron is not None:
        target = site.own(site.network.target(neuron))
        prediction = site.own(site.network.prediction(neuron))
        for name, loss in LOSSES.items():
            formula = loss.configured().slope(target, prediction, len(site.network.outputs))
            yield Change(formula, f"that of {name}")
        yield Change(-(target / prediction))
        yield Change(target / prediction)


def _cancelled_twice(site: Site) -> Iterator[Change]:
    neuron = site.step.neuron
    if site.network.loss not in CANCELLING:
        return
    if site.on(Rule.DERIVATIVE_OF_LOSS) and neuron is not None:
        target = site.own(site.network.target(neuron))
        yield Change(site.own(site.network.prediction(neuron)) - target)
    if not isinstance(site.defines, Partial):
        return
    for output in site.network.outputs:
        prediction = site.own(site.network.prediction(output))
        if site.defines.by == site.own(output.weighted_sum).name:
            local = partial(prediction.name, site.defines.by)
            if local.name in site.problem.steps:
                yield Change(site.expression * local)


def _cross_terms_left_out(site: Site) -> Iterator[Change]:
    if site.on(Rule.SUM_OF_PARTS) and isinstance(site.defines, Partial):
        sums = {site.own(neuron.weighted_sum).name: neuron.name for neuron in site.network.neurons}
        own = sums.get(site.defines.by)
        for term in _terms(site.expression) if own else ():
            part = site.step_of(_name(term))
            if part is not None and part.through == own:
                yield Change(term)


def _terms(expression: Expression) -> tuple[Expression, ...]:
    return expression.terms if isinstance(expression, Sum) else ()


# --- the chain -------------------------------------------------------------------------------


def _chain_factor_left_out(site: Site) -> Iterator[Change]:
    if site.by in ("source", "weight") or site.on(Rule.DERIVATIVE_OF_LOSS):
        yield Change(ONE, site.defines.name)
    found = factors(site.expression)
    if site.on(Rule.CHAIN) and len(found) > 1:
        for at, factor in enumerate(found):
            step = site.step_of(_name(factor))
            if step is None or step.rule not in OF_ACTIVATION:
                yield Change(_without(found, at, Product), _name(factor))


def _path_left_out(site: Site) -> Iterator[Change]:
    found = _terms(site.expression)
    if site.on(Rule.SUM_OF_PARTS) and len(found) > 1:
        for at, term in enumerate(found):
            yield Change(_without(found, at, Sum), f"{_name(term)} is missing")
        if len(found) > 2:
            for term in found:
                yield Change(term, f"only {_name(term)}")


def _new_weight_used(site: Site) -> Iterator[Change]:
    if site.by == "source":
        for name in site.used(site.weights):
            if new(name).name in site.problem.steps:
                yield Change(
                    _replaced(site, name, new(name)), f"{new(name).name} instead of {name}"
                )


def _weight_of_another(site: Site) -> Iterator[Change]:
    if not site.on(Rule.WEIGHTED_SUM, Rule.NEW_WEIGHT) and site.by != "source":
        return
    own = site.used(site.weights)
    for name in own[:MOST_OTHERS]:
        for other in _nearest(site.weights, name):
            yield Change(_replaced(site, name, Symbol(other)), f"{other} instead of {name}")
    if site.on(Rule.WEIGHTED_SUM) and 1 < len(own) <= 8:
        for at, name in enumerate(own):
            for other in own[at + 1 :]:
                swap = {name: Symbol(other), other: Symbol(name)}
                yield Change(substitute(site.expression, swap), f"{name} and {other} swapped")
        yield from _transposed(site, own)


def _transposed(site: Site, own: Sequence[str]) -> Iterator[Change]:
    """A weighted sum with the weights of a column in the place of those of a row."""
    for layer in site.network.layers:
        rows = [[edge.weight for edge in neuron.edges] for neuron in layer.neurons]
        if [*own] in rows and all(len(row) == len(rows[0]) for row in rows):
            flat = [weight for row in rows for weight in row]
            at = rows.index([*own])
            for taken in (
                flat[at :: len(rows)][: len(own)],
                [row[at] for row in rows if at < len(row)],
            ):
                if len(taken) == len(own) and taken != own:
                    swap = {name: Symbol(other) for name, other in zip(own, taken, strict=True)}
                    yield Change(substitute(site.expression, swap), "the matrix transposed")
            for other in rows:
                if other != [*own] and len(other) == len(own):
                    swap = {name: Symbol(one) for name, one in zip(own, other, strict=True)}
                    yield Change(substitute(site.expression, swap), f"{', '.join(other)}")


def _nearest(names: Sequence[str], name: str) -> list[str]:
    """The other names, those that stand next to a name first; of very many, the next ones."""
    at = names.index(name)
    others = sorted(range(len(names)), key=lambda place: abs(place - at))
    return [names[place] for place in others[1 : MOST_OTHERS + 1]]


def _input_of_another(site: Site) -> Iterator[Change]:
    if site.on(Rule.WEIGHTED_SUM, *OF_ACTIVATION) or site.by == "weight":
        own = site.used(site.signals)
        for name in own[:MOST_OTHERS]:
            for other in _nearest(site.signals, name):
                yield Change(_replaced(site, name, Symbol(other)), f"{other} instead of {name}")
        if site.on(Rule.WEIGHTED_SUM) and 1 < len(own) <= 8:
            for at, name in enumerate(own):
                for other in own[at + 1 :]:
                    swap = {name: Symbol(other), other: Symbol(name)}
                    yield Change(substitute(site.expression, swap), f"{name} and {other} swapped")
    predictions = [site.own(site.network.prediction(one)).name for one in site.network.outputs]
    targets = [site.own(site.network.target(one)).name for one in site.network.outputs]
    sums = [site.own(neuron.weighted_sum).name for neuron in site.network.neurons]
    for among in (predictions, targets, sums):
        for name in site.used(among) if not site.on(Rule.WEIGHTED_SUM) else ():
            for other in _nearest(among, name):
                yield Change(_replaced(site, name, Symbol(other)), f"{other} instead of {name}")


# --- sums, biases and activations ------------------------------------------------------------


def _is_parameter(site: Site, term: Expression) -> bool:
    return isinstance(term, Symbol) and term.name in site.network.parameters


def _bias_left_out(site: Site) -> Iterator[Change]:
    found = _terms(site.expression)
    if site.on(Rule.WEIGHTED_SUM) and len(found) > 1:
        for at, term in enumerate(found):
            if _is_parameter(site, term):
                yield Change(_without(found, at, Sum), _name(term))


def _bias_not_updated(site: Site) -> Iterator[Change]:
    found = _terms(site.expression)
    if site.on(Rule.NEW_BIAS, Rule.NEW_WEIGHT) and found:
        yield Change(found[0], _name(found[0]))


def _bias_value_used(site: Site) -> Iterator[Change]:
    if site.by == "bias" and isinstance(site.defines, Partial):
        yield Change(Symbol(site.defines.by), site.defines.by)


def _term_left_out(site: Site) -> Iterator[Change]:
    def left_out(part: Expression) -> Iterator[Change]:
        found = _terms(part)
        for at, term in enumerate(found[:MOST_OTHERS]):
            if not _is_parameter(site, term) or not site.on(Rule.WEIGHTED_SUM):
                yield Change(_without(found, at, Sum), _name(term))

    if not site.on(Rule.SUM_OF_PARTS):
        yield from everywhere(site.expression, left_out)


def _activation_left_out(site: Site) -> Iterator[Change]:
    around = site.activation()
    if site.on(Rule.ACTIVATION) and around:
        yield Change(around[0])
    sums = {neuron.activation: neuron.weighted_sum for neuron in site.network.neurons}
    own = {site.own(a).name: site.own(z) for a, z in sums.items()}
    if site.on(Rule.WEIGHTED_SUM, Rule.PREDICTION) or site.by == "weight":
        for name in site.used([*own]):
            yield Change(_replaced(site, name, own[name]), f"{own[name].name} instead of {name}")


def _wrong_activation(site: Site) -> Iterator[Change]:
    around = site.activation()
    if site.on(Rule.ACTIVATION) and around:
        for name in ACTIVATIONS:
            if name != "linear":
                row = configured(name)
                yield Change(Call(name, around[0], tuple(row.settings.items())), name)
        if isinstance(site.expression, Choice | Call) and around:
            yield Change(Negative(around[0]))


# --- the update ------------------------------------------------------------------------------

UPDATE = (Rule.NEW_WEIGHT, Rule.NEW_BIAS, Rule.STEP, Rule.DECAYED)


def _rate_left_out(site: Site) -> Iterator[Change]:
    def left_out(part: Expression) -> Iterator[Change]:
        found = factors(part)
        if isinstance(part, Product) and RATE in found:
            yield Change(_without(found, found.index(RATE), Product))

    if site.on(*UPDATE):
        yield from everywhere(site.expression, left_out)


def _rate_twice(site: Site) -> Iterator[Change]:
    if site.on(*UPDATE) and RATE in symbols(site.expression):
        yield Change(_replaced(site, RATE.name, RATE * RATE))


def _gradients_in(site: Site) -> list[str]:
    return [one.name for one in symbols(site.expression) if isinstance(one, Partial)]


def _parameter_of(site: Site) -> str | None:
    """The parameter that a line of the update is about."""
    stems = ("_new", "")
    for name in sorted(site.network.parameters, key=len, reverse=True):
        if any(site.defines.name.endswith(f"{name}{stem}") for stem in stems):
            return name
    return None


def _weight_for_gradient(site: Site) -> Iterator[Change]:
    own = _parameter_of(site)
    if site.on(*UPDATE) and own:
        for gradient in _gradients_in(site):
            yield Change(_replaced(site, gradient, Symbol(own)))


def _gradient_for_weight(site: Site) -> Iterator[Change]:
    own = _parameter_of(site)
    if own and site.on(Rule.NEW_WEIGHT, Rule.NEW_BIAS):
        for step in site.problem.steps:
            if step.startswith("∂") and step.endswith(f"Loss/∂{own}"):
                yield Change(_replaced(site, own, Symbol(step)))


def _momentum_left_out(site: Site) -> Iterator[Change]:
    def left_out(part: Expression) -> Iterator[Change]:
        found = _terms(part)
        for at, term in enumerate(found):
            if any(symbol.name == "momentum" for symbol in symbols(term)):
                yield Change(_without(found, at, Sum))

    if site.on(Rule.OPTIMIZER):
        yield from everywhere(site.expression, left_out)


def _old_state_used(site: Site) -> Iterator[Change]:
    if site.on(Rule.OPTIMIZER, *UPDATE):
        for symbol in symbols(site.expression):
            old = symbol.name.removesuffix("_new")
            if old != symbol.name and old in site.problem.given:
                yield Change(
                    _replaced(site, symbol.name, Symbol(old)), f"{old} instead of {symbol.name}"
                )


def _bias_correction_left_out(site: Site) -> Iterator[Change]:
    if site.on(Rule.OPTIMIZER) and isinstance(site.expression, Quotient):
        yield Change(site.expression.numerator)
    if site.on(*UPDATE):
        raw = {}
        for symbol in symbols(site.expression):
            stem, hat, parameter = symbol.name.partition("_hat_")
            name = f"{stem}_{parameter}_new"
            if hat and name in site.problem.steps:
                raw[symbol.name] = Symbol(name)
                yield Change(substitute(site.expression, {symbol.name: Symbol(name)}), symbol.name)
        if len(raw) > 1:
            yield Change(substitute(site.expression, raw))


def _betas_swapped(site: Site) -> Iterator[Change]:
    one, two = Symbol("beta1"), Symbol("beta2")
    if site.on(Rule.OPTIMIZER):
        yield Change(substitute(site.expression, {one.name: two, two.name: one}))


def _epsilon_inside_root(site: Site) -> Iterator[Change]:
    def inside(part: Expression) -> Iterator[Change]:
        match part:
            case Sum((Call("sqrt", argument), Symbol("epsilon") as epsilon)):
                yield Change(Call("sqrt", argument + epsilon))

    yield from everywhere(site.expression, inside)


def _decay_coupled(site: Site) -> Iterator[Change]:
    decay, own = Symbol("weight_decay"), _parameter_of(site)
    if decay.name not in site.problem.given or own is None:
        return
    if site.on(Rule.OPTIMIZER):
        for gradient in _gradients_in(site):
            coupled = Symbol(gradient) + decay * Symbol(own)
            yield Change(_replaced(site, gradient, coupled))
    if site.on(Rule.DECAYED):
        yield Change(Symbol(own))
    if site.on(Rule.PULLED):
        for gradient in _gradients_in(site):
            yield Change(Symbol(gradient))


def _wrong_t(site: Site) -> Iterator[Change]:
    count = Symbol("t")
    if site.on(Rule.OPTIMIZER) and count in symbols(site.expression):
        yield Change(_replaced(site, "t", count + ONE), "t + 1")
        yield Change(_replaced(site, "t", count - ONE), "t - 1")


MISTAKES: Mapping[str, Mistake] = {
    row.name: row
    for row in (
        Mistake("sign", "a sign is the other way round ({})", _sign),
        Mistake("factor_left_out", "a constant factor was left out ({})", _factor_left_out),
        Mistake("not_squared", "a square was left out", _not_squared),
        Mistake("bias_left_out", "the bias was left out ({})", _bias_left_out),
        Mistake(
            "activation_derivative_left_out",
            "the derivative of the activation was left out",
            _activation_derivative_left_out,
        ),
        Mistake(
            "derivative_at_weighted_sum",
            "the derivative of the activation was taken with z instead of a ({})",
            _derivative_at_weighted_sum,
        ),
        Mistake(
            "cancelled_twice",
            "ŷ − y_true has the derivative of the activation in it; it was multiplied by it again",
            _cancelled_twice,
        ),
        Mistake(
            "cross_terms_left_out",
            "of the softmax only the neuron's own term was taken; the other outputs are missing",
            _cross_terms_left_out,
        ),
        Mistake("new_weight_used", "the updated weight was used: {}", _new_weight_used),
        Mistake("weight_of_another", "the weight of another edge was used: {}", _weight_of_another),
        Mistake(
            "input_of_another",
            "the activation or input of another neuron was used: {}",
            _input_of_another,
        ),
        Mistake(
            "chain_factor_left_out",
            "a factor of the chain was left out: {}",
            _chain_factor_left_out,
        ),
        Mistake("path_left_out", "a part of the sum was left out: {}", _path_left_out),
        Mistake(
            "activation_left_out",
            "the activation was left out: z was used ({})",
            _activation_left_out,
        ),
        Mistake("wrong_activation", "another activation function was used ({})", _wrong_activation),
        Mistake("rate_left_out", "the learning rate was left out", _rate_left_out),
        Mistake("summed_for_averaged", "it was added up, not averaged", _summed_for_averaged),
        Mistake("averaged_for_summed", "it was averaged, not added up", _averaged_for_summed),
        Mistake(
            "derivative_applied_twice",
            "the activation function was applied once more within its derivative",
            _derivative_applied_twice,
        ),
        Mistake(
            "factor_too_many",
            "a factor that does not belong there was put in ({})",
            _factor_too_many,
        ),
        Mistake("wrong_derivative", "another derivative was used ({})", _wrong_derivative),
        Mistake(
            "bias_value_used",
            "the value of the bias was used; its derivative is 1 ({})",
            _bias_value_used,
        ),
        Mistake(
            "bias_not_updated", "it was left as it was before the update ({})", _bias_not_updated
        ),
        Mistake("term_left_out", "a term of a sum was left out ({})", _term_left_out),
        Mistake("rate_twice", "the learning rate was multiplied by twice", _rate_twice),
        Mistake(
            "weight_for_gradient",
            "the weight was put where the gradient belongs",
            _weight_for_gradient,
        ),
        Mistake(
            "gradient_for_weight",
            "the gradient was put where the weight belongs",
            _gradient_for_weight,
        ),
        Mistake(
            "momentum_left_out", "the memory of earlier steps was left out", _momentum_left_out
        ),
        Mistake(
            "old_state_used", "the memory from before this update was used: {}", _old_state_used
        ),
        Mistake(
            "bias_correction_left_out",
            "the bias correction was left out ({})",
            _bias_correction_left_out,
        ),
        Mistake("betas_swapped", "beta1 and beta2 were swapped", _betas_swapped),
        Mistake("epsilon_inside_root", "epsilon was put inside the root", _epsilon_inside_root),
        Mistake(
            "decay_coupled",
            "the weight decay was put into the gradient, or left out there, the other way round",
            _decay_coupled,
        ),
        Mistake("wrong_t", "the number t of the update is off by one ({})", _wrong_t),
    )
}


def changes_at(
    problem: Problem, step: Step, written: Collection[str]
) -> Iterator[tuple[Mistake, Change]]:
    """Every mistake that can be made at a step, and what it makes of the step's formula.

    A product of the chain rule is also changed at those of its factors that are ``written`` down:
    what is right on its own line may be left out in the product.
    """
    site = Site(problem, step)
    inner = [
        (name, Site(problem, local))
        for name in dict.fromkeys(symbol.name for symbol in symbols(step.expression))
        if (local := problem.steps.get(name)) is not None
        and step.rule is Rule.CHAIN
        and name in written
        if local.rule in (*LOCAL, Rule.DERIVATIVE_OF_LOSS)
    ]
    parts = [Site(problem, one) for one in _losses(problem, step)]
    for mistake in MISTAKES.values():
        for changes in zip(*(mistake.changes(part) for part in parts), strict=False):
            by_name = {
                part.defines.name: one.expression for part, one in zip(parts, changes, strict=True)
            }
            yield mistake, Change(substitute(step.expression, by_name), changes[0].detail)
        yield from ((mistake, change) for change in mistake.changes(site))
        for name, local_site in inner:
            for expression, detail in mistake.changes(local_site):
                whole = substitute(step.expression, {name: expression})
                yield mistake, Change(whole, detail)


def _losses(problem: Problem, step: Step) -> list[Step]:
    """The losses of the outputs that a loss is the sum of: one mistake is made in all of them."""
    if step.rule is not Rule.SUM_OF_LOSSES:
        return []
    found = (problem.steps.get(symbol.name) for symbol in symbols(step.expression))
    return [one for one in found if one is not None]
