"""The forward pass: weighted sums, activations, formulas, predictions and the loss."""

from collections.abc import Iterable, Iterator, Mapping

from backprop_cli.algebra.expression import Expression, Sum, Symbol, substitute, transform
from backprop_cli.derivation.logarithms import logarithms, stable
from backprop_cli.derivation.rules import derivatives
from backprop_cli.derivation.steps import Kept, Local, LogSlopes, Rule, Step
from backprop_cli.functions import softmax, softmax_mean
from backprop_cli.functions.activation import A, Z
from backprop_cli.functions.activations import row_of
from backprop_cli.functions.losses import COMPLEMENT, LOG, LOG_COMPLEMENT, Loss, loss_row
from backprop_cli.network.neurons import Function, Layer, Neuron
from backprop_cli.network.structure import Network

# Of a softmax of up to so many neurons every derivative is listed; they are their square.
MOST_LISTED = 12


def forward_steps(network: Network) -> tuple[Step, ...]:
    """Every step from the inputs to the predictions and the loss.

    Layer by layer, but for what a neuron of the same layer feeds. Raises ValueError if neurons
    feed each other in a circle.
    """
    steps = [step for layer in network.layers for step in layer_steps(network, layer)]
    if network.aimed and loss_row(network).has_logarithms:
        steps = [_kept_apart(network, step) for step in steps]
    return _in_order([*steps, *_predictions(network), *_losses(network)])


def _kept_apart(network: Network, step: Step) -> Step:
    """A step on the way to a prediction whose logarithm is taken: it is neither 0 nor 1."""
    by_softmax = (Rule.SOFTMAX_EXPONENTIAL, Rule.SOFTMAX_SUM)
    of_output = step.rule in (Rule.ACTIVATION, Rule.FORMULA) and step.neuron in network.outputs
    if not of_output and step.rule not in by_softmax:
        return step
    found = (
        local._replace(kept=Kept.UNBOUNDED) if local.log_slopes else local
        for local in step.locals or ()
    )
    step = step._replace(kept=Kept.APART, locals=step.locals and tuple(found))
    computed = stable(step.expression) if step.rule is Rule.FORMULA else step.expression
    return step if computed == step.expression else step._replace(computed=computed)


def layer_steps(network: Network, layer: Layer) -> Iterator[Step]:
    """The quantities that are worked out at the neurons of a layer."""
    for neuron in layer.neurons:
        if neuron.formula is None:
            total = _weighted_sum(network, neuron)
            yield Step(Symbol(neuron.weighted_sum), total, Rule.WEIGHTED_SUM, neuron)
        else:
            formula = _fed(network, neuron.formula)
            yield Step(Symbol(neuron.activation), formula, Rule.FORMULA, neuron)
    for function, neurons in layer.functions().items():
        if function.name == softmax.SOFTMAX:
            yield from softmax_steps(layer._replace(neurons=neurons))
        else:
            for neuron in neurons:
                yield activation_step(function, neuron)


def _fed(network: Network, formula: Expression) -> Expression:
    """A formula in the quantities that its neurons feed forward."""

    def fed(part: Expression) -> Expression | None:
        name = part.name if isinstance(part, Symbol) else ""
        return Symbol(network.sources[name]) if name in network.sources else None

    return transform(formula, fed)


def _weighted_sum(network: Network, neuron: Neuron) -> Expression:
    terms: list[Expression] = [
        Symbol(network.sources[edge.source]) * Symbol(edge.weight) for edge in neuron.edges
    ]
    if neuron.bias is not None:
        terms.append(Symbol(neuron.bias))
    return terms[0] if len(terms) == 1 else Sum(tuple(terms))


def activation_step(function: Function, neuron: Neuron) -> Step:
    """A neuron's activation, and its derivatives by its weighted sum and a trained slope."""
    row = row_of(function)
    z, a = Symbol(neuron.weighted_sum), Symbol(neuron.activation)
    computed = row.computed_derivative
    if computed is not None:
        computed = substitute(computed, {Z.name: z, A.name: a})
    slope = row.slope(z, a)
    of_log, of_complement = (substitute(one, {Z.name: z, A.name: a}) for one in row.log_slopes)
    local = Local(z.name, slope, Rule.DERIVATIVE_OF_ACTIVATION, row=row, computed=computed)
    log_slopes = LogSlopes(of_log, of_complement, anywhere=row.has_log_slopes)
    found = [local._replace(log_slopes=log_slopes)]
    if function.slope is not None:
        by_slope = row.slope_by_slope(z)
        found.append(Local(function.slope, by_slope, Rule.DERIVATIVE_BY_SLOPE, because=a.name))
    kept = Kept.COUNTED if row.two else Kept.RESULT
    return Step(a, row.applied(z), Rule.ACTIVATION, neuron, tuple(found), row, kept=kept)


def softmax_steps(layer: Layer) -> Iterator[Step]:
    """A softmax in its steps; its activations have their derivatives by all weighted sums."""
    yield Step(*softmax.largest(layer), Rule.SOFTMAX_LARGEST, locals=())
    yield Step(*softmax.farthest(layer), Rule.SOFTMAX_REST, locals=())
    yield Step(*softmax.shift(layer), Rule.SOFTMAX_REST, locals=())
    for neuron in layer.neurons:
        computed = softmax.computed_exponential(layer, neuron)
        exp = Step(*softmax.exponential(layer, neuron), Rule.SOFTMAX_EXPONENTIAL, neuron, ())
        yield exp._replace(computed=computed)
    yield Step(*softmax.total(layer), Rule.SOFTMAX_SUM, locals=())
    yield Step(*softmax.top(layer), Rule.SOFTMAX_REST, locals=())
    rest = softmax.computed_rest(layer)
    yield Step(*softmax.rest(layer), Rule.SOFTMAX_REST, locals=(), computed=rest)
    yield Step(*softmax.second(layer), Rule.SOFTMAX_REST, locals=())
    yield Step(*softmax.others(layer), Rule.SOFTMAX_REST, locals=())
    wide, mean = len(layer.neurons) > MOST_LISTED, softmax_mean.mean_gradient(layer).name
    for neuron in layer.neurons:
        a = Symbol(neuron.activation)
        if wide:
            through = Local(neuron.weighted_sum, a, Rule.THROUGH_SOFTMAX, mean=mean)
            through = through._replace(
                computed=softmax.complement(layer, a),
                share=softmax.share_of_others(layer, neuron),
                log_slopes=LogSlopes(*softmax.by_logarithm(a)),
            )
            found = [through]
        else:
            found = [*softmax_locals(layer, a)]
        yield Step(a, softmax.share(layer, neuron), Rule.ACTIVATION, neuron, tuple(found))


def softmax_locals(layer: Layer, a: Symbol) -> Iterator[Local]:
    """The derivatives of an activation by each weighted sum of the layer."""
    missing = softmax.complement(layer, a)
    for neuron in layer.neurons:
        other = Symbol(neuron.activation)
        computed = a * missing if a == other else None
        slope = softmax.slope(a, other)
        local = Local(neuron.weighted_sum, slope, Rule.DERIVATIVE_OF_SOFTMAX, computed=computed)
        yield local._replace(log_slopes=LogSlopes(*softmax.log_slopes(layer, a, neuron)))


def _predictions(network: Network) -> Iterator[Step]:
    for output in network.outputs:
        prediction, activation = Symbol(network.prediction(output)), Symbol(output.activation)
        if prediction != activation:
            yield Step(prediction, activation, Rule.PREDICTION)


def _losses(network: Network) -> Iterator[Step]:
    """The loss; of several outputs, that of each, and their sum."""
    if not network.aimed:
        return
    row, outputs = loss_row(network), network.outputs
    found: list[Local] = []
    steps: list[Step] = []
    for output in outputs:
        loss, name = _loss(network, row, output), network.loss_of(output)
        prediction, slope = network.prediction(output), loss.derivative
        if network.loss_formula is not None:
            slope = derivatives(loss.formula, [prediction])[prediction]
        local = Local(prediction, slope, Rule.DERIVATIVE_OF_LOSS, output)
        kept = Kept.UNBOUNDED if loss.through else Kept.RESULT
        local = local._replace(because=name, row=loss, computed=loss.computed_derivative, kept=kept)
        found.append(local)
        step = Step(Symbol(name), loss.formula, Rule.LOSS_OF_OUTPUT, output, (), row)
        steps.append(step._replace(computed=loss.computed))
    if len(outputs) == 1:
        yield steps[0]._replace(rule=Rule.LOSS, locals=tuple(found))
        return
    yield from steps
    total = Sum(tuple(step.defines for step in steps))
    yield Step(Symbol(network.derived), total, Rule.SUM_OF_LOSSES, locals=tuple(found))


def _loss(network: Network, row: Loss, output: Neuron) -> Loss:
    """The loss of one output in its target, its prediction, and what the prediction is made of."""
    target, prediction = Symbol(network.target(output)), Symbol(network.prediction(output))
    made_of = _made_of(network, output, prediction) if row.has_logarithms else {}
    return row.put_in(target, prediction, len(network.outputs), made_of)


def _made_of(network: Network, output: Neuron, prediction: Symbol) -> Mapping[str, Expression]:
    """1 − ŷ, ln(ŷ) and ln(1 − ŷ) from what a prediction is made of, by their symbols' names."""
    layer, function = network.layer_of(output), network.function_of(output)
    if output.formula is not None:
        made_of = logarithms(_fed(network, output.formula), prediction)
        return {
            COMPLEMENT.name: made_of.complement,
            LOG.name: made_of.log,
            LOG_COMPLEMENT.name: made_of.log_complement,
        }
    if function.name == softmax.SOFTMAX:
        return {
            COMPLEMENT.name: softmax.complement(layer, prediction),
            LOG.name: softmax.log(layer, output),
            LOG_COMPLEMENT.name: softmax.log_complement(layer, prediction),
        }
    row, named = row_of(function), {Z.name: Symbol(output.weighted_sum), A.name: prediction}
    return {
        COMPLEMENT.name: substitute(row.complement, named),
        LOG.name: substitute(row.log, named),
        LOG_COMPLEMENT.name: substitute(row.log_complement, named),
    }


def _in_order(steps: Iterable[Step]) -> tuple[Step, ...]:
    """The steps, each after those that it uses, and otherwise in the order in which they are."""
    waiting = {step.defines.name: step for step in steps}
    begun, done = set[str](), list[Step]()

    def take(name: str) -> None:
        if name in begun:
            raise ValueError(f"{name} is worked out from itself")
        begun.add(name)
        for used in waiting[name].used:
            if used in waiting:
                take(used)
        done.append(waiting.pop(name))

    for name in list(waiting):
        if name in waiting:
            take(name)
    return tuple(done)
