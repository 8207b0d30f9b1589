"""What is said about a step: its title, where it happens, and why it holds."""

from collections.abc import Set

from backprop_cli.algebra.expression import (
    ONE,
    Call,
    Expression,
    Partial,
    Sum,
    substitute,
    symbols,
)
from backprop_cli.arithmetic.working import AnyWorking
from backprop_cli.derivation.steps import Rule, Step
from backprop_cli.functions import softmax
from backprop_cli.functions.activations import SLOPE, A, Activation, Z, row_of
from backprop_cli.functions.losses import LOSSES
from backprop_cli.functions.optimizers import lines_of, symbol_of
from backprop_cli.lesson.blocks import Equation, Equations, Side, Span
from backprop_cli.lesson.equations import in_symbols, listed, shown, sides, symbol_text
from backprop_cli.network.exercise import Layer, Network

TERMS_IN_A_REASON = 4


def weight_place(network: Network, weight: str) -> str:
    """Where a weight stands, e.g. ``x1 → h1``."""
    for neuron in network.neurons:
        for edge in neuron.edges:
            if edge.weight == weight:
                return f"{edge.source} → {neuron.name}"
    raise KeyError(weight)


def bias_place(network: Network, bias: str) -> str:
    """What a bias belongs to: a layer's neurons, or one neuron of several."""
    for layer in network.layers:
        users = [neuron.name for neuron in layer.neurons if neuron.bias == bias]
        if users:
            if len(users) < len(layer.neurons):
                return f"for {listed(users)}"
            return f"for {layer.name} layer{' neurons' if len(users) > 1 else ''}"
    raise KeyError(bias)


def slope_place(network: Network, slope: str) -> str:
    """The layer whose activation function has a trained slope."""
    return next(f"for {layer.name} layer" for layer in network.layers if layer.slope == slope)


def title(step: Step) -> str:
    """What a step's quantity is called in a heading."""
    name = symbol_text(step.defines)
    match step.rule:
        case Rule.WEIGHTED_SUM:
            return f"Weighted Sum {name}"
        case Rule.ACTIVATION:
            return f"Activation {name}"
        case Rule.PREDICTION:
            return f"Predicted Output {name}"
        case Rule.LOSS | Rule.LOSS_OF_OUTPUT | Rule.SUM_OF_LOSSES:
            return f"Loss {name}" if name != "Loss" else "Loss"
        case _:
            return f"Derivative {name}" if "∂" in name else name


def layer_of(network: Network, step: Step) -> Layer:
    """The layer at which a step happens."""
    return next(layer for layer in network.layers if step.neuron in layer.neurons)


def activation_formula(row: Activation) -> Equation:
    """``sigmoid(z) = 1 / (1 + exp(−z))``."""
    return Equation((Span(f"{row.name}({Z.name})"),), sides(row.formula))


def derivative_formula(row: Activation) -> Equation:
    """``sigmoid′(z) = sigmoid(z) * (1 − sigmoid(z))``."""
    slope = substitute(row.derivative, {A.name: Call(row.name, Z)})
    return Equation((Span(f"{row.name}′({Z.name})"),), sides(slope))


def _as_text(left: str, right: str, note: str = "") -> Equation:
    """A formula that stands for itself, of no quantities of the network."""
    return Equation((Span(left),), (Side("=", (Span(right),)),), Span(note) if note else None)


SOFTMAX_FORMULAS = (
    _as_text("softmax(z_i)", softmax.FORMULA),
    (
        _as_text("∂a_i/∂z_i", "a_i * (1 − a_i)", "(by its own weighted sum)"),
        _as_text("∂a_i/∂z_j", "−a_i * a_j", "(by that of another neuron)"),
    ),
)


def weighted_sum_formulas() -> Equations:
    """What a weighted sum looks like: a line, and the same for two inputs."""
    return Equations((_as_text("y", "Wx + b"), _as_text("y", "W1 * x1 + W2 * x2 + b")))


def rule_of_constant_factor() -> Equation:
    """The derivative of x times a constant."""
    return _as_text("d/dx (x * c)", "c", "(for constant c)")


def layer_formulas(layer: Layer) -> tuple[Equation, tuple[Equation, ...]]:
    """The formula and the derivatives of a layer's activation function."""
    if layer.activation == softmax.SOFTMAX:
        return SOFTMAX_FORMULAS
    row = row_of(layer)
    return activation_formula(row), (derivative_formula(row),)


def layer_notes(layer: Layer) -> tuple[str, ...]:
    """What else must be known of a layer's activation function, a sentence each."""
    if layer.activation == softmax.SOFTMAX:
        return ()
    row = row_of(layer)
    trained = f"{layer.slope} is trained like a weight" if layer.slope else ""
    return tuple(f"Here {note}." for note in (row.note, trained) if note)


def reason(working: AnyWorking, step: Step) -> str:
    """One short sentence on why a step holds; empty where the line speaks for itself."""
    derivation = working.derivation
    network, neuron = derivation.network, step.neuron
    match step.rule:
        case Rule.WEIGHTED_SUM:
            return "each source times its weight, and the bias" if neuron and neuron.bias else ""
        case Rule.PREDICTION:
            return "the output neuron's activation is the prediction"
        case Rule.LOSS | Rule.LOSS_OF_OUTPUT:
            return LOSSES[network.loss].title
        case Rule.SUM_OF_LOSSES:
            return "the losses of all outputs are added"
        case Rule.DERIVATIVE_OF_LOSS if neuron:
            loss = derivation.by_name[network.loss_of(neuron)].expression
            return f"because {network.loss_of(neuron)} = {in_symbols(loss)}"
        case Rule.DERIVATIVE_OF_ACTIVATION if neuron:
            layer = layer_of(network, step)
            if layer.activation == softmax.SOFTMAX:
                return "softmax: " + softmax.DERIVATIVES
            row = row_of(layer)
            uses = (
                f"{neuron.name} uses {row.name}, whose derivative is {in_symbols(row.derivative)}"
            )
            if not row.convention or working.values[neuron.weighted_sum] != 0:
                return uses
            # A trained slope goes by its own name.
            return f"{uses}; {row.convention.replace(SLOPE.name, layer.slope or SLOPE.name)}"
        case Rule.DERIVATIVE:
            assert isinstance(step.defines, Partial)
            of, by = step.defines.of, step.defines.by
            entered = derivation.by_name[of]
            if step.expression == ONE and entered.rule is not Rule.PREDICTION:
                return f"{by} is added directly to {of}"
            return f"because {shown(of)} = {_shortened(entered.expression, {by})}"
        case Rule.DERIVATIVE_BY_SLOPE if neuron:
            assert isinstance(step.defines, Partial)
            formula = derivation.by_name[neuron.activation].expression
            return f"because {neuron.activation} = {in_symbols(formula)}"
        case Rule.MEAN:
            return "the mean over the examples of the batch"
        case Rule.PULLED | Rule.OPTIMIZER | Rule.DECAYED:
            return _line_reason(network, step)
        case Rule.SOFTMAX_LARGEST:
            return "taken off every weighted sum, so that no exp is too large; it cancels again"
        case Rule.SUM_OF_PARTS:
            return "the sum of its parts"
        case Rule.FEEDS_NOTHING:
            return "it feeds no neuron, so the loss does not depend on it"
        case _:
            return ""


def _line_reason(network: Network, step: Step) -> str:
    """What a line of the optimizer works out."""
    return next(
        line.reason
        for line in lines_of(network)
        for parameter in network.updated
        if symbol_of(line.defines, parameter) == step.defines
    )


def _shortened(total: Expression, keep: Set[str]) -> str:
    """A weighted sum, its terms but the first, the one that matters and the last left out."""
    terms = total.terms if isinstance(total, Sum) else (total,)
    if len(terms) <= TERMS_IN_A_REASON:
        return in_symbols(total)
    kept = [
        at
        for at, term in enumerate(terms)
        if at in (0, len(terms) - 1) or keep & {symbol.name for symbol in symbols(term)}
    ]
    texts: list[str] = []
    for before, at in zip((-1, *kept), kept, strict=False):
        if at > before + 1:
            texts.append("…")
        texts.append(in_symbols(terms[at]))
    return " + ".join(texts)
