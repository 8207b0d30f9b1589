"""The words about a step: its title, where it happens, and why it holds."""

from collections.abc import Sequence, Set

from backprop_cli.algebra.expression import (
    DOTS,
    ONE,
    Call,
    Derivative,
    Expression,
    Partial,
    Product,
    Relation,
    Sum,
    Symbol,
    partial,
    substitute,
    symbols,
    terms,
)
from backprop_cli.algebra.names import as_typed
from backprop_cli.algebra.prose import Code, Prose, enumerated, joined, prose
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Rule, Step
from backprop_cli.functions import softmax
from backprop_cli.functions.activation import A, Activation, Z
from backprop_cli.functions.activations import row_of
from backprop_cli.functions.losses import Loss
from backprop_cli.functions.optimizers import Line
from backprop_cli.functions.penalties import Penalty
from backprop_cli.functions.reductions import Reduction
from backprop_cli.lesson.blocks import Equation, Equations
from backprop_cli.lesson.equations import formula
from backprop_cli.network.neurons import Layer, Neuron
from backprop_cli.network.structure import DATA_LOSS, LOSS, Network

TERMS_IN_A_REASON = 4
MOST_PLACES = 4


def weight_place(network: Network, weight: str) -> Prose:
    """The place of a weight, e.g. ``x1 → h1``; of one that is used several times, every place."""
    places: list[Prose] = [
        Relation(Symbol(edge.source), "→", Symbol(neuron.name))
        for neuron in network.neurons
        for edge in neuron.edges
        if edge.weight == weight
    ]
    if len(places) > MOST_PLACES:
        places = [*places[: MOST_PLACES - 2], DOTS, places[-1]]
    return joined(places)


def bias_place(network: Network, bias: str) -> Prose:
    """The owner of a bias: a layer's neurons, or single neurons of one or several layers."""
    users = [one for one in network.neurons if one.bias == bias]
    return _neurons_place(network, users, " neurons" if len(users) > 1 else "")


def slope_place(network: Network, slope: str) -> Prose:
    """The layer, or the neurons, whose activation function has a trained slope."""
    return _neurons_place(network, slope_users(network, slope))


def slope_users(network: Network, slope: str) -> list[Neuron]:
    """The neurons whose activation function has a trained slope."""
    return [
        neuron
        for neuron in network.neurons
        if neuron.formula is None and network.function_of(neuron).slope == slope
    ]


def _neurons_place(network: Network, users: Sequence[Neuron], of_layer: str = "") -> Prose:
    layer = network.layer_of(users[0])
    if [*users] != [*layer.neurons]:
        return prose("for ", enumerated([Symbol(user.name) for user in users]))
    return f"for {layer.name} layer{of_layer}"


def place(network: Network, name: str) -> Prose:
    """The place of a parameter; of anything else nothing."""
    if name not in network.by_parameter:
        return ""
    if name in network.weights:
        return weight_place(network, name)
    return (bias_place if name in network.biases else slope_place)(network, name)


def title(step: Step) -> Prose:
    """The name of a step's quantity in a heading."""
    quantity = step.defines
    match step.rule:
        case Rule.WEIGHTED_SUM:
            return prose("Weighted Sum ", quantity)
        case Rule.ACTIVATION:
            return prose("Activation ", quantity)
        case Rule.PREDICTION:
            return prose("Predicted Output ", quantity)
        case Rule.LOSS_OF_OUTPUT:
            return prose("Loss ", quantity)
        case Rule.ERROR:
            return prose("Error ", quantity)
        case _:
            return prose("Derivative ", quantity) if isinstance(quantity, Partial) else quantity


def activation_formula(row: Activation) -> Equation:
    """``sigmoid(z) = 1 / (1 + exp(−z))``."""
    return formula(Call(row.name, Z), row.formula)


def derivative_formula(row: Activation) -> Equation:
    """``sigmoid′(z) = sigmoid(z) * (1 − sigmoid(z))``."""
    slope = substitute(row.derivative, {A.name: Call(row.name, Z)})
    return formula(Call(f"{row.name}′", Z), slope)


SOFTMAX_FORMULAS = (
    formula(Call(softmax.SOFTMAX, Symbol("z_i")), softmax.FORMULA),
    (
        formula(
            partial("a_i", "z_i"),
            softmax.BY_OWN,
            note="(by its own weighted sum)",
        ),
        formula(
            partial("a_i", "z_j"),
            softmax.BY_OTHER,
            note="(by that of another neuron)",
        ),
    ),
)


def weighted_sum_formulas() -> Equations:
    """The formula of a weighted sum: a line, and the same for two inputs."""
    terms = [Symbol(f"W{at}") * Symbol(f"x{at}") for at in (1, 2)]
    y, b = Symbol("y"), Symbol("b")
    return Equations((formula(y, Symbol("Wx") + b), formula(y, Sum((*terms, b)))))


def rule_of_constant_factor() -> Equation:
    """The derivative of x times a constant."""
    x, c = Symbol("x"), Symbol("c")
    return formula(Derivative(x * c, x, "d"), c, note=prose("(for constant ", c, ")"))


def layer_formulas(layer: Layer) -> tuple[Equation, tuple[Equation, ...]]:
    """The formula and the derivatives of a layer's activation function."""
    if layer.activation == softmax.SOFTMAX:
        return SOFTMAX_FORMULAS
    row = row_of(layer.function)
    return activation_formula(row), (derivative_formula(row),)


def layer_notes(layer: Layer) -> tuple[Prose, ...]:
    """Further facts about a layer's activation function, a sentence each."""
    if layer.activation == softmax.SOFTMAX:
        return ()
    row = row_of(layer.function)
    trained = prose(Symbol(layer.slope), " is trained like a weight") if layer.slope else ""
    return tuple(prose("Here ", note, ".") for note in (row.note, trained) if note)


def reason(working: AnyWorking, step: Step) -> Prose:
    """One short sentence on why a step holds; empty where the line speaks for itself."""
    derivation, neuron = working.derivation, step.neuron
    match step.rule:
        case Rule.WEIGHTED_SUM:
            return "each source times its weight, and the bias" if neuron and neuron.bias else ""
        case Rule.PREDICTION:
            return "the output neuron's activation is the prediction"
        case Rule.LOSS | Rule.LOSS_OF_OUTPUT:
            assert isinstance(step.row, Loss)
            return step.row.title
        case Rule.SUM_OF_LOSSES:
            return "the losses of all outputs are added"
        case Rule.DERIVATIVE_OF_ACTIVATION:
            return _why_of_activation(working, step)
        case Rule.DERIVATIVE_OF_SOFTMAX:
            own, other = softmax.BY_OWN, softmax.BY_OTHER
            return prose(
                "softmax: ", own, " by its own weighted sum, ", other, " by that of another neuron"
            )
        case Rule.DERIVATIVE_OF_LOSS if is_at_kink(working, step):
            assert isinstance(step.row, Loss)
            return step.row.convention
        case Rule.DERIVATIVE | Rule.DERIVATIVE_OF_LOSS | Rule.DERIVATIVE_BY_SLOPE:
            assert isinstance(step.defines, Partial)
            by, entered = Symbol(step.defines.by), derivation.by_name[step.because]
            if entered.rule is Rule.PREDICTION and isinstance(entered.expression, Symbol):
                entered = derivation.by_name[entered.expression.name]  # ŷ is a formula's value
            added = terms(entered.expression)
            if step.expression == ONE and by in added and len(added) > 1:
                return prose(by, " is added directly to ", entered.defines)
            short = _shortened(entered.expression, {by.name})
            return prose("because ", Relation(entered.defines, "=", short))
        case Rule.OVER_BATCH:
            assert isinstance(step.row, Reduction)
            return step.row.reason
        case Rule.PENALTY:
            assert isinstance(step.row, Penalty)
            return step.row.title
        case Rule.PENALIZED:
            return "the penalty is added, and so is its gradient"
        case Rule.SPARED:
            assert isinstance(step.defines, Partial)
            return prose("the penalty does not contain ", Symbol(step.defines.by))
        case Rule.PULLED | Rule.OPTIMIZER | Rule.DECAYED:
            assert isinstance(step.row, Line)
            return step.row.reason
        case Rule.SOFTMAX_MEAN:
            return "the gradient by each activation of the softmax, times that activation"
        case Rule.THROUGH_SOFTMAX:
            return "softmax: the activation, times the gradient by it minus that sum"
        case Rule.SOFTMAX_LARGEST:
            return (
                "the largest weighted sum: it is subtracted from each, so that no exp is too large"
            )
        case Rule.SUM_OF_PARTS:
            return "the sum of its parts"
        case Rule.SHORTCUT:
            shown = Code(f"--explain {as_typed(step.defines.name)}")
            return prose(what_is_left(step), "; ", shown, " shows why")
        case Rule.ERROR:
            error = working.values[step.defines.name]
            if error == 0:
                return "the prediction is right: nothing changes"
            wrong = "small" if error > 0 else "large"
            return f"the prediction is too {wrong}: the weights change"
        case Rule.FEEDS_NOTHING:
            of = "the loss" if derivation.of in (LOSS, DATA_LOSS) else Symbol(derivation.of)
            return prose("it feeds no neuron, so ", of, " does not depend on it")
        case _:
            return ""


def what_is_left(step: Step) -> Prose:
    """Which function and which loss together come to a prediction minus its target."""
    assert isinstance(step.row, Loss)
    assert step.longer is not None
    function = "sigmoid" if step.longer.rule is Rule.CHAIN else softmax.SOFTMAX
    return prose(f"{function} with ", step.row.title, " leaves only this")


def is_at_kink(working: AnyWorking, step: Step) -> bool:
    """True if a derivative of the loss is taken where there is none."""
    row = step.row
    if not isinstance(row, Loss) or row.kink is None:
        return False
    return bool(working.arithmetic.evaluate(row.kink, working.values) == 0)


def _why_of_activation(working: AnyWorking, step: Step) -> Prose:
    """Which function a neuron uses, what its derivative is, and, where there is none, what then."""
    row, neuron = step.row, step.neuron
    assert isinstance(row, Activation)
    assert isinstance(step.defines, Partial)
    assert neuron is not None
    uses = prose(Symbol(neuron.name), f" uses {row.name}, whose derivative is ", row.derivative)
    if not row.convention or working.values[step.defines.by] != 0:
        return uses
    return prose(uses, "; ", row.convention)


def _shortened(total: Expression, keep: Set[str]) -> Expression:
    """A long sum without its terms but the first, the one that matters and the last.

    The sum may be the last factor of a product.
    """
    if isinstance(total, Product):
        *others, last = total.factors
        return Product((*others, _shortened(last, keep)))
    found = terms(total)
    if len(found) <= TERMS_IN_A_REASON:
        return total
    kept = [
        at
        for at, term in enumerate(found)
        if at in (0, len(found) - 1) or keep & {symbol.name for symbol in symbols(term)}
    ]
    left: list[Expression] = []
    for before, at in zip((-1, *kept), kept, strict=False):
        if at > before + 1:
            left.append(DOTS)
        left.append(found[at])
    return Sum(tuple(left))
